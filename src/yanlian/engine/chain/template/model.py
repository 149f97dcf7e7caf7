"""What an industry chain is: segments (环节) with products, and directed edges along which products flow.

Values only; reading and checking of files stands in its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Position = Literal["upstream", "midstream", "downstream"]
POSITIONS: Mapping[Position, tuple[str, str]] = {
    "upstream": ("上游", "Upstream"),
    "midstream": ("中游", "Midstream"),
    "downstream": ("下游", "Downstream"),
}
# How much a customer needs what flows along an edge: it can do without, loses part of its output, stops.
Essential = Literal[0, 1, 2]
# How sure an edge or a source is: A a standard or statute, B an official plan or statistics, C a company's own
# publication or a trade source, D general knowledge that nobody has checked yet.
Confidence = Literal["A", "B", "C", "D"]

STALE_YEARS = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is known from."""

    id: str
    title: str
    publisher: str = ""
    published: date | None = None
    url: str = ""
    grade: Confidence = "D"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Product:
    """What a segment makes, with the other names that firms write for it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A link (环节) of a chain. `tier`: 1 is the first of its position, counted from the raw material. `industries`:
    codes of GB/T 4754-2017, of any depth. `excludes`: words after which a firm does not stand here. `line`: where it
    stands in its file."""

    id: str
    title: str
    title_en: str
    position: Position
    tier: int
    group: str
    products: tuple[Product, ...] = ()
    industries: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    note: str = ""
    sources: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """A product that flows from one segment to another. `stated`: the day on which the source says so."""

    supplier: str
    customer: str
    product: str
    essential: Essential
    sources: tuple[str, ...] = ()
    stated: date | None = None
    confidence: Confidence = "D"
    line: int = field(default=0, compare=False)

    @property
    def ends(self) -> str:
        """Both ends as they are written in findings and answers: supplier>customer."""
        return f"{self.supplier}>{self.customer}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a finding of the review may stand. `finding`: its code; `at`: the segment or edge (supplier>customer) that it
    is about, empty for all of this code."""

    finding: str
    because: str
    at: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Chain:
    """A chain as its template says it. `root`: words of which at least one marks a firm as belonging to the chain.
    `core_industries`: industry codes that do so by themselves; all others only with a word beside them.
    `groups`: English names of lanes, as far as they have one. `notice`: the licence notice of adapted material.
    `cycles_ok`: why segments may supply each other in a circle, empty when they may not. `stale_years`: after how many
    years a statement is to be looked at again. `accepted`: answers to findings of the review. Where it was read
    (`file`, lines) is no part of what it says: equality passes it over."""

    id: str
    title: str
    title_en: str
    stated: date
    root: tuple[str, ...]
    segments: tuple[Segment, ...]
    edges: tuple[Edge, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    notice: str = ""
    note: str = ""
    cycles_ok: str = ""
    stale_years: int = STALE_YEARS
    accepted: tuple[Answer, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    core_industries: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @cached_property
    def by_id(self) -> Mapping[str, Segment]:
        """Segments by their id."""
        return {one.id: one for one in self.segments}

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """The groups of its segments in the order of the file, each once."""
        return tuple(dict.fromkeys(one.group for one in self.segments))

    @cached_property
    def _into(self) -> Mapping[str, tuple[Edge, ...]]:
        return _by(self.edges, lambda one: one.customer)

    @cached_property
    def _out_of(self) -> Mapping[str, tuple[Edge, ...]]:
        return _by(self.edges, lambda one: one.supplier)

    def inputs(self, segment: str) -> tuple[Edge, ...]:
        """The edges that lead into a segment."""
        return self._into.get(segment, ())

    def outputs(self, segment: str) -> tuple[Edge, ...]:
        """The edges that lead out of a segment."""
        return self._out_of.get(segment, ())


def _by(edges: Iterable[Edge], end: Callable[[Edge], str]) -> dict[str, tuple[Edge, ...]]:
    """Edges by one of their ends, each list in the order of the file."""
    found: dict[str, list[Edge]] = {}
    for one in edges:
        found.setdefault(end(one), []).append(one)
    return {segment: tuple(some) for segment, some in found.items()}
