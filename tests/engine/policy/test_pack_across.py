"""Stacking and caps over several outcomes of one beneficiary, earlier payments included."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, run, written

from yanlian.engine.dossier import Coverage, Delivery
from yanlian.engine.policy import Evaluator, load_packs

UNKNOWN = [{"label": "缺", "when": "登记.独立法人"}]
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}


@pytest.fixture
def all_of(tmp_path):
    def outcomes(*clauses, facts=None, as_of=AS_OF, **around):
        packs = load_packs([written(tmp_path, document(*clauses, **around))])
        return run(packs, facts or {"登记": {"独立法人": "未知"}}, as_of)

    return outcomes


def amounts(outcomes):
    return {one.clause: one.amount_fen for one in outcomes}


def group(name="甲", per=None):
    return {"group": name, **({"per": per} if per else {})}


def cap(over, per, amount, **more):
    return {"label": "限", "over": over, "per": per, "amount": amount, **more}


# Stacking


def test_only_the_highest_of_a_group_counts_and_the_others_say_by_what_they_were_replaced(all_of):
    found = all_of(
        clause(id="A", amount="50", stacking=group()),
        clause(id="B", amount="80", stacking=group()),
        clause(id="C", amount="70", stacking=group("乙")),
    )
    assert amounts(found) == {"A": 0, "B": 8000, "C": 7000}
    loser = found[0]
    assert (loser.kind, loser.clause_fen) == ("eligible", 5000)
    assert loser.reason["reduced"] == [{"by": "stacking", "label": "甲", "from_fen": 5000, "to_fen": 0, "winner": "B"}]


def test_a_tie_goes_to_the_clause_that_stands_first(all_of):
    found = all_of(clause(id="B", amount="50", stacking=group()), clause(id="A", amount="50", stacking=group()))
    assert amounts(found) == {"B": 5000, "A": 0}


def test_groups_are_per_year_unless_declared(all_of):
    last_year = clause(id="A", amount="50", period="上年", stacking=group())
    assert amounts(all_of(last_year, clause(id="B", amount="80", stacking=group()))) == {"A": 5000, "B": 8000}
    life = group(per="life")
    found = all_of({**last_year, "stacking": life}, clause(id="B", amount="80", stacking=life))
    assert amounts(found) == {"A": 0, "B": 8000}


def test_a_group_per_matter_compares_what_is_paid_for_the_same_matter(all_of):
    titles = [{"证书编号": n, "认定日期": date(2025, 3, 1)} for n in ("1", "2")]
    same = {"event": EVENT, "stacking": group(per="matter")}
    other = {"event": {**EVENT, "where": '证.证书编号 = "2"'}, "stacking": group(per="matter")}
    found = all_of(
        clause(id="A", amount="50", **same), clause(id="B", amount="80", **other), facts={"科技资质": titles}
    )
    assert [(o.clause, o.matter, o.amount_fen) for o in found] == [("A", "1", 5000), ("A", "2", 0), ("B", "2", 8000)]


def test_a_group_reaches_over_the_documents_of_a_pack(tmp_path):
    first = document(clause(id="A", amount="50", stacking=group()))
    second = document(clause(id="B", amount="80", stacking=group()), document={"id": "U"})
    packs = load_packs([written(tmp_path, first, second)])
    assert amounts(run(packs, {})) == {"A": 0, "B": 8000}


def test_an_undecided_rival_leaves_the_winner_provisional(all_of):
    found = all_of(
        clause(id="A", amount="50", stacking=group()),
        clause(id="B", amount="80", conditions=UNKNOWN, stacking=group()),
    )
    assert [(o.kind, o.amount_fen) for o in found] == [("eligible", 5000), ("unknown", 0)]
    assert found[0].reason["provisional"] == ["B"]


# Caps


def test_a_cap_over_the_document_cuts_the_later_clauses(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("document", "year", "120")]}
    found = all_of(clause(id="A", amount="100"), clause(id="B", amount="100"), clause(id="C", amount="1"), rules=rules)
    assert amounts(found) == {"A": 10000, "B": 2000, "C": 0}
    assert found[1].reason["reduced"] == [{"by": "cap", "label": "限", "from_fen": 10000, "to_fen": 2000}]
    assert found[2].kind == "eligible"


def test_a_cap_over_the_clause_given_by_the_document_holds_for_each_clause_alone(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("clause", "year", "80")]}
    assert amounts(all_of(clause(id="A"), clause(id="B"), rules=rules)) == {"A": 8000, "B": 8000}
    free = clause(id="B", without=["限"])
    assert amounts(all_of(clause(id="A"), free, rules=rules)) == {"A": 8000, "B": 10000}


def test_a_cap_over_a_group_holds_over_the_clauses_that_name_it(all_of):
    shared = [cap("group", "year", "120", name="流片")]
    found = all_of(clause(id="A", caps=shared), clause(id="B"), clause(id="C", caps=shared))
    assert amounts(found) == {"A": 10000, "B": 10000, "C": 2000}


def test_a_cap_given_by_the_document_over_a_group_holds_over_its_stacking_group(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("group", "life", "60", name="甲")]}
    found = all_of(clause(id="A", stacking=group()), clause(id="B"), rules=rules)
    assert amounts(found) == {"A": 6000, "B": 10000}


def test_a_cap_counts_years_and_matters_apart(all_of):
    titles = [{"证书编号": n, "认定日期": day} for n, day in (("1", date(2025, 3, 1)), ("2", date(2025, 4, 1)))]
    matter = clause(event=EVENT, caps=[cap("clause", "matter", "60")])
    assert [o.amount_fen for o in all_of(matter, facts={"科技资质": titles})] == [6000, 6000]
    year = clause(event=EVENT, caps=[cap("clause", "year", "160")])
    assert [o.amount_fen for o in all_of(year, facts={"科技资质": titles})] == [10000, 6000]


def test_a_cap_may_be_a_formula_and_is_never_exceeded_by_a_fraction(all_of):
    facts = {"登记": {"注册资本": "333.33"}}
    found = all_of(clause(caps=[cap("clause", "year", "登记.注册资本 * 0.8%")]), facts=facts)
    assert found[0].amount_fen == 266


def test_an_unknown_cap_leaves_the_outcome_unknown_and_a_null_one_to_a_person(all_of):
    unknown = clause(caps=[cap("clause", "year", "登记.注册资本")])
    assert all_of(unknown, facts={"登记": {"注册资本": "未知"}})[0].kind == "unknown"
    assert all_of(unknown, facts={"登记": None})[0].kind == "manual"


PAID = {
    "支付编号": "P",
    "条款": "T-01",
    "事项": "",
    "级别": "区级",
    "所属年度": 2024,
    "金额": 70,
    "支付日期": date(2024, 6, 1),
}


@pytest.mark.parametrize(
    ("per", "payment", "fen"),
    [
        ("life", {}, 5000),
        ("year", {}, 10000),
        ("year", {"所属年度": 2025, "事项": "别的"}, 5000),
        # The payment of the outcome itself does not count against it.
        ("year", {"所属年度": 2025}, 10000),
        ("life", {"所属年度": 2025}, 10000),
        ("life", {"条款": "别的"}, 10000),
        ("life", {"金额": 500}, 0),
    ],
)
def test_earlier_payments_count_against_caps(all_of, per, payment, fen):
    facts = {"兑付记录": [{**PAID, **payment}]}
    assert all_of(clause(caps=[cap("clause", per, "120")]), facts=facts)[0].amount_fen == fen


def test_payments_of_the_whole_document_count_against_its_cap(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("document", "life", "120")]}
    facts = {"兑付记录": [{**PAID, "条款": "B"}]}
    refused = clause(id="B", conditions=[{"label": "假", "when": "false"}])
    assert amounts(all_of(clause(id="A"), refused, facts=facts, rules=rules)) == {"A": 5000, "B": 0}


def test_payments_nobody_delivered_leave_a_capped_outcome_unknown(tmp_path):
    packs = load_packs([written(tmp_path, document(clause(caps=[cap("clause", "life", "120")])))])
    row = {"id": "E", "kind": "enterprise"}
    since_the_document = Coverage([Delivery("payment", date(2025, 1, 1), AS_OF, complete=True)])
    assert Evaluator(packs, AS_OF).evaluate(row, since_the_document)[0].kind == "eligible"
    half = Coverage([Delivery("payment", date(2025, 6, 1), AS_OF, complete=True)])
    [found] = Evaluator(packs, AS_OF).evaluate(row, half)
    assert (found.kind, {m["holder"] for m in found.reason["missing"]}) == ("unknown", {"fin"})


def test_an_undecided_clause_before_it_leaves_a_capped_outcome_provisional(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("document", "year", "120")]}
    found = all_of(clause(id="A", conditions=UNKNOWN), clause(id="B"), rules=rules)
    assert (found[1].amount_fen, found[1].reason["provisional"]) == (10000, ["A"])


def test_stacking_comes_before_caps(all_of):
    rules = {"subject": ["enterprise"], "caps": [cap("document", "year", "90")]}
    found = all_of(clause(id="A", amount="50", stacking=group()), clause(id="B", stacking=group()), rules=rules)
    assert amounts(found) == {"A": 0, "B": 9000}
