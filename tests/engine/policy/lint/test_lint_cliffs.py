"""Cliffs are found to the yuan, and every cliff that is told is real."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.lint.lint_examples import packs_of, reviewed

from yanlian.engine.policy.lint.cliffs import Cliff, cliffs_of
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.terms import field_names
from yanlian.engine.policy.lint.worked import Trial

INCOME = "税务年报[年度 = 上年][1].营业收入"
RESEARCH = "税务年报[年度 = 上年][1].研发费用"


def case(**figures: object) -> dict[str, object]:
    rows = [{"年度": 2024, **figures}]
    return {"name": "例", "as_of": date(2025, 12, 31), "facts": {"税务年报": rows}, "expect": {}}


def cliffs(folder: Path, clause: dict[str, object], **around: object) -> list[Cliff]:
    packs = packs_of(folder, {"clause": {"event": None, "period": "上年", **clause}, **around})
    return list(cliffs_of(Review(packs), packs.clauses[0], field_names(packs.schema)))


def test_a_threshold_on_the_ratio_of_two_figures_is_found_to_the_yuan(tmp_path: Path):
    rule = {"label": "研发占比不低于3%", "when": f"{RESEARCH} / {INCOME} >= 3%"}
    clause = {"conditions": [rule], "amount": "20万元", "cases": [case(研发费用="700万元", 营业收入="1亿元")]}
    (found,) = cliffs(tmp_path, clause)
    # 7,000,000 / 3 % = 233,333,333.33…
    assert (found.spot.name, found.at, found.before_fen, found.after_fen) == (
        "营业收入",
        Decimal(233_333_333),
        20_000_000,
        0,
    )
    assert found.failed == ("研发占比不低于3%",)


def test_a_rising_amount_with_a_cap_has_no_cliff(tmp_path: Path):
    clause = {"amount": f"{RESEARCH} * 10%", "cap": "100万元", "cases": [case(研发费用="80万元")]}
    assert cliffs(tmp_path, clause) == []


def test_more_pieces_can_lose_money_too(tmp_path: Path):
    staff = {"年度": 2024, "从业人数": 200}
    one = {"name": "例", "as_of": date(2025, 12, 31), "facts": {"用工年报": [staff]}, "expect": {}}
    rule = {"label": "少于300人", "when": "用工年报[年度 = 上年][1].从业人数 < 300"}
    (found,) = cliffs(tmp_path, {"conditions": [rule], "amount": "20万元", "cases": [one]})
    assert (found.spot.name, found.at) == ("从业人数", Decimal(299))


def test_what_happens_to_an_amount_is_told_with_size_and_place(tmp_path: Path):
    scale = {"mode": "whole", "input": "元", "reference": "二",
             "brackets": [{"from": 0, "rate": "10%"}, {"from": "100万元", "rate": "5%"}]}  # fmt: skip
    clause = {"event": None, "period": "上年", "amount": f"补助({RESEARCH})", "cases": [case(研发费用="80万元")]}
    found = [f for f in reviewed(tmp_path, {"clause": clause, "scales": {"补助": scale}}) if f.code == "lint_cliff"]
    assert [f.text("zh").split("。")[0] for f in found] == [
        "税务年报.研发费用超过999,999元时，奖补由99,999.90元降到50,000元，少49,999.90元（按用例“例”推算）"
    ]


def test_a_payment_received_before_is_no_figure_to_be_moved(tmp_path: Path):
    paid = {"支付编号": "P", "条款": "T-01", "事项": "", "级别": "区级", "所属年度": 2023, "金额": "5万元",
            "支付日期": date(2024, 1, 1)}  # fmt: skip
    one = {**case(研发费用="80万元")}
    one["facts"] = {**one["facts"], "兑付记录": [paid]}  # type: ignore[dict-item]
    clause = {"amount": f"{RESEARCH} * 50% - sum(append(兑付记录.金额, 0))", "cases": [one]}
    assert cliffs(tmp_path, clause) == []


@st.composite
def stairs(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Starts of brackets in yuan and their rates in per mille."""
    starts = draw(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=4, unique=True))
    return [(start, draw(st.integers(1, 300))) for start in [0, *sorted(starts)]]


@settings(deadline=None, max_examples=10)
@given(stairs(), st.integers(1, 5_000_000))
def test_every_fall_of_a_scale_is_found_exactly_and_nothing_else(brackets: list[tuple[int, int]], value: int):
    scale = {"mode": "whole", "input": "元", "reference": "二",
             "brackets": [{"from": start, "rate": f"{Decimal(rate) / 10}%"} for start, rate in brackets]}  # fmt: skip
    clause = {"amount": f"补助({RESEARCH})", "cases": [case(研发费用=value)]}
    with tempfile.TemporaryDirectory() as folder:
        found = cliffs(Path(folder), clause, scales={"补助": scale})

    def paid(at: int) -> int:
        rate = next(rate for start, rate in reversed(brackets) if start <= at)
        return (at * rate + 5) // 10

    # From a case that pays nothing no cliff can be found.
    falls = {start - 1 for start, _ in brackets[1:] if paid(start) < paid(start - 1)} if paid(value) else set()
    assert {int(one.at) for one in found} == falls
    assert all((one.before_fen, one.after_fen) == (paid(int(one.at)), paid(int(one.at) + 1)) for one in found)


@pytest.mark.parametrize("value", ["80万元", "800000", 800000])
def test_a_figure_is_moved_however_it_is_written(tmp_path: Path, value: object):
    packs = packs_of(tmp_path, {"clause": {"event": None, "amount": RESEARCH, "cases": [case(研发费用=value)]}})
    trial = Trial(packs, packs.clauses[0], packs.clauses[0].source.cases[0])
    (spot,) = [one for one in trial.spots() if one.name == "研发费用"]
    assert spot.value == Decimal(800_000)
    assert trial.paid_fen(trial.changed(spot, Decimal(1_000_000))) == 100_000_000
