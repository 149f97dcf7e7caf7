"""What the interface says of a chain: grades with why, gaps, candidates with offers, leaders; figures as texts."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.actions import place
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ReferenceFigure

pytestmark = pytest.mark.django_db
CALLS = ("state", "gaps", "gaps/vr-lens/candidates", "gaps/vr-lens/candidates/OUT-1", "leaders")


@pytest.fixture
def official():
    user = make_person("official", "official", "sci")
    firms = [make_firm(name, f"{name}公司（虚构）") for name in ("H1", "H2", "C1")]
    for firm, segment in zip(firms, ("vr-headset", "vr-headset", "vr-content"), strict=True):
        place(firm, "vr", segment, user)
    OutsideTie.objects.create(
        firm=OutsideFirm.objects.get(code="OUT-1"), entity=firms[0], kind="supplies", product="光学模组",
        amount_fen=5_000_000_00, source="名录", recorded_at=timezone.now(),
    )  # fmt: skip
    ReferenceFigure.objects.create(
        area_code="370200", area="某市", chain="vr", segment="vr-headset", year=2024, firms=4, output_fen=None,
        source="统计", recorded_at=timezone.now(),
    )  # fmt: skip
    return user


def ask(user, path: str, status: int = 200, **query: object):
    client = Client()
    client.force_login(user)
    answer = client.get(f"/api/v1/chains/{path}".rstrip("/"), query)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_the_chains_in_use_are_listed(official):
    assert ask(official, "") == [
        {"id": "vr", "title": "虚拟现实", "title_en": "Virtual reality", "stated": "2026-11-01", "segments": 5}
    ]


def test_every_segment_has_its_grade_with_the_comparisons_that_decided_it(official):
    found = ask(official, "vr/state")
    assert (found["chain"], found["reference"]) == ("vr", {"code": "370200", "area": "某市"})
    segments = {one["segment"]: one for one in found["segments"]}
    assert list(segments) == ["vr-glass", "vr-lens", "vr-screen", "vr-headset", "vr-content"]
    lens = segments["vr-lens"]
    assert (lens["grade"], lens["needed_by"], lens["pending"]) == ("blank", 2, 0)
    assert lens["quantities"]["firms"] == "0"
    assert segments["vr-headset"]["quantities"]["firms"] == "2"
    failed = lens["missed"][0]
    assert (failed["quantity"], failed["value"], failed["holds"]) == ("firms", "0", False)
    assert failed["because"]


def test_why_is_told_in_the_language_asked_for(official):
    zh = ask(official, "vr/state")["segments"][1]["why"]
    en = ask(official, "vr/state", language="en")["segments"][1]["why"]
    assert zh == ["本区没有企业站在该环节上"]
    assert en == ["No local firm stands on the segment"]
    assert ask(official, "vr/state", 422, language="fr")["code"] == "input_invalid"


def test_gaps_have_measures_and_name_those_to_begin_with(official):
    found = ask(official, "vr/gaps")
    assert (found["across"], found["up"]) == ("density", "unmet_firms")
    assert found["first"][:2] == ["vr-lens", "vr-screen"]
    lens = next(one for one in found["gaps"] if one["segment"] == "vr-lens")
    assert lens["measures"]["unmet_firms"] == "2"
    assert lens["measures"]["unmet_value"] == "5000000"
    assert lens["needed_by"] == ["vr-headset"]
    assert lens["customers"] == ["H1", "H2"]
    assert lens["candidates"] == 1
    assert "本区2家企业需要它（头显整机），其中1个环节缺它即停产" in lens["why"]


def test_a_measure_that_is_not_there_is_refused_and_not_replaced(official):
    assert ask(official, "vr/gaps", 422, up="beauty")["code"] == "input_invalid"
    assert ask(official, "vr/gaps", across="customers_here", up="unmet_value")["up"] == "unmet_value"


def test_candidates_come_by_rank_with_their_ties(official):
    found = ask(official, "vr/gaps/vr-lens/candidates")
    assert found["total"] == 1
    one = found["items"][0]
    assert (one["code"], one["fictional"], one["words"]) == ("OUT-1", True, ["折叠光路模组"])
    assert one["columns"]["growth"] == "0.1"
    assert one["ties"] == [{"kind": "supplies", "local": "H1", "product": "光学模组", "near": True}]
    assert ask(official, "vr/gaps/vr-lens/candidates", page=2)["items"] == []


def test_a_candidate_has_offers_in_money_and_what_is_assumed(official):
    found = ask(official, "vr/gaps/vr-lens/candidates/OUT-1", language="en")
    assert (found["rank"], found["of"]) == (1, 1)
    offers = found["offers"]
    assert set(offers["total"]) == {"fen", "yuan"}
    assert offers["total"]["fen"] == sum(one["amount"]["fen"] for one in offers["due"])
    assert "it has received no money of the district before" in offers["assumed"]
    # The laboratory that the pack of the tests pays for is not known of a firm outside.
    assert all(one["missing"] or one["kind"] == "manual" for one in offers["open"])
    assert offers["open"]


def test_leaders_are_told_with_columns_and_who_is_not_beaten(official):
    found = ask(official, "vr/leaders")
    assert {one["code"] for one in found["items"]} == {"H1", "H2", "C1"}
    assert found["items"][0]["undominated"] is True
    assert found["items"][0]["columns"]["esri"] is None
    assert ask(official, "vr/leaders", size=1, page=3)["total"] == 3


def test_what_is_no_chain_no_gap_or_no_candidate_is_not_found(official):
    for path in ("nowhere/state", "vr/gaps/nowhere/candidates", "vr/gaps/vr-headset/candidates/OUT-1",
                 "vr/gaps/vr-lens/candidates/OUT-9", "vr/gaps/vr-screen/candidates/OUT-1"):  # fmt: skip
        assert ask(official, path, 404)["code"] == "not_found", path


def test_an_enterprise_is_told_nothing_of_it(official):
    enterprise = make_person("firm", "enterprise", entity_code="H1")
    for path in ("", *(f"vr/{one}" for one in CALLS)):
        assert ask(enterprise, path, 403)["code"] == "permission_missing"


def test_a_faulty_chain_file_is_named(official, settings):
    (settings.CHAINS / "vr.yaml").write_text("chain: {id: vr}\n", "utf-8")
    answer = ask(official, "vr/state", 422)
    assert answer["code"] == "chain_faulty"
    assert "vr.yaml" in answer["text_zh"]
