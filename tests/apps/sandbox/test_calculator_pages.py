"""The calculator: anybody, nothing stored, what is not typed is unknown; the same answer by page, API and command."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.apps.policies.ten_firms import make_district

from yanlian.apps.people.models import AuditEntry
from yanlian.apps.sandbox import rate
from yanlian.base.refusal import Refused
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.calculator import calculate, facts_asked

AS_OF = date(2025, 12, 31)


@pytest.fixture
def visitor(db, tmp_path, settings) -> Client:
    make_district(tmp_path, settings)
    rate._asked.clear()
    return Client()


@pytest.fixture
def packs(tmp_path, settings, visitor):
    return load_packs([tmp_path / "packs" / "t"])


def form(**typed: str) -> dict[str, str]:
    return {"clause": "T-2025-01", "as_of": AS_OF.isoformat(), "kind": "enterprise", **typed}


def test_a_stranger_types_figures_and_sees_the_amount(visitor):
    page = visitor.get(reverse("calculator"), {"clause": "T-2025-01", "as_of": AS_OF.isoformat()}).content.decode()
    assert 'name="tax_year:0:rd_deduction"' in page
    typed = {"tax_year:0:year": "2024", "tax_year:0:rd_deduction": "200万元"}
    answer = visitor.post(reverse("calculator"), form(**typed)).content.decode()
    assert "¥200,000.00" in answer
    assert AuditEntry.objects.count() == 0


def test_what_is_not_typed_is_unknown_and_what_is_none_is_not(visitor):
    answer = visitor.post(reverse("calculator"), form()).content.decode()
    assert "税务年报" in answer
    assert 'class="status status-warn"' in answer
    answer = visitor.post(reverse("calculator"), form(**{"tax_year:state": "none"})).content.decode()
    assert 'class="status status-warn"' not in answer


def test_a_wrong_value_is_told_and_the_form_stays(visitor):
    typed = {"tax_year:0:year": "2024", "tax_year:0:rd_deduction": "很多"}
    answer = visitor.post(reverse("calculator"), form(**typed)).content.decode()
    assert "很多" in answer
    assert 'role="alert"' in answer


def test_one_that_misses_the_threshold_is_told_what_is_lacking(visitor):
    typed = {"tax_year:0:year": "2024", "tax_year:0:rd_deduction": "9000元"}
    answer = visitor.post(reverse("calculator"), form(**typed)).content.decode()
    assert "途径1" in answer


def test_too_many_questions_from_one_address_are_refused():
    rate._asked.clear()
    for n in range(rate.A_MINUTE):
        rate.count("10.0.0.1", now=float(n) / 10)
    with pytest.raises(Refused, match="calculator_often"):
        rate.count("10.0.0.1", now=30.0)
    rate.count("10.0.0.2", now=30.0)
    rate.count("10.0.0.1", now=61.0)


def test_the_interface_answers_the_same(visitor):
    given = {
        "facts": {"税务年报": [{"年度": 2024, "研发费用": "200万元"}]},
        "as_of": AS_OF.isoformat(),
        "clauses": ["T-2025-01"],
        "why": True,
    }
    answer = visitor.post("/api/v1/calculate", json.dumps(given), content_type="application/json")
    assert answer.status_code == 200, answer.content
    data = answer.json()
    assert data["total"] == {"fen": 20_000_000, "yuan": "200000.00"}
    assert "研发费用" in data["outcomes"][0]["why"]


def test_facts_that_are_not_named_are_unknown_but_earlier_payments_are_none(packs):
    found = calculate(packs, {}, AS_OF)
    (one,) = [one for one in found.outcomes if one.clause == "T-2025-01"]
    assert one.kind == "unknown"
    assert {missing["fact"] for missing in one.reason["missing"]} <= {"税务年报", "税务年报.研发费用"}


def test_a_form_asks_for_what_the_clause_reads(packs):
    asked = facts_asked(packs.clause("T-2025-01"), packs.schema)
    assert [one.kind.zh for one in asked] == ["税务年报"]
    assert {field.zh for field in asked[0].fields} == {"年度", "研发费用"}


def test_a_clause_that_there_is_not_is_refused(packs):
    with pytest.raises(Refused, match="clause_unknown"):
        calculate(packs, {}, AS_OF, clauses=["nothing"])
