"""The grade of a segment: 优势, 潜力, 薄弱 or 空白 by declared thresholds, with the comparisons that decided it.

The best grade whose rule holds. All comparisons are "at least", so a better figure never lowers a grade. A comparison
on a figure that is not known is unknown (Kleene's logic); where the grade depends on it, the grade is unknown too and
says between which grades it lies and what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from yanlian.engine.chain.segments.figures import SegmentFigures
from yanlian.engine.chain.segments.quantities import QUANTITIES, QuantityId, Range
from yanlian.engine.chain.segments.thresholds import (
    RULED,
    Comparison,
    Grade,
    Rule,
    Thresholds,
    default_thresholds,
)

# Every grade with its Chinese and English name, from the best.
GRADES: Final[Mapping[Grade, tuple[str, str]]] = {
    "strong": ("优势", "Strong"),
    "potential": ("潜力", "Potential"),
    "weak": ("薄弱", "Weak"),
    "blank": ("空白", "Blank"),
    "unknown": ("未知", "Unknown"),
}
ORDER: Final[tuple[Grade, ...]] = (*RULED, "blank")


@dataclass(frozen=True, slots=True)
class Judged:
    """A comparison with what was found: whether it holds, None where that is not known."""

    comparison: Comparison
    range: Range
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Graded:
    """A segment's grade. `best`, `worst`: the grades it may have as far as is known, the same unless it is unknown.

    `deciding`: the comparisons that hold and give the grade; `missed`: those of the next better grade that do not hold
    (why it is not better); `missing`: quantities whose figures would decide it. `judged`: every comparison.
    """

    segment: str
    grade: Grade
    best: Grade
    worst: Grade
    deciding: tuple[Judged, ...]
    missed: tuple[Judged, ...]
    missing: tuple[QuantityId, ...]
    judged: Mapping[str, Judged]
    figures: SegmentFigures


def grade_segments(figures: Iterable[SegmentFigures], thresholds: Thresholds | None = None) -> tuple[Graded, ...]:
    """The grade of every segment, in the order given."""
    chosen = thresholds or default_thresholds()
    return tuple(grade_segment(one, chosen) for one in figures)


def grade_segment(figures: SegmentFigures, thresholds: Thresholds | None = None) -> Graded:
    """The grade of one segment, and why."""
    chosen = thresholds or default_thresholds()
    judged = {one.at: judge(one, QUANTITIES[one.quantity].of(figures)) for one in chosen.comparisons()}
    holds = {key: one.holds for key, one in judged.items()}
    best, worst = bounds(chosen.rules, holds)
    given = best if best == worst else "unknown"
    deciding, missed = _reasons(chosen.rules, judged, worst)
    missing = _missing(chosen.rules, judged, best, worst)
    return Graded(figures.segment, given, best, worst, deciding, missed, missing, judged, figures)


def judge(comparison: Comparison, found: Range) -> Judged:
    """Whether a quantity reaches a threshold."""
    holds = None
    if found.low >= comparison.at_least or found.high < comparison.at_least:
        holds = found.low >= comparison.at_least
    return Judged(comparison, found, holds)


def bounds(rules: Sequence[Rule], holds: Mapping[str, bool | None]) -> tuple[Grade, Grade]:
    """The best and the worst grade that are possible: the first rule that may hold, the first that surely does."""
    found = [(rule.grade, _all(rule, holds)) for rule in rules]
    best: Grade = next((grade for grade, value in found if value is not False), "blank")
    worst: Grade = next((grade for grade, value in found if value is True), "blank")
    return best, worst


def _all(rule: Rule, holds: Mapping[str, bool | None]) -> bool | None:
    return _least([_any([holds[one.at] for one in group]) for group in rule.groups])


def _least(values: Sequence[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _reasons(
    rules: Sequence[Rule], judged: Mapping[str, Judged], grade: Grade
) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    place = ORDER.index(grade)
    deciding: list[Judged] = []
    missed: list[Judged] = []
    if place < len(rules):
        deciding = [judged[one.at] for group in rules[place].groups for one in group if judged[one.at].holds]
    if place > 0:
        for group in rules[place - 1].groups:
            if not any(judged[one.at].holds for one in group):
                missed += [judged[one.at] for one in group]
    return tuple(deciding), tuple(missed)


def _missing(rules: Sequence[Rule], judged: Mapping[str, Judged], best: Grade, worst: Grade) -> tuple[QuantityId, ...]:
    """The unknown quantities of the rules between the best and the worst possible grade, in undecided groups."""
    found: dict[QuantityId, None] = {}
    for rule in rules[ORDER.index(best) : ORDER.index(worst)]:
        for group in rule.groups:
            if not any(judged[one.at].holds for one in group):
                found |= {one.quantity: None for one in group if judged[one.at].holds is None}
    return tuple(found)
