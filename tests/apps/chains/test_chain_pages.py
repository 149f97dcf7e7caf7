"""The pages of the chain room: what they answer to an official, an analyst, an enterprise."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.apps.chains.small_chain import fill_chain, make_firm, make_person

from yanlian.apps.chains.models import Lead, Placement, PlacementReport
from yanlian.apps.people.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled():
    lens, headset = make_firm("F1", "甲光学（虚构）"), make_firm("F2", "乙头显（虚构）")
    return lens, headset, fill_chain(lens, headset)


def client_of(role, department="", entity_code=""):
    client = Client()
    client.force_login(make_person(f"{role}-{department}", role, department, entity_code))
    return client


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_chain_says_what_is_missing_why_and_whom_to_call(filled):
    text = text_of(client_of("official", "ind").get("/chains/vr/"))
    card = text[text.index("1. 微显示屏") : text.index("2. ")]
    assert "空白" in card
    assert "本区没有已确认的企业，青岛市有9家" in card
    assert "本区1家下游企业缺它即停产：微显示屏" in card
    assert "样例微显示一号（虚构）" in card
    assert "深圳市南山区 · 已向本区1家企业供货，2024年3.00万元" in card


def test_a_segment_with_only_suggestions_says_that_they_wait(filled):
    text = text_of(client_of("official", "ind").get("/chains/vr/segments/vr-glass/"))
    assert "另有1家待确认，请先核实" in text


def test_rejecting_the_only_firm_leaves_the_segment_blank(filled):
    lens = filled[0]
    client = client_of("official", "ind")
    assert "共3条" in text_of(client.get("/chains/vr/segments/?grade=blank"))
    Placement.objects.filter(entity=lens, segment="vr-lens").update(state="rejected")
    text = text_of(client.get("/chains/vr/segments/?grade=blank"))
    assert "共4条" in text
    assert "光学模组 上游" in text


def test_the_map_has_every_segment_with_its_grade_in_words_and_a_table_twin(filled):
    page = client_of("analyst").get("/chains/vr/").content.decode()
    option = page[page.index('id="chain-map-option"') :]
    for name in ("光学材料", "光学模组", "微显示屏", "头显整机", "内容应用"):
        assert name in page
        assert name in option.encode().decode("unicode_escape", "ignore") or name in option
    assert page.count('<tr><th scope="row">') == 5


def test_english_pages_call_lanes_by_their_english_names_where_the_template_has_one(filled):
    client = client_of("official", "ind")
    assert "器件" in text_of(client.get("/chains/vr/segments/"))
    client.cookies["yanlian_language"] = "en"
    table = text_of(client.get("/chains/vr/segments/"))
    assert "Components" in table
    assert "器件" not in table
    assert "应用" in table, "a lane without an English name keeps its Chinese one"
    assert "Components" in client.get("/chains/vr/").content.decode()


def test_a_place_shows_evidence_and_trade_and_what_nobody_here_makes(filled):
    text = text_of(client_of("official", "sci").get("/registry/F2/place"))
    assert "甲光学（虚构）" in text
    assert "12.35" in text
    assert re.search(r"微显示屏 微显示屏 缺则停产 本区没有企业", text)
    lens = text_of(client_of("analyst").get("/registry/F1/place"))
    assert "Pancake光学模组 的研发和生产" in lens


def test_an_enterprise_sees_its_own_place_and_no_other_and_no_map(filled):
    client = client_of("enterprise", entity_code="F1")
    text = text_of(client.get("/registry/F1/place"))
    assert "乙头显（虚构）" in text
    assert "/registry/F2/place" not in client.get("/registry/F1/place").content.decode()
    assert client.get("/registry/F2/place").status_code == 404
    assert client.get("/my-place")["Location"] == "/registry/F1/place"
    for path in ("/chains/", "/chains/vr/", "/chains/vr/segments/vr-lens/", "/chains/vr/compare/", "/leads/"):
        assert client.get(path).status_code == 403, path


def test_an_enterprise_reports_a_mistake_about_itself_and_reads_the_answer(filled):
    client = client_of("enterprise", entity_code="F1")
    sent = {"kind": "wrong", "text": "我们不做光学材料", "firm": "F2"}
    answer = client.post("/chains/vr/segments/vr-glass/report", sent)
    report = PlacementReport.objects.get()
    assert answer["Location"] == f"/placement-reports/{report.pk}/"
    assert report.entity.code == "F1"
    official = client_of("official", "ind")
    assert "我们不做光学材料" in text_of(official.get(f"/placement-reports/{report.pk}/"))
    given = {"decision": "accepted", "answer": "已核实，改为待确认", "version": "1"}
    official.post(f"/placement-reports/{report.pk}/", given)
    assert "已核实，改为待确认" in text_of(client.get(f"/placement-reports/{report.pk}/"))
    stranger = client_of("enterprise", "x", "F2")
    assert stranger.get(f"/placement-reports/{report.pk}/").status_code == 404
    assert "纠错" + str(report.pk) not in text_of(stranger.get("/placement-reports/"))


def test_only_chain_officials_answer_reports(filled):
    client_of("enterprise", entity_code="F1").post(
        "/chains/vr/segments/vr-glass/report", {"kind": "wrong", "text": "我们不做"}
    )
    report = PlacementReport.objects.get()
    given = {"decision": "accepted", "answer": "好", "version": "1"}
    for role, department in (("analyst", ""), ("official", "hr"), ("enterprise", "")):
        client = Client()
        client.force_login(make_person(f"no-{role}", role, department, "F1"))
        assert client.post(f"/placement-reports/{report.pk}/", given).status_code == 404
    report.refresh_from_db()
    assert report.state == "open"


def test_a_lead_goes_from_a_candidate_to_the_next_step(filled):
    client = client_of("official", "ind")
    assert "新建线索" in text_of(client.get("/chains/vr/segments/vr-screen/"))
    client.post("/chains/vr/segments/vr-screen/lead", {"firm": "OUT-1", "owner": "official-ind", "reason": "补屏"})
    lead = Lead.objects.get()
    assert (lead.name, lead.owner.username) == ("样例微显示一号（虚构）", "official-ind")
    moved = {"stage": "contact", "owner": "official-ind", "next_step": "约到访", "due_on": "2026-12-31", "version": "1"}
    client.post(f"/leads/{lead.pk}/", moved)
    text = text_of(client.get(f"/leads/{lead.pk}/"))
    assert "线索 → 接洽" in text
    assert "约到访" in text_of(client.get("/leads/?stage=contact"))
    stale = client.post(f"/leads/{lead.pk}/", {**moved, "stage": "talks", "version": "1"})
    assert "lead_changed" in text_of(stale)
    assert AuditEntry.objects.filter(verb="lead_moved").count() == 1


def test_only_chain_officials_begin_and_move_leads(filled):
    client_of("official", "ind").post("/chains/vr/segments/vr-screen/lead", {"firm": "OUT-1"})
    lead = Lead.objects.get()
    for role, department in (("analyst", ""), ("official", "hr")):
        client = client_of(role, department)
        assert client.get("/chains/vr/segments/vr-screen/lead").status_code == 403
        client.post(f"/leads/{lead.pk}/", {"stage": "dropped", "note": "不要", "version": "1"})
    lead.refresh_from_db()
    assert lead.stage == "found"


def test_two_areas_stand_side_by_side(filled):
    text = text_of(client_of("analyst").get("/chains/vr/compare/"))
    assert "只有地区二有" in text
    turned = text_of(client_of("official", "ind").get("/chains/vr/compare/?left=370200&right=here&verdict=left"))
    assert "微显示屏" in turned


@pytest.mark.parametrize("path", ["/chains/nowhere/", "/chains/vr/segments/vr-nowhere/", "/registry/nobody/place"])
def test_what_is_not_there_is_not_found(filled, path):
    assert client_of("official", "ind").get(path).status_code == 404


@pytest.mark.parametrize("page", ["", "vr/", "vr/gaps/", "vr/leaders/", "vr/grades/", "vr/sheet/", "vr/segments/"])
def test_a_faulty_file_says_where_instead_of_breaking(filled, settings, page):
    file = settings.CHAINS / "vr.yaml"
    file.write_text(file.read_text("utf-8").replace("position: midstream", "position: sideways"), encoding="utf-8")
    answer = client_of("official", "ind").get(f"/chains/{page}")
    assert answer.status_code == 500
    assert "vr.yaml:" in answer.content.decode()


def test_every_list_gives_a_workbook(filled):
    client = client_of("official", "ind")
    for path in ("/chains/vr/segments/", "/chains/vr/segments/vr-lens/", "/chains/vr/compare/", "/leads/"):
        Lead.objects.get_or_create(
            name="丙",
            chain="vr",
            segment="vr-screen",
            defaults={"made_at": "2026-01-01T00:00Z", "changed_at": "2026-01-01T00:00Z"},
        )
        answer = client.get(path + "?export=xlsx")
        assert answer["Content-Type"].endswith("spreadsheetml.sheet"), path
