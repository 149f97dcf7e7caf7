"""The unknown outcomes of a run, counted by the fact that is missing, its period and the department that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from yanlian.apps.policies.models import Outcome, Run


@dataclass(frozen=True, slots=True)
class Missing:
    """One missing fact of one outcome. `holder` is the department's key, `self` the beneficiary."""

    holder: str
    fact: str
    period: str
    clause: str
    entity: int
    outcome: int


@dataclass(slots=True)
class Lack:
    """A fact of a period that somebody did not deliver: whom it holds up, and under which clauses."""

    holder: str
    fact: str
    period: str
    entities: set[int] = field(default_factory=set)
    outcomes: int = 0
    clauses: set[str] = field(default_factory=set)
    # Outcomes that this fact alone holds up: delivered, they can be decided at once.
    only: int = 0

    @property
    def record(self) -> str:
        """The kind of record: what a department delivers as one table."""
        return self.fact.partition(".")[0]


def missing_of(run: Run, holder: str = "") -> Iterator[Missing]:
    """Every missing fact of every unknown outcome of a run, of one holder if it is named."""
    waiting = Outcome.objects.filter(run=run, kind=Outcome.Kind.UNKNOWN).order_by("pk")
    for pk, entity, clause, missing in waiting.values_list("pk", "entity_id", "clause", "reason__missing").iterator(
        chunk_size=5000
    ):
        for one in cast("list[dict[str, str]]", missing or []):
            if not holder or one["holder"] == holder:
                yield Missing(one["holder"], one["fact"], one.get("period", ""), clause, entity, pk)


def lacks_of(run: Run, *, clause: str = "") -> list[Lack]:
    """By holder, fact and period, what holds up most firms first; only under one clause if it is named.

    A firm counts once for a fact, whatever the number of outcomes that wait for it.
    """
    lacks: dict[tuple[str, str, str], Lack] = {}
    needed: dict[int, set[tuple[str, str, str]]] = {}
    for one in missing_of(run):
        if clause and one.clause != clause:
            continue
        key = (one.holder, one.fact, one.period)
        lack = lacks.setdefault(key, Lack(*key))
        lack.entities.add(one.entity)
        lack.clauses.add(one.clause)
        needed.setdefault(one.outcome, set()).add(key)
    for keys in needed.values():
        for key in keys:
            lacks[key].outcomes += 1
            lacks[key].only += len(keys) == 1
    return sorted(lacks.values(), key=lambda one: (-len(one.entities), one.holder, one.fact, one.period))
