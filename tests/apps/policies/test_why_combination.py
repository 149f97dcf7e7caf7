"""Where clauses exclude each other, page, text and API show the combination chosen beside the runner-up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.district import make_user

from yanlian.apps.policies.actions import run_policies
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, open_snapshot

AS_OF = date(2025, 12, 31)
PACK = """
pack: {id: t, title: 试, district: '370212'}
"""
DOCUMENT = """
document:
  {id: T-2025, title: 试行办法, issuer: 某区, place: 某区, status: in_force, valid_from: 2025-01-01, source: {grade: A}}
rules:
  subject: [enterprise]
  exclusions:
    - {label: 奖补不与专项同享, clause: T-03, only_without: [T-01, T-02]}
    - {label: 须有另行, clause: T-05, only_with: [T-04]}
    - {label: 评审项目不与另行同享, not_together: [T-06, T-04], article: 第九条}
clauses:
  - {id: T-01, title: 房租补贴, text: 房租, department: sci, amount: 30万元, delivery: APPLY, cases: []}
  - {id: T-02, title: 流片补贴, text: 流片, department: sci, amount: 20万元, delivery: APPLY, cases: []}
  - {id: T-03, title: 落户专项, text: 专项, department: dev, amount: 45万元, delivery: APPLY, cases: []}
  - {id: T-04, title: 另行, text: 另行, department: dev, amount: 1元, delivery: APPLY, cases: []}
  - {id: T-06, title: 待定, text: 待定, department: dev, manual: 由专家评审, delivery: MANUAL, cases: []}
  - {id: T-05, title: 再行, text: 再行, department: dev, amount: 1元, delivery: APPLY, cases: []}
"""


@pytest.fixture
def run(db, tmp_path, settings):
    """A run over one enterprise that could have all three clauses."""
    settings.DATA, settings.PACKS = tmp_path / "data", tmp_path / "packs"
    folder = tmp_path / "packs" / "t"
    folder.mkdir(parents=True)
    folder.joinpath("pack.yaml").write_text(PACK, encoding="utf-8")
    folder.joinpath("t.yaml").write_text(DOCUMENT, encoding="utf-8")
    with SnapshotWriter(settings.DATA / "snapshots", load_schema(), datetime(2026, 1, 15, tzinfo=UTC)) as writer:
        Entity.objects.create(code="E1", name="样例", kind="enterprise", recorded_at=timezone.now())
        writer.write([{"id": "E1", "uscc": None, "name": "样例", "kind": "enterprise"}])
        info = writer.close(Coverage([Delivery("payment", None, AS_OF, complete=True)]))
    place = f"snapshots/{info.path.name}"
    SnapshotRecord.objects.create(hash=info.hash, moment=info.moment, rows=1, folder=place, made_at=timezone.now())
    made, _ = run_policies(open_snapshot(info.path), AS_OF, workers=1)
    return made


@pytest.fixture
def official(run):
    client = Client()
    client.force_login(make_user("official", "sci"))
    return client


def why(client, run, clause, language):
    client.cookies["yanlian_language"] = language
    return client.get(f"/why/{run.pk}/E1/{clause}/").content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("选定的组合", "次优组合", "奖补不与专项同享", "由T-01兑现", "¥500,000.00", "¥450,000.00")),
        ("en", ("Chosen", "Runner-up", "Exclusion", "T-01 is paid instead", "¥500,000.00", "¥450,000.00")),
    ],
)
def test_the_page_shows_the_combination_chosen_beside_the_runner_up(official, run, language, words):
    shown = why(official, run, "T-03", language)
    assert [word for word in words if word not in shown] == []


def test_a_clause_that_is_given_shows_the_same_combinations(official, run):
    shown = why(official, run, "T-01", "zh-hans")
    assert "次优组合" in shown
    assert "¥450,000.00" in shown


def test_the_api_carries_combinations_reductions_and_the_text(official, run):
    found = official.get("/api/v1/explanation", {"entity": "E1", "clause": "T-03", "language": "en"}).json()
    assert [(one["role"], one["total"]["fen"]) for one in found["combinations"]] == [
        ("chosen", 50_000_000),
        ("runner_up", 45_000_000),
    ]
    assert [one["clause"] for one in found["combinations"][0]["outcomes"]] == ["T-01", "T-02"]
    [cut] = found["reduced"]
    assert (cut["by"], cut["winner"], cut["before"]["fen"], cut["after"]["fen"]) == ("exclusion", "T-01", 45_000_000, 0)
    assert "Combination chosen: 500,000.00 yuan" in found["text"]
    assert "Runner-up: 450,000.00 yuan" in found["text"]


def test_what_still_hangs_on_another_clause_says_so(official, run):
    shown = why(official, run, "T-04", "zh-hans")
    assert "尚未最终确定，取决于：" in shown
    assert "/policies/T-06/" in shown


@pytest.mark.parametrize("clause", ["T-04", "T-05"])
def test_clauses_about_which_there_is_no_choice_show_no_combinations(official, run, clause):
    assert "次优组合" not in why(official, run, clause, "zh-hans")


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("T-03", "同一年度不与T-01、T-02同享"),
        ("T-01", "同一年度不与T-03同享"),
        ("T-04", "同一年度是T-05的前提"),
        ("T-05", "同一年度须享受T-04之一"),
        ("T-06", "同一年度不与T-04同享（第九条）"),
    ],
)
def test_the_clause_page_says_what_a_clause_excludes_and_needs(official, run, clause, said):
    assert said in official.get(f"/policies/{clause}/").content.decode()
