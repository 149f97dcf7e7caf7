"""Worked cases: what passes, and what a failing one says."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.engine.policy import load_packs, run_cases

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
TITLES = [{"证书编号": n, "认定日期": date(2025, 3, 1)} for n in ("1", "2")]


@pytest.fixture
def result(tmp_path):
    def one(expect, facts=None, around=None, pack=None, case=None, **keys):
        made = {"name": "例", "as_of": date(2025, 12, 31), "facts": facts or {}, "expect": expect, **(case or {})}
        text = document(clause(**{"cases": [made], **keys}), **(around or {}))
        results = run_cases(load_packs([written(tmp_path, text, **(pack or {}))]))
        assert len(results) == 1
        return results[0]

    return one


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"outcome": "eligible", "amount": "100元"}, ""),
        ({"outcome": "eligible", "amount": 100}, ""),
        ({"outcome": "eligible", "amount": "0.01万元"}, ""),
        ({"outcome": "not_eligible"}, "outcome：应为 not_eligible，实为 eligible"),
        ({"amount": "99.99元"}, "amount：应为 99.99元，实为 100.00元"),
        ({"missing": ["登记.注册资本"]}, "missing：应为 登记.注册资本，实为 —"),
        ({"failed": ["甲"]}, "failed：应为 甲，实为 —"),
        ({"outcom": "eligible"}, "实为 outcom"),
        ({"result": "大"}, "result：应为 大，实为 None"),
        ({"period": 2024}, "period：应为 2024，实为 2025"),
    ],
)
def test_a_case_says_what_was_expected_and_what_was_found(result, expect, said):
    found = result(expect)
    assert found.passed is (said == "")
    assert said in found.text("zh")
    assert found.text("zh").startswith("tiny/d0.yaml:")


def test_a_failing_case_says_why_in_short(result):
    found = result({"outcome": "eligible"}, conditions=[{"label": "够大", "when": "false"}])
    assert "not_eligible (够大)" in found.text("en")


def test_missing_and_holder_by_key_or_name(result):
    rule = [{"label": "大", "when": "登记.注册资本 > 1"}]
    facts = {"登记": "未知"}
    for holder in ("market", "市场监管局"):
        expect = {"outcome": "unknown", "missing": ["登记.注册资本"], "holder": holder}
        assert result(expect, facts, conditions=rule).passed
    assert not result({"holder": "tax"}, facts, conditions=rule).passed


def test_several_events_are_compared_by_matter(result):
    expect = [{"matter": "1", "outcome": "eligible", "amount": 100}, {"matter": 2, "outcome": "eligible"}]
    facts = {"科技资质": TITLES}
    assert result(expect, facts, event=EVENT).passed
    assert "matter：应为 —，实为 2 (eligible)" in result(expect[:1], facts, event=EVENT).text()
    assert "matter：应为 9" in result([*expect, {"matter": "9"}], facts, event=EVENT).text()
    assert "outcomes：应为 1，实为 2" in result({"outcome": "eligible"}, facts, event=EVENT).text()


def test_a_clause_alone_has_its_own_caps_but_no_stacking_and_no_caps_over_others(result):
    rules = {
        "subject": ["enterprise"],
        "caps": [
            {"label": "a", "over": "document", "per": "year", "amount": "1"},
            {"label": "b", "over": "clause", "per": "year", "amount": "150"},
        ],
    }
    expect = [{"matter": "1", "amount": 100}, {"matter": "2", "amount": 50}]
    keys = {"event": EVENT, "stacking": {"group": "甲"}}
    assert result(expect, {"科技资质": TITLES}, around={"rules": rules}, **keys).passed


def test_a_document_case_is_after_stacking_and_caps(tmp_path):
    rules = {"subject": ["enterprise"], "caps": [{"label": "a", "over": "document", "per": "year", "amount": "130"}]}
    expect = {"clauses": {"A": "100元", "B": "30元", "C": "unknown"}, "total": "130元"}
    cases = [{"name": "例", "as_of": date(2025, 12, 31), "expect": expect, "facts": {"登记": "未知"}}]
    open_clause = clause(id="C", cases=[], conditions=[{"label": "缺", "when": "登记.独立法人"}])
    text = document(clause(id="A", cases=[]), clause(id="B", cases=[]), open_clause, rules=rules, cases=cases)
    [found] = run_cases(load_packs([written(tmp_path, text)]))
    assert found.passed, found.text()
    cases[0]["expect"] = {"clauses": {"A": "99元", "X": "1元"}, "total": "1元"}
    [found] = run_cases(load_packs([written(tmp_path, text)]))
    assert [d.what for d in found.differences] == ["A", "X", "total"]


def test_facts_are_laid_over_the_base_case_field_by_field(result):
    pack = {"base_case": {"登记": {"注册资本": "5", "登记状态": "存续"}, "科技资质": TITLES}}
    amount = 'if 登记.登记状态 = "存续" then 登记.注册资本 + count(科技资质) * 1元 else 99'
    assert result({"amount": 7}, pack=pack, amount=amount).passed
    assert result({"amount": 11}, {"登记": {"注册资本": 9}}, pack=pack, amount=amount).passed
    assert result({"amount": 6}, {"科技资质": TITLES[:1]}, pack=pack, amount=amount).passed
    assert result({"outcome": "unknown"}, {"登记": {"登记状态": "未知"}}, pack=pack, amount=amount).passed


def test_a_case_may_set_kind_and_parameters(result):
    around = {"parameters": {"门槛": {"values": [{"from": date(2025, 1, 1), "value": 5, "reference": "a"}]}}}
    case = {"kind": "person", "parameters": {"门槛": "8万元"}}
    assert result({"amount": 80000}, around=around, case=case, subject=["person"], amount="门槛").passed


def test_cases_of_drafts_and_of_days_outside_the_validity_can_be_run(result):
    around = {"document": {"status": "draft", "valid_from": date(2027, 1, 1)}}
    assert result({"outcome": "eligible"}, around=around).passed


def test_only_the_asked_pack_is_run(tmp_path):
    packs = load_packs([written(tmp_path, document())])
    assert len(run_cases(packs, "tiny")) == 1
    assert run_cases(packs, "other") == []
