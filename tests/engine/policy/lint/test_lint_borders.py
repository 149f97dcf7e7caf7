"""Conditions and the tables behind them must agree, on every day on which a value changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.lint.lint_examples import reviewed, sections

from yanlian.engine.policy import Fault


def growth(folder: Path, condition: str, rules: list[list[object]], **around: object) -> list[Fault]:
    """The real case of the page, with another condition or other rows."""
    _, example = sections()["lint_border"]
    clause, tables = example["clause"], example["tables"]
    assert isinstance(clause, Mapping)
    assert isinstance(tables, Mapping)
    changed = {**clause, "conditions": [{"label": "增长", "when": condition}]}
    table = {**tables["增长奖励"], "rules": rules}
    found = reviewed(folder, {"clause": changed, "tables": {"增长奖励": table}, **around})
    return [fault for fault in found if fault.code in {"lint_border", "lint_row_shut_out"}]


ROWS = [["[40%..60%)", 50], [">= 60%", 100]]


def test_a_gate_over_forty_percent_before_a_table_from_forty_percent_on_contradicts_itself(tmp_path: Path):
    (found,) = growth(tmp_path, "增长率 > 40%", ROWS)
    assert found.code == "lint_border"
    assert found.text("zh").startswith("边界值40%：规则“增长”不含，“增长奖励”含。")


@pytest.mark.parametrize(
    ("condition", "rules", "codes"),
    [
        ("增长率 >= 40%", ROWS, []),
        ("增长率 > 40%", [["(40%..60%)", 50], [">= 60%", 100]], []),
        ("增长率 >= 40%", [["(40%..60%)", 50], [">= 60%", 100]], ["lint_border"]),
        ("40% < 增长率", ROWS, ["lint_border"]),
        ("增长率 > 0.5", ROWS, []),
        ("增长率 <= 60%", [["[0..60%)", 50], [">= 60%", 100]], ["lint_border"]),
        ("增长率 < 60%", ROWS, ["lint_row_shut_out"]),
        ("增长率 between 60% and 80%", ROWS, ["lint_row_shut_out"]),
        ("not(增长率 > 40%)", ROWS, []),
        ("增长率 > 40% or 本年 > 1亿元", ROWS, []),
    ],
)
def test_borders_agree_or_are_told(tmp_path: Path, condition: str, rules: list[list[object]], codes: list[str]):
    assert [fault.code for fault in growth(tmp_path, condition, rules)] == codes


def test_a_gate_that_moves_with_the_years_is_compared_on_each_of_its_days(tmp_path: Path):
    values = [
        {"from": date(2025, 1, 1), "value": "45%", "reference": "一"},
        {"from": date(2026, 1, 1), "value": "40%", "reference": "二"},
    ]
    gate = {"parameters": {"门槛": {"unit": "比例", "values": values}}}
    found = growth(tmp_path / "a", "增长率 > 门槛", ROWS, **gate)
    assert [fault.code for fault in found] == ["lint_border"]
    assert growth(tmp_path / "b", "增长率 >= 门槛", ROWS, **gate) == []


def test_a_scale_takes_its_first_border_in(tmp_path: Path):
    scale = {"mode": "whole", "brackets": [{"from": "1000万元", "rate": "5%"}], "reference": "二", "input": "元"}
    clause = {
        "event": None,
        "definitions": {"研发": "税务年报[年度 = 上年][1].研发费用"},
        "conditions": [{"label": "研发超过1000万元", "when": "研发 > 1000万元"}],
        "amount": "补助(研发)",
    }
    found = reviewed(tmp_path, {"clause": clause, "scales": {"补助": scale}})
    assert "lint_border" in [fault.code for fault in found]


def test_a_table_with_parameters_in_its_cells_is_examined_on_every_day_on_which_one_changes(tmp_path: Path):
    values = [
        {"from": date(2025, 1, 1), "value": "300万元", "reference": "一"},
        {"from": date(2026, 1, 1), "value": "200万元", "reference": "二"},
    ]
    table = {
        "inputs": ["税务年报[年度 = 上年][1].营业收入"],
        "outputs": ["金额"],
        "rules": [["< 300万元", "1"], [">= 门槛", "2"]],
        "reference": "三",
    }
    around = {"parameters": {"门槛": {"unit": "元", "values": values}}, "tables": {"标准": table}}
    found = reviewed(tmp_path, {"clause": {"event": None, "amount": "标准"}, **around})
    (overlap,) = [fault for fault in found if fault.code.startswith("table_")]
    assert overlap.code == "table_overlap"
    assert "标准（自 2026-01-01）" in overlap.text("zh")
