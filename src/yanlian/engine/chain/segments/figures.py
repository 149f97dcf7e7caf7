"""What is counted on a segment: firms, output, growth, leading firms and patents, here and in a reference area.

Every denominator is fixed by what is counted (the reference area's sum, all leading firms of the chain), never by the
largest or smallest segment. A figure that nobody delivered is None, never nought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from yanlian.engine.chain.links import Links
from yanlian.engine.chain.segments.coverage import Covered, Standing, covered, purchases_of
from yanlian.engine.chain.template.model import Chain

# From this share of firms with a known output on, their sum counts as the output of the segment.
KNOWN_ENOUGH: Final = 0.8


@dataclass(frozen=True, slots=True)
class Stand:
    """A firm's place on a segment. `share`: which part of its output belongs there; the parts of a firm on several
    segments sum to 1 at most, so that no yuan is counted twice."""

    segment: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm as segments count it. `output` and `before`: operating revenue of the year and of the year before, in
    yuan; `patents`: granted and valid; `leading`: on the list of the chain's leading firms. None: not delivered."""

    id: str
    stands: tuple[Stand, ...]
    local: bool
    output: float | None = None
    before: float | None = None
    patents: int | None = None
    leading: bool | None = False


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One segment in one area. `output`: yuan a year, None when too few of its firms have one; `output_known`: of how
    many firms it is; `grown_from`, `grown_to`: output of the year before and of this year of those firms that have
    both; `leaders`, `patents`: None where they are not known of any firm."""

    firms: int | None = None
    output: float | None = None
    output_known: int = 0
    grown_from: float | None = None
    grown_to: float | None = None
    leaders: int | None = None
    patents: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The denominators: all output and all firms that are compared, here and in the reference area, and all leading
    firms of the chain in the reference area. `scope`: what the sums are of, in words."""

    output_here: float | None = None
    output_reference: float | None = None
    firms_here: int | None = None
    firms_reference: int | None = None
    leaders_reference: int | None = None
    scope: tuple[str, str] = ("本链全部企业", "all firms of the chain")


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """Everything that a grade is made of. `inputs`, `outputs`: which essential products of the segment are met by
    local firms."""

    segment: str
    here: AreaFigures
    reference: AreaFigures
    totals: Totals
    inputs: Covered
    outputs: Covered


def figures_of(
    chain: Chain,
    firms: Sequence[Firm],
    *,
    placed: bool = True,
    links: Links | None = None,
    reference: Mapping[str, AreaFigures] | None = None,
    totals: Totals | None = None,
    known_enough: float = KNOWN_ENOUGH,
) -> tuple[SegmentFigures, ...]:
    """The figures of every segment of a chain, in the order of the template.

    `firms`: those of the reference area, the local ones among them (`local`); or only the local ones, with `reference`
    and `totals` from statistics. `placed`: whether placement was done, so that "no firm" means none; False leaves
    numbers of firms unknown. `links`: purchases of firms *wherever the seller is*; a list of local trade alone would
    show every need as met, so leave it out then. Totals that are not given are sums over the firms that are.
    """
    held = {
        one.id: [firm for firm in firms if any(stand.segment == one.id for stand in firm.stands)]
        for one in chain.segments
    }
    found = totals or totals_of(firms, known_enough)
    standing = Standing(
        {key: frozenset(one.id for one in value) for key, value in held.items()},
        frozenset(one.id for one in firms if one.local),
        placed,
    )
    flows = purchases_of(links) if links is not None else {}
    return tuple(
        SegmentFigures(
            one.id,
            area_figures(one.id, held[one.id], _is_local, known_enough, placed=placed),
            (reference or {}).get(one.id, AreaFigures())
            if reference is not None
            else area_figures(one.id, held[one.id], _is_any, known_enough, placed=placed),
            found,
            covered(chain.inputs(one.id), standing, flows, buying=True),
            covered(chain.outputs(one.id), standing, flows, buying=False),
        )
        for one in chain.segments
    )


def area_figures(
    segment: str, firms: Sequence[Firm], within: Callable[[Firm], bool], known_enough: float, *, placed: bool = True
) -> AreaFigures:
    """One segment in one area: sums over those of its firms that lie within it."""
    if not placed:
        return AreaFigures()
    inside = [(one, _share(one, segment)) for one in firms if within(one)]
    known = [one.output * share for one, share in inside if one.output is not None]
    both = [
        (one.before * share, one.output * share)
        for one, share in inside
        if one.output is not None and one.before is not None
    ]
    enough = len(known) >= known_enough * len(inside)
    matched = bool(both) and len(both) >= known_enough * len(inside)
    patents = [one.patents for one, _ in inside if one.patents is not None]
    leading = [one.leading for one, _ in inside]
    return AreaFigures(
        firms=len(inside),
        output=sum(known) if enough else None,
        output_known=len(known),
        grown_from=sum(before for before, _ in both) if matched else None,
        grown_to=sum(after for _, after in both) if matched else None,
        leaders=None if None in leading else sum(map(bool, leading)),
        patents=sum(patents) if patents or not inside else None,
    )


def totals_of(firms: Sequence[Firm], known_enough: float = KNOWN_ENOUGH) -> Totals:
    """Sums over all firms given, each firm once whatever the number of its segments."""
    local = [one for one in firms if one.local]
    leading = [one.leading for one in firms]
    return Totals(
        _sum(local, known_enough),
        _sum(firms, known_enough),
        len(local),
        len(firms),
        None if None in leading else sum(map(bool, leading)),
    )


def _sum(firms: Sequence[Firm], known_enough: float) -> float | None:
    known = [one.output for one in firms if one.output is not None]
    return sum(known) if known and len(known) >= known_enough * len(firms) else None


def _share(firm: Firm, segment: str) -> float:
    return sum(one.share for one in firm.stands if one.segment == segment)


def _is_local(firm: Firm) -> bool:
    return firm.local


def _is_any(firm: Firm) -> bool:
    return True
