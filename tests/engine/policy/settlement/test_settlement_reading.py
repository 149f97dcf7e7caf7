"""Budgets, quotas and cost sharing as written: what is wrong with them is said with its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.engine.policy.settlement.together import EVENT, packs_of, settled, title
from tests.engine.policy.tiny_packs import clause, codes, document, written

from yanlian.engine.policy import check_pack
from yanlian.engine.policy.settlement.cost import payers_of

BUDGET = {"label": "总额", "over": "clause", "per": "year", "amount": "100元", "when_short": "pro_rata"}
QUOTA = {"label": "名额", "over": "clause", "per": "year", "count": 3, "rank_by": "登记.注册资本"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"when_short": "lottery"}, "pack_word"),
        ({"over": "department"}, "pack_word"),
        ({"per": "matter"}, "pack_word"),
        ({"limit": "1元"}, "pack_key_unknown"),
        ({"amount": None}, "pack_key_missing"),
        ({"straddle": "cut"}, "pack_contradiction"),
        ({"when_short": "next_year", "straddle": "cut", "order_by": "amount"}, "pack_budget_carried"),
        ({"when_short": "next_year", "per": "life", "order_by": "amount"}, "pack_contradiction"),
        ({"over": ["T-01", "T-99"]}, "pack_settling_member"),
        ({"amount": "登记.注册资本"}, "pack_settling_limit"),
        ({"amount": "名称"}, "pack_settling_limit"),
        ({"when_short": "order"}, "pack_settling_order"),
        ({"when_short": "order", "order_by": "事件日"}, "pack_name_unknown"),
        ({"when_short": "order", "order_by": "登记.独立法人 + 1"}, "feel_type_operator"),
        ({"amount": '"一百"'}, "pack_type_result"),
    ],
)
def test_a_faulty_budget_is_refused_with_its_code(faults, changed, code):
    one = {key: value for key, value in {**BUDGET, **changed}.items() if value is not None}
    assert code in codes(faults(budgets=[one]))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ties": "lottery"}, "pack_word"),
        ({"rank_by": None, "ties": "all"}, "pack_contradiction"),
        ({"rank_by": None}, "pack_settling_order"),
        ({"count": "登记.注册资本"}, "pack_settling_limit"),
        ({"by": "登记.没有"}, "pack_field_unknown"),
    ],
)
def test_a_faulty_quota_is_refused_with_its_code(faults, changed, code):
    one = {key: value for key, value in {**QUOTA, **changed}.items() if value is not None}
    assert code in codes(faults(quotas=[one]))


def test_two_rules_of_one_place_need_different_labels(faults):
    assert "pack_label_twice" in codes(faults(budgets=[BUDGET, BUDGET]))


def test_a_rule_over_several_clauses_may_only_use_what_each_of_them_has(tmp_path):
    rules = {"subject": ["enterprise"], "budgets": [{**BUDGET, "over": "document", "order_by": "证.认定日期"}]}
    found = check_pack(written(tmp_path, document(clause(id="A", event=EVENT), clause(id="B"), rules=rules)))
    assert codes(found) == ["pack_settling_event"]


def test_a_pack_has_to_list_the_clauses_that_it_means(faults):
    assert "pack_value" in codes(faults(pack={"budgets": [{**BUDGET, "over": "document"}]}))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"市": "50%", "区": "40%"}, "pack_sharing_sum"),
        ({"市": "150%", "区": "-50%"}, "pack_value"),
        ([{"from": date(2025, 1, 1), "share": {"区": "100%"}}], "pack_key_unknown"),
        ([{"from": date(2025, 1, 1), "shares": {"区": 1}}] * 2, "pack_contradiction"),
    ],
)
def test_faulty_cost_sharing_is_refused_with_its_code(faults, wrong, code):
    assert code in codes(faults(cost_sharing=wrong))


def test_the_cost_is_shared_as_the_clause_says_else_as_the_document_does_on_the_day(tmp_path):
    dated = [
        {"from": date(2024, 1, 1), "shares": {"省": "40%", "区": "60%"}},
        {"from": date(2025, 1, 1), "shares": {"省": "30%", "区": "70%"}},
    ]
    own = clause(id="A", cost_sharing={"市": "100%"})
    packs = packs_of(tmp_path, own, clause(id="B"), rules={"cost_sharing": dated})
    first, second = packs.clauses
    event, as_of = date(2025, 6, 1), date(2025, 12, 31)
    assert payers_of(first.source, first.document.source, 101, None, as_of) == [("市", 101)]

    def parts(day):
        return payers_of(second.source, second.document.source, 101, None, day)

    assert parts(date(2024, 12, 31)) == [("省", 40), ("区", 61)]
    assert parts(date(2025, 1, 1)) == [("省", 30), ("区", 71)]
    assert parts(date(2023, 12, 31)) == []
    dated_by_event = replace(second.source, parameters_on="event")
    assert payers_of(dated_by_event, second.document.source, 101, event, date(2024, 1, 1)) == [("省", 30), ("区", 71)]


def test_a_payment_list_that_was_not_delivered_makes_what_is_left_unknown(tmp_path):
    packs = packs_of(tmp_path, clause(event=EVENT), rules={"budgets": [BUDGET]})
    found, _ = settled(packs, {"a": title("2025-03-01"), "b": {"兑付记录": "未知"}})
    assert found["a", "T-01"].reason["missing"] == [{"fact": "兑付记录", "holder": "fin", "period": "—2025-12-31"}]


def test_a_clause_s_own_case_speaks_of_one_beneficiary(faults):
    case = {"name": "两家", "as_of": date(2025, 12, 31), "beneficiaries": [{"name": "甲"}], "expect": {}}
    assert "pack_case_beneficiaries" in codes(faults(cases=[case]))


def test_facts_of_beneficiaries_that_are_none_are_found_when_a_pack_is_checked(tmp_path):
    wrong = {"name": "甲", "facts": {"登记": {"没有": 1}}}
    case = {"name": "一家", "as_of": date(2025, 12, 31), "beneficiaries": [wrong], "expect": {}}
    assert "case_fact_unknown" in codes(check_pack(written(tmp_path, document(clause(), cases=[case]))))
    assert "case_fact_unknown" in codes(check_pack(written(tmp_path / "b", document(clause()), cases=[case])))
