"""The only writers of leads: begin one for a segment, move it on. A step says which version of the lead it saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.models import Lead, LeadEvent, OutsideFirm
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

ENDED = (Lead.Stage.SETTLED, Lead.Stage.DROPPED)
_NOTE_MAX = 2000


@dataclass(frozen=True)
class Step:
    """What a lead is to become. `note` is kept in its history."""

    stage: str
    owner: User | None
    next_step: str = ""
    due_on: date | None = None
    note: str = ""


def begin_lead(
    chain: str,
    segment: str,
    by: User | None,
    *,
    firm: OutsideFirm | None = None,
    name: str = "",
    reason: str = "",
    step: Step | None = None,
    at: datetime | None = None,
) -> Lead:
    """A firm wanted for a segment. Begun again it is the same lead. Raises `Refused`: lead_name_missing, lead_…."""
    segment_named(chain, segment)
    called = (firm.name if firm else name).strip()[:200]
    if not called:
        raise Refused("lead_name_missing")
    first = step or Step(Lead.Stage.FOUND, by)
    _check(first)
    now = at or timezone.now()
    fresh = {
        "firm": firm,
        "stage": first.stage,
        "owner": first.owner,
        "reason": reason.strip()[:_NOTE_MAX],
        "next_step": first.next_step.strip()[:300],
        "due_on": first.due_on,
        "made_at": now,
        "made_by": by,
        "changed_at": now,
    }
    with transaction.atomic():
        lead, created = Lead.objects.get_or_create(name=called, chain=chain, segment=segment, defaults=fresh)
        if created:
            _kept(lead, "", first.note, by, now, "lead_begun")
        return lead


def move_lead(lead: int, version: int, step: Step, by: User) -> Lead:
    """Another stage, owner or next step. Sent twice it is done once. Refused: `lead_changed`, `lead_…`."""
    _check(step)
    with transaction.atomic():
        found = Lead.objects.select_for_update().get(pk=lead)
        if _is_so(found, step) and not step.note.strip():
            return found
        if found.version != version:
            if _is_so(found, step) and _said(found) == step.note.strip()[:_NOTE_MAX]:
                return found
            raise Refused("lead_changed", name=found.name)
        before = found.stage
        found.stage, found.owner = step.stage, step.owner
        found.next_step, found.due_on = step.next_step.strip()[:300], step.due_on
        found.version, found.changed_at = found.version + 1, timezone.now()
        found.save()
        _kept(found, before, step.note, by, found.changed_at, "lead_moved")
        return found


def _check(step: Step) -> None:
    if step.stage not in Lead.Stage.values:
        raise Refused("lead_stage", found=step.stage)
    if step.stage not in ENDED and step.stage != Lead.Stage.FOUND and not step.next_step.strip():
        raise Refused("lead_next_missing")
    if step.stage == Lead.Stage.DROPPED and not step.note.strip():
        raise Refused("lead_reason_missing")


def _is_so(lead: Lead, step: Step) -> bool:
    owner = step.owner.pk if step.owner else None
    said = (lead.stage, lead.owner_id, lead.next_step, lead.due_on)
    return said == (step.stage, owner, step.next_step.strip()[:300], step.due_on)


def _said(lead: Lead) -> str:
    last = lead.events.order_by("-pk").first()
    return last.note if last else ""


def _kept(lead: Lead, before: str, note: str, by: User | None, now: datetime, verb: str) -> None:
    LeadEvent.objects.create(
        lead=lead,
        before=before,
        after=lead.stage,
        owner=lead.owner,
        next_step=lead.next_step,
        due_on=lead.due_on,
        note=note.strip()[:_NOTE_MAX],
        at=now,
        by=by,
    )
    record(verb, by=by, kind="lead", key=str(lead.pk), name=lead.name, segment=lead.segment, stage=lead.stage)
