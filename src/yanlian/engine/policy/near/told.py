"""What is told of a near miss, as data: obstacles, and ways around them made of single changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from yanlian.engine.policy.near.fixed import ChangeKind
from yanlian.engine.policy.near.plan import Plan
from yanlian.engine.policy.near.standing import ObstacleKind, Verdict
from yanlian.engine.policy.outcome import Kind, Outcome


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule in the way, with what it says: `comparison` in words of figures where there is one that fails, `share` the
    same as percentages (present, needed) when a rule asks for a share of something."""

    kind: ObstacleKind
    verdict: Verdict
    label: str
    article: str
    text: str
    share: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a record that is lacking: what it must say. `free`: any value will do."""

    name: str
    name_en: str
    op: str
    needed: str
    unit: str
    type: str
    free: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have to be otherwise.

    `what`: a field of a record that exists, a new record, a whole delivery by a department, or the day. `fact` is
    record and field in Chinese; `present` and `needed` are plain texts (numbers in the unit of the fact, ISO dates,
    true and false; empty: nothing is there), `type` that of the fact schema; `op` how the fact must stand to `needed`;
    `difference` the distance between the two. `exact`: one unit less does not suffice, which was tried. `example`:
    another value may do as well. `past`: the year is over. A delivery whose `needed` is `record` has to hold the
    records that the way names; otherwise none on record will do.
    """

    kind: ChangeKind
    what: Literal["field", "record", "delivery", "day"]
    fact: str
    fact_en: str
    record_key: str = ""
    holder: str = ""
    present: str = ""
    op: str = "="
    needed: str = ""
    difference: str = ""
    unit: str = ""
    type: str = ""
    calibre: str = ""
    exact: bool = False
    example: bool = False
    past: bool = False
    fields: tuple[Asked, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together were tried and made the outcome `reaches`, with the amount due then.

    `kind` is that of the change that is hardest to bring about; `size_ppm` the relative size of the changed figures
    together, in millionths, for sorting; `plan` the same changes for machines, to be laid over the dossier.
    """

    kind: ChangeKind
    changes: tuple[Change, ...]
    reaches: Kind
    amount_fen: int
    size_ppm: int
    plan: Plan = field(repr=False)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What would have to change for one outcome. `ways` empty: nothing was found, and the obstacles stand as they are.

    `searched` tells how many dossiers were judged on the way; `cut` that the search stopped at its limit.
    """

    outcome: Outcome
    as_of: date
    obstacles: tuple[Obstacle, ...]
    ways: tuple[Way, ...]
    searched: int
    cut: bool = False

    @property
    def kind(self) -> Literal["supply", "wait", "improve", "cannot", "none"]:
        """Whether and how it can be reached at all: `cannot` also where history or the kind of beneficiary stands
        against it, `none` where nothing was found."""
        if self.ways:
            return self.ways[0].kind
        closed = any(one.verdict == "failed" and one.kind in {"first_time", "subject"} for one in self.obstacles)
        return "cannot" if closed else "none"

    @property
    def best(self) -> Way | None:
        """The smallest way that somebody can go; else the smallest there is."""
        return self.ways[0] if self.ways else None
