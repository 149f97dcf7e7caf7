"""The combination that was chosen and the runner-up, read back from the reason of an outcome, for pages and texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from yanlian.engine.policy.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Member:
    """What is due of one outcome in a combination, after stacking and caps. Fen."""

    clause: str
    matter: str
    period: str
    fen: int


@dataclass(frozen=True, slots=True)
class Combination:
    """What could lawfully be given together. `chosen`: it is given; otherwise it is the runner-up. Fen."""

    chosen: bool
    total_fen: int
    members: tuple[Member, ...]


def combinations_of(reason: Mapping[str, object]) -> tuple[Combination, ...]:
    """The chosen one first, then the runner-up where there is one; nothing where there was no choice."""
    told = reason.get("alternatives")
    if not isinstance(told, list):
        return ()
    return tuple(
        Combination(n == 0, _fen(one["total_fen"]), tuple(_members(one["outcomes"])))
        for n, one in enumerate(told)
        if isinstance(one, Mapping)
    )


def runner_up_fen(outcomes: Iterable[Outcome]) -> int | None:
    """What all outcomes of a beneficiary would come to with the best other combination; None without a choice."""
    listed = list(outcomes)
    lost = [found[0].total_fen - found[1].total_fen for one in listed if len(found := combinations_of(one.reason)) > 1]
    return sum(one.amount_fen for one in listed) - min(lost) if lost else None


def _members(told: object) -> Iterator[Member]:
    for one in told if isinstance(told, list) else []:
        yield Member(str(one["clause"]), str(one["matter"]), str(one["period"]), _fen(one["fen"]))


def _fen(value: object) -> int:
    assert isinstance(value, int)
    return value
