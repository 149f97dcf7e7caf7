"""The page that says why: every condition with its figure and source, the arithmetic, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from tests.web.paying import CLAUSE, DISHONEST, LACKING, LEADER, Paying, for_a_module

from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def paying(django_db_setup, django_db_blocker) -> Iterator[Paying]:
    with django_db_blocker.unblock(), for_a_module() as made:
        yield made


def page(user: User, path: str, language: str = "zh-hans") -> str:
    client = Client()
    client.force_login(user)
    client.cookies["yanlian_language"] = language
    return client.get(path).content.decode()


def why(paying: Paying, code: str, user: User | None = None, language: str = "zh-hans") -> str:
    return page(user or paying.official, f"/why/{paying.run.pk}/{code}/{CLAUSE}/", language)


def test_what_is_due_is_derived_rule_by_rule_with_table_row_and_sum(paying: Paying):
    shown = why(paying, LEADER, paying.enterprise)
    for part in ("¥5,000,000.00", "注册地在本区", "满足", "处于严重失信主体名单", "未触及", "平台奖励标准第1行",
                 "科技局", "2026-01-05", "SY-1"):  # fmt: skip
        assert part in shown, part


def test_a_veto_that_applies_is_named(paying: Paying):
    shown = why(paying, DISHONEST)
    assert "触及，不能享受" in shown
    assert "未满足：" in shown


def test_what_is_missing_is_named_with_its_holder(paying: Paying):
    shown = why(paying, LACKING)
    assert "科技资质.级别" in shown
    assert "缺少科技局数据" in shown
    english = why(paying, LACKING, language="en")
    assert "Missing from" in english
    assert "Data missing" in english


def test_a_changed_result_is_not_shown_as_if_it_were_right(paying: Paying):
    Outcome.objects.filter(entity__code=LEADER).update(amount_fen=1)
    shown = why(paying, LEADER)
    assert "explanation_differs" in shown
    assert "金额怎样算出" not in shown


def test_an_unknown_clause_run_or_entity_does_not_exist(paying: Paying):
    client = Client()
    client.force_login(paying.official)
    for path in (f"/why/{paying.run.pk}/{LEADER}/NO-SUCH/", f"/why/999/{LEADER}/{CLAUSE}/",
                 f"/why/{paying.run.pk}/NOBODY/{CLAUSE}/"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_an_enterprise_finds_no_other_firm_s_explanation(paying: Paying):
    client = Client()
    client.force_login(paying.stranger)
    assert client.get(f"/why/{paying.run.pk}/{LEADER}/{CLAUSE}/").status_code == 404
