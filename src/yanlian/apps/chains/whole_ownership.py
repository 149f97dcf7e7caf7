"""All holdings of the registry at once: groups under one controller, and circles of firms that hold each other.

The same two sources and the same choice between them as around one organisation (`held`); only numbers are kept while
reading, names are asked for by the page.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

import numpy as np
from django.db.models import Max

from yanlian.apps.chains.computing import answered
from yanlian.apps.chains.held import delivered_in_force, registered_in_force
from yanlian.apps.registry.models import Affiliation, Entity, Relation
from yanlian.apps.registry.ownership import HELD, HOLDS
from yanlian.apps.tasks import Tell
from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.control import Controls
from yanlian.engine.chain.network.holdings import WHOLE, Holdings, circle_of, cross_holdings, over_whole
from yanlian.engine.chain.network.ownership import held_by_itself

MOST_ROWS: Final = 5_000
# A larger circle is listed without the part of itself that each firm holds.
_MOST_IN_CIRCLE = 300
_AT_A_TIME, _PARTS = 20_000, 500


@dataclass(frozen=True)
class ControlGroup:
    """Firms under one controller, by code. `head`: the controller, empty where firms control each other (`circle`);
    `firms`: those it controls; the counts are firms by the grade of the control."""

    head: str
    circle: tuple[str, ...]
    firms: tuple[str, ...]
    majority: int = 0
    summed: int = 0
    dominant: int = 0

    @property
    def key(self) -> str:
        """A firm by which the group is addressed: codes of persons stand in no address."""
        return self.firms[0]


@dataclass(frozen=True)
class CrossHolding:
    """Firms that hold each other in a circle. `way`: a shortest circle through the first of them, each with the share
    (millionths) that it holds of the next; `own_ppm`: the greatest part of itself that one of them holds through it,
    None where it is not solved; `closed`: they own each other wholly."""

    firms: tuple[str, ...]
    way: tuple[tuple[str, int], ...]
    own_ppm: int | None
    closed: bool


@dataclass(frozen=True)
class Whole:
    """What all holdings in force on a day come to. `over_whole`: firms whose holders hold more than the whole."""

    day: date
    holdings: int
    owners: int
    over_whole: int
    groups: tuple[ControlGroup, ...]
    circles: tuple[CrossHolding, ...]


def whole_ownership(day: date) -> Whole:
    """Groups and circles of a day. Raises `Waiting`."""
    last = [model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in (Relation, Affiliation)]
    return answered(f"ownership {day} {last}", sum(last), lambda tell: _made(day, tell))


def _made(day: date, tell: Tell) -> Whole:
    tell(0, 3)
    holdings = _holdings(day)
    tell(1, 3)
    controls = Controls(holdings)
    tell(2, 3)
    groups = tuple(islice(_groups(holdings, controls), MOST_ROWS))
    circles = tuple(_circle(holdings, one) for one in cross_holdings(holdings)[:MOST_ROWS])
    return Whole(day, len(holdings.share_ppm), len(holdings.owners), len(over_whole(holdings)), groups, circles)


def _holdings(day: date) -> Holdings:
    """Of each pair the last holding; what has no stated share passes nothing on."""
    number: dict[str, int] = {}
    columns = [array("q") for _ in range(4)]
    for one, other, since, share in _told(day):
        row = (
            number.setdefault(one, len(number)),
            number.setdefault(other, len(number)),
            since.toordinal() if since else 0,
            share or 0,
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    first, second, begun, shares = (np.frombuffer(each, dtype=np.int64) for each in columns)
    # Numbers in the order of codes, as around one organisation: what is decided by number is decided alike.
    names = sorted(number)
    rank = np.empty(len(names), dtype=np.int64)
    rank[[number[name] for name in names]] = np.arange(len(names))
    holder, held = rank[first], rank[second]
    order = np.lexsort((shares, begun, held, holder))
    pair = holder[order] * max(len(names), 1) + held[order]
    last = order[np.append(np.diff(pair) != 0, [True])[: len(order)]]
    last = last[shares[last] > 0]
    return Holdings(names, holder[last].astype(np.int32), held[last].astype(np.int32), shares[last])


def _told(day: date) -> Iterator[tuple[str, str, date | None, int | None]]:
    fields = ("from_entity__code", "to_entity__code", "valid_from", "share_ppm")
    yield from registered_in_force(day).order_by().values_list(*fields).iterator(_AT_A_TIME)
    ends = {HOLDS: ("entity__code", "party"), HELD: ("party", "entity__code")}
    for way, fields_of_way in ends.items():
        rows = delivered_in_force(day).filter(relation=way).order_by()
        yield from rows.values_list(*fields_of_way, "starts_on", "share_ppm").iterator(_AT_A_TIME)


def _groups(holdings: Holdings, controls: Controls) -> Iterator[ControlGroup]:
    """Groups of at least two organisations, the largest first: one person with one firm is none."""
    owners = holdings.owners
    small: list[ControlGroup] = []
    for numbers in controls.groups():
        first = controls.of(numbers[0])
        circle = tuple(owners[one] for one in first.circle) if first else ()
        firms = numbers if circle else numbers[1:]
        found = [controls.of(one) for one in firms]
        grades = [one.grade for one in found if one is not None]
        made = ControlGroup(
            "" if circle else owners[numbers[0]],
            circle,
            tuple(owners[one] for one in firms),
            *(grades.count(grade) for grade in ("majority", "summed", "dominant")),
        )
        if len(made.firms) > 1:
            yield made
        else:
            small.append(made)
        if len(small) == _PARTS:
            yield from _of_organisations(small)
            small = []
    yield from _of_organisations(small)


def _of_organisations(groups: list[ControlGroup]) -> Iterator[ControlGroup]:
    """Those whose controller is an organisation of the registry."""
    heads = Entity.objects.filter(code__in=[one.head for one in groups]).exclude(kind=Entity.Kind.PERSON)
    known = set(heads.values_list("code", flat=True))
    yield from (one for one in groups if one.head in known)


def _circle(holdings: Holdings, group: tuple[int, ...]) -> CrossHolding:
    way = circle_of(holdings, group)
    steps = [(one, way[(at + 1) % len(way)]) for at, one in enumerate(way)]
    own, closed = None, False
    if len(group) <= _MOST_IN_CIRCLE:
        try:
            own = round(float(held_by_itself(holdings, group).max()) * WHOLE)
        except Refused:
            closed = True
    names = holdings.owners
    return CrossHolding(
        tuple(names[one] for one in group),
        tuple((names[one], holdings.share(one, other)) for one, other in steps),
        own,
        closed,
    )
