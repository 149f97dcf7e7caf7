"""Clauses in the kernel, each fact by itself against the interpreter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
from tests.engine.policy.lower.made_facts import FACTS
from tests.engine.policy.tiny_packs import Data, clause, document, written
from tests.engine.stream.kernel_kit import both

from yanlian.engine.dossier import Coverage, load_schema
from yanlian.engine.dossier.arrow import dossier_schema

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期"}


def outcomes(folder: Path, clauses: list[Data], rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """What both say of these clauses."""
    made = both(written(folder, document(*clauses), facts=FACTS), Coverage(everything=True))
    whole = [{"id": f"E{n}", "name": "某", "kind": "enterprise", **row} for n, row in enumerate(rows)]
    batch = pa.RecordBatch.from_pylist(whole, schema=dossier_schema(load_schema(FACTS)))
    ours, theirs = made.kernel(batch), made.interpreter(batch)
    assert ours.to_pylist() == theirs.to_pylist()
    return theirs.to_pylist()


def title(day: date) -> dict[str, object]:
    return {"science_title": [{"number": "1", "issued_on": day}], "made_one": {"year": 2019}}


def test_a_clause_with_an_event_may_belong_to_a_year_of_its_own(tmp_path):
    periods = ("甲表.年份", "once", "上年", "证.认定日期.year - 1")
    clauses = [clause(id=f"T-{n}", event=EVENT, period=one) for n, one in enumerate(periods)]
    found = outcomes(tmp_path, clauses, [title(date(2025, 3, 1))])
    assert [one["period"] for one in found] == ["2019", "once", "2024", "2024"]


def test_a_group_cap_holds_only_where_a_clause_that_bears_it_applies(tmp_path):
    cap = {"label": "组限", "over": "group", "per": "year", "name": "甲组", "amount": "30元"}
    clauses = [
        clause(id="T-1", event=EVENT, caps=[cap], stacking={"group": "甲组"}, amount="1元"),
        clause(id="T-2", stacking={"group": "甲组"}, amount="登记.注册资本"),
    ]
    rows = [{"registration": {"capital": 5000}, **more} for more in ({}, title(date(2025, 3, 1)))]
    found = outcomes(tmp_path, clauses, rows)
    assert [one["amount_fen"] for one in found if one["clause"] == "T-2"] == [5000, 3000]


def test_an_amount_that_no_budget_has_is_for_a_person_to_look_at(tmp_path):
    factor = {"label": "倍", "factor": "登记.实缴资本 / 1元"}
    clauses = [clause(amount="登记.注册资本", multipliers=[factor]), clause(id="T-2", amount="登记.注册资本")]
    rows = [{"registration": {"capital": 10**16, "paid_in": paid}} for paid in (100, 10**4, 10**16)]
    found = outcomes(tmp_path, clauses, rows)
    assert [one["kind"] for one in found if one["clause"] == "T-01"] == ["eligible", "eligible", "manual"]


def test_clauses_that_are_left_together_are_told_once_although_one_does_not_apply(tmp_path):
    odd = "median([登记.注册资本, 100, 200])"
    clauses = [
        clause(id="T-1", subject=["enterprise"], amount="登记.注册资本", stacking={"group": "甲组"}),
        clause(id="T-2", subject=["park"], amount="1元", stacking={"group": "甲组"},
            caps=[{"label": "限", "over": "clause", "per": "year", "amount": odd}]),
    ]  # fmt: skip
    rows = [{"registration": {"capital": 5000}}, {"registration": {"capital": 5000}, "kind": "park"}]
    assert len(outcomes(tmp_path, clauses, rows)) == 4


def test_a_table_that_chooses_no_row_has_no_columns_either(tmp_path):
    rules = [["> 100", "5", '"大"']]
    table = {"hit": "F", "inputs": ["登记.注册资本"], "outputs": ["金额", "名"], "rules": rules, "incomplete": "试"}
    rows = [{"registration": {"capital": capital}} for capital in (1, 10_000, 10_001)]
    found = outcomes(tmp_path, [clause(amount="表().金额", tables={"表": table})], rows)
    assert [one["kind"] for one in found] == ["manual", "manual", "eligible"]
