"""Budgets and quotas over several beneficiaries, from the pack to the outcomes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.policy.settlement.together import EVENT, amounts, names, packs_of, paid, settled, title
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.engine.dossier import Coverage, Delivery
from yanlian.engine.policy import load_packs, run_cases

YUAN = "登记.注册资本"
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def budget(amount, when_short="pro_rata", over="document", per="year", **more):
    one = {"label": "总额", "over": over, "per": per, "amount": amount, "when_short": when_short, **more}
    return {"budgets": [one]}


def quota(count, over="document", per="year", **more):
    return {"quotas": [{"label": "名额", "over": over, "per": per, "count": count, **more}]}


def firm(yuan, day="2025-03-01", **more):
    return {"登记": {"注册资本": yuan}, **title(day), **more}


@pytest.fixture
def packs(tmp_path):
    def made(rules, *clauses, **around):
        return packs_of(tmp_path, *(clauses or [clause(event=EVENT, amount=YUAN)]), rules=rules, **around)

    return made


# Budgets


def test_a_short_budget_is_shared_to_the_fen_and_each_cut_says_why(packs):
    found, result = settled(packs(budget("100")), {"a": firm(100), "b": firm(100), "c": firm(100)})
    assert [one.amount_fen for one in found.values()] == [3334, 3333, 3333]
    reduced = found["b", "T-01"].reason["reduced"]
    assert reduced == [{"by": "budget", "label": "总额", "from_fen": 10000, "to_fen": 3333, "bucket": "2025"}]
    (bucket,) = result.buckets
    assert (bucket.limit, bucket.asked_fen, bucket.granted_fen, bucket.short) == (10000, 30000, 10000, True)


def test_a_budget_that_suffices_changes_nothing(packs):
    found, result = settled(packs(budget("300")), {"a": firm(100), "b": firm(200)})
    assert amounts(found) == {"a": 100, "b": 200}
    assert all("reduced" not in one.reason for one in found.values())
    assert not result.buckets[0].short


def test_cut_amounts_are_rounded_as_the_clause_is(packs):
    rules = {**budget("100"), "rounding": {"to": "元", "mode": "floor"}}
    found, _ = settled(packs(rules), {"a": firm(100), "b": firm(100), "c": firm(100)})
    assert [one.amount_fen for one in found.values()] == [3400, 3300, 3300]


def test_payment_in_order_goes_by_the_day_of_the_event_and_then_by_code(packs):
    people = {"a": firm(60, "2025-05-01"), "b": firm(60, "2025-04-01"), "c": firm(60, "2025-04-01")}
    assert amounts(settled(packs(budget("130", "order")), people)[0]) == {"b": 60, "c": 60, "a": 10}


@pytest.mark.parametrize(
    ("straddle", "given_"),
    [("cut", [60, 40, 0]), ("skip", [60, 0, 30]), ("stop", [60, 0, 0]), ("whole", [60, 60, 0])],
)
def test_what_straddles_the_end_of_the_money_is_treated_as_declared(packs, straddle, given_):
    people = {"a": firm(60), "b": firm(60), "c": firm(30)}
    found, _ = settled(packs(budget("100", "order", straddle=straddle)), people)
    assert list(amounts(found).values()) == given_


def test_an_order_of_ones_own_may_descend(packs):
    rules = budget("100", "order", order_by="登记.实缴资本", order="desc")
    people = {"a": {**firm(60)}, "b": {**firm(60)}}
    people["a"]["登记"]["实缴资本"], people["b"]["登记"]["实缴资本"] = 1, 2
    assert amounts(settled(packs(rules), people)[0]) == {"b": 60, "a": 40}


def test_years_have_a_budget_each_and_a_parameter_its_value_of_that_year(packs):
    values = [{"from": date(2024, 1, 1), "value": "50元"}, {"from": date(2025, 1, 1), "value": "80元"}]
    rules = budget("额度", "order")
    made = packs(
        rules, parameters={"额度": {"unit": "元", "values": values}}, document={"valid_from": date(2024, 1, 1)}
    )
    found, result = settled(made, {"a": firm(100, "2024-05-01"), "b": firm(100, "2025-05-01")})
    assert amounts(found) == {"a": 50, "b": 80}
    assert [(one.name, one.limit) for one in result.buckets] == [("2024", 5000), ("2025", 8000)]


def test_what_does_not_fit_is_carried_and_comes_first_in_the_next_year(packs):
    made = packs(budget("100", "next_year"), document={"valid_from": date(2024, 1, 1)})
    people = {"a": firm(60, "2024-03-01"), "b": firm(60, "2024-04-01"), "c": firm(60, "2025-02-01")}
    found, result = settled(made, people, date(2024, 12, 31))
    assert amounts(found)["b"] == 0
    assert found["b", "T-01"].reason["reduced"][0]["carried_fen"] == 6000
    found, result = settled(made, people)
    assert amounts(found) == {"a": 60, "b": 60, "c": 0}
    assert [(one.name, one.carried_fen) for one in result.buckets] == [("2024", 6000), ("2025", 6000)]


def test_what_was_paid_out_of_the_next_years_money_is_charged_to_that_year(packs):
    made = packs(budget("100", "next_year"), document={"valid_from": date(2024, 1, 1)})
    people = {
        "a": {**firm(60, "2024-03-01"), "兑付记录": paid("T-01", 60, 2024)},
        "b": {**firm(60, "2024-04-01"), "兑付记录": paid("T-01", 60, 2024)},
        "c": firm(60, "2025-02-01"),
        "d": firm(40, "2025-03-01"),
    }
    assert amounts(settled(made, people)[0]) == {"a": 60, "b": 60, "c": 0, "d": 0}
    del people["c"]
    assert amounts(settled(made, people)[0]) == {"a": 60, "b": 60, "d": 40}


def test_a_budget_over_listed_clauses_leaves_the_others_alone(packs):
    rules = budget("100", over=["A", "B"])
    made = packs(rules, *(clause(id=one, event=EVENT, amount=YUAN) for one in "ABC"))
    found, _ = settled(made, {"a": firm(100)})
    assert [amounts(found, one)["a"] for one in "ABC"] == [50, 50, 100]


def test_a_budget_over_each_clause_counts_each_alone_and_a_clause_may_drop_it(packs):
    clauses = [clause(id=one, event=EVENT, amount=YUAN) for one in "AB"]
    made = packs(budget("60", over="clause"), *clauses, clause(id="C", event=EVENT, amount=YUAN, without=["总额"]))
    found, result = settled(made, {"a": firm(100)})
    assert [amounts(found, one)["a"] for one in "ABC"] == [60, 60, 100]
    assert [rule.id for rule in result.rules] == ["A/总额", "B/总额"]


def test_a_narrow_budget_is_settled_before_a_wide_one(packs):
    own = clause(id="A", event=EVENT, amount=YUAN, **budget("50", over="clause"))
    made = packs(budget("100"), own, clause(id="B", event=EVENT, amount=YUAN))
    found, _ = settled(made, {"a": firm(150)})
    assert [amounts(found, one)["a"] for one in "AB"] == [25, 75]


def test_a_budget_in_pack_yaml_holds_over_several_documents(tmp_path):
    both = [document(clause(id=f"{one}-01", event=EVENT, amount=YUAN), document={"id": one}) for one in ("甲", "乙")]
    rule = {"label": "两办法合计", "over": ["甲", "乙-01"], "per": "year", "amount": "100", "when_short": "order"}
    made = load_packs([written(tmp_path, *both, budgets=[rule])])
    found, _ = settled(made, {"a": firm(70)})
    assert sorted(one.amount_fen for one in found.values()) == [3000, 7000]


# Money that is gone


def test_who_was_paid_keeps_that_and_the_rest_is_shared(packs):
    people = {"a": {**firm(100), "兑付记录": paid("T-01", 80, 2025)}, "b": firm(100), "c": firm(100)}
    found, result = settled(packs(budget("160")), people)
    assert amounts(found) == {"a": 80, "b": 40, "c": 40}
    assert [entry.state for entry in result.entries()] == ["paid", "granted", "granted"]


def test_payments_to_those_who_no_longer_compete_are_gone_too(packs):
    gone = {"登记": {"注册资本": 0}, **title("2025-03-01"), "兑付记录": paid("T-01", 70, 2025)}
    other_year = {**firm(10), "兑付记录": paid("T-01", 1000, 2024)}
    found, result = settled(packs(budget("100")), {"a": gone, "b": firm(100), "c": other_year})
    assert result.buckets[0].paid == 7000
    assert amounts(found)["b"] + amounts(found)["c"] == 29


@QUICK
@given(data=st.data())
def test_a_run_after_payments_says_the_same_as_the_run_before_them(packs, data):
    yuan = data.draw(st.lists(st.integers(1, 200), min_size=1, max_size=5))
    how = data.draw(st.sampled_from(["order", "next_year"]))
    days = data.draw(st.lists(st.sampled_from(["2024-06-01", "2025-01-05", "2025-06-01"]), min_size=5, max_size=5))
    made = packs(budget(str(data.draw(st.integers(1, 400))), how), document={"valid_from": date(2024, 1, 1)})
    people = {name: firm(one, day) for name, one, day in zip(names(len(yuan)), yuan, days, strict=False)}
    before, _ = settled(made, people)
    for (name, _), one in before.items():
        if one.amount_fen and data.draw(st.booleans()):
            year = int(one.period)
            people[name] = {**people[name], "兑付记录": paid("T-01", f"{one.amount_fen / 100:.2f}", year)}
    after, _ = settled(made, people)
    assert {key: one.amount_fen for key, one in after.items()} == {key: one.amount_fen for key, one in before.items()}


@QUICK
@given(st.permutations(range(5)), st.sampled_from(["pro_rata", "order"]), st.integers(0, 500))
def test_the_order_in_which_dossiers_are_read_decides_nothing(packs, order, how, limit):
    made = packs(budget(str(limit), how))
    people = [(name, firm(40 + 7 * n, f"2025-0{n % 3 + 1}-01")) for n, name in enumerate(names(5))]
    straight, shuffled = settled(made, dict(people)), settled(made, {people[n][0]: people[n][1] for n in order})
    assert straight[0] == shuffled[0]
    assert straight[1].table.equals(shuffled[1].table)


def test_undelivered_payments_make_what_is_left_unknown(packs):
    coverage = Coverage(
        [Delivery(one, None, date(2025, 12, 31), True) for one in ("registration", "science_title")]
        + [Delivery("payment", None, date(2024, 6, 30), True)]
    )
    found, _ = settled(packs(budget("100")), {"a": firm(100)}, coverage=coverage)
    one = found["a", "T-01"]
    assert (one.kind, one.amount_fen) == ("unknown", 0)
    assert one.reason["missing"] == [{"fact": "兑付记录", "holder": "fin", "period": "2024-07-01—2025-12-31"}]


# Undecided


UNDECIDED = {"登记": {"注册资本": "未知"}, **title("2025-03-01")}


def test_an_undecided_outcome_makes_every_share_provisional(packs):
    found, result = settled(packs(budget("100")), {"a": firm(30), "b": UNDECIDED})
    assert found["a", "T-01"].reason["provisional"] == ["T-01"]
    assert found["b", "T-01"].kind == "unknown"
    assert (result.buckets[0].open, result.buckets[0].count) == (1, 1)


def test_in_order_only_those_behind_an_undecided_one_are_provisional(packs):
    people = {"a": firm(30, "2025-02-01"), "b": UNDECIDED, "c": firm(30, "2025-04-01")}
    found, _ = settled(packs(budget("100", "order")), people)
    assert ["provisional" in found[one, "T-01"].reason for one in "abc"] == [False, False, True]


def test_an_unknown_order_makes_the_outcome_unknown_and_names_what_is_missing(packs):
    people = {"a": firm(30), "b": firm(30)}
    people["a"]["登记"]["实缴资本"], people["b"]["登记"]["实缴资本"] = 5, "未知"
    found, _ = settled(packs(budget("50", "order", order_by="登记.实缴资本")), people)
    assert found["b", "T-01"].reason["missing"][0]["fact"] == "登记.实缴资本"
    assert (found["b", "T-01"].kind, found["a", "T-01"].reason["provisional"]) == ("unknown", ["T-01"])


def test_an_amount_of_the_budget_that_is_not_known_is_for_a_person(packs):
    values = [{"from": date(2026, 1, 1), "value": "50元"}]
    found, _ = settled(packs(budget("额度"), parameters={"额度": {"unit": "元", "values": values}}), {"a": firm(9)})
    assert found["a", "T-01"].kind == "manual"
    assert "总额" in found["a", "T-01"].reason["manual"]


# Quotas


def ranked(*scores):
    return {
        name: {"登记": {"注册资本": 10, "实缴资本": one}, **title("2025-03-01")}
        for name, one in zip("abcdef", scores, strict=False)
    }


RANK = {"rank_by": "登记.实缴资本"}


def test_the_best_are_in_and_the_others_say_their_rank(packs):
    found, result = settled(packs(quota(2, **RANK)), ranked(5, 9, 7))
    assert amounts(found) == {"a": 0, "b": 10, "c": 10}
    cut = found["a", "T-01"].reason["reduced"][0]
    assert (found["a", "T-01"].kind, cut["by"], cut["rank"], cut["of"]) == ("eligible", "quota", 3, 3)
    assert (result.buckets[0].limit, result.buckets[0].granted, result.buckets[0].line) == (2, 2, "7")


@pytest.mark.parametrize(
    ("ties", "kinds"),
    [("all", [10, 10, 10, 0]), ("first", [10, 10, 0, 0]), ("manual", [10, None, None, 0])],
)
def test_a_tie_at_the_cut_is_treated_as_declared(packs, ties, kinds):
    found, _ = settled(packs(quota(2, ties=ties, **RANK)), ranked(9, 7, 7, 3))
    said = [one.amount_fen // 100 if one.kind == "eligible" else None for one in found.values()]
    assert said == kinds


def test_an_unknown_score_is_unknown_and_only_the_last_places_are_provisional(packs):
    found, _ = settled(packs(quota(2, **RANK)), ranked(9, 7, 3, "未知"))
    provisional = ["provisional" in one.reason for one in found.values()]
    assert provisional == [False, True, False, False]
    assert found["d", "T-01"].kind == "unknown"


def test_an_undecided_outcome_whose_score_is_known_threatens_only_those_at_or_below_it(packs):
    people = ranked(9, 7, 8)
    people["c"]["登记"]["注册资本"] = "未知"
    found, _ = settled(packs(quota(2, **RANK)), people)
    assert ["provisional" in one.reason for one in found.values()] == [False, True, False]


def test_one_of_a_household_or_contract_gets_it(packs):
    people = {"a": firm(10, "2025-05-01"), "b": firm(10, "2025-04-01"), "c": firm(10, "2025-06-01")}
    for name, key in (("a", "H1"), ("b", "H1"), ("c", "H2")):
        people[name]["科技资质"][0]["证书编号"] = key
    found, result = settled(packs(quota(1, by="证.证书编号")), people)
    assert amounts(found) == {"a": 0, "b": 10, "c": 10}
    assert result.buckets[0].groups == 2


def test_the_amount_itself_may_rank(packs):
    found, _ = settled(packs(quota(1, rank_by="amount")), {"a": firm(10), "b": firm(30), "c": firm(20)})
    assert amounts(found) == {"a": 0, "b": 30, "c": 0}


def test_who_was_paid_holds_a_place(packs):
    people = ranked(9, 7, 3)
    people["c"]["兑付记录"] = paid("T-01", 10, 2025)
    assert amounts(settled(packs(quota(2, **RANK)), people)[0]) == {"a": 10, "b": 0, "c": 10}


def test_a_place_that_was_paid_to_one_who_does_not_compete_is_gone(packs):
    people = ranked(9, 7)
    people["x"] = {"登记": {"注册资本": 0}, **title("2025-03-01"), "兑付记录": paid("T-01", 10, 2025)}
    assert amounts(settled(packs(quota(2, **RANK)), people)[0]) == {"a": 10, "b": 0, "x": 0}


def test_a_qualification_beyond_the_quota_is_not_eligible(packs):
    made = packs(quota(1, **RANK), clause(event=EVENT, amount=None, gate_only=True))
    found, _ = settled(made, ranked(9, 7))
    assert [one.kind for one in found.values()] == ["eligible", "not_eligible"]
    assert found["b", "T-01"].reason["failed"] == ["名额"]


def test_quotas_come_before_budgets(packs):
    found, _ = settled(packs({**quota(2, **RANK), **budget("10")}), ranked(9, 7, 3))
    assert [one.amount_fen for one in found.values()] == [500, 500, 0]


def test_a_budget_over_a_clause_in_stages_holds_over_all_of_them(packs):
    stages = [{"label": "首期", "share": "50%"}, {"label": "余款"}]
    cases = [{"name": "空", "as_of": date(2025, 12, 31), "expect": {"stages": {"首期": {}, "余款": {}}}}]
    one = clause(id="A", event=EVENT, amount=YUAN, stages=stages, cases=cases, **budget("60", over="clause"))
    found, result = settled(packs({}, one), {"a": firm(100)})
    assert [rule.clauses for rule in result.rules] == [("A.1", "A.2")]
    assert sum(one.amount_fen for one in found.values()) == 6000
    made = packs(budget("60", over=["A"]), clause(id="A", event=EVENT, amount=YUAN, stages=stages, cases=cases))
    assert [rule.clauses for rule in settled(made, {"a": firm(100)})[1].rules] == [("A.1", "A.2")]


def test_equal_scores_are_told_apart_by_the_next_value_of_a_list(packs):
    people = ranked(7, 7, 7)
    for name, one in zip("abc", (1, 3, 2), strict=True):
        people[name]["登记"]["注册资本"] = one
    made = packs(quota(1, rank_by="[登记.实缴资本, 登记.注册资本]", ties="manual"))
    found, result = settled(made, people)
    assert [one.amount_fen for one in found.values()] == [0, 300, 0]
    assert {entry.entity: entry.key for entry in result.entries()}["b"] == "7 / 3"
    people["c"]["登记"]["注册资本"] = "未知"
    assert settled(made, people)[0]["c", "T-01"].kind == "unknown"


def test_cases_of_pack_yaml_speak_of_several_documents_and_order_by_their_events(tmp_path):
    both = [document(clause(id=f"{one}-01", event=EVENT, amount=YUAN), document={"id": one}) for one in ("甲", "乙")]
    rule = {"label": "合计", "over": ["甲", "乙"], "per": "year", "amount": "100元", "when_short": "order",
            "order_by": "事件日", "order": "desc"}  # fmt: skip
    people = [
        {"name": "先", "facts": {"登记": {"注册资本": 40}, **title("2025-03-01")}},
        {"name": "后", "facts": {"登记": {"注册资本": 40}, **title("2025-04-01")}},
    ]
    expect = {"后": {"甲-01": 40, "乙-01": 40}, "先": {"乙-01": {"amount": 20}, "甲-01": 0}, "total": 100}
    case = {"name": "两个办法合计", "as_of": AS_OF, "beneficiaries": people, "expect": expect}
    packs = load_packs([written(tmp_path, *both, budgets=[rule], cases=[case])])
    (result,) = [one for one in run_cases(packs) if one.clause == "tiny"]
    assert result.passed, result.text("zh")
    case["expect"] = {"后": {"甲-01": 41, "丙-01": 1}, "谁": {}, "先": {"乙-01": {"rank": 9, "why": 1}}}
    packs = load_packs([written(tmp_path / "b", *both, budgets=[rule], cases=[case])])
    (result,) = [one for one in run_cases(packs) if one.clause == "tiny"]
    assert [one.what for one in result.differences] == ["后 甲-01", "后 丙-01", "谁", "先 乙-01 rank", "先 乙-01"]
