"""One budget or quota in one year: those who compete in it, and what becomes of each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yanlian.engine.policy.settlement.claims import NOT_PAID, Claims, Ints, KeyColumn
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.settlement.places import placed
from yanlian.engine.policy.settlement.result import STATES
from yanlian.engine.policy.settlement.rules import Budget, Quota
from yanlian.engine.policy.settlement.shares import in_order, pro_rata

GRANTED, REFUSED, PAID, MANUAL = (STATES.index(one) for one in ("granted", "out", "paid", "manual"))


@dataclass(slots=True)
class Meeting:
    """The rows that meet in one year (None: for ever), in their order: `rows` compete, `open` are undecided or cannot
    be placed; `elsewhere`: fen paid to (`elsewhere_count`: places of) outcomes that do not compete."""

    name: str
    year: int | None
    rows: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    elsewhere: int = 0
    elsewhere_count: int = 0
    number: int = 0


class Ground:
    """What becomes of every row of the claims under one rule, and where each stands."""

    def __init__(self, claims: Claims, rule: CompiledSettling, order: KeyColumn | None, rows: Ints) -> None:
        size = len(claims)
        self.claims = claims
        self.rule = rule
        self.order = order
        self.state: NDArray[np.int8] = np.zeros(size, np.int8)
        self.bucket: NDArray[np.int32] = np.zeros(size, np.int32)
        self.after, self.carried, self.rank = (np.zeros(size, np.int64) for _ in range(3))
        self.provisional: NDArray[np.bool_] = np.zeros(size, np.bool_)
        # Ranked outcomes with the same score are level, whatever the default order says.
        if rule.kind == "quota" and order is not None:
            self.position: Ints = -order.codes if rule.descending else order.codes
        else:
            self.position = np.zeros(size, np.int64)
            self.position[rows] = np.arange(len(rows))

    def ahead(self, rows: Sequence[int], undecided: Sequence[int]) -> list[int]:
        """For each row, how many undecided ones could come before it or level with it."""
        always, known = 0, list[int]()
        for other in undecided:
            if self._unplaced(other):
                always += 1
            else:
                known.append(int(self.position[other]))
        known.sort()
        return [always + bisect_right(known, one) for one in self.position[list(rows)].tolist()]

    def _unplaced(self, row: int) -> bool:
        """Whether nobody knows where an undecided outcome will stand; what it comes to is never known."""
        if self.order is None:
            return self.claims.day(row) is None
        return self.rule.by_amount or int(self.order.codes[row]) < 0


def granted(ground: Ground, source: Budget, one: Meeting, rows: Sequence[int], free: int) -> None:
    """A budget over the rows of a bucket, of which `free` fen are left for them; who was paid keeps that."""
    claims = ground.claims
    ground.rank[list(rows)] = np.arange(1, len(rows) + 1)
    waiting = [row for row in rows if claims.paid[row] == NOT_PAID]
    free -= _keep(ground, rows)
    asked = claims.fen[waiting].tolist()
    if source.when_short == "pro_rata":
        given = pro_rata(asked, max(free, 0), ground.rule.unit)
    else:
        given = in_order(asked, free, source.straddle)
    _give(ground, source, one, waiting, given)


def _keep(ground: Ground, rows: Sequence[int]) -> int:
    """Who was paid keeps that, but not more than is due; what was paid to them in fen."""
    claims = ground.claims
    held = np.array([row for row in rows if claims.paid[row] != NOT_PAID], np.int64)
    ground.state[held] = PAID
    ground.after[held] = np.minimum(claims.paid[held], claims.fen[held])
    return sum(claims.paid[held].tolist())


def _give(ground: Ground, source: Budget, one: Meeting, waiting: Sequence[int], given: Sequence[int]) -> None:
    rows = np.array(waiting, np.int64)
    fen = np.array(given, np.int64)
    ground.after[rows] = fen
    ground.state[rows] = np.where(fen > 0, GRANTED, REFUSED)
    if not one.open:
        return
    # An undecided outcome could take from these; where what does not fit is skipped, it could also make room.
    touched = fen > 0 if source.straddle != "skip" else np.ones(len(fen), np.bool_)
    if source.when_short != "pro_rata":
        touched &= np.array(ground.ahead(waiting, one.open), np.int64) > 0
    ground.provisional[rows] = touched


def carried_on(
    ground: Ground,
    source: Budget,
    one: Meeting,
    rows: Sequence[int],
    limit: int,
    last: bool,
    waiting: list[int],
    spilled: list[int],
) -> int:
    """A year of a budget whose rest waits for the next: what was carried comes first. Payments find their year in the
    same way, so that what was paid out of a later year's money is charged to that year. Fills `waiting` with the rows
    and `spilled` with the payments that go on; returns what was paid to others here."""
    claims = ground.claims
    ground.rank[list(rows)] = np.arange(1, len(rows) + 1)
    own = [int(claims.paid[row]) for row in rows if claims.paid[row] != NOT_PAID]
    fixed = [*((fen, True) for fen in spilled), *((fen, False) for fen in own)]
    if one.elsewhere:
        fixed.insert(0, (one.elsewhere, True))
    spilled.clear()
    free, others = limit, 0
    for fen, elsewhere in fixed:
        if fen <= free or last:
            free -= fen
            others += fen if elsewhere else 0
        else:
            spilled.append(fen)
    _keep(ground, rows)
    fresh = [row for row in rows if claims.paid[row] == NOT_PAID]
    given = in_order(claims.fen[fresh].tolist(), free, source.straddle)
    _give(ground, source, one, fresh, given)
    ground.carried[fresh] = claims.fen[fresh] - ground.after[fresh]
    if not last:
        waiting += [row for row, fen in zip(fresh, given, strict=True) if not fen]
    return others


def placed_in(ground: Ground, source: Quota, one: Meeting, limit: int, by: KeyColumn | None) -> int:
    """A quota over the rows of a bucket, for each value of `by` alone; how many values there are."""
    if by is None:
        _place(ground, source, one.rows, one.open, limit - one.elsewhere_count)
        return 0
    groups: dict[int, list[int]] = {}
    for row in one.rows:
        groups.setdefault(int(by.codes[row]), []).append(row)
    undecided: dict[int, list[int]] = {}
    for row in one.open:
        undecided.setdefault(int(by.codes[row]), []).append(row)
    nowhere = undecided.get(-1, [])
    for group, rows in groups.items():
        _place(ground, source, rows, [*undecided.get(group, []), *nowhere], limit)
    return len(groups)


def _place(ground: Ground, source: Quota, rows: Sequence[int], undecided: Sequence[int], places: int) -> None:
    claims, order = ground.claims, ground.order
    held = [int(claims.paid[row]) != NOT_PAID for row in rows]
    scores = list(range(len(rows))) if order is None else order.codes[list(rows)].tolist()
    ahead = ground.ahead(rows, undecided) if undecided else [0] * len(rows)
    found = placed(scores, held, places - sum(held), "first" if order is None else source.ties, ahead)
    for row, had, one in zip(rows, held, found, strict=True):
        ground.rank[row] = one.rank
        ground.provisional[row] = one.provisional
        if one.place == "in":
            ground.state[row] = PAID if had else GRANTED
            ground.after[row] = claims.fen[row]
        else:
            ground.state[row] = REFUSED if one.place == "out" else MANUAL
