"""The case runner: worked cases and facts of one's own, computed on the page; nothing is written."""

import html
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from yanlian.apps.people.models import User
from yanlian.apps.policies.trying.facts import facts_text, read_facts
from yanlian.base.refusal import Refused
from yanlian.engine.policy import load_packs

PACKS = Path(__file__).parents[3] / "packs"


def test_the_facts_of_every_worked_case_are_the_same_after_being_written_and_read():
    packs = load_packs([PACKS / name for name in ("national", "laoshan")])
    cases = [case for clause in packs.clauses for case in clause.source.cases]
    assert len(cases) > 200
    for case in cases:
        assert read_facts(facts_text(case.facts)) == case.facts, case.name


@pytest.mark.parametrize(
    "facts",
    [
        {"登记": {"成立日期": date(2025, 1, 1), "独立法人": True, "产业集群": None}},
        {"甲": "true", "乙": "2025-01-01", "丙": "null", "丁": "a: [b] # c", "戊": ["x", "500万元"]},
        {},
    ],
)
def test_words_days_and_truth_stay_what_they_are(facts):
    assert read_facts(facts_text(facts)) == facts


@pytest.mark.parametrize(
    ("text", "code"),
    [("a: [", "case_facts_unreadable"), ("- 1", "case_facts_unreadable"), ("x" * 100_001, "case_facts_long")],
)
def test_a_text_that_is_no_facts_is_refused(text, code):
    with pytest.raises(Refused) as found:
        read_facts(text)
    assert found.value.code == code
    assert found.value.text("zh")


@pytest.fixture
def official(client, db):
    client.force_login(User.objects.create(username="o", role="official", department="sci"))
    return client


def address(clause="LS-2025-01"):
    return reverse("try-case", args=[clause])


def given(official, **changes):
    page = official.get(address()).content.decode()
    text = page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0].lstrip("\n")
    return {"case": "0", "as_of": "2025-12-31", "kind": "enterprise", "facts": html.unescape(text)} | changes


def test_a_worked_case_is_computed_with_every_step(official):
    page = official.get(address()).content.decode()
    assert "符合" in page
    assert "5,000,000.00" in page
    assert "用例应得：" in page
    assert "门槛" in page
    assert "金额怎样算出" in page


def test_changed_facts_give_another_outcome_and_are_not_held_against_the_case(official):
    facts = given(official)
    assert "国家级" in facts["facts"]
    changed = {**facts, "facts": facts["facts"].replace("国家级", "省级")}
    page = official.post(address(), changed).content.decode()
    assert "2,000,000.00" in page
    assert "事实已改动" in page


def test_a_fact_that_nobody_knows_makes_the_outcome_unknown(official):
    facts = given(official)
    changed = {**facts, "facts": facts["facts"].replace("登记状态: 存续", "登记状态: 未知")}
    assert changed["facts"] != facts["facts"]
    page = official.post(address(), changed).content.decode()
    assert "待补数据" in page
    assert "市场监管局" in page


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"as_of": "年底"}, "model_day_unreadable"),
        ({"facts": "科技资质: [{没有这个字段: 1}]"}, "case_field_unknown"),
        ({"facts": "a: ["}, "case_facts_unreadable"),
        ({"kind": "船"}, "case_kind"),
    ],
)
def test_what_cannot_be_computed_is_refused_and_the_typed_text_stays(official, change, code):
    sent = given(official, **change)
    answer = official.post(address(), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "refusal-code" in page
    assert sent["facts"].split("\n")[0].split("'")[0][:6] in page


def test_trying_writes_nothing(official, django_assert_max_num_queries):
    sent = given(official)
    with django_assert_max_num_queries(6) as captured:
        official.post(address(), sent)
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)


def test_only_officials_try(client, db):
    for role in ("enterprise", "analyst", "administrator"):
        client.force_login(User.objects.create(username=role, role=role))
        assert client.get(address()).status_code == 403
