"""Who controls a firm in the end: majorities, summed through what one controls, until nothing changes.

An owner controls a firm if it and the firms it controls hold more than half of it: together, not each (公司法 2023,
article 265 (2) and (3): 控股股东 holds more than 50 %, 实际控制人 decides through investment, agreement or otherwise;
企业会计准则第33号, article 13: more than half of the votes). That is the threshold model of Vitali, Glattfelder and
Battiston 2011 ("The network of global corporate control", PLoS ONE 6(10)): shares of what is controlled count in full.
The ultimate controller is one whom nobody controls. It is unique as long as nobody's holders hold more than the whole.

Below half there is only a presumption, never told as control: the greatest block has more than 30 %
(上市公司收购管理办法, article 84 (2)) and at least twice the next one (our own measure of dispersed holders,
企业会计准则第33号 article 14 (1)). Articles from memory, to be verified. Agreements to act together (一致行动) and
votes without shares are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yanlian.engine.chain.links import Ints, Longs
from yanlian.engine.chain.network.holdings import Holdings

# A chain of single majorities; a majority only when holdings are summed; a presumption below half.
Grade = Literal["majority", "summed", "dominant"]
_WORSE: tuple[Grade, ...] = ("majority", "summed", "dominant")


@dataclass(frozen=True, slots=True)
class Rule:
    """More than `majority_ppm` controls; more than `presumed_ppm` and `lead` times the next block is presumed to."""

    majority_ppm: int = 500_000
    presumed_ppm: int = 300_000
    lead: int = 2


@dataclass(frozen=True, slots=True)
class Control:
    """Who controls one firm in the end, and on which direct holdings in it that rests.

    `circle`: firms that control each other so that nobody outside decides; `controller` is then the first of them.
    `via`: the direct holders whose shares count together, `block_ppm` their sum, `next_ppm` the greatest other block.
    """

    controller: int
    grade: Grade
    via: tuple[int, ...]
    block_ppm: int
    next_ppm: int
    circle: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """How one firm came under another: the direct holders that counted together, their sum, the next block."""

    via: tuple[int, ...]
    block_ppm: int
    next_ppm: int
    presumed: bool


def controlled_by(holdings: Holdings, owner: int, majority_ppm: int = 500_000) -> frozenset[int]:
    """What an owner controls: the least set of firms of each of which the owner and the set hold more than half. The
    owner is in it only if what it controls holds more than half of the owner itself."""
    rows, share = holdings.links.customers, holdings.share_ppm
    held: dict[int, int] = {}
    found: set[int] = set()
    todo = [owner]
    while todo:
        one = todo.pop()
        for place in range(int(rows.start[one]), int(rows.start[one + 1])):
            firm = int(rows.to[place])
            held[firm] = held.get(firm, 0) + int(share[rows.link[place]])
            if held[firm] > majority_ppm and firm not in found:
                found.add(firm)
                if firm != owner:
                    todo.append(firm)
    return frozenset(found)


class Controls:
    """Ultimate controllers of all firms of a set of holdings. Cost: a sort of the holdings a round; rounds are few."""

    def __init__(self, holdings: Holdings, rule: Rule | None = None) -> None:
        self._holdings = holdings
        self._rule = rule or Rule()
        self._head = np.arange(len(holdings.owners), dtype=np.int32)
        self._steps: dict[int, _Step] = {}
        self._circles: dict[int, tuple[int, ...]] = {}
        self._grades: dict[int, Grade] = {}
        while self._round(presumed=False) or self._round(presumed=True):
            pass

    def of(self, firm: int) -> Control | None:
        """Who controls a firm; None for one whom nobody is known to control."""
        head = int(self._head[firm])
        circle = self._circles.get(head, ())
        step = self._steps.get(firm)
        if firm == head and not circle:
            return None
        if step is None:
            held = self._blocks_of(firm)
            via = tuple(one for one in self._holders(firm) if self._head[one] == head)
            return Control(head, "summed", via, held.get(head, 0), _next(held, head), circle)
        return Control(head, self._grade(firm), step.via, step.block_ppm, step.next_ppm, circle)

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Firms under one controller, the controller (or the circle's first firm) first; the largest group first."""
        order = np.argsort(self._head, kind="stable")
        cuts = np.flatnonzero(np.diff(self._head[order])) + 1
        found = [group.tolist() for group in np.split(order, cuts) if len(group) > 1]
        led = [(int(self._head[group[0]]), group) for group in found]
        sets = [(head, *(one for one in group if one != head)) for head, group in led]
        return tuple(sorted(sets, key=lambda group: (-len(group), group)))

    def _round(self, *, presumed: bool) -> bool:
        """Brings every firm that still stands for itself under whoever holds enough of it. Whether any came."""
        to: dict[int, int] = {}
        for firm, block, held, following in self._greatest():
            if firm in self._circles:
                continue
            if block == firm:
                if held > self._rule.majority_ppm:
                    self._close([firm])
                continue
            if self._enough(held, following, presumed=presumed):
                to[firm] = block
                via = tuple(one for one in self._holders(firm) if self._head[one] == block)
                self._steps[firm] = _Step(via, held, following, presumed)
        loops = list(_loops(to))
        onto = np.arange(len(self._head), dtype=np.int32)
        for circle in loops:
            for one in circle:
                to.pop(one)
            onto[circle] = min(circle)
        for firm in to:
            top = firm
            while top in to:
                top = to[top]
            onto[firm] = onto[top]
        self._head = onto[self._head]
        for circle in loops:
            self._close(circle)
        return bool(to or loops)

    def _enough(self, held: int, following: int, *, presumed: bool) -> bool:
        if not presumed:
            return held > self._rule.majority_ppm and following <= self._rule.majority_ppm
        return held > self._rule.presumed_ppm and held >= self._rule.lead * following

    def _greatest(self) -> Iterator[tuple[int, int, int, int]]:
        """Of every firm that stands for itself: its greatest block, what that holds, what the next one holds."""
        standing = self._head[self._holdings.held] == self._holdings.held
        held, head = self._holdings.held[standing], self._head[self._holdings.holder[standing]]
        order = np.lexsort((head, held))
        held, head, share = held[order], head[order], self._holdings.share_ppm[standing][order]
        if not len(held):
            return
        new = np.flatnonzero(np.r_[True, (np.diff(held) != 0) | (np.diff(head) != 0)])
        yield from _two_greatest(held[new], head[new], np.add.reduceat(share, new))

    def _holders(self, firm: int) -> list[int]:
        rows = self._holdings.links.suppliers
        return [one for one in rows.of(firm).tolist() if one != firm]

    def _blocks_of(self, firm: int) -> dict[int, int]:
        held: dict[int, int] = {}
        for one in self._holders(firm):
            head = int(self._head[one])
            held[head] = held.get(head, 0) + self._holdings.share(one, firm)
        return held

    def _close(self, firms: list[int]) -> None:
        """Nobody outside can decide over this group any more: its circle are those who control its head, and it
        them."""
        head = int(self._head[firms[0]])
        members = np.flatnonzero(self._head == head).tolist()
        majority = self._rule.majority_ppm
        decide = [one for one in members if head in controlled_by(self._holdings, one, majority)]
        self._circles[head] = tuple(decide) if set(firms) <= set(decide) else tuple(sorted(firms))

    def _grade(self, firm: int) -> Grade:
        """The worst of the grades on the way from the controller."""
        if firm in self._grades:
            return self._grades[firm]
        step = self._steps[firm]
        single = [one for one in step.via if self._holdings.share(one, firm) > self._rule.majority_ppm]
        own: Grade = "dominant" if step.presumed else "majority" if single else "summed"
        # Set before the way up is asked for: within a circle the way comes back here.
        self._grades[firm] = own
        above = [self._grade(one) for one in single or step.via if one in self._steps]
        self._grades[firm] = max([own, *above], key=_WORSE.index)
        return self._grades[firm]


def _next(held: dict[int, int], head: int) -> int:
    return max((share for one, share in held.items() if one != head), default=0)


def _two_greatest(firm: Ints, block: Ints, held: Longs) -> Iterator[tuple[int, int, int, int]]:
    """For each firm its greatest block, by number where equal, and the share of the second."""
    order = np.lexsort((block, -held, firm))
    firm, block, held = firm[order], block[order], held[order]
    first = np.flatnonzero(np.r_[True, np.diff(firm) != 0])
    following = np.r_[first[1:], len(firm)]
    for start, end in zip(first.tolist(), following.tolist(), strict=True):
        yield int(firm[start]), int(block[start]), int(held[start]), int(held[start + 1]) if end - start > 1 else 0


def _loops(to: dict[int, int]) -> Iterator[list[int]]:
    """Circles of a map from each to one."""
    done: set[int] = set()
    for first in sorted(to):
        way: list[int] = []
        one = first
        while one in to and one not in done:
            done.add(one)
            way.append(one)
            one = to[one]
        if one in way:
            yield way[way.index(one) :]
