"""The shell of all pages: language, safety headers, sign-in, faults."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.district import PASSWORD, District, make_user
from yanlian.apps.people.models import AuditEntry


def test_pages_are_chinese_whatever_the_browser_asks(district: District):
    page = Client(headers={"accept-language": "en-US"}).get(reverse("login"))
    assert page["Content-Language"] == "zh-hans"
    assert '<html lang="zh-Hans">' in page.content.decode()
    assert "用户名" in page.content.decode()


def test_the_switch_changes_the_language_and_goes_back(as_role):
    client = as_role("official")
    answer = client.post(reverse("language"), {"language": "en", "next": "/registry/?q=x"})
    assert answer["Location"] == "/registry/?q=x"
    page = client.get("/registry/").content.decode()
    assert '<html lang="en">' in page
    assert "Search by name" in page
    client.post(reverse("language"), {"language": "zh-hans"})
    assert "按名称、简称" in client.get("/registry/").content.decode()


def test_the_switch_leads_to_no_other_site(db):
    answer = Client().post(reverse("language"), {"language": "en", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_switch_needs_a_post(db):
    assert Client().get(reverse("language")).status_code == 405


def test_every_answer_forbids_foreign_and_inline_code(as_role, district: District):
    for path in (reverse("home"), reverse("run", args=[district.run.pk]), "/no-such-page"):
        answer = as_role("official", "sci" if path == "/" else "tax" if "run" in path else "fin").get(path)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", answer.content.decode())
        assert scripts == []


def test_pages_behind_a_login_stay_out_of_shared_caches(as_role):
    assert as_role("official").get(reverse("home"))["Cache-Control"] == "private, no-store"


def sign_in(client: Client, username: str, password: str, address: str = "10.0.0.1"):
    return client.post(reverse("login"), {"username": username, "password": password}, REMOTE_ADDR=address)


def test_signing_in_leads_to_where_one_wanted_to_go(district: District):
    make_user("official", "sci")
    client = Client()
    wanted = client.get(reverse("entities"))["Location"]
    assert wanted == "/login?next=/registry/"
    answer = client.post(reverse("login"), {"username": "official-sci", "password": PASSWORD, "next": "/registry/"})
    assert answer["Location"] == "/registry/"
    assert client.get("/registry/").status_code == 200


def test_signing_in_never_leads_to_another_site(district: District):
    make_user("analyst")
    answer = Client().post(reverse("login"), {"username": "analyst", "password": PASSWORD, "next": "//evil.example"})
    assert answer["Location"] == "/"


def test_after_five_failures_a_login_waits_even_with_the_right_password(district: District):
    make_user("analyst")
    for _ in range(5):
        assert "用户名或密码不正确" in sign_in(Client(), "analyst", "wrong").content.decode()
    answer = sign_in(Client(), "analyst", PASSWORD)
    assert answer.status_code == 429
    assert "sign_in_wait" in answer.content.decode()


def test_waiting_is_per_login_and_address(district: District):
    make_user("analyst")
    make_user("official", "sci")
    for _ in range(5):
        sign_in(Client(), "analyst", "wrong")
    assert sign_in(Client(), "analyst", PASSWORD, "10.0.0.2").status_code == 302
    assert sign_in(Client(), "official-sci", PASSWORD).status_code == 302


def test_success_starts_the_count_anew(district: District):
    make_user("analyst")
    for _ in range(4):
        sign_in(Client(), "analyst", "wrong")
    assert sign_in(Client(), "analyst", PASSWORD).status_code == 302
    for _ in range(4):
        sign_in(Client(), "analyst", "wrong")
    assert sign_in(Client(), "analyst", PASSWORD).status_code == 302


def test_a_login_that_does_not_exist_gets_the_same_answer_and_is_not_kept_in_clear(district: District):
    make_user("analyst")
    known, unknown = sign_in(Client(), "analyst", "wrong"), sign_in(Client(), "MyPassword1!", "x")
    assert known.status_code == unknown.status_code == 200
    assert not AuditEntry.objects.filter(login__contains="MyPassword1!").exists()


def test_signing_out_needs_a_post_and_ends_the_session(as_role):
    client = as_role("analyst")
    assert client.get(reverse("logout")).status_code == 405
    assert client.get(reverse("home")).status_code == 200
    client.post(reverse("logout"))
    assert client.get(reverse("home")).status_code == 302


@pytest.mark.parametrize(
    ("path", "status", "words"), [("/no-such-page", 404, "没有这一页"), ("/users/", 403, "没有打开此页的权限")]
)
def test_faults_are_explained(as_role, path: str, status: int, words: str):
    answer = as_role("official").get(path)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_an_explanation(district: District):
    answer = Client(enforce_csrf_checks=True).post(reverse("login"), {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
