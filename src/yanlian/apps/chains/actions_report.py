"""The only writers of reports at a segment: somebody says what is wrong, an official answers once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.models import PlacementReport
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused

TEXT_MAX = 2000


def file_report(
    chain: str, segment: str, kind: str, text: str, by: User, entity: Entity | None = None
) -> PlacementReport:
    """Say that a firm is wrongly placed or missing at a segment. The same words by the same person are kept once.

    Raises `Refused`: chain_not_there, segment_not_there, report_kind, report_text_missing.
    """
    segment_named(chain, segment)
    if kind not in PlacementReport.Kind.values:
        raise Refused("report_kind", found=kind)
    said = text.strip()[:TEXT_MAX]
    if not said:
        raise Refused("report_text_missing")
    with transaction.atomic():
        # One after the other for each person, so that a form sent twice is one report.
        User.objects.select_for_update().get(pk=by.pk)
        open_ones = PlacementReport.objects.filter(state=PlacementReport.State.OPEN, made_by=by, entity=entity)
        known = open_ones.filter(chain=chain, segment=segment, kind=kind, text=said).first()
        if known is not None:
            return known
        made = PlacementReport.objects.create(
            chain=chain, segment=segment, kind=kind, text=said, entity=entity, made_at=timezone.now(), made_by=by
        )
        record("report_filed", by=by, kind="placement_report", key=str(made.pk), segment=segment, report=kind)
        return made


def answer_report(report: int, state: str, answer: str, version: int, by: User) -> PlacementReport:
    """Accept or decline, with reasons. Refused: `report_answer_missing`, `report_answered` by somebody meanwhile."""
    if state not in (PlacementReport.State.ACCEPTED, PlacementReport.State.DECLINED):
        raise Refused("report_decision_missing")
    said = answer.strip()[:TEXT_MAX]
    if not said:
        raise Refused("report_answer_missing")
    with transaction.atomic():
        found = PlacementReport.objects.select_for_update().get(pk=report)
        if found.state == state and found.answer == said:
            return found
        if found.state != PlacementReport.State.OPEN or found.version != version:
            raise Refused("report_answered", number=found.pk)
        found.state, found.answer, found.version = state, said, found.version + 1
        found.answered_at, found.answered_by = timezone.now(), by
        found.save()
        record("report_answered", by=by, kind="placement_report", key=str(found.pk), state=state)
        return found
