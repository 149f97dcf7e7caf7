"""Who is related to whom by ownership: indirect holdings and common control, out of direct holdings with their dates.

A holder with at least `LEAST` of an intermediary holds what the intermediary holds; two that one holder holds so are
under common control (State Taxation Administration, announcement 2016 No. 42, article 2 (1); from memory, to verify).
A holding whose share nobody states passes nothing on. Circles are walked once. Cost: for each day on which something
changes, one walk from each holder over the holdings in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    """Indirect holdings (both ways) and common control, each with every span in which it holds; direct ones are known
    already and are left out. In the order of `Tie`."""
    found: list[Tie] = []
    for group in _connected([one for one in holdings if (one.share_ppm or 0) >= least and one.holder != one.held]):
        found += _group_ties(group)
    return sorted(found, key=lambda tie: (tie.one, tie.other, tie.way, tie.starts_on))


def _connected(holdings: Sequence[Holding]) -> Iterator[list[Holding]]:
    """Holdings by the group of owners and owned that hang together."""
    root: dict[str, str] = {}

    def top(name: str) -> str:
        while root.setdefault(name, name) != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for one in holdings:
        root[top(one.holder)] = top(one.held)
    groups: dict[str, list[Holding]] = {}
    for one in holdings:
        groups.setdefault(top(one.holder), []).append(one)
    yield from groups.values()


def _group_ties(group: Sequence[Holding]) -> Iterator[Tie]:
    days = {one.starts_on or date.min for one in group} | {one.ends_on for one in group if one.ends_on}
    edges = sorted(days)
    running: dict[tuple[str, str, str], date] = {}
    for day in edges:
        now = _on(group, day)
        for key in [key for key in running if key not in now]:
            yield Tie(*key, running.pop(key), day)
        for key in now:
            running.setdefault(key, day)
    for key, since in running.items():
        yield Tie(*key, since, None)


def _on(group: Sequence[Holding], day: date) -> set[tuple[str, str, str]]:
    """All ties of a group on one day."""
    held: dict[str, set[str]] = {}
    for one in group:
        if (one.starts_on or date.min) <= day and (one.ends_on is None or day < one.ends_on):
            held.setdefault(one.holder, set()).add(one.held)
    found: set[tuple[str, str, str]] = set()
    for holder, direct in held.items():
        below = _below(holder, held)
        for other in below - direct:
            found |= {(holder, other, INDIRECT), (other, holder, HELD_INDIRECTLY)}
        found |= {(one, other, COMMON) for one in below for other in below if one != other}
    return found


def _below(holder: str, held: Mapping[str, set[str]]) -> set[str]:
    """Everything that a holder holds, through however many others; never itself."""
    seen: set[str] = set()
    todo = [holder]
    while todo:
        for one in held.get(todo.pop(), ()):
            if one not in seen:
                seen.add(one)
                todo.append(one)
    return seen - {holder}
