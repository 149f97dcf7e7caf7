"""What answers about chains look like. Figures are decimal texts: nothing here is a float."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import BeforeValidator

from yanlian.engine.chain.segments.thresholds import Grade
from yanlian.web.api.shapes import Money


def figure_text(value: object) -> object:
    """A number of the engine as the shortest decimal text that stands for it: 2, 0.125; everything else unchanged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    exact = Decimal(repr(value))
    return format(exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize(), "f")


Figure = Annotated[str, BeforeValidator(figure_text)]


class ChainLine(Schema):
    """A chain in use. `stated`: the day of this state of its template."""

    id: str
    title: str
    title_en: str
    stated: date
    segments: int


class ReferenceOut(Schema):
    """The area that segments are compared with."""

    code: str
    area: str


class JudgedOut(Schema):
    """A comparison of a grade: `value` is at least `at_least`. `value` null: not known, then it lies between `low` and
    `high` (null: no bound) and `holds` may be null. `at`: where the threshold is declared; `because`, `source`: why
    it is this number."""

    at: str
    quantity: str
    at_least: Figure
    value: Figure | None
    low: Figure | None
    high: Figure | None
    holds: bool | None
    because: str
    source: str


class SegmentOut(Schema):
    """A segment with its grade and why. `best`, `worst` differ from `grade` where it is unknown, and `missing` names
    the quantities that would decide it; `deciding`: comparisons that give the grade, `missed`: what the next better
    one lacks; `why`: the same in sentences. `pending`: placements to be confirmed, which do not count; `needed_by`:
    local firms that stop without it."""

    segment: str
    title: str
    title_en: str
    grade: Grade
    best: Grade
    worst: Grade
    missing: list[str]
    quantities: dict[str, Figure | None]
    deciding: list[JudgedOut]
    missed: list[JudgedOut]
    why: list[str]
    pending: int
    needed_by: int


class StateOut(Schema):
    """Every segment of a chain here. `year`: of the local figures; `reference` null: no area has figures."""

    chain: str
    stated: date
    year: int | None
    reference: ReferenceOut | None
    segments: list[SegmentOut]


class SpaceOut(Schema):
    """What relatedness is computed from: kind of units and how many."""

    kind: str
    rows: int
    fictional: bool


class BackTestOut(Schema):
    """Hold-out back-test of a ranking: AUC of hidden cells against absent ones; null: not computable."""

    auc: Figure | None
    hidden: int
    pairs: int


class GapOut(Schema):
    """A segment that is blank, weak or unknown. `measures`: null: not known; `needed_by`: segments that need it;
    `customers`: codes of the local firms there; `why`: in sentences; `candidates`: how many outside firms fit."""

    segment: str
    title: str
    grade: Grade
    on_frontier: bool
    measures: dict[str, Figure | None]
    needed_by: list[str]
    customers: list[str]
    why: list[str]
    candidates: int


class GapsOut(Schema):
    """The gaps of a chain here. `first`: the segments to begin with, from the frontier of the measures `across` and
    `up`, layer by layer; no score."""

    chain: str
    across: str
    up: str
    first: list[str]
    space: SpaceOut
    back_tests: dict[str, BackTestOut]
    gaps: list[GapOut]


class TieOut(Schema):
    """What ties a firm outside to a local one (its code). `near`: that stands next to the gap."""

    kind: Literal["supplies", "buys", "owns", "owned", "branch"]
    local: str | None
    product: str
    near: bool


class CandidateOut(Schema):
    """A firm outside that fits. `columns`: what the order follows, one column after the other; `words`: products that
    were found."""

    code: str
    name: str
    fictional: bool
    columns: dict[str, Figure | None]
    words: list[str]
    ties: list[TieOut]


class OfferOut(Schema):
    """A clause for a firm as if it were settled here. `missing`: kinds of records that would have to be known."""

    clause: str
    title: str
    document: str
    kind: Literal["eligible", "unknown", "manual"]
    amount: Money
    missing: list[str]


class OffersOut(Schema):
    """What the policies in use would pay; nothing is promised. `assumed`: what is taken for granted."""

    as_of: date
    packs: str
    total: Money
    due: list[OfferOut]
    open: list[OfferOut]
    assumed: list[str]


class CandidateOffersOut(CandidateOut):
    """A candidate with its rank among those of the gap, and the offers."""

    rank: int
    of: int
    offers: OffersOut


class LeaderOut(Schema):
    """A local firm with the columns by which a leader is known. `undominated`: no other is at least as good in all;
    `segment`: where its share is largest."""

    code: str
    name: str
    undominated: bool
    segment: str | None
    columns: dict[str, Figure | None]
