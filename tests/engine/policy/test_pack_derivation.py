"""A derivation is complete: rows of tables that were tried, limits that took nothing away, payments behind a top-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.engine.dossier import Coverage, row_of_case
from yanlian.engine.policy import Evaluator, Explanation, explain, load_packs, render_text

TABLE = {"标准": {"hit": "F", "inputs": ["登记.注册资本", "登记.独立法人"], "outputs": ["金额"], "reference": "附表",
    "rules": [[">= 1000", "true", "30"], [">= 100", "-", "10"], ["-", "-", "1"]]}}  # fmt: skip


def explained(folder: Path, facts: Mapping[str, object], **keys: object) -> Explanation:
    packs = load_packs([written(folder, document(clause(**keys)))])
    row = row_of_case(packs.schema, facts, "enterprise")
    return explain(Evaluator(packs, AS_OF), row, Coverage(everything=True), "T-01")


def test_every_row_of_a_table_is_shown_with_the_cells_that_kept_it_from_firing(tmp_path):
    found = explained(tmp_path, {"登记": {"注册资本": 500, "独立法人": True}}, tables=TABLE, amount="标准")
    (table,) = found.steps[0].used.tables
    assert (table.row, table.tried.inputs) == (2, (("登记.注册资本", "500"), ("登记.独立法人", "true")))
    assert [(row.number, row.verdicts, row.fired) for row in table.tried.rows] == [
        (1, ("not_met", "met"), False),
        (2, ("met", "any"), True),
        (3, ("any", "any"), False),
    ]
    text = render_text(found)
    assert "第1行 × >= 1000" in text
    assert "第3行 未轮到" in text


def test_an_input_that_nobody_delivered_leaves_rows_unknown(tmp_path):
    found = explained(tmp_path, {"登记": {"注册资本": "未知", "独立法人": True}}, tables=TABLE, amount="标准")
    (table,) = found.steps[0].used.tables
    assert table.tried.rows[0].verdicts == ("unknown", "met")


def test_a_long_table_is_listed_to_a_limit_and_says_how_many_rows_are_left_out(tmp_path):
    rules = [[f"{n}", "1"] for n in range(45)]
    tables = {"长表": {"hit": "F", "inputs": ["登记.注册资本"], "outputs": ["金额"], "reference": "一", "rules": rules,
        "incomplete": "试"}}  # fmt: skip
    found = explained(tmp_path, {"登记": {"注册资本": 3}}, tables=tables, amount="长表")
    (table,) = found.steps[0].used.tables
    assert (len(table.tried.rows), table.tried.more) == (40, 5)


@pytest.mark.parametrize(("limit", "before", "after"), [("500元", None, None), ("60元", 10_000, 6_000)])
def test_a_cap_is_shown_whether_it_takes_something_away_or_not(tmp_path, limit, before, after):
    caps = [{"label": "每年最高", "over": "clause", "per": "year", "amount": limit}]
    found = explained(tmp_path, {}, caps=caps)
    (line,) = found.limits
    assert (line.kind, line.over, line.per, line.from_fen, line.to_fen) == ("cap", "clause", "year", before, after)
    assert ("未减少" in render_text(found)) is (before is None)


def test_a_stacking_group_without_a_rival_takes_nothing_away(tmp_path):
    found = explained(tmp_path, {}, stacking={"group": "甲组"})
    assert [(line.kind, line.label, line.from_fen) for line in found.limits] == [("stacking", "甲组", None)]
    assert "takes nothing away" in render_text(found, "en")


def test_the_payments_that_a_top_up_takes_off_are_shown(tmp_path):
    paid = [{"支付编号": "P1", "条款": "T-01", "事项": "", "级别": "区级", "所属年度": 2024, "金额": 30,
        "支付日期": date(2025, 2, 1)}]  # fmt: skip
    found = explained(tmp_path, {"兑付记录": paid}, top_up=True)
    step = next(step for step in found.steps if step.kind == "top_up")
    assert ("兑付记录.金额", "30") in {(fact.name, fact.value) for fact in step.used.facts}


def test_records_are_named_by_their_kind_and_key_and_not_written_out(tmp_path):
    facts = {"税务年报": [{"年度": 2024, "营业收入": 5}]}
    found = explained(
        tmp_path,
        facts,
        definitions={"报表": "税务年报[年度 = 上年]"},
        conditions=[{"label": "有", "when": "count(报表) > 0"}],
    )
    (term,) = found.rules[0].used.terms
    assert term.value == "[税务年报[2024]]"
