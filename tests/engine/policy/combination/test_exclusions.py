"""Clauses that exclude or need each other: who is given what, what was paid before, what is not decided."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, run, written

from yanlian.engine.dossier import Coverage, Delivery
from yanlian.engine.policy import Evaluator, load_packs

UNKNOWN = [{"label": "缺", "when": "登记.独立法人"}]
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}


def outcomes_of(folder, *clauses, rules, facts=None, documents=(), **around):
    own = document(*clauses, rules={"subject": ["enterprise"], "exclusions": list(rules), **around})
    packs = load_packs([written(folder, own, *documents)])
    found = run(packs, {"登记": {"独立法人": "未知"}, **(facts or {})}, AS_OF)
    return {one.clause: one for one in found} if len({one.clause for one in found}) == len(found) else found


@pytest.fixture
def outcomes(tmp_path):
    def found(*clauses, **keys):
        return outcomes_of(tmp_path, *clauses, **keys)

    return found


@pytest.fixture
def amounts(outcomes):
    def found(*clauses, **keys):
        return {one: outcome.amount_fen for one, outcome in outcomes(*clauses, **keys).items()}

    return found


def not_together(*entries, **more):
    return {"label": "不得同享", "not_together": list(entries), **more}


def fen(**amounts_):
    """Clauses with these amounts in yuan."""
    return [clause(id=one, amount=str(amount)) for one, amount in amounts_.items()]


# Choosing


def test_of_clauses_that_exclude_each_other_the_one_worth_most_is_given(amounts):
    assert amounts(*fen(A=50, B=80, C=70, D=10), rules=[not_together("A", "B", "C")]) == {
        "A": 0,
        "B": 8000,
        "C": 0,
        "D": 1000,
    }


def test_one_high_amount_gives_way_to_two_that_are_more_together(amounts):
    rules = [{"label": "C 排他", "clause": "C", "only_without": ["A", "B"]}]
    assert amounts(*fen(A=50, B=60, C=100), rules=rules) == {"A": 5000, "B": 6000, "C": 0}
    assert amounts(*fen(A=50, B=40, C=100), rules=rules) == {"A": 0, "B": 0, "C": 10000}


def test_an_entry_of_several_clauses_goes_together(amounts):
    rules = [not_together(["A", "B"], "C")]
    assert amounts(*fen(A=50, B=60, C=100), rules=rules) == {"A": 5000, "B": 6000, "C": 0}


def test_a_clause_that_needs_another_counts_only_with_it(amounts):
    rules = [not_together("A", "B"), {"label": "C 须与 A 同享", "clause": "C", "only_with": ["A"]}]
    assert amounts(*fen(A=50, B=70, C=30), rules=rules) == {"A": 5000, "B": 0, "C": 3000}
    assert amounts(*fen(A=50, B=90, C=30), rules=rules) == {"A": 0, "B": 9000, "C": 0}


def test_a_need_that_nothing_meets_leaves_the_clause_out(outcomes):
    refused = clause(id="A", conditions=[{"label": "假", "when": "false"}])
    found = outcomes(refused, *fen(C=30), rules=[{"label": "须与 A 同享", "clause": "C", "only_with": ["A"]}])
    assert (found["C"].kind, found["C"].amount_fen, found["C"].clause_fen) == ("eligible", 0, 3000)
    assert found["C"].reason["reduced"] == [{"by": "exclusion", "label": "须与 A 同享", "from_fen": 3000, "to_fen": 0}]


def test_a_qualification_can_be_what_another_clause_needs(amounts):
    qualified = clause(id="A", amount=None, gate_only=True)
    need = {"label": "须有资格", "clause": "C", "only_with": ["A"]}
    assert amounts(qualified, *fen(C=30), rules=[need])["C"] == 3000


def test_a_tie_goes_to_the_clauses_that_stand_first(amounts):
    assert amounts(*fen(B=50, A=50), rules=[not_together("A", "B")]) == {"B": 5000, "A": 0}
    # One clause against two that are worth the same together: the one stands first.
    rules = [{"label": "排他", "clause": "A", "only_without": ["B", "C"]}]
    assert amounts(*fen(A=50, B=20, C=30), rules=rules) == {"A": 5000, "B": 0, "C": 0}


def test_the_choice_is_of_what_caps_leave_not_of_what_clauses_promise(amounts):
    clauses = [
        clause(
            id="A", amount="100", caps=[{"label": "限", "over": "group", "name": "甲", "per": "year", "amount": "40"}]
        )
    ]
    assert amounts(*clauses, *fen(B=60), rules=[not_together("A", "B")]) == {"A": 0, "B": 6000}


def test_the_choice_is_of_what_stacking_leaves(amounts):
    stacked = {"stacking": {"group": "甲"}}
    clauses = [clause(id="A", amount="80", **stacked), clause(id="W", amount="90", **stacked)]
    # A would add nothing to W: so B is taken, although A promises more.
    assert amounts(*clauses, *fen(B=10), rules=[not_together("A", "B")]) == {"A": 0, "W": 9000, "B": 1000}


def test_what_is_left_out_stays_eligible_and_names_the_rule_the_winner_and_both_combinations(outcomes):
    found = outcomes(*fen(A=50, B=80, C=70), rules=[not_together("A", "B", "C")])
    left = found["A"]
    assert (left.kind, left.clause_fen) == ("eligible", 5000)
    assert left.reason["reduced"] == [
        {"by": "exclusion", "label": "不得同享", "from_fen": 5000, "to_fen": 0, "winner": "B"}
    ]
    chosen, second, own = (
        {"as": role, "total_fen": fen_, "outcomes": [{"clause": one, "matter": "", "period": "2025", "fen": fen_}]}
        for role, one, fen_ in (("chosen", "B", 8000), ("runner_up", "C", 7000), ("with_this", "A", 5000))
    )
    assert [found[one].reason["alternatives"] for one in "BC"] == [[chosen, second]] * 2
    # What is in neither is shown with the best that it is in.
    assert left.reason["alternatives"] == [chosen, second, own]


def test_without_a_rival_that_is_eligible_nothing_is_said(outcomes):
    refused = clause(id="B", conditions=[{"label": "假", "when": "false"}])
    found = outcomes(*fen(A=50), refused, rules=[not_together("A", "B")])
    assert (found["A"].amount_fen, found["A"].reason) == (5000, {})


def test_a_document_stands_for_all_its_clauses(tmp_path):
    other = document(*fen(X=30, Y=40), document={"id": "U"})
    found = outcomes_of(tmp_path, *fen(A=60), rules=[not_together("A", "U")], documents=[other])
    assert {one: outcome.amount_fen for one, outcome in found.items()} == {"A": 0, "X": 3000, "Y": 4000}


def test_a_clause_with_stages_is_named_as_a_whole(amounts):
    stages = [{"label": "首期", "share": "50%"}, {"label": "余款", "share": "50%"}]
    staged = clause(id="A", amount="60", stages=stages, cases=[])
    assert amounts(staged, *fen(B=50), rules=[not_together("A", "B")]) == {"A.1": 3000, "A.2": 3000, "B": 0}


def test_an_exclusion_in_pack_yaml_reaches_over_documents_and_required_packs(tmp_path):
    written(tmp_path, document(*fen(N=30), document={"id": "N-DOC"}), name="base")
    head = {"id": "tiny", "title": "试", "district": "370212", "requires": ["base"]}
    folder = written(tmp_path, document(*fen(A=50)), pack=head, exclusions=[not_together("A", "N")])
    found = {one.clause: one.amount_fen for one in run(load_packs([folder]), {})}
    assert found == {"N": 0, "A": 5000}


# Scopes

TITLES = [{"证书编号": n, "认定日期": date(2025, 3, 1)} for n in ("1", "2")]


def by_matter(found):
    return [(one.clause, one.matter, one.amount_fen) for one in found]


def test_a_year_a_matter_and_a_life_are_scopes_of_their_own(outcomes):
    last = clause(id="A", amount="50", period="上年")
    assert {o.amount_fen for o in outcomes(last, *fen(B=80), rules=[not_together("A", "B")]).values()} == {5000, 8000}
    life = outcomes(last, *fen(B=80), rules=[not_together("A", "B", per="life")])
    assert (life["A"].amount_fen, life["B"].amount_fen) == (0, 8000)
    each = [clause(id="A", amount="50", event=EVENT)]
    each += [clause(id="B", amount="80", event={**EVENT, "where": '证.证书编号 = "2"'})]
    found = outcomes(*each, rules=[not_together("A", "B", per="matter")], facts={"科技资质": TITLES})
    assert by_matter(found) == [("A", "1", 5000), ("A", "2", 0), ("B", "2", 8000)]


def test_what_a_clause_gives_in_one_scope_is_taken_as_a_whole(outcomes):
    each = clause(id="A", amount="50", event=EVENT)
    found = outcomes(each, *fen(B=80), rules=[not_together("A", "B")], facts={"科技资质": TITLES})
    assert by_matter(found) == [("A", "1", 5000), ("A", "2", 5000), ("B", "", 0)]


# What was paid before

PAID = {"支付编号": "P", "事项": "", "级别": "区级", "所属年度": 2025, "金额": 30, "支付日期": date(2025, 6, 1)}


@pytest.mark.parametrize(
    ("per", "payment", "expected"),
    [
        ("year", {}, {"A": 0, "B": 3000}),
        # Another year is another scope; for life it is not.
        ("year", {"所属年度": 2024}, {"A": 10000, "B": 0}),
        ("life", {"所属年度": 2024, "支付日期": date(2024, 6, 1)}, {"A": 0, "B": 3000}),
        ("year", {"条款": "别的"}, {"A": 10000, "B": 0}),
    ],
)
def test_money_already_given_decides(amounts, per, payment, expected):
    facts = {"兑付记录": [{**PAID, "条款": "B", **payment}]}
    assert amounts(*fen(A=100, B=30), rules=[not_together("A", "B", per=per)], facts=facts) == expected


def test_what_was_paid_for_a_rival_that_gives_nothing_now_decides_too_and_is_named(outcomes):
    silent = clause(id="B", event=EVENT)
    facts = {"兑付记录": [{**PAID, "条款": "B", "事项": "旧"}]}
    found = outcomes(*fen(A=100), silent, rules=[not_together("A", "B")], facts=facts)
    entry = {"by": "exclusion", "label": "不得同享", "from_fen": 10000, "to_fen": 0, "winner": "B", "paid_fen": 3000}
    assert found["A"].reason["reduced"] == [entry]


def test_a_run_after_the_payment_says_the_same_as_before(amounts):
    rules = [not_together("A", "B")]
    before = amounts(*fen(A=100, B=30), rules=rules)
    after = amounts(*fen(A=100, B=30), rules=rules, facts={"兑付记录": [{**PAID, "条款": "A", "金额": 100}]})
    assert before == after == {"A": 10000, "B": 0}


def test_where_the_text_allows_to_change_over_a_person_does_it(outcomes):
    facts = {"兑付记录": [{**PAID, "条款": "B"}]}
    found = outcomes(*fen(A=100, B=30), rules=[not_together("A", "B", switch=True)], facts=facts)
    assert (found["A"].kind, found["A"].amount_fen, found["B"].amount_fen) == ("manual", 0, 3000)
    assert "B已兑付30.00元" in found["A"].reason["manual"]


def test_a_need_is_met_by_what_was_paid_before(amounts):
    silent = clause(id="A", event=EVENT)
    facts = {"兑付记录": [{**PAID, "条款": "A", "事项": "旧"}]}
    need = {"label": "须与 A 同享", "clause": "C", "only_with": ["A"]}
    assert amounts(silent, *fen(C=30), rules=[need], facts=facts)["C"] == 3000


def test_payments_nobody_delivered_leave_clauses_that_exclude_each_other_unknown(tmp_path):
    rules = {"subject": ["enterprise"], "exclusions": [not_together("A", "B")]}
    packs = load_packs([written(tmp_path, document(*fen(A=50), clause(id="B", event=EVENT), rules=rules))])
    row = {"id": "E", "kind": "enterprise"}
    whole = Coverage([Delivery(one, date(2025, 1, 1), AS_OF, complete=True) for one in ("payment", "tech_title")])
    assert Evaluator(packs, AS_OF).evaluate(row, whole)[0].kind == "eligible"
    found = Evaluator(packs, AS_OF).evaluate(row, Coverage())[0]
    assert (found.kind, {m["holder"] for m in found.reason["missing"]}) == ("unknown", {"fin"})


# What is not decided


def test_an_undecided_rival_leaves_what_is_taken_provisional(outcomes):
    unknown = clause(id="B", amount="80", conditions=UNKNOWN)
    found = outcomes(*fen(A=50, C=40), unknown, rules=[not_together("A", "B", "C")])
    assert (found["A"].amount_fen, found["A"].reason["provisional"]) == (5000, ["B"])
    assert "provisional" not in found["C"].reason


def test_what_an_undecided_clause_could_reach_through_others_is_provisional_too(outcomes):
    # B would push out A, which excludes C no longer.
    unknown = clause(id="B", amount="80", conditions=UNKNOWN)
    rules = [not_together("A", "B"), not_together("A", "C"), not_together("C", "D")]
    found = outcomes(*fen(A=50, C=40, D=30), unknown, rules=rules)
    assert {one: outcome.amount_fen for one, outcome in found.items()} == {"A": 5000, "C": 0, "D": 3000, "B": 0}
    assert found["D"].reason["provisional"] == ["B"]


def test_a_clause_left_for_want_of_an_undecided_one_is_provisional(outcomes):
    unknown = clause(id="A", conditions=UNKNOWN)
    found = outcomes(unknown, *fen(C=30), rules=[{"label": "须与 A 同享", "clause": "C", "only_with": ["A"]}])
    assert (found["C"].amount_fen, found["C"].reason["provisional"]) == (0, ["A"])


def test_an_undecided_clause_that_only_needs_another_leaves_that_one_as_it_is(outcomes):
    unknown = clause(id="C", conditions=UNKNOWN)
    found = outcomes(*fen(A=30), unknown, rules=[{"label": "须与 A 同享", "clause": "C", "only_with": ["A"]}])
    assert (found["A"].amount_fen, found["A"].reason) == (3000, {})


@pytest.mark.parametrize(("register", "kind"), [({"注册资本": "未知"}, "unknown"), (None, "manual")])
def test_a_limit_that_nobody_knows_leaves_what_it_limits_out_of_the_choice(outcomes, register, kind):
    limit = {"label": "限", "over": "clause", "per": "year", "amount": "登记.注册资本"}
    capped = clause(id="A", amount="90", caps=[limit])
    found = outcomes(capped, *fen(B=80), rules=[not_together("A", "B")], facts={"登记": register})
    assert (found["A"].kind, found["B"].amount_fen, found["B"].reason["provisional"]) == (kind, 8000, ["A"])


def test_too_many_combinations_are_left_to_a_person_and_say_so(outcomes, monkeypatch):
    monkeypatch.setattr("yanlian.engine.policy.combination.search.MOST_STEPS", 2)
    found = outcomes(*fen(A=50, B=80, C=10), rules=[not_together("A", "B")])
    assert [(one.kind, one.amount_fen) for one in found.values()] == [("manual", 0), ("manual", 0), ("eligible", 1000)]
    assert "A、B" in found["A"].reason["manual"]
