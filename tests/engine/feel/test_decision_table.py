"""Hit policies, and what a missing fact does to each of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yanlian.engine.feel import FeelError, Missing, Unknown, compile_expression
from yanlian.engine.feel.compiled import FeelWarning
from yanlian.engine.feel.decision_table import Output, decision_table

U = Unknown(frozenset({Missing("营业收入", "统计局")}))
BANDS = [(["< 2000万元"], ["0"]), (["[2000万元..1亿元)"], ["20万元"]), ([">= 1亿元"], ["50万元"])]
OVERLAPPING = [(["> 1"], ['"甲"']), (["> 2"], ['"乙"']), (["> 3"], ['"甲"'])]


def table(rows: list[tuple[list[str], list[str]]], policy: str):
    return decision_table(["x"], ["奖励"], rows, hit_policy=policy, units=True)


def test_bands_with_their_borders():
    bands = table(BANDS, "U")
    for revenue, award in [("19999999.99", 0), ("20000000", 200000), ("99999999.99", 200000), ("100000000", 500000)]:
        assert bands.evaluate({"x": Decimal(revenue)}) == award
    decided = bands.decide({"x": Decimal(20000000)})
    assert decided.fired == (1,)
    assert decided.open_rows == ()


def test_no_row_fires():
    warnings: list[FeelWarning] = []
    assert table([(["> 5"], ["1"])], "U").evaluate({"x": 1}, warnings=warnings) is None
    assert [warning.code for warning in warnings] == ["feel_no_row"]
    default = Output("奖励", default=compile_expression("7"))
    assert decision_table(["x"], [default], [(["> 5"], ["1"])]).evaluate({"x": 1}) == 7
    for policy in ("A", "P", "F", "R", "O", "C", "C+", "C#", "C<", "C>"):
        assert table([(["> 5"], ["1"])], policy).evaluate({"x": 1}) is None


@pytest.mark.parametrize(
    ("policy", "x", "expected"),
    [
        ("U", 2, "甲"),
        ("U", 3, None),
        ("A", 3, None),
        ("F", 4, "甲"),
        ("R", 4, ["甲", "乙", "甲"]),
        ("C", 3, ["甲", "乙"]),
        ("C#", 4, 3),
    ],
)
def test_rows_that_overlap(policy: str, x: int, expected: object):
    assert table(OVERLAPPING, policy).evaluate({"x": x}) == expected


def test_overlap_is_warned_of():
    warnings: list[FeelWarning] = []
    table(OVERLAPPING, "U").evaluate({"x": 3}, warnings=warnings)
    assert "feel_rows_overlap" in [warning.code for warning in warnings]


def test_a_unique_table_gives_null_when_two_rows_fire_even_if_they_agree():
    warnings: list[FeelWarning] = []
    made = table([(["> 1"], ["10"]), (["> 2"], ["10"])], "U")
    assert made.evaluate({"x": 2}) == 10
    assert made.evaluate({"x": 3}, warnings=warnings) is None
    assert [warning.code for warning in warnings] == ["feel_rows_overlap"]


def test_collected_numbers():
    rows = [(["> 1"], ["10"]), (["> 2"], ["30"]), (["> 3"], ["20"])]
    assert table(rows, "C+").evaluate({"x": 4}) == 60
    assert table(rows, "C<").evaluate({"x": 4}) == 10
    assert table(rows, "C>").evaluate({"x": 4}) == 30


def test_priority_and_output_order_follow_the_allowed_values():
    best = Output("等级", ("特等", "一等", "二等"))
    rows = [(["> 1"], ['"二等"']), (["> 2"], ['"特等"']), (["> 3"], ['"一等"'])]
    assert decision_table(["x"], [best], rows, hit_policy="P").evaluate({"x": 4}) == "特等"
    assert decision_table(["x"], [best], rows, hit_policy="O").evaluate({"x": 4}) == ["特等", "一等", "二等"]


def test_several_inputs_and_outputs_give_a_context():
    made = decision_table(
        ["行业", "年报.营业收入"],
        ["等级", "奖励"],
        [(['"软件"', "> 100"], ['"甲"', "年报.营业收入 * 10%"])],
        units=True,
    )
    assert made.evaluate({"行业": "软件", "年报": {"营业收入": 200}}) == {"等级": "甲", "奖励": Decimal(20)}


@pytest.mark.parametrize("policy", ["U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#"])
def test_a_missing_fact_leaves_every_policy_open(policy: str):
    rows = [(["> 1"], ["10"]), (["<= 1"], ["20"])]
    assert isinstance(table(rows, policy).evaluate({"x": U}), Unknown)


def test_a_row_that_may_fire_counts_only_where_it_can_change_the_result():
    two = [(["> 1", "-"], ["10"]), (["-", "> 1"], ["20"])]
    facts = {"x": U, "y": 2}
    assert isinstance(decision_table(["x", "y"], ["a"], two, hit_policy="F").evaluate(facts), Unknown)
    assert decision_table(["y", "x"], ["a"], two, hit_policy="F").evaluate(facts) == 10
    assert isinstance(decision_table(["y", "x"], ["a"], two, hit_policy="U").evaluate(facts), Unknown)
    same = [(["> 1", "-"], ["10"]), (["-", "> 1"], ["10"])]
    assert decision_table(["y", "x"], ["a"], same, hit_policy="A").evaluate(facts) == 10
    assert decision_table(["x", "y"], ["a"], same, hit_policy="F").evaluate(facts) == 10
    best = Output("a", (Decimal(10), Decimal(20)))
    assert decision_table(["y", "x"], [best], two, hit_policy="P").evaluate(facts) == 10
    assert isinstance(decision_table(["x", "y"], [best], two, hit_policy="P").evaluate(facts), Unknown)


def test_a_default_does_not_fire_while_a_row_may():
    default = Output("奖励", default=compile_expression("7"))
    assert isinstance(decision_table(["x"], [default], [(["> 5"], ["1"])]).evaluate({"x": U}), Unknown)


def test_a_table_of_the_wrong_shape_is_refused():
    with pytest.raises(FeelError) as refused:
        decision_table(["x", "y"], ["a"], [(["1"], ["2"])], where="第五条")
    assert refused.value.code == "feel_table_shape"
    assert refused.value.data["row"] == 1
    with pytest.raises(FeelError) as refused:
        decision_table(["x"], ["a"], [], hit_policy="X")
    assert refused.value.code == "feel_hit_policy"
