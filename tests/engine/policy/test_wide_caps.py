"""Caps over a department or over listed clauses, and clauses that a cap leaves out."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, codes, document, run, written

from yanlian.engine.policy import check_pack, load_packs

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}


def cap(over, amount, per="year", **more):
    return {"label": "限", "over": over, "per": per, "amount": amount, **more}


def ruled(*caps):
    return {"subject": ["enterprise"], "caps": list(caps)}


@pytest.fixture
def all_of(tmp_path):
    def amounts(*documents, facts=None):
        packs = load_packs([written(tmp_path, *documents)])
        return {one.clause: one.amount_fen for one in run(packs, facts or {}, AS_OF)}

    return amounts


def test_a_cap_over_a_department_holds_over_its_clauses_in_all_documents_of_the_pack(all_of):
    first = document(clause(id="A"), clause(id="B", department="ind"), rules=ruled(cap("department", "120")))
    second = document(clause(id="C"), clause(id="D", department="tax"), document={"id": "U"})
    # sci: A and C share 120; ind: B alone has 120; the department of D has no cap.
    assert all_of(first, second) == {"A": 10000, "B": 10000, "C": 2000, "D": 10000}


def test_a_cap_over_a_department_holds_when_the_clause_that_says_so_does_not_apply(all_of):
    silent = clause(id="A", event=EVENT, caps=[cap("department", "120")])
    assert all_of(document(silent, clause(id="B"), clause(id="C"))) == {"A": 0, "B": 10000, "C": 2000}


def test_a_cap_over_listed_clauses_and_documents_holds_over_them_alone(all_of):
    first = document(clause(id="A", caps=[cap(["A", "U"], "150")]), clause(id="B"))
    second = document(clause(id="C"), clause(id="D"), document={"id": "U"})
    assert all_of(first, second) == {"A": 10000, "B": 10000, "C": 5000, "D": 0}


def test_a_clause_may_leave_a_wide_cap_of_its_document_by_its_label(all_of):
    rules = ruled(cap("department", "120"))
    found = all_of(document(clause(id="A"), clause(id="B", without=["限"]), clause(id="C"), rules=rules))
    assert found == {"A": 10000, "B": 10000, "C": 2000}


@pytest.mark.parametrize("over", ["document", "department", ["T"]])
def test_what_a_cap_excepts_neither_counts_nor_is_cut(all_of, over):
    rules = ruled(cap(over, "120", **{"except": ["B"]}))
    found = all_of(document(clause(id="A"), clause(id="B"), clause(id="C"), rules=rules))
    assert found == {"A": 10000, "B": 10000, "C": 2000}


def test_a_cap_over_a_group_may_except_a_clause_of_its_stacking_group(all_of):
    rules = ruled(cap("group", "60", name="甲", **{"except": ["B"]}))
    stacked = {"stacking": {"group": "甲", "per": "matter"}, "event": {**EVENT}}
    facts = {"科技资质": [{"证书编号": n, "认定日期": date(2025, 3, 1)} for n in "12"]}
    only = {"event": {**EVENT, "where": '证.证书编号 = "1"'}, "stacking": {"group": "甲", "per": "matter"}}
    del stacked["event"]
    found = all_of(document(clause(id="A", **stacked), clause(id="B", amount="90", **only), rules=rules), facts=facts)
    assert found == {"A": 6000, "B": 9000}


PAID = {"支付编号": "P", "事项": "别的", "级别": "区级", "所属年度": 2025, "金额": 70, "支付日期": date(2025, 6, 1)}


@pytest.mark.parametrize(("paid", "fen"), [("C", 5000), ("B", 10000), ("D", 10000)])
def test_payments_count_for_all_clauses_that_a_wide_cap_holds_over_and_for_no_other(all_of, paid, fen):
    listed = cap(["A", "B", "C"], "120", **{"except": ["B"]})
    # C gives nothing this time: there is no event.
    clauses = [clause(id="A", caps=[listed]), clause(id="B"), clause(id="C", event=EVENT), clause(id="D")]
    assert all_of(document(*clauses), facts={"兑付记录": [{**PAID, "条款": paid}]})["A"] == fen


def test_a_document_cap_with_exceptions_ignores_what_was_paid_for_them(all_of):
    rules = ruled(cap("document", "120", **{"except": ["B"]}))
    paid = {"兑付记录": [{**PAID, "条款": "B"}]}
    assert all_of(document(clause(id="A"), clause(id="B"), rules=rules), facts=paid) == {"A": 10000, "B": 10000}


def test_the_formula_of_a_wide_cap_is_read_where_each_clause_stands(all_of, tmp_path):
    share = cap(["T", "U"], "登记.注册资本 * 0.8%")
    first, second = document(clause(id="A", caps=[share])), document(clause(id="C"), document={"id": "U"})
    assert all_of(first, second, facts={"登记": {"注册资本": 15000}}) == {"A": 10000, "C": 2000}
    named = document(clause(id="A", caps=[cap(["T", "U"], "本限")]), definitions={"本限": "120"})
    [fault] = [one for one in check_pack(written(tmp_path / "b", named, second)) if one.severity == "error"]
    assert (fault.code, fault.file, fault.clause) == ("pack_name_unknown", "d0.yaml", "C")


@pytest.mark.parametrize(
    ("written_cap", "code"),
    [
        (cap(["A", "X"], "1"), "pack_clause_unknown"),
        (cap("document", "1", **{"except": ["X"]}), "pack_clause_unknown"),
        (cap("clause", "1", **{"except": ["A"]}), "pack_contradiction"),
        (cap("department", "1", name="甲"), "pack_cap_group"),
        (cap("district", "1"), "pack_word"),
    ],
)
def test_faults_of_wide_caps(tmp_path, written_cap, code):
    found = check_pack(written(tmp_path, document(clause(id="A", caps=[written_cap]))))
    assert codes(found) == [code]
