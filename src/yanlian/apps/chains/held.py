"""Direct holdings around one organisation as the registry knows them today: relations and 关联关系 as delivered.

The same two sources from which a snapshot takes related parties (`apps.registry.ownership`); here only those that hang
together with one organisation are read, frontier by frontier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet

from yanlian.apps.registry.models import FOREVER, Affiliation, Entity, Relation
from yanlian.apps.registry.ownership import HELD, HOLDS
from yanlian.engine.chain.network.control import Controls
from yanlian.engine.chain.network.holdings import Holdings, holdings_of
from yanlian.engine.chain.network.ownership import Ownership
from yanlian.engine.dossier.related import Holding, Tie, ties

# Owners and firms read at most around one organisation; with more, the page says that it is not all.
MOST_AROUND = 3_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Direct:
    """`holder` holds `share_ppm` (None: not stated) of `held` since a day, as a source says."""

    holder: str
    held: str
    share_ppm: int | None
    since: date | None
    source: str
    # Names as delivered, for owners that are not in the registry.
    holder_name: str = ""
    held_name: str = ""


@dataclass(frozen=True)
class Around:
    """Everything that hangs together with one organisation through holdings in force on a day.

    `direct`: one for each pair; of several sources the latest counts (then the larger share), the others stand in
    `differing`. `cut`: there is more than was read.
    """

    code: str
    direct: tuple[Direct, ...]
    differing: tuple[Direct, ...]
    cut: bool

    @cached_property
    def holdings(self) -> Holdings:
        """Holdings with a stated share, for the engine. What has no stated share passes nothing on."""
        stated = [(one.holder, one.held, one.share_ppm) for one in self.direct]
        return holdings_of((holder, held, share) for holder, held, share in stated if share)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Numbers of owners in `holdings`, by code."""
        return {code: place for place, code in enumerate(self.holdings.owners)}

    @cached_property
    def ownership(self) -> Ownership:
        """Integrated shares; Refused("ownership_closed") for a circle that owns itself."""
        return Ownership(self.holdings)

    @cached_property
    def controls(self) -> Controls:
        """Ultimate controllers."""
        return Controls(self.holdings)

    def related(self) -> list[Tie]:
        """Related parties by ownership in the meaning of the policy engine: the same function that snapshots use."""
        known = [Holding(one.holder, one.held, one.share_ppm) for one in (*self.direct, *self.differing)]
        return [tie for tie in ties(known) if tie.one == self.code]


def around(code: str, day: date, most: int = MOST_AROUND) -> Around:
    """The holdings that hang together with an organisation, whichever way one has to go."""
    found: set[Direct] = set()
    seen, frontier = {code}, {code}
    while frontier and len(seen) <= most:
        some = sorted(frontier)[:_AT_ONCE]
        told = {*_registered(some, day), *_delivered(some, day)}
        found |= told
        met = {end for one in told for end in (one.holder, one.held)}
        frontier = (frontier - set(some)) | (met - seen)
        seen |= met
    direct, differing = _one_each(found)
    return Around(code, direct, differing, bool(frontier))


def _one_each(found: Iterable[Direct]) -> tuple[tuple[Direct, ...], tuple[Direct, ...]]:
    """Of each pair the holding that counts, and those that say another share."""

    def order(one: Direct) -> tuple[str, str, date, int, str]:
        return one.holder, one.held, one.since or date.min, one.share_ppm or 0, one.source

    last = {(one.holder, one.held): one for one in sorted(found, key=order)}
    differing = [one for one in found if one.share_ppm != last[one.holder, one.held].share_ppm]
    return tuple(last.values()), tuple(sorted(differing, key=order))


def registered_in_force(day: date) -> QuerySet[Relation]:
    """Holdings as relations of the registry."""
    return Relation.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        Q(valid_from=None) | Q(valid_from__lte=day),
        kind=Relation.Kind.OWNS,
        replaced_at=FOREVER,
    ).exclude(to_entity__kind=Entity.Kind.PARK)


def delivered_in_force(day: date) -> QuerySet[Affiliation]:
    """Holdings as a department delivered them (关联关系), seen from either end."""
    return Affiliation.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day),
        Q(starts_on=None) | Q(starts_on__lte=day),
        relation__in=(HOLDS, HELD),
        replaced_at=FOREVER,
    )


def names_delivered(codes: Collection[str]) -> dict[str, str]:
    """Names as delivered of parties that are not in the registry, by code."""
    asked = sorted(codes)
    found: dict[str, str] = {}
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        rows = Affiliation.objects.filter(party__in=some, replaced_at=FOREVER).exclude(party_name=None)
        found |= {code: name for code, name in rows.values_list("party", "party_name") if name}
    return found


def _registered(codes: Collection[str], day: date) -> list[Direct]:
    rows = registered_in_force(day).filter(Q(from_entity__code__in=codes) | Q(to_entity__code__in=codes))
    fields = ("from_entity__code", "to_entity__code", "share_ppm", "valid_from", "source")
    return [Direct(*row) for row in rows.values_list(*fields)]


def _delivered(codes: Collection[str], day: date) -> list[Direct]:
    rows = delivered_in_force(day).filter(Q(entity__code__in=codes) | Q(party__in=codes))
    fields = ("entity__code", "party", "party_name", "relation", "share_ppm", "starts_on", "batch__file_name")
    found = []
    for entity, party, name, way, share, since, source in rows.values_list(*fields):
        if way == HOLDS:
            found.append(Direct(entity, party, share or None, since, source, held_name=name or ""))
        else:
            found.append(Direct(party, entity, share or None, since, source, holder_name=name or ""))
    return found
