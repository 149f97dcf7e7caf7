"""Related parties of a snapshot: what ownership says besides what was delivered.

Direct holdings come from relations of the registry and from 关联关系 as delivered; indirect ones and common control are
worked out (`engine.dossier.related`). A record that a department delivered for the same party in the same way stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from django.db.models import Max
from django.utils import timezone

from yanlian.apps.registry.models import Affiliation, Entity, Relation
from yanlian.apps.registry.portions import portions
from yanlian.engine.dossier.related import Holding, ties

HOLDS, HELD = "持股", "被持股"
FROM_RELATIONS, WORKED_OUT = "登记的关系", "持股关系推算"
Rows = dict[str, list[dict[str, object]]]


def related_rows(moment: datetime) -> Rows:
    """By the code of an organisation, the records of 关联关系 to add to those that were delivered by a moment."""
    registered = list(_registered(moment))
    delivered, taken = _delivered(moment)
    names = _names([name for one in (*registered, *delivered) for name in (one.holder, one.held)])
    day = _last_told(moment)
    rows: Rows = {}
    for one, other, way, share, since, until, source in _said(registered, delivered):
        if one in names and (one, other, way) not in taken:
            rows.setdefault(one, []).append(
                {
                    "party": other,
                    "party_name": names.get(other),
                    "relation": way,
                    "share": share,
                    "starts_on": since,
                    "ends_on": until,
                    "source": source,
                    "recorded": day,
                }
            )
    return rows


_Said = tuple[str, str, str, int | None, date | None, date | None, str]


def _said(registered: Sequence[Holding], delivered: Sequence[Holding]) -> Iterator[_Said]:
    """Who is related to whom, in which way, with which share, since and until when, and who says so."""
    for one in registered:
        yield one.holder, one.held, HOLDS, one.share_ppm, one.starts_on, one.ends_on, FROM_RELATIONS
        yield one.held, one.holder, HELD, one.share_ppm, one.starts_on, one.ends_on, FROM_RELATIONS
    for tie in ties([*registered, *delivered]):
        since = None if tie.starts_on == date.min else tie.starts_on
        yield tie.one, tie.other, tie.way, None, since, tie.ends_on, WORKED_OUT


def merged(delivered: list[dict[str, object]], added: list[dict[str, object]]) -> list[dict[str, object]]:
    """Records in the order of their key, then of their first day."""

    def order(one: Mapping[str, object]) -> tuple[str, str, date]:
        return str(one["party"]), str(one["relation"]), cast("date | None", one["starts_on"]) or date.min

    return sorted([*delivered, *added], key=order)


def _last_told(moment: datetime) -> date:
    """The day on which a holding was last told: not the moment, so that nothing new gives nothing new."""
    known = {"recorded_at__lte": moment, "replaced_at__gt": moment}
    told = [
        model.objects.filter(**known).aggregate(last=Max("recorded_at"))["last"] for model in (Relation, Affiliation)
    ]
    return max((timezone.localtime(one).date() for one in told if one is not None), default=date.min)


def _registered(moment: datetime) -> Iterator[Holding]:
    known = Relation.objects.filter(kind=Relation.Kind.OWNS, recorded_at__lte=moment, replaced_at__gt=moment)
    fields = ("from_entity__code", "to_entity__code", "share_ppm", "valid_from", "valid_to")
    for one in known.order_by("from_entity__code", "to_entity__code", "pk").values_list(*fields):
        yield Holding(*one)


def _delivered(moment: datetime) -> tuple[list[Holding], set[tuple[str, str, str]]]:
    """Direct holdings as delivered, and everything that was delivered: entity, party, way."""
    known = Affiliation.objects.filter(recorded_at__lte=moment, replaced_at__gt=moment)
    fields = ("entity__code", "party", "relation", "share_ppm", "starts_on", "ends_on")
    found: list[Holding] = []
    taken: set[tuple[str, str, str]] = set()
    for entity, party, way, share, since, until in known.order_by("entity__code", "pk").values_list(*fields):
        taken.add((entity, party, way))
        if way in {HOLDS, HELD}:
            holder, held = (entity, party) if way == HOLDS else (party, entity)
            found.append(Holding(holder, held, share, since, until))
    return found, taken


def _names(codes: Sequence[str]) -> Mapping[str, str]:
    """The names of organisations in the registry."""
    found: dict[str, str] = {}
    for some in portions(sorted(set(codes))):
        rows = Entity.objects.filter(code__in=some).exclude(kind=Entity.Kind.PERSON)
        found.update(rows.values_list("code", "name"))
    return found
