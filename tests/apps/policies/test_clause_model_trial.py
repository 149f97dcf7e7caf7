"""A changed model tried out: what it changes in the worked cases, what the check finds, who may; and nothing stays."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from tests.web.district import make_user

from yanlian.apps.policies.model_pages import dmn_file
from yanlian.apps.policies.modeller_pages import MAX_BYTES
from yanlian.apps.policies.trial import CaseLine, try_out
from yanlian.engine.feel.dmn.modeller import from_modeller
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy import PackSet, load_packs

SAMPLE = Path(__file__).parents[2] / "web" / "packs"
PACKS = Path(__file__).parents[3] / "packs"
CLAUSE = "XX-2025-01"


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / "national", PACKS / "laoshan"])


def trial(packs: PackSet, clause_id: str, *changes: tuple[str, str]):
    text = dmn_file(packs, clause_id, None).decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    with override("zh-hans"):
        return try_out(packs, packs.clause(clause_id), read_model(text.encode(), f"{clause_id}.dmn"))


def test_an_unchanged_model_changes_no_case_and_brings_no_new_complaint(packs: PackSet):
    for clause_id in ("LS-2025-01", "SZ-HR-2023-01", "NAT-SME-SIZE"):
        found = trial(packs, clause_id)
        assert len(found.cases) == len(packs.clause(clause_id).source.cases) > 0
        assert [one for one in found.cases if one.changed] == [], clause_id
        assert [one for one in found.said if one.is_new] == [], clause_id


def test_a_changed_amount_shows_in_the_cases_that_get_it_and_in_no_other(packs: PackSet):
    found = trial(packs, "LS-2025-01", ("<text>5000000</text>", "<text>4000000</text>"))
    assert [one for one in found.cases if one.changed] == [
        CaseLine("国家级重点实验室500万元", "2025-12-31", "A1 符合 ¥5,000,000.00", "A1 符合 ¥4,000,000.00")
    ]


def test_an_overlap_that_the_change_makes_is_new_and_stands_first(packs: PackSet):
    found = trial(packs, "LS-2025-01", ('<text>"省级"</text>', '<text>"省级", "国家级"</text>'))
    assert found.said[0].is_new
    assert found.said[0].severity == "error"
    assert found.said[0].element == "平台奖励标准"
    assert any(not one.is_new for one in found.said)


def test_a_cell_that_cannot_be_read_is_told_and_the_cases_say_so(packs: PackSet):
    found = trial(packs, "LS-2025-01", ("<text>5000000</text>", "<text>5000000 +</text>"))
    assert any(one.is_new and one.severity == "error" for one in found.said)
    assert found.changed > 0


def test_a_model_without_the_verdict_gives_the_reason_for_every_case(packs: PackSet):
    found = trial(packs, "LS-2025-01", ('name="LS_2025_01_全部结论"', 'name="别的"'))
    assert found.changed == len(found.cases)


def test_parameters_of_a_case_hold_on_both_sides(packs: PackSet):
    clause = next(c for c in packs.clauses if any(case.parameters for case in c.source.cases))
    assert trial(packs, clause.id).changed == 0


# Through the pages


@pytest.fixture
def official(db, settings) -> Client:
    settings.PACKS = SAMPLE
    return signed_in("official")


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, "sci" if role == "official" else ""))
    return client


def opened(client: Client) -> str:
    page = client.get(reverse("modeller", args=[CLAUSE])).content.decode()
    data = re.search(r'<script id="model-xml" type="application/json">(.*?)</script>', page)
    assert data
    return str(json.loads(data[1]))


def test_the_page_holds_the_model_for_the_modeller_and_says_that_nothing_is_written(official: Client):
    assert "20191111/MODEL/" in opened(official)
    page = official.get(reverse("modeller", args=[CLAUSE]))
    assert "不会写入政策包" in page.content.decode()
    # Style attributes are allowed on this one page, scripts are not.
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in official.get(reverse("clause", args=[CLAUSE]))["Content-Security-Policy"]


def test_the_answer_names_the_case_that_changed(official: Client):
    changed = opened(official).replace("<text>5000000</text>", "<text>4000000</text>")
    answer = official.post(reverse("try-model", args=[CLAUSE]), {"xml": changed})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "2个用例中有1个结果改变" in text
    assert "¥4,000,000.00" in text


def test_what_is_no_model_is_refused_with_its_code(official: Client):
    for sent, code in (("", "dmn_xml"), ("<a/>", "dmn_"), ("x" * (MAX_BYTES + 1), "dmn_xml_size")):
        answer = official.post(reverse("try-model", args=[CLAUSE]), {"xml": sent})
        assert answer.status_code == 422
        assert code in answer.content.decode()
        assert official.post(reverse("take-model", args=[CLAUSE]), {"xml": sent}).status_code == 422


def test_the_changed_model_comes_back_as_dmn_1_5(official: Client):
    sent = opened(official)
    answer = official.post(reverse("take-model", args=[CLAUSE]), {"xml": sent})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode() == from_modeller(sent)
    assert read_model(answer.content, "a").version == "1.5"


def test_only_officials_get_in_and_only_with_the_token_of_their_page(official: Client):
    for role in ("enterprise", "analyst", "administrator"):
        client = signed_in(role)
        assert client.get(reverse("modeller", args=[CLAUSE])).status_code == 403
        assert client.post(reverse("try-model", args=[CLAUSE]), {"xml": "<a/>"}).status_code == 403
        assert "在建模器中打开" not in client.get(reverse("clause", args=[CLAUSE])).content.decode()
    assert "在建模器中打开" in official.get(reverse("clause", args=[CLAUSE])).content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = official.cookies
    assert strict.post(reverse("try-model", args=[CLAUSE]), {"xml": "<a/>"}).status_code == 403


def test_trying_out_writes_no_file_and_no_row(official: Client, django_assert_max_num_queries):
    before = {file: file.stat().st_mtime_ns for file in SAMPLE.rglob("*")}
    changed = opened(official).replace("<text>5000000</text>", "<text>4000000</text>")
    with django_assert_max_num_queries(3) as captured:
        official.post(reverse("try-model", args=[CLAUSE]), {"xml": changed})
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
    assert {file: file.stat().st_mtime_ns for file in SAMPLE.rglob("*")} == before
