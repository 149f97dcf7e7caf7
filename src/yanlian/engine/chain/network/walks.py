"""Tier by tier up or down from one or several firms, with the links that led there.

Breadth first over compressed rows: every firm stands in the first tier in which it is met, every link from one tier
into the next is evidence. One click on a million firms and a question to the whole graph are the same walk.
Cost: the rows of the firms met, and one array of marks as long as there are firms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numba
import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints, Links, Longs, Rows

# To suppliers (up) or to customers (down).
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Tiers:
    """What a walk met, in the order of tiers and within a tier by number.

    `firm`, `tier`: whom, and after how many steps (0 are the firms it began with). `link`: positions in the links of
    every step from a firm of one tier to a firm of the next, each once; `link_tier`: the tier that it leads into.
    """

    firm: Ints
    tier: Ints
    link: Longs
    link_tier: Ints

    def of(self, tier: int) -> Ints:
        """The firms of one tier."""
        found: Ints = self.firm[self.tier == tier]
        return found

    def evidence(self, tier: int) -> Longs:
        """The links that lead into one tier."""
        found: Longs = self.link[self.link_tier == tier]
        return found


def rows_for(links: Links, direction: Direction) -> Rows:
    """The rows that a walk in this direction follows."""
    return links.suppliers if direction == "up" else links.customers


def tiers(links: Links, start: Sequence[int] | Ints, steps: int, direction: Direction) -> Tiers:
    """All firms within so many steps of the start, each in its shortest tier, with the links that led there.

    Refused("network_steps") for less than one step, Refused("network_firm") for a number that is no firm's.
    """
    if steps < 1:
        raise Refused("network_steps", found=steps)
    begin = checked(links, start)
    rows = rows_for(links, direction)
    tier = np.full(len(links.firms), -1, dtype=np.int32)
    met = breadth_first(rows.start, rows.to, begin, steps, tier)
    link, into = _links_between_tiers(rows.start, rows.to, rows.link, met, tier, steps)
    order = np.lexsort((met, tier[met]))
    by_tier = np.lexsort((link, into))
    return Tiers(met[order], tier[met][order], link[by_tier], into[by_tier])


def distances(rows: Rows, start: Sequence[int] | Ints, steps: int) -> Ints:
    """Of every firm, how many steps from the start it is; -1 for more than `steps` or not at all."""
    tier = np.full(len(rows.start) - 1, -1, dtype=np.int32)
    breadth_first(rows.start, rows.to, np.unique(np.asarray(start, dtype=np.int32)), steps, tier)
    return tier


def checked(links: Links, firms: Sequence[int] | Ints) -> Ints:
    """Numbers of firms, each once and ascending; Refused("network_firm") for one outside."""
    found = np.unique(np.asarray(firms, dtype=np.int64))
    if len(found) and not 0 <= found[0] <= found[-1] < len(links.firms):
        wrong = int(found[0] if found[0] < 0 else found[-1])
        raise Refused("network_firm", found=wrong, firms=len(links.firms))
    return found.astype(np.int32)


@numba.njit(cache=True)
def breadth_first(start: Longs, to: Ints, begin: Ints, steps: int, tier: Ints) -> Ints:
    """Marks `tier` (-1 where nobody was) and gives the firms met in the order of their meeting."""
    queue = np.empty(1024, dtype=np.int32)
    filled = 0
    for one in begin:
        if filled == len(queue):
            queue = _longer(queue)
        tier[one] = 0
        queue[filled] = one
        filled += 1
    read = 0
    while read < filled:
        one = queue[read]
        read += 1
        if tier[one] == steps:
            break
        for place in range(start[one], start[one + 1]):
            other = to[place]
            if tier[other] < 0:
                tier[other] = tier[one] + 1
                if filled == len(queue):
                    queue = _longer(queue)
                queue[filled] = other
                filled += 1
    return queue[:filled].copy()


@numba.njit(cache=True)
def _longer(queue: Ints) -> Ints:
    wider = np.empty(len(queue) * 2, dtype=np.int32)
    wider[: len(queue)] = queue
    return wider


@numba.njit(cache=True)
def _links_between_tiers(start: Longs, to: Ints, link: Longs, met: Ints, tier: Ints, steps: int) -> tuple[Longs, Ints]:
    """Every link from a firm met to a firm of the next tier, and the tier that it leads into."""
    count = 0
    for one in met:
        if tier[one] < steps:
            for place in range(start[one], start[one + 1]):
                count += tier[to[place]] == tier[one] + 1
    found = np.empty(count, dtype=np.int64)
    into = np.empty(count, dtype=np.int32)
    count = 0
    for one in met:
        if tier[one] < steps:
            for place in range(start[one], start[one + 1]):
                if tier[to[place]] == tier[one] + 1:
                    found[count] = link[place]
                    into[count] = tier[one] + 1
                    count += 1
    return found, into
