"""Placements, reports and leads: done once, by whom, and never over somebody else's decision."""

from __future__ import annotations

import pytest
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.actions import Suggested, decide_placement, place, suggest_placements
from yanlian.apps.chains.actions_lead import Step, begin_lead, move_lead
from yanlian.apps.chains.actions_report import answer_report, file_report
from yanlian.apps.chains.models import Lead, LeadEvent, Placement, PlacementEvent, PlacementReport
from yanlian.apps.people.models import AuditEntry
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return make_firm("F1", "甲光学（虚构）")


@pytest.fixture
def official():
    return make_person("official", "official", "sci")


def suggested(firm, segment="vr-lens", score=600_000):
    return Suggested(firm.pk, "vr", segment, score, [{"field": "product", "text": "光学模组", "start": 0, "end": 4}])


def test_suggesting_twice_keeps_one_placement_with_one_event(firm):
    assert suggest_placements([suggested(firm), suggested(firm)]) == 1
    assert suggest_placements([suggested(firm, score=900_000)]) == 0
    assert Placement.objects.get().score_ppm == 600_000
    assert PlacementEvent.objects.count() == 1


def test_a_segment_that_no_chain_has_is_refused(firm):
    with pytest.raises(Refused) as refusal:
        suggest_placements([suggested(firm, "vr-nowhere")])
    assert refusal.value.code == "segment_not_there"
    assert not Placement.objects.exists()


def test_a_decision_is_kept_with_who_and_why_and_once(firm, official):
    suggest_placements([suggested(firm)])
    one = Placement.objects.get()
    decide_placement(one.pk, "confirmed", 1, official, "看过产品")
    decide_placement(one.pk, "confirmed", 1, official, "看过产品")
    one.refresh_from_db()
    assert (one.state, one.version, one.changed_by) == ("confirmed", 2, official)
    assert [(event.before, event.after, event.note) for event in one.events.all()] == [
        ("", "suggested", ""),
        ("suggested", "confirmed", "看过产品"),
    ]
    assert AuditEntry.objects.filter(verb="placement_decided", user=official).count() == 1


def test_whoever_saw_an_older_version_is_refused(firm, official):
    suggest_placements([suggested(firm)])
    one = Placement.objects.get()
    decide_placement(one.pk, "confirmed", 1, official)
    with pytest.raises(Refused) as refusal:
        decide_placement(one.pk, "rejected", 1, make_person("other", "official", "ind"))
    assert refusal.value.code == "placement_changed"
    assert Placement.objects.get().state == "confirmed"


def test_a_decision_can_be_taken_back_and_its_history_stays(firm, official):
    suggest_placements([suggested(firm)])
    one = decide_placement(Placement.objects.get().pk, "rejected", 1, official)
    decide_placement(one.pk, "suggested", one.version, official)
    assert [event.after for event in one.events.all()] == ["suggested", "rejected", "suggested"]


def test_a_suggestion_never_overwrites_what_an_official_placed(firm, official):
    place(firm, "vr", "vr-lens", official)
    assert suggest_placements([suggested(firm)]) == 0
    assert Placement.objects.get().state == "confirmed"


def test_a_report_sent_twice_is_one_and_is_answered_once(firm, official):
    first = file_report("vr", "vr-lens", "wrong", "我们不做光学", official, firm)
    assert file_report("vr", "vr-lens", "wrong", " 我们不做光学 ", official, firm) == first
    answer_report(first.pk, "accepted", "已核实", 1, official)
    answer_report(first.pk, "accepted", "已核实", 1, official)
    with pytest.raises(Refused) as refusal:
        answer_report(first.pk, "declined", "不对", 1, official)
    assert refusal.value.code == "report_answered"
    assert PlacementReport.objects.get().answer == "已核实"


@pytest.mark.parametrize(("kind", "text", "code"), [("wrong", "  ", "report_text_missing"), ("x", "甲", "report_kind")])
def test_a_report_says_what_it_is_about(firm, official, kind, text, code):
    with pytest.raises(Refused) as refusal:
        file_report("vr", "vr-lens", kind, text, official, firm)
    assert refusal.value.code == code


def test_a_lead_begun_twice_is_one_and_moves_with_its_history(official):
    lead = begin_lead("vr", "vr-screen", official, name="乙显示（虚构）")
    assert begin_lead("vr", "vr-screen", official, name="乙显示（虚构）") == lead
    step = Step("contact", official, "约到访", note="已通电话")
    move_lead(lead.pk, 1, step, official)
    move_lead(lead.pk, 1, step, official)
    assert (Lead.objects.get().stage, Lead.objects.get().version) == ("contact", 2)
    assert [(event.before, event.after) for event in LeadEvent.objects.all()] == [("", "found"), ("found", "contact")]


def test_a_lead_that_somebody_moved_meanwhile_is_not_moved(official):
    lead = begin_lead("vr", "vr-screen", official, name="乙显示（虚构）")
    move_lead(lead.pk, 1, Step("contact", official, "约到访"), official)
    with pytest.raises(Refused) as refusal:
        move_lead(lead.pk, 1, Step("talks", official, "谈条件"), official)
    assert refusal.value.code == "lead_changed"


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step("contact", None), "lead_next_missing"),
        (Step("dropped", None), "lead_reason_missing"),
        (Step("won", None), "lead_stage"),
    ],
)
def test_a_step_says_what_comes_next_or_why_not(official, step, code):
    lead = begin_lead("vr", "vr-screen", official, name="乙显示（虚构）")
    with pytest.raises(Refused) as refusal:
        move_lead(lead.pk, 1, step, official)
    assert refusal.value.code == code
