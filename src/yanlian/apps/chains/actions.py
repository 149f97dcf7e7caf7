"""The only writers of placements: suggest, decide, undo. Each step leaves an event and an entry in the log.

A decision says which version it saw; when somebody decided meanwhile it is refused. Deciding the same again is done
once. What an official decided is never overwritten by a suggestion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.models import Placement, PlacementEvent
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused

# {"field", "text", "start", "end", "weight"}: which words of which field speak for a placement.
Evidence = Sequence[Mapping[str, str | int | float]]
# For so few entities only their own placements are looked up.
_FEW = 500


@dataclass(frozen=True)
class Suggested:
    """What the engine (or a source) says of one entity: the segment, how sure, on which words."""

    entity: int
    chain: str
    segment: str
    score_ppm: int | None
    evidence: Evidence = ()
    source: str = ""
    state: str = field(default=Placement.State.SUGGESTED)


@transaction.atomic
def suggest_placements(suggested: Sequence[Suggested], *, by: User | None = None, at: datetime | None = None) -> int:
    """Keep placements that are not there yet; those that are there stay as they are. How many were added.

    Raises `Refused`: chain_not_there, segment_not_there.
    """
    now = at or timezone.now()
    for chain, segment in {(one.chain, one.segment) for one in suggested}:
        segment_named(chain, segment)
    there = Placement.objects.filter(chain__in={one.chain for one in suggested})
    entities = {one.entity for one in suggested}
    if len(entities) <= _FEW:
        there = there.filter(entity__in=entities)
    known = set(there.values_list("entity_id", "chain", "segment"))
    fresh: dict[tuple[int, str, str], Placement] = {}
    for one in suggested:
        key = (one.entity, one.chain, one.segment)
        if key not in known and key not in fresh:
            fresh[key] = _placement(one, by, now)
    made = Placement.objects.bulk_create(fresh.values(), batch_size=1000)
    PlacementEvent.objects.bulk_create([_event(one, "", by, now) for one in made], batch_size=1000)
    if made:
        record("placements_suggested", by=by, kind="placement", placements=len(made))
    return len(made)


def place(entity: Entity, chain: str, segment: str, by: User, *, evidence: Evidence = (), note: str = "") -> Placement:
    """An official puts an entity on a segment: confirmed at once. Raises `Refused` for an unknown segment."""
    segment_named(chain, segment)
    with transaction.atomic():
        found = Placement.objects.select_for_update().filter(entity=entity, chain=chain, segment=segment).first()
        if found is not None:
            return _decided(found, Placement.State.CONFIRMED, by, note)
        one = Suggested(entity.pk, chain, segment, None, evidence, state=Placement.State.CONFIRMED)
        placement = _placement(one, by, timezone.now())
        placement.save()
        _event(placement, "", by, placement.changed_at, note).save()
        _log(placement, by, "")
        return placement


def decide_placement(placement: int, state: str, version: int, by: User, note: str = "") -> Placement:
    """Confirm, reject, or take a decision back (`suggested`). Refused: `placement_changed` by somebody meanwhile."""
    if state not in Placement.State.values:
        raise Refused("placement_state", found=state)
    with transaction.atomic():
        found = Placement.objects.select_for_update().get(pk=placement)
        if found.state != state and found.version != version:
            raise Refused("placement_changed", name=found.entity.name, segment=found.segment)
        return _decided(found, state, by, note)


def _decided(placement: Placement, state: str, by: User, note: str) -> Placement:
    before = placement.state
    if before == state:
        return placement
    now = timezone.now()
    changed = Placement.objects.filter(pk=placement.pk, version=placement.version).update(
        state=state, version=placement.version + 1, changed_at=now, changed_by=by
    )
    if changed != 1:
        raise Refused("placement_changed", name=placement.entity.name, segment=placement.segment)
    placement.refresh_from_db()
    _event(placement, before, by, now, note).save()
    _log(placement, by, before)
    return placement


def _placement(one: Suggested, by: User | None, now: datetime) -> Placement:
    return Placement(
        entity_id=one.entity,
        chain=one.chain,
        segment=one.segment,
        state=one.state,
        score_ppm=one.score_ppm,
        evidence=[dict(each) for each in one.evidence],
        source=one.source,
        changed_at=now,
        changed_by=by,
    )


def _event(placement: Placement, before: str, by: User | None, now: datetime, note: str = "") -> PlacementEvent:
    return PlacementEvent(
        placement=placement,
        before=before,
        after=placement.state,
        score_ppm=placement.score_ppm,
        evidence=placement.evidence,
        note=note.strip()[:2000],
        at=now,
        by=by,
    )


def _log(placement: Placement, by: User, before: str) -> None:
    record(
        "placement_decided",
        by=by,
        kind="placement",
        key=str(placement.pk),
        entity=placement.entity.code,
        segment=placement.segment,
        before=before,
        after=placement.state,
    )
