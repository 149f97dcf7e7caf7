"""An explanation shows every rule with its facts, the arithmetic, what was taken away, and agrees with the outcome."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, dossier_of_case
from yanlian.engine.policy import Evaluator, explain, load_packs, render_text

ALL = Coverage(everything=True)
KEYS = {
    "event": {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"},
    "gates": [{"label": "在本区", "when": "登记.注册区划 = 本区", "article": "第二条"}],
    "vetoes": [{"label": "失信", "when": "some 条 in 严重失信 satisfies 条.移出日期 = null"}],
    "conditions": [{"label": "够大", "when": "登记.注册资本 >= 门槛"}],
    "amount": "奖补(基数) + 标准()",
    "cap": "500000",
    "multipliers": [{"label": "加倍", "factor": "1.5"}],
    "top_up": True,
}
NAMES = {
    "parameters": {
        "门槛": {
            "unit": "元",
            "values": [
                {"from": date(2025, 1, 1), "value": "100万元", "reference": "第三条"},
                {"from": date(2025, 9, 1), "value": "90万元", "reference": "修订第三条"},
            ],
        }
    },
    "scales": {
        "奖补": {
            "mode": "marginal",
            "brackets": [{"from": 0, "rate": "10%"}, {"from": "100万元", "rate": "5%"}],
            "reference": "第四条",
        }
    },
    "tables": {
        "标准": {
            "inputs": ["证.级别"],
            "outputs": ["金额"],
            "rules": [['"省级"', "7"], ['"市级"', "5"]],
            "reference": "附表",
        }
    },
    "definitions": {"基数": "登记.注册资本 / 2"},
}
TITLE = {"证书编号": "A1", "级别": "市级", "认定日期": date(2025, 3, 1)}
FACTS = {"登记": {"注册区划": "370212", "注册资本": "400万元"}, "科技资质": [TITLE]}


@pytest.fixture
def why(tmp_path):
    def explained(facts=FACTS, matter=None, kind="enterprise", around=None, **keys):
        packs = load_packs([written(tmp_path, document(clause(**{**KEYS, **keys}), **{**NAMES, **(around or {})}))])
        dossier = dossier_of_case(packs.schema, facts, kind, AS_OF)
        return explain(Evaluator(packs, AS_OF), dossier.row, ALL, "T-01", matter)

    return explained


def test_every_rule_is_shown_with_its_verdict_and_the_facts_it_read(why):
    rules = why().rules
    assert [(r.kind, r.label, r.verdict) for r in rules] == [
        ("gate", "在本区", "met"),
        ("veto", "失信", "met"),
        ("condition", "够大", "met"),
    ]
    assert (rules[0].article, rules[0].text) == ("第二条", "登记.注册区划 = 本区")
    [fact] = rules[0].used.facts
    assert (fact.name, fact.value, fact.holder) == ("登记.注册区划", "370212", "market")


def test_a_fact_carries_its_source_and_date(tmp_path):
    packs = load_packs([written(tmp_path, document(clause(amount="登记.注册资本")))])
    stored = {"capital": 100, "source": "市场监管局 2025-03 批次", "recorded": date(2025, 3, 5)}
    row = {"id": "E", "kind": "enterprise", "registration": stored}
    [fact] = explain(Evaluator(packs, AS_OF), row, ALL, "T-01").steps[0].used.facts
    assert (fact.value, fact.unit, fact.source, fact.recorded) == ("1", "元", "市场监管局 2025-03 批次", "2025-03-05")


def test_a_parameter_is_shown_with_its_article_and_validity(why):
    [line] = why().rules[2].used.parameters
    # The event's day decides, not the as-of date.
    assert (line.name, line.value, line.unit, line.reference) == ("门槛", "1,000,000", "元", "第三条")
    assert (line.valid_from, line.valid_to) == ("2025-01-01", "2025-08-31")


def test_the_amount_is_shown_step_by_step(why):
    explanation = why()
    steps = {step.kind: step for step in explanation.steps}
    amount = steps["amount"]
    assert amount.text == "奖补(基数) + 标准()"
    assert amount.substituted == "奖补(2,000,000) + 5"
    assert amount.value == "150,005"
    [table] = amount.used.tables
    assert (table.name, table.row, table.cells, table.reference) == ("标准", 2, ('"市级"', "5"), "附表")
    terms = {term.name: term for term in amount.used.terms}
    assert terms["基数"].substituted == "4,000,000 / 2".replace("/", "÷")
    assert terms["奖补"].substituted == ("≥0: 1,000,000 × 10% = 100,000; ≥1,000,000: 1,000,000 × 5% = 50,000")
    assert [(s.kind, s.after) for s in explanation.steps] == [
        ("amount", "150,005"),
        ("cap", "150,005"),
        ("multiplier", "225,007.5"),
        ("top_up", "225,007.5"),
        ("rounding", "225,007.5"),
    ]
    assert explanation.outcome.amount_fen == 22_500_750


def test_a_rule_that_is_not_met_shows_by_how_much(why):
    explanation = why({**FACTS, "登记": {"注册区划": "370212", "注册资本": "99.5万元"}})
    rule = explanation.rules[2]
    [comparison] = rule.used.comparisons
    assert rule.verdict == "not_met"
    assert (comparison.left, comparison.op, comparison.right, comparison.gap) == ("995,000", ">=", "1,000,000", "5,000")
    assert explanation.steps == ()
    assert "相差 5,000" in render_text(explanation, "zh")


def test_a_comparison_behind_a_definition_shows_by_how_much(why):
    rules = [{"label": "够老", "when": "满年"}]
    facts = {**FACTS, "登记": {**FACTS["登记"], "成立日期": date(2025, 1, 11)}}
    found = why(facts, conditions=rules, definitions={"满年": '登记.成立日期 <= date("2025-01-01")'})
    assert [c.gap for c in found.rules[2].used.comparisons] == ["10 天"]


def test_what_is_missing_is_named_with_its_holder_in_both_languages(why):
    explanation = why({**FACTS, "登记": {"注册区划": "370212", "注册资本": "未知"}})
    assert explanation.rules[2].verdict == "unknown"
    assert explanation.rules[2].used.missing[0]["fact"] == "登记.注册资本"
    assert "市场监管局" in render_text(explanation, "zh")
    english = render_text(explanation, "en")
    assert "Market Supervision Bureau" in english
    assert "Missing: 登记.注册资本" in english


def test_a_rule_that_gives_null_says_so(why):
    explanation = why(conditions=[{"label": "空", "when": 'number("一") > 1'}])
    assert (explanation.outcome.kind, explanation.rules[2].verdict) == ("manual", "null")
    assert explanation.rules[2].used.nulls


def test_the_event_is_shown_with_its_record(why):
    event = why().event
    assert (event.matter, event.event_on) == ("A1", "2025-03-01")
    assert {fact.name for fact in event.facts} >= {"科技资质.认定日期"}


def test_stacking_and_caps_are_shown(tmp_path):
    packs = load_packs(
        [
            written(
                tmp_path,
                document(
                    clause(id="A", amount="5", stacking={"group": "甲"}),
                    clause(id="B", amount="8", stacking={"group": "甲"}),
                    rules={
                        "subject": ["enterprise"],
                        "caps": [{"label": "年度上限", "over": "document", "per": "year", "amount": "6"}],
                    },
                ),
            )
        ]
    )
    row = {"id": "E", "kind": "enterprise"}
    loser, winner = (explain(Evaluator(packs, AS_OF), row, ALL, name) for name in "AB")
    assert loser.reduced[0]["winner"] == "B"
    assert [one["by"] for one in winner.reduced] == ["cap"]
    assert "就高不重复 甲: 5.00 → 0.00 ← B" in render_text(loser, "zh")
    assert "Limit 年度上限: 8.00 → 6.00" in render_text(winner, "en")


def test_why_a_clause_does_not_apply(why):
    assert why({"登记": {}}).why_not_applicable == "event"
    assert why(kind="person").why_not_applicable == "subject"


def test_what_cannot_be_explained_is_refused_with_what_there_is(why, tmp_path):
    with pytest.raises(Refused) as raised:
        why(matter="B9")
    assert (raised.value.code, raised.value.data["expected"]) == ("matter_unknown", "A1")
    packs = load_packs([tmp_path / "tiny"])
    row = {"id": "E", "kind": "enterprise"}
    for as_of, name, code in ((AS_OF, "T-99", "clause_unknown"), (date(2024, 1, 1), "T-01", "clause_not_run")):
        with pytest.raises(Refused) as raised:
            explain(Evaluator(packs, as_of), row, ALL, name)
        assert raised.value.code == code


def test_events_nobody_delivered_are_explained_too(why, tmp_path):
    why()
    packs = load_packs([tmp_path / "tiny"])
    some = Coverage([Delivery("science_title", None, date(2024, 12, 31), complete=True)])
    explanation = explain(Evaluator(packs, AS_OF), {"id": "E", "kind": "enterprise"}, some, "T-01")
    assert explanation.outcome.kind == "unknown"
    assert "科技资质" in render_text(explanation, "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_names_clause_source_and_money(why, language):
    text = render_text(why(), language)
    assert "T-01" in text
    assert "试行办法" in text
    assert "225,007.5" in text
    assert "第三条" in text
