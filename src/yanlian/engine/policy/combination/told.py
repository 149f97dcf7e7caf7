"""The combination that was chosen, the runner-up, and for an outcome that is in neither the best with it: read back
from the reason of an outcome, for pages and texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from yanlian.engine.policy.outcome import Outcome

Role = Literal["chosen", "runner_up", "with_this"]
CHOSEN: Role = "chosen"
RUNNER_UP: Role = "runner_up"
WITH_THIS: Role = "with_this"


@dataclass(frozen=True, slots=True)
class Member:
    """What is due of one outcome in a combination, after stacking and caps. Fen."""

    clause: str
    matter: str
    period: str
    fen: int


@dataclass(frozen=True, slots=True)
class Combination:
    """What could lawfully be given together. `role`: CHOSEN, RUNNER_UP, or WITH_THIS (the best with the outcome that it
    is told of, which is in neither). Fen."""

    role: Role
    total_fen: int
    members: tuple[Member, ...]


def combinations_of(reason: Mapping[str, object]) -> tuple[Combination, ...]:
    """The chosen one first; nothing where there was no choice."""
    told = reason.get("alternatives")
    listed = told if isinstance(told, list) else []
    return tuple(Combination(one["as"], one["total_fen"], tuple(_members(one["outcomes"]))) for one in listed)


def runner_up_fen(outcomes: Iterable[Outcome]) -> int | None:
    """What all outcomes of a beneficiary would come to with the best other combination; None without a choice."""
    listed = list(outcomes)
    lost: list[int] = []
    for one in listed:
        total = {found.role: found.total_fen for found in combinations_of(one.reason)}
        lost += [total[CHOSEN] - total[RUNNER_UP]] if RUNNER_UP in total else []
    return sum(one.amount_fen for one in listed) - min(lost) if lost else None


def _members(told: Iterable[Mapping[str, str | int]]) -> Iterator[Member]:
    for one in told:
        yield Member(str(one["clause"]), str(one["matter"]), str(one["period"]), int(one["fen"]))
