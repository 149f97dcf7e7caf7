"""The placement workbench: decisions are learned at once, taken back and counted; nobody overwrites another."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian import __version__
from yanlian.apps.chains.in_use import chain_named
from yanlian.apps.chains.models import Placement, PlacementReview, ProductText
from yanlian.apps.chains.placing.actions import (
    bulk_rows,
    confirm,
    confirm_many,
    put_aside,
    reject,
    suggest_all,
    take_back,
    take_back_many,
    take_back_rejection,
)
from yanlian.apps.chains.placing.board import board_of
from yanlian.apps.chains.placing.lately import steps
from yanlian.apps.chains.placing.queue import progress, waiting
from yanlian.apps.people.models import AuditEntry
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


def makes(code, name, *products):
    firm = make_firm(code, name)
    for text in products:
        ProductText.objects.create(entity=firm, text=text, source="样例", recorded_at=timezone.now())
    return firm


@pytest.fixture
def firms():
    return [
        makes("F1", "甲光学（虚构）", "VR超透镜晶圆"),
        makes("F2", "乙光学（虚构）", "VR超透镜器件"),
        makes("F3", "丙科技（虚构）", "Pancake光学模组"),
        makes("F4", "丁餐饮（虚构）", "海鲜加工"),
    ]


@pytest.fixture
def official():
    return make_person("official", "official", "sci")


def board():
    return board_of(chain_named("vr"))


def test_only_firms_of_the_chain_wait_and_with_a_reason(firms):
    assert {one.firm.code for one in waiting(board())} == {"F1", "F2", "F3"}
    marks = {firm.code: (mark.kind, mark.found.word) for firm, mark in zip(board().firms, board().marks, strict=True)}
    assert marks == {"F1": ("root", "VR"), "F2": ("root", "VR"), "F3": ("product", "Pancake光学模组")}


def test_a_confirmation_changes_the_next_suggestion_and_taking_it_back_changes_it_back(firms, official):
    before = board().suggested(firms[1].pk)
    confirm(board(), firms[0].pk, "vr-lens", 0, official)
    after = board().suggested(firms[1].pk)
    assert after.suggestions[0].category == "vr-lens" != before.suggestions[0].category
    assert Placement.objects.get(entity=firms[0], state="confirmed").segment == "vr-lens"
    take_back(board(), firms[0].pk, official)
    assert board().suggested(firms[1].pk) == before
    assert Placement.objects.get(entity=firms[0]).state == "suggested"


def test_the_second_official_is_told_who_decided(firms, official):
    other = make_person("other", "official", "ind")
    confirm(board(), firms[2].pk, "vr-lens", 0, official)
    with pytest.raises(Refused) as refusal:
        put_aside(board(), firms[2].pk, 0, other)
    assert refusal.value.code == "review_changed"
    assert "丙科技" in refusal.value.text("zh")
    with pytest.raises(Refused):
        reject(board(), firms[2].pk, "vr-lens", 1, other)
    assert PlacementReview.objects.get().changed_by == official


def test_deciding_the_same_twice_is_done_once(firms, official):
    confirm(board(), firms[2].pk, "vr-lens", 0, official)
    confirm(board(), firms[2].pk, "vr-lens", 0, official)
    assert AuditEntry.objects.filter(verb="placement_reviewed").count() == 1
    assert PlacementReview.objects.get().version == 1


def test_a_rejected_segment_is_not_suggested_again_until_it_is_taken_back(firms, official):
    reject(board(), firms[2].pk, "vr-lens", 0, official)
    assert "vr-lens" not in {one.category for one in board().suggested(firms[2].pk).suggestions}
    assert firms[2].pk in {one.firm.pk for one in waiting(board())}
    take_back_rejection(board(), firms[2].pk, "vr-lens", official)
    assert board().suggested(firms[2].pk).suggestions[0].category == "vr-lens"


def test_accuracy_counts_what_was_suggested_before_each_decision_that_stands(firms, official):
    confirm(board(), firms[2].pk, "vr-lens", 0, official)
    put_aside(board(), firms[0].pk, 0, official)
    confirm(board(), firms[1].pk, "vr-content", 0, official)
    found = progress(board())
    assert (found.firms, found.done, found.judged, found.waiting) == (3, 3, 3, 0)
    assert 1 <= found.first < 3
    take_back(board(), firms[1].pk, official)
    assert progress(board()).judged == 2


def test_the_sweep_keeps_suggestions_with_evidence_once(firms):
    assert suggest_all(board()).kept >= 1
    assert suggest_all(board()).kept == 0
    one = Placement.objects.get(entity=firms[2])
    words = one.evidence[0]
    assert (one.segment, one.state) == ("vr-lens", "suggested")
    assert "Pancake光学模组"[words["start"] : words["end"]] in "Pancake光学模组"
    assert 0 < sum(each["weight"] for each in one.evidence) <= 1.0001


def test_many_are_confirmed_only_as_they_were_seen(firms, official):
    rows = [(one.firm.pk, one.segment) for one in bulk_rows(board(), 0.01)]
    assert rows
    with pytest.raises(Refused, match="bulk_changed"):
        confirm_many(board(), rows[1:], 0.01, 1, official)
    assert not Placement.objects.exists()
    assert confirm_many(board(), rows, 0.01, 1, official) == len(rows)
    assert progress(board()).judged == 0
    assert AuditEntry.objects.filter(verb="placements_bulk").count() == 1


def test_many_are_taken_back_together_but_not_what_was_decided_anew_since(firms, official):
    rows = [(one.firm.pk, one.segment) for one in bulk_rows(board(), 0.01)]
    assert len(rows) > 1
    confirm_many(board(), rows, 0.01, 1, official)
    kept, segment = rows[0]
    take_back(board(), kept, official)
    version = PlacementReview.objects.get(entity=kept).version
    confirm(board(), kept, segment, version, official)
    (batch,) = [one for one in steps(board()) if one.undo.startswith("undo_many")]
    assert batch.firms == len(rows) - 1
    assert take_back_many(board(), batch.at, official) == len(rows) - 1
    assert take_back_many(board(), batch.at, official) == 0
    assert [one.entity_id for one in Placement.objects.filter(state="confirmed")] == [kept]
    assert AuditEntry.objects.filter(verb="placements_bulk_undone").count() == 2


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-01T00:00:00"])
def test_a_batch_that_the_form_does_not_name_is_told(client, firms, official, moment):
    client.force_login(official)
    form = {"firm": firms[0].pk, "do": f"undo_many:{moment}"}
    assert "form_changed" in client.post(reverse("placement-decide", args=["vr"]), form).content.decode()


def test_the_page_shows_the_firm_and_decides_by_its_buttons(client, firms, official):
    client.force_login(official)
    address = reverse("placement-workbench", args=["vr"])
    page = client.get(address, {"firm": firms[2].pk})
    assert "<mark" in page.content.decode()
    assert f"沿链 {__version__}" in page.content.decode()
    done = client.post(
        reverse("placement-decide", args=["vr"]), {"firm": firms[2].pk, "version": 0, "do": "confirm:vr-lens"}
    )
    assert done.status_code == 302
    again = client.post(reverse("placement-decide", args=["vr"]), {"firm": firms[2].pk, "version": 0, "do": "other"})
    assert "review_changed" in again.content.decode()
    assert client.get(reverse("placement-line", args=["vr"])).status_code == 200
    assert client.get(reverse("placement-choose")).status_code == 200


def test_the_sample_must_be_right_before_many_are_confirmed(client, firms, official):
    client.force_login(official)
    address = reverse("placement-bulk", args=["vr"])
    put_aside(board(), firms[0].pk, 0, official)
    confirm(board(), firms[1].pk, "vr-lens", 0, official)
    page = client.get(address, {"least": "80"})
    if not page.context["count"]:
        pytest.fail("the firm that names a product of the template is not sure enough")
    form = {"least": "80", "list": page.context["list_hash"], "count": page.context["count"]}
    assert "bulk_sample" in client.post(address, form).content.decode()
    checked = {f"right-{one['firm'].pk}": "yes" for one in page.context["sample"]}
    assert client.post(address, form | checked).status_code == 302
    assert Placement.objects.filter(state="confirmed").count() == 1 + page.context["count"]


def test_an_analyst_looks_but_does_not_decide(client, firms):
    client.force_login(make_person("analyst", "analyst"))
    page = client.get(reverse("placement-workbench", args=["vr"]))
    assert page.status_code == 200
    assert 'name="do"' not in page.content.decode()
    assert client.post(reverse("placement-decide", args=["vr"]), {}).status_code == 403


def test_a_firm_put_aside_is_named_beside_other_for_one_that_writes_like_it(client, firms, official):
    put_aside(board(), firms[0].pk, 0, official)
    like = board().suggested(firms[1].pk).like_aside
    assert [pk for pk, _ in like] == [str(firms[0].pk)]
    client.force_login(official)
    page = client.get(reverse("placement-workbench", args=["vr"]), {"firm": firms[1].pk}).content.decode()
    assert "与已归为其他的" in page


def test_the_line_tells_each_firm_only_when_it_is_looked_at_and_keeps_its_order(firms, official):
    line = waiting(board())
    assert [one.firm.pk for one in line] == line.keys() == [one.firm.pk for one in line[:10]]
    assert sorted((-one.usefulness, one.firm.code) for one in line) == [
        (-one.usefulness, one.firm.code) for one in line
    ]
    assert all(one.usefulness > 0 for one in line)
