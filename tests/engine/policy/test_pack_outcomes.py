"""The five outcomes, and that missing, null, zero and false stay four different things."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import clause, document, run, written

from yanlian.engine.policy import Evaluator, load_packs

STATUS = [{"label": "存续", "when": '登记.登记状态 = "存续"'}]


def test_everything_true_and_a_positive_amount_is_eligible(one):
    outcome = one({"登记": {"登记状态": "存续"}}, conditions=STATUS)
    assert (outcome.kind, outcome.amount_fen, outcome.clause_fen, dict(outcome.reason)) == (
        "eligible",
        10000,
        10000,
        {},
    )


def test_a_false_condition_is_not_eligible_and_named(one):
    outcome = one({"登记": {"登记状态": "注销"}}, conditions=STATUS)
    assert (outcome.kind, outcome.reason["failed"]) == ("not_eligible", ["存续"])
    assert outcome.amount_fen == 0


def test_an_undelivered_fact_is_unknown_and_names_fact_and_holder(one):
    outcome = one({"登记": {"登记状态": "未知"}}, conditions=STATUS)
    assert outcome.kind == "unknown"
    assert outcome.reason["missing"] == [{"fact": "登记.登记状态", "holder": "market", "period": ""}]


def test_one_false_condition_decides_even_when_another_is_unknown(one):
    both = [*STATUS, {"label": "假", "when": "1 > 2"}]
    outcome = one({"登记": "未知"}, conditions=both)
    assert (outcome.kind, outcome.reason["failed"]) == ("not_eligible", ["假"])
    assert "missing" not in outcome.reason


def test_every_failed_rule_is_named_not_only_the_first(one):
    rules = {
        "gates": [{"label": "门", "when": "false"}],
        "vetoes": [{"label": "否", "when": "true"}],
        "conditions": [{"label": "件", "when": "false"}],
    }
    assert one({}, **rules).reason["failed"] == ["门", "否", "件"]


def test_a_condition_that_gives_null_is_left_to_a_person(one):
    moved = [{"label": "迁入较早", "when": '登记.迁入日期 < date("2020-01-01")'}]
    outcome = one({"登记": {"迁入日期": None}}, conditions=moved)
    assert (outcome.kind, outcome.reason["null"]) == ("manual", ["迁入较早"])
    assert "迁入较早" in str(outcome.reason["manual"])


def test_an_amount_that_gives_null_is_left_to_a_person(one):
    outcome = one({"登记": None}, amount="登记.注册资本 * 1%")
    assert (outcome.kind, outcome.reason["null"]) == ("manual", ["amount"])


def test_unknown_comes_before_null(one):
    rules = [*STATUS, {"label": "空", "when": 'number("一") > 1'}]
    assert one({"登记": "未知"}, conditions=rules).kind == "unknown"


def test_an_unknown_amount_is_unknown(one):
    outcome = one({"登记": {"注册资本": "未知"}}, amount="登记.注册资本 * 1%")
    assert (outcome.kind, outcome.reason["missing"][0]["fact"]) == ("unknown", "登记.注册资本")


@pytest.mark.parametrize("amount", ["0", "0元", "-5元", "登记.注册资本 - 100元"])
def test_an_amount_not_above_zero_is_not_eligible(one, amount):
    outcome = one({"登记": {"注册资本": 100}}, amount=amount)
    assert (outcome.kind, outcome.reason["failed"]) == ("not_eligible", ["金额不大于零"])


def test_a_zero_amount_decides_even_when_a_condition_is_unknown(one):
    assert one({"登记": "未知"}, conditions=STATUS, amount="0").kind == "not_eligible"


def test_manual_says_why_and_is_still_refused_by_a_false_condition(one):
    assert one({"登记": {"登记状态": "存续"}}, manual="一事一议", amount=None, conditions=STATUS).kind == "manual"
    unknown = one({"登记": "未知"}, manual="一事一议", amount=None, conditions=STATUS)
    assert (unknown.kind, unknown.reason["manual"]) == ("manual", "一事一议")
    assert one({"登记": {"登记状态": "注销"}}, manual="一事一议", amount=None, conditions=STATUS).kind == "not_eligible"


def test_another_kind_of_subject_is_not_applicable(one):
    assert one({}, kind="person").kind == "not_applicable"
    assert one({}, kind="person", subject=["person"]).kind == "eligible"


def test_delivered_and_empty_is_none_not_unknown(one):
    none = [{"label": "无处罚", "when": "count(环境处罚) = 0"}]
    assert one({}, conditions=none).kind == "eligible"
    assert one({"环境处罚": "未知"}, conditions=none).kind == "unknown"


def test_a_veto_is_the_other_way_round(one):
    veto = [{"label": "失信", "when": "some 条 in 严重失信 satisfies 条.移出日期 = null"}]
    listed = [{"文书编号": "1", "列入日期": date(2025, 1, 1), "移出日期": None}]
    assert one({}, vetoes=veto).kind == "eligible"
    assert one({"严重失信": listed}, vetoes=veto).reason["failed"] == ["失信"]
    assert one({"严重失信": "未知"}, vetoes=veto).kind == "unknown"


@pytest.mark.parametrize(
    ("head", "as_of", "runs"),
    [
        ({}, date(2025, 1, 1), True),
        ({}, date(2024, 12, 31), False),
        ({"valid_to": date(2025, 6, 30)}, date(2025, 6, 30), True),
        ({"valid_to": date(2025, 6, 30)}, date(2025, 7, 1), False),
        ({"valid_to": date(2025, 6, 30), "payable_until": date(2025, 12, 31)}, date(2025, 12, 31), True),
        ({"valid_to": date(2025, 6, 30), "payable_until": date(2025, 12, 31)}, date(2026, 1, 1), False),
        ({"status": "suspended"}, date(2025, 7, 1), False),
        ({"status": "repealed"}, date(2025, 7, 1), False),
        ({"status": "draft"}, date(2025, 7, 1), False),
    ],
)
def test_only_documents_in_force_are_run(tmp_path, head, as_of, runs):
    packs = load_packs([written(tmp_path, document(document=head))])
    assert bool(run(packs, {}, as_of)) is runs


def test_drafts_run_only_when_asked_for_and_are_marked(tmp_path):
    packs = load_packs([written(tmp_path, document(document={"status": "draft", "valid_from": date(2027, 1, 1)}))])
    row = {"id": "E", "kind": "enterprise"}
    from yanlian.engine.dossier import Coverage

    everything = Coverage(everything=True)
    assert Evaluator(packs, date(2025, 12, 31)).evaluate(row, everything) == []
    [outcome] = Evaluator(packs, date(2025, 12, 31), with_drafts=True).evaluate(row, everything)
    assert (outcome.kind, outcome.reason["draft"]) == ("eligible", True)


def test_a_clause_drops_inherited_rules_by_label(one):
    around = {"rules": {"subject": ["enterprise"], "gates": [{"label": "甲", "when": "false"}]}}
    assert one({}, around=around).reason["failed"] == ["甲"]
    assert one({}, around=around, without=["甲"]).kind == "eligible"


def test_a_qualification_has_a_result_and_no_amount(one):
    keys = {"gate_only": True, "amount": None, "result": 'if 登记.注册资本 > 100 then "大" else "小"'}
    outcome = one({"登记": {"注册资本": 5}}, **keys)
    assert (outcome.kind, outcome.amount_fen, outcome.reason["result"]) == ("eligible", 0, "小")
    assert one({"登记": {"注册资本": "未知"}}, **keys).kind == "unknown"
    assert one({"登记": None}, **{**keys, "result": "登记.注册资本"}).kind == "manual"


def test_outcomes_stand_in_the_order_of_clauses(tmp_path):
    packs = load_packs([written(tmp_path, document(clause(id="B"), clause(id="A"), clause(id="C")))])
    assert [one.clause for one in run(packs, {})] == ["B", "A", "C"]
