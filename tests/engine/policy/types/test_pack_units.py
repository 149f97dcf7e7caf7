"""Units of figures: what cannot be compared or added is refused, what may be is let be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.engine.policy.tiny_packs import Data

from yanlian.engine.policy import Fault
from yanlian.engine.policy.types import Unit, unit_of
from yanlian.engine.policy.types.quantity import Quantity, joined
from yanlian.engine.policy.types.units import differ, over, times, together, unit_of_literal

Faulty = Callable[..., list[Fault]]
DEFINITIONS: Data = {
    "营收": "税务年报[年度 = 上年][1].营业收入",
    "人数": "用工年报[年度 = 上年][1].从业人数",
    "面积": "房屋租赁[1].面积",
    "单价": "房屋租赁[1].租金单价",
    "利率": "贷款[1].年利率",
    "月份": "月数(登记.成立日期, 评价日)",
}


def clashes(found: list[Fault]) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in found if one.code.startswith("pack_unit")]


ERROR = [("pack_unit_clash", "error")]
WARNING = [("pack_unit_clash", "warning")]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        # Money against what is none.
        ("营收 > 人数", ERROR),
        ("营收 >= 面积", ERROR),
        ("营收 = 利率", ERROR),
        ("营收 > 上年", ERROR),
        ("人数 < 500万元", ERROR),
        ("营收 > 30%", ERROR),
        ("利率 <= 4元", ERROR),
        ("count(贷款) > 2万元", ERROR),
        ("月份 > 1万元", ERROR),
        ("营收 + 人数 > 0", ERROR),
        ("营收 - 利率 > 0", ERROR),
        ("营收 * 利率 > 人数", ERROR),
        ("营收 / 人数 > 人数", ERROR),
        ("营收 * 营收 > 营收", ERROR),
        ("营收 between 1 and 人数", ERROR),
        ("营收 in [0..人数]", ERROR),
        ("人数 in (5万元, 6)", ERROR),
        ("min(营收, 人数) > 0", ERROR),
        ("max(税务年报.营业收入) > sum(用工年报.从业人数)", ERROR),
        ("some 报 in 税务年报 satisfies 报.营业收入 > 报.年度", ERROR),
        ("count(税务年报[营业收入 > 年度]) > 0", ERROR),
        ("count(sort(税务年报, function(x, y) x.营业收入 > y.年度)) > 0", ERROR),
        ("{甲: 营收}.甲 > 人数", ERROR),
        ("(for 报 in 税务年报 return 报.营业收入)[1] > 人数", ERROR),
        ("(if 登记.独立法人 then 营收 else 0) > 人数", ERROR),
        ('记录(贷款, "合同编号", "A").本金 > 人数', ERROR),
        ("-营收 < 人数", ERROR),
        ("floor(营收) > abs(人数)", ERROR),
        ("append(税务年报.营业收入, 0)[1] > 人数", ERROR),
        # An area against what is none.
        ("面积 > 人数", ERROR),
        ("面积 > 利率", ERROR),
        # Where a plain number has a part in it, nothing is sure.
        ("营收 * 0.001 > 人数", WARNING),
        ("营收 / 10000 > 人数", WARNING),
        # What goes together.
        ("营收 > 500", []),
        ("营收 > 500万元", []),
        ("营收 / 人数 > 50万元", []),
        ("营收 / 面积 > 50万元", []),
        ("人数 * 2万元 < 营收", []),
        ("人数 * 20000 < 营收", []),
        ("面积 * 30 < 营收", []),
        ("面积 * 30元 < 营收", []),
        ("面积 * 单价 * 月份 < 营收", []),
        ("单价 > 80元", []),
        ("min(单价, 30元) > 0", []),
        ("营收 * 30% > 100万元", []),
        ("营收 / 营收 - 1 > 10%", []),
        ("(营收 - 1000) / 营收 > 0.1", []),
        ("营收 * 利率 / 12 > 5000", []),
        ("人数 > 30%", []),
        ("利率 * 100 > 人数", []),
        ("上年 - 登记.成立日期.year >= 3", []),
        ("人数 > 上年 - 2000", []),
        ("2 * 3 + 1 > 0", []),
        ("营收 != null and 营收 > 0", []),
        ("[1, 2][1] > 营收", []),
        ("营收 ** 2 > 人数", []),
        ("sqrt(营收) > 人数", []),
        ('number("5") > 营收', []),
        ("[1..3].start < 营收", []),
        ("(for n in 1..3 return n * 1万元)[1] < 营收", []),
        ("面积 / 人数 > 10", []),
        ("评价日 - 登记.成立日期 > duration(\"P1D\")", []),
    ],
)  # fmt: skip
def test_units_that_cannot_go_together_are_told_as_sure_as_they_are(
    faults: Faulty, when: str, expected: list[tuple[str, str]]
):
    found = faults(definitions=DEFINITIONS, conditions=[{"label": "a", "when": when}])
    assert clashes(found) == expected
    assert [one for one in found if one.severity == "error" and one.code != "pack_unit_clash"] == []


def test_a_clash_is_told_with_both_units_at_its_place(faults: Faulty):
    definitions = {**DEFINITIONS, "甲": "1 + (营收 + 人数)"}
    (fault,) = faults(definitions=definitions, amount="甲")
    assert fault.refusal.data["column"] == 6
    where = "“1 + (营收 + 人数)”: Line 1, column 6: "
    assert fault.text("en").startswith(
        where + "“+” has money (元) on one side and a number of people (人) on the other; they cannot"
    )
    assert "“+”的一边是金额（元），另一边是人数，不能" in fault.text("zh")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("营收 * 1%", []),
        ("人数 * 1000元", []),
        ("人数 * 1000", []),
        ("500", []),
        ("count(贷款)", [("pack_unit_result", "warning")]),
        ("人数", [("pack_unit_result", "warning")]),
        ("利率", [("pack_unit_result", "warning")]),
        ("营收 * 营收", [("pack_unit_result", "warning")]),
    ],
)
def test_an_amount_that_is_no_money_is_a_warning(faults: Faulty, amount: str, expected: list[tuple[str, str]]):
    assert clashes(faults(definitions=DEFINITIONS, amount=amount)) == expected
    assert clashes(faults(definitions=DEFINITIONS, cap=amount)) == expected


def test_a_factor_that_is_money_is_a_warning(faults: Faulty):
    def found(factor: str) -> list[tuple[str, str]]:
        return clashes(faults(definitions=DEFINITIONS, multipliers=[{"label": "a", "factor": factor}]))

    assert found("营收") == [("pack_unit_result", "warning")]
    assert found("1.3") == found("利率") == found("人数") == []


def scale(unit: str, **bracket: object) -> Data:
    return {"档": {"mode": "whole", "input": unit, "brackets": [{"from": 0, **bracket}], "reference": "一"}}


def test_a_scale_takes_the_unit_of_its_input(faults: Faulty):
    def found(scales: Data, amount: str) -> list[tuple[str, str]]:
        return clashes(faults(definitions=DEFINITIONS, scales=scales, amount=amount))

    assert found(scale("元", rate="10%"), "档(营收)") == []
    assert found(scale("元", rate="10%"), "档(人数)") == ERROR
    assert found(scale("人", rate="3000元"), "档(人数)") == []
    assert found(scale("人", rate="3000元"), "档(营收)") == ERROR
    assert found(scale("", rate="10%"), "档(人数)") == []
    # Money at a rate is money; what written amounts are nobody says.
    assert found(scale("元", rate="10%"), "档(营收) + 人数") == ERROR
    assert found(scale("元", amount="10"), "if 档(营收) > 人数 then 1 else 2") == []
    assert found(scale("人", rate="3000元"), "档(人数) + 营收") == []


def test_parameters_have_the_unit_they_say_or_are_written_with(faults: Faulty):
    def found(unit: str, value: object, when: str) -> list[tuple[str, str]]:
        values = [{"from": "2025-01-01", "value": value, "reference": "一"}]
        around: Data = {"parameters": {"值": {"unit": unit, "values": values}}}
        conditions = [{"label": "a", "when": when}]
        return clashes(faults(around=around, definitions=DEFINITIONS, conditions=conditions))

    assert found("元", 500, "人数 > 值") == ERROR
    assert found("", "500万元", "人数 > 值") == ERROR
    assert found("", 500, "人数 > 值") == []
    assert found("比例", "30%", "营收 * 值 > 500万元") == []
    assert found("比例", "30%", "营收 > 值") == ERROR
    assert found("比例", "30%", '营收 > 参数值("值", 评价日)') == ERROR
    assert found("元/平方米·月", "30元", "面积 * 值 * 月份 < 营收") == []
    assert found("元/平方米·月", "30元", "值 < 单价") == []


def test_cells_are_compared_with_the_unit_of_their_column(faults: Faulty):
    def found(cell: str, output: str = "1万元", amount: str = "表") -> list[tuple[str, str]]:
        tables = {"表": {"inputs": ["人数"], "outputs": ["金额"], "rules": [[cell, output]], "reference": "一"}}
        return clashes(faults(definitions=DEFINITIONS, tables=tables, amount=amount))

    assert found("> 500") == []
    assert found("> 5万元") == ERROR
    assert found("[1..5万元]") == ERROR
    assert found("> 5", "营收 + 人数") == ERROR
    assert found("> 5", "营收", "表() + 人数") == ERROR
    assert found("> 5", "营收", "表() + 营收") == []


def test_tables_with_several_outputs_and_lists_have_units_too(faults: Faulty):
    def found(hit: str, amount: str) -> list[tuple[str, str]]:
        rules = [["-", "营收", "人数"]]
        table = {"inputs": ["上年"], "outputs": ["甲", "乙"], "rules": rules, "reference": "一", "hit": hit}
        return clashes(faults(definitions=DEFINITIONS, tables={"表": table}, amount=amount))

    assert found("U", "表().甲 + 表().乙") == ERROR
    assert found("U", "表().甲 + 营收") == []
    assert found("C", "sum(表().甲) + 人数") == ERROR
    assert found("C", "sum(表().甲) + 营收") == []
    assert found("C#", "表() + 营收") == ERROR


def test_events_have_the_units_of_their_records(faults: Faulty):
    event = {"each": "贷款", "as": "贷", "date": "贷.放款日期", "where": "贷.本金 > 贷.年利率"}
    assert clashes(faults(event=event)) == ERROR
    made = {"each": "[{甲: 1元, 乙: 人数}]", "as": "记", "date": "评价日", "where": "记.甲 > 记.乙"}
    assert clashes(faults(definitions=DEFINITIONS, event=made)) == ERROR
    one = {"each": "登记", "as": "记", "date": "事件.成立日期", "where": "记.注册资本 > count(贷款)"}
    assert clashes(faults(event=one)) == ERROR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("元", (("元", 1),)),
        ("比例", ()),
        ("家", ()),
        ("元/平方米·月", (("元", 1), ("平方米", -1), ("月", -1))),
        ("元/人", (("人", -1), ("元", 1))),
        ("万元", None),
        ("", None),
        ("/月", None),
        ("元/", (("元", 1),)),
    ],
)
def test_units_are_read_as_people_write_them(text: str, expected: tuple[tuple[str, int], ...] | None):
    found = unit_of(text)
    assert (None if found is None else found.powers) == expected


def test_units_are_written_as_they_are_read():
    for text in ("元", "元/平方米·月", "元/人", "平方米"):
        unit = unit_of(text)
        assert unit is not None
        assert unit.text() == text
    assert Unit().text() == ""
    assert Unit((("月", -1),)).text() == "1/月"
    assert Unit((("元", 2),)).text() == "元^2"
    assert Unit((("元", 2),)).words("en") == "元^2"


def test_what_doubles_with_every_level_is_joined_level_by_level():
    def tower(scale: int) -> Quantity:
        found = Quantity(Unit(), scale=scale)
        for _ in range(30):
            found = Quantity(entries={"a": found, "b": found})
        return found

    found = joined((tower(1), tower(2)))
    for _ in range(30):
        assert found.entries is not None
        found = found.entries["a"]
    assert (found.unit, found.scale) == (Unit(), 2)
    deep, other = Quantity(scale=1), Quantity(scale=2)
    for _ in range(500):
        deep, other = Quantity(member=deep), Quantity(member=other)
    assert joined((deep, other)).member is not None


def test_units_are_multiplied_and_divided():
    money, area = Unit((("元", 1),)), Unit((("平方米", 1),))
    price = over(money, area)
    assert times(price, area) == money
    assert over(money, money) == Unit()
    assert differ(price, money)
    some = unit_of_literal("30元")
    assert some is not None
    assert not differ(price, some)
    assert together(price, some) == together(some, price) == price
    assert together(over(money, Unit((("人", 1),))), money) == Unit((("元", 1),), open=True)
