"""Gaps and overlaps of packs' tables: inputs take their kinds and allowed values from the fact schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tiny_packs import Data

from yanlian.engine.policy import Fault

Faulty = Callable[..., list[Fault]]


def told(found: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.code, fault.severity) for fault in found if fault.code.startswith("table_")]


def table(inputs: list[str], rules: list[list[str]], **keys: object) -> Data:
    outputs = ["a"] * (len(rules[0]) - len(inputs))
    return {"表": {"inputs": inputs, "outputs": outputs, "rules": rules, "reference": "一", **keys}}


EVENT: Data = {"each": "科技资质", "as": "证", "date": "证.认定日期"}


def test_rows_that_overlap_with_different_results_are_an_error_at_the_line_of_the_later_row(faults: Faulty):
    rules = [["<= 500万元", "1"], [">= 500万元", "2"]]
    (found,) = [f for f in faults(tables=table(["税务年报[1].营业收入"], rules)) if f.code == "table_overlap"]
    assert found.severity == "error"
    assert found.clause == "T-01"
    assert found.text("zh").startswith("表“表”：第1行与第2行重叠：例如 税务年报[1].营业收入=500万元 时两行都成立")
    assert told(faults(tables=table(["税务年报[1].营业收入"], [rules[0], [">= 500万元", "1"]]))) == [
        ("table_overlap_same", "warning")
    ]


def test_a_gap_is_a_warning_until_the_table_explains_it(faults: Faulty):
    rules = [["<= 500万元", "1"]]
    inputs = ["税务年报[1].营业收入"]
    assert told(faults(tables=table(inputs, rules))) == [("table_gap", "warning")]
    assert told(faults(tables=table(inputs, rules, incomplete="大企业另有办法"))) == []
    assert told(faults(tables=table(inputs, rules, hit="C+"))) == []
    many = [[str(i), str(i), "1"] for i in range(25)]
    assert told(faults(tables=table(["1 + 1", "2 + 2"], many, incomplete="其他不奖"))) == []


@pytest.mark.parametrize(
    ("inputs", "rules", "expected"),
    [
        # Listed values are all there are.
        (["证.级别"], [['"国家级", "省级"'], ['"市级"'], ['"区级"']], []),
        (["证.级别"], [['"国家级", "省级"'], ['"市级"']], ["table_gap"]),
        # A flag has two.
        (["证.重新认定"], [["true"], ["false"]], []),
        # Counts and years are whole and not negative; so are areas not negative.
        (["用工年报[1].从业人数"], [["0"], ["[1..300)"], [">= 300"]], []),
        (["用工年报[-1].年度"], [["<= 2024"], [">= 2025"]], []),
        (["房屋租赁[1].面积"], [["< 0"], ["-"]], ["table_never_true"]),
        # Dates have nothing between two days.
        (["证.认定日期"], [['<= date("2024-12-31")'], ['>= date("2025-01-01")']], []),
        # Sums of money may be negative.
        (["税务年报[1].营业收入"], [["< 0"], [">= 0"]], []),
        # One record or the beneficiary itself; through definitions, too.
        (["登记.独立法人"], [["true"], ["false"]], []),
        (["主体类型"], [['"enterprise"'], ['"institution", "person", "park"']], []),
        (["级"], [['"国家级", "省级"'], ['"市级", "区级"']], []),
        (["上年报表.年度"], [["<= 2024"], [">= 2025"]], []),
        # What is no single field of a record takes its kind from the tests.
        (['科技资质[1].级别 + ""'], [['"国家级", "省级"'], ['"市级", "区级"']], ["table_gap"]),
        (["count(科技资质)"], [["< 1"], [">= 1"]], []),
        # What only the facts decide is told.
        (["证.级别"], [["证.类别"], ["-"]], ["table_not_examined_name"]),
    ],
)
def test_what_the_schema_says_of_an_input(
    faults: Faulty, inputs: list[str], rules: list[list[str]], expected: list[str]
):
    found = faults(
        event=EVENT,
        definitions={"级": "证.级别", "上年报表": "税务年报[年度 = 上年][1]"},
        tables=table(inputs, [[*row, "1"] for row in rules], hit="F"),
    )
    assert [fault.code for fault in found if fault.severity == "error"] == []
    assert [code for code, _ in told(found)] == expected
