"""What supply links say besides who is next to whom: the links behind a step, paths between two firms, common partners.

Paths are the engine's (`engine.chain.network.paths`) over the part of the network that lies between the two firms: half
the steps around one, the other half around the other, so that a path of the asked length cannot leave it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F

from yanlian.apps.chains.models import PLACES, SupplyLink
from yanlian.apps.chains.walking import Row, neighbours
from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network.paths import paths
from yanlian.engine.chain.network.walks import Direction

Pair = tuple[int, int]
MOST_PATHS = 50
# Firms whose neighbours are looked at from one end of a path, and neighbours of one firm.
_MOST_AROUND, _MOST_NEIGHBOURS = 20_000, 2_000


def links_of(pairs: Collection[Pair]) -> Mapping[Pair, Sequence[SupplyLink]]:
    """Of each pair (supplier, customer) its supply links, the newest first."""
    found: dict[Pair, list[SupplyLink]] = {pair: [] for pair in pairs}
    suppliers, customers = ({pair[end] for pair in pairs} for end in (0, 1))
    rows = SupplyLink.objects.filter(supplier__in=suppliers, customer__in=customers)
    for one in rows.order_by("-year", F("amount_fen").desc(nulls_last=True), "pk"):
        pair = (one.supplier_id, one.customer_id)
        if pair in found:
            found[pair].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Paths from a supplier down to a customer as firms, the shortest first; `cut`: whether some may be missing."""

    paths: tuple[tuple[int, ...], ...]
    cut: bool


def paths_between(supplier: int, customer: int, longest: int, most: int = MOST_PATHS) -> Found:
    """All simple paths along which something flows from one firm to another, at most `longest` links long."""
    if supplier == customer:
        raise Refused("network_same", firm=supplier)
    ahead = longest - longest // 2
    down, cut_down = _around(supplier, "down", ahead)
    up, cut_up = _around(customer, "up", longest // 2)
    pairs = sorted({*down, *((one, other) for other, one in up)})
    firms = sorted({supplier, customer, *(firm for pair in pairs for firm in pair)})
    ends = np.searchsorted(firms, np.array(pairs, dtype=np.int64).reshape(-1, 2)).astype(np.int32)
    links = Links([str(firm) for firm in firms], ends[:, 0], ends[:, 1], np.ones(len(pairs)))
    first, last = (int(np.searchsorted(firms, one)) for one in (supplier, customer))
    found = paths(links, first, last, longest, most=most)
    shown = tuple(tuple(firms[place] for place in way) for way in found.found)
    return Found(shown, bool(found.cut) or cut_down or cut_up)


def _around(firm: int, direction: Direction, steps: int) -> tuple[list[Pair], bool]:
    """All pairs from firms that are fewer than `steps` steps away, and whether something was left out."""
    pairs: list[Pair] = []
    seen, frontier, cut = {firm}, [firm], False
    for _ in range(steps):
        if len(seen) > _MOST_AROUND:
            return pairs, True
        rows = neighbours(frontier, direction, _MOST_NEIGHBOURS)
        cut = cut or any(_is_cut(row) for row in rows)
        pairs += [(row[0] // (2 * PLACES), row[1]) for row in rows]
        frontier = sorted({row[1] for row in rows} - seen)
        seen.update(frontier)
    return pairs, cut


def _is_cut(row: Row) -> bool:
    return row[0] % PLACES == 0 and row[5] > _MOST_NEIGHBOURS


def common_partners(firms: Sequence[int], direction: Direction) -> list[int]:
    """Direct suppliers (`up`) or customers (`down`) that all these firms have. Refused("network_shared") for fewer than
    two firms."""
    asked = set(firms)
    if len(asked) < 2:
        raise Refused("network_shared", found=len(asked))
    each = [{row[1] for row in neighbours([one], direction, PLACES)} for one in asked]
    return sorted(set.intersection(*each))
