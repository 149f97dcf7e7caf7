"""What a pack says about clauses that exclude or need each other: as written, and with its ids resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["not_together", "only_without", "only_with"]
DEPENDENT, GIVER = -1, -2


@dataclass(frozen=True, slots=True)
class Exclusion:
    """As written. `not_together`: at most one of the entries, each an id or several that go together; `only_without`:
    `clause` and none of the entries; `only_with`: `clause` only with one of the entries. `switch`: the text allows
    to change over after a payment."""

    label: str
    kind: Kind
    entries: tuple[tuple[str, ...], ...]
    clause: str = ""
    per: str = "year"
    switch: bool = False
    article: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class CompiledExclusion:
    """With clauses for ids. `sides`: clauses of at most one of them are taken; or (only_with) `dependents` are taken
    only with one of the `givers`. `since`: no payment for any of the clauses can be older."""

    label: str
    per: str
    switch: bool
    article: str
    sides: tuple[tuple[str, ...], ...] = ()
    dependents: tuple[str, ...] = ()
    givers: tuple[str, ...] = ()
    since: date = date.min

    @property
    def clauses(self) -> tuple[str, ...]:
        """All clauses that it speaks of."""
        return (*(one for side in self.sides for one in side), *self.dependents, *self.givers)

    def roles(self, clause: str) -> list[int]:
        """What a clause is in it: the number of its side, DEPENDENT, GIVER."""
        found = [n for n, side in enumerate(self.sides) if clause in side]
        found += [DEPENDENT] if clause in self.dependents else []
        return found + ([GIVER] if clause in self.givers else [])

    def rivals(self, side: int) -> tuple[str, ...]:
        """The clauses of all other sides."""
        return tuple(one for n, other in enumerate(self.sides) if n != side for one in other)
