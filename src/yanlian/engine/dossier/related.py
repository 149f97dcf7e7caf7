"""Who is related to whom by ownership: indirect holdings and common control, out of direct holdings with their dates.

State Taxation Administration, announcement 2016 No. 42, article 2 (1): two are related when one holds, directly and
indirectly together, at least a quarter of the other, or when a third party so holds at least a quarter of both. Who
holds at least `LEAST` of an intermediary counts as holding the whole share that the intermediary holds. So a holder's
share of a firm is the sum of the shares held by itself and by everything it holds a quarter of, each counted once.
Holdings of members of one family are to be added by the same article; nobody delivers families, so they are not.

A holding whose share nobody states passes nothing on. Circles are walked once. Cost: for each holder and each day on
which something around it changes, one walk over what it may reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# Share that makes related, in ppm.
LEAST = 250_000
INDIRECT, HELD_INDIRECTLY, COMMON = "间接持股", "间接被持股", "同一控制"


@dataclass(frozen=True, slots=True)
class Holding:
    """`holder` owns a share (ppm) of `held` from a day on, until before another; None is open."""

    holder: str
    held: str
    share_ppm: int | None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Tie:
    """`one` is related to `other` in this way from a day on, until before another."""

    one: str
    other: str
    way: str
    starts_on: date
    ends_on: date | None


def ties(holdings: Iterable[Holding], least: int = LEAST) -> list[Tie]:
    """Indirect holdings (both ways) and common control, each with every span in which it holds; holdings that reach
    `least` directly are known already and are left out. In the order of `Tie`."""
    held: dict[str, list[Holding]] = {}
    for one in holdings:
        if one.share_ppm and one.holder != one.held:
            held.setdefault(one.holder, []).append(one)
    largest = _largest(one for some in held.values() for one in some)
    spans: dict[tuple[str, str, str], list[tuple[date, date]]] = {}
    for holder in held:
        for since, until, found in _periods(holder, held, largest, least):
            for key in found:
                spans.setdefault(key, []).append((since, until))
    return sorted(
        (
            Tie(*key, since, None if until == date.max else until)
            for key, some in spans.items()
            for since, until in _joined(some)
        ),
        key=lambda tie: (tie.one, tie.other, tie.way, tie.starts_on),
    )


_Ties = set[tuple[str, str, str]]
_Shares = Mapping[str, Mapping[str, int]]


def _periods(
    holder: str, held: Mapping[str, Sequence[Holding]], largest: _Shares, least: int
) -> Iterator[tuple[date, date, _Ties]]:
    """The ties that one holder makes, from a day on until before another (`date.max`: open)."""
    # Whatever it reaches on some day it reaches with every pair's largest share.
    ever = _reached(holder, largest, least)
    if len(ever) < 2:
        return
    around = [one for name in (holder, *ever) for one in held.get(name, ()) if one.held in ever]
    days = {one.starts_on or date.min for one in around} | {one.ends_on for one in around if one.ends_on}
    for since, until in pairwise(sorted(days | {date.max})):
        now = _largest(
            one
            for one in around
            if (one.starts_on or date.min) <= since and (one.ends_on is None or since < one.ends_on)
        )
        yield since, until, _ties_of(holder, _reached(holder, now, least), now, least)


def _ties_of(holder: str, reached: set[str], shares: _Shares, least: int) -> _Ties:
    direct = shares.get(holder, {})
    found = {(one, other, COMMON) for one in reached for other in reached if one != other}
    for other in reached:
        if direct.get(other, 0) < least:
            found |= {(holder, other, INDIRECT), (other, holder, HELD_INDIRECTLY)}
    return found


def _largest(holdings: Iterable[Holding]) -> _Shares:
    """Shares by holder and held; of several statements about one pair the largest."""
    found: dict[str, dict[str, int]] = {}
    for one in holdings:
        shares = found.setdefault(one.holder, {})
        shares[one.held] = max(shares.get(one.held, 0), one.share_ppm or 0)
    return found


def _reached(holder: str, shares: _Shares, least: int) -> set[str]:
    """All of whom the holder has `least`, itself and through those it has so; never itself."""
    sums: dict[str, int] = {}
    reached: set[str] = set()
    todo = [holder]
    while todo:
        for other, share in shares.get(todo.pop(), {}).items():
            sums[other] = sums.get(other, 0) + share
            if sums[other] >= least and other != holder and other not in reached:
                reached.add(other)
                todo.append(other)
    return reached


def _joined(spans: Sequence[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Spans that touch or overlap as one."""
    since, until = min(spans)
    for start, end in sorted(spans):
        if start > until:
            yield since, until
            since, until = start, end
        until = max(until, end)
    yield since, until
