"""Chokepoints (关键节点): firms without which others here have no known way of supply from the sources any more.

Of the last year that has links, seen ones only; a pair counts once. For the whole district supply begins with firms
whom nobody here is known to supply; for a chain with its upstream firms, and its other firms are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain as joined
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from django.db.models import Max

from yanlian.apps.chains.computing import answered
from yanlian.apps.chains.models import Placement, PlacementEvent, SupplyLink
from yanlian.apps.tasks import Tell
from yanlian.engine.chain.links import Ints, Links, Longs
from yanlian.engine.chain.network.bottlenecks import NOBODY, Bottlenecks, bottlenecks, origins
from yanlian.engine.chain.template.model import Chain

# Rows that a list has at most: the greatest are what it is for.
Flags: TypeAlias = npt.NDArray[np.bool_]
MOST_ROWS: Final = 5_000
_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Choke:
    """One chokepoint by the entity's key: how many firms it cuts off, and whom it trades with directly here."""

    entity: int
    cut_off: int
    suppliers: int
    customers: int


@dataclass(frozen=True)
class Chokepoints:
    """All of them, seen from the sources. `sources`: firms where supply begins; `counted`: whose cutting off counts;
    `reached`: how many of those any known way leads to; `inferred`: links left out because nobody saw them."""

    entities: Longs
    found: Bottlenecks
    suppliers: Longs
    customers: Longs
    year: int
    links: int
    inferred: int
    sources: int
    reached: int
    counted: Flags

    def rows(self) -> list[Choke]:
        """Firms that cut off at least one other, the greatest first."""
        order = np.argsort(-self.found.cut_off, kind="stable")[:MOST_ROWS]
        return [
            Choke(*(int(each[one]) for each in (self.entities, self.found.cut_off, self.suppliers, self.customers)))
            for one in order.tolist()
            if self.found.cut_off[one] > 0
        ]

    @property
    def count(self) -> int:
        """How many firms cut off at least one other."""
        return int((self.found.cut_off > 0).sum())

    def place(self, entity: int) -> int | None:
        """The number of an entity in the network; None: it has no link."""
        at = int(np.searchsorted(self.entities, entity))
        return at if at < len(self.entities) and self.entities[at] == entity else None

    def below(self, entity: int) -> list[tuple[int, int]]:
        """Whom a firm cuts off, each with the last firm that every way to it passes."""
        place = self.place(entity)
        if place is None:
            return []
        above = self.found.above
        cut = self.found.below(place)
        return [(int(self.entities[one]), int(self.entities[above[one]])) for one in cut[self.counted[cut]].tolist()]

    def above(self, entity: int) -> list[int]:
        """The firms that every known way to a firm passes, from the sources on."""
        at, way = self.place(entity), []
        while at is not None and self.found.above[at] != NOBODY:
            at = int(self.found.above[at])
            way.append(int(self.entities[at]))
        return way[::-1]


def chokepoints(chain: Chain | None = None) -> Chokepoints | None:
    """Of the district, or of one chain; None: no link is known. Raises `Waiting`."""
    newest = SupplyLink.objects.aggregate(last=Max("pk"))["last"]
    if newest is None:
        return None
    placed = PlacementEvent.objects.aggregate(last=Max("pk"))["last"] if chain else None
    key = f"chokepoints {chain.id if chain else ''} {newest} {placed}"
    # Keys only grow: the last is at least the number of links.
    return answered(key, newest, lambda tell: _made(chain, tell))


def _made(chain: Chain | None, tell: Tell) -> Chokepoints:
    tell(0, 3)
    year = SupplyLink.objects.aggregate(year=Max("year"))["year"]
    pairs, inferred = _pairs(year)
    tell(1, 3)
    links, entities = _network(pairs)
    sources, targets = origins(links), None
    if chain is not None:
        sources, targets = _ends(chain, entities)
    found = bottlenecks(links, sources, targets)
    tell(2, 3)
    nodes = len(entities)
    counted = np.ones(nodes, dtype=np.bool_)
    if targets is not None:
        counted[:] = False
        counted[targets] = True
    return Chokepoints(
        entities,
        found,
        np.bincount(links.customer, minlength=nodes),
        np.bincount(links.supplier, minlength=nodes),
        year,
        len(links),
        inferred,
        len(sources),
        int(found.reached[counted].sum()),
        counted,
    )


def _pairs(year: int) -> tuple[Longs, int]:
    """Who supplied whom in a year, each pair once, and how many inferred links are left out."""
    rows = SupplyLink.objects.filter(year=year).order_by()
    inferred = rows.filter(inferred=True).count()
    seen = rows.filter(inferred=False).values_list("supplier_id", "customer_id").iterator(_AT_A_TIME)
    pairs = np.fromiter(joined.from_iterable(seen), dtype=np.int64)
    return pairs.reshape(-1, 2), inferred


def _network(pairs: Longs) -> tuple[Links, Longs]:
    entities = np.unique(pairs)
    ends = np.searchsorted(entities, pairs)
    once = np.unique(ends[:, 0] * max(len(entities), 1) + ends[:, 1])
    supplier, customer = (each.astype(np.int32) for each in np.divmod(once, max(len(entities), 1)))
    # Ids are not asked for: entities are named by their keys.
    return Links([""] * len(entities), supplier, customer, np.ones(len(once))), entities


def _ends(chain: Chain, entities: Longs) -> tuple[Ints, Ints]:
    """The firms confirmed on upstream segments, and those on the others that are not upstream as well."""
    upstream: set[int] = set()
    others: set[int] = set()
    rows = Placement.objects.filter(chain=chain.id, state=Placement.State.CONFIRMED)
    for entity, segment in rows.values_list("entity_id", "segment"):
        if segment in chain.by_id:
            (upstream if chain.by_id[segment].position == "upstream" else others).add(entity)
    first, last = (np.array(sorted(each), dtype=np.int64) for each in (upstream, others - upstream))
    return _places(entities, first), _places(entities, last)


def _places(entities: Longs, wanted: Longs) -> Ints:
    return np.flatnonzero(np.isin(entities, wanted)).astype(np.int32)
