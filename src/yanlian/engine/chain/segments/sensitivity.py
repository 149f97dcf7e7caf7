"""How much a grade hangs on the thresholds: how far each may move before the grade changes, and how many segments
change when thresholds move by a tenth or a fifth.

Both are exact, not sampled: a threshold matters only by which side of it the segment's own figure lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yanlian.engine.chain.segments.grades import Graded, bounds, grade_segments
from yanlian.engine.chain.segments.thresholds import Comparison, Grade, Thresholds

MOVES = (-0.2, -0.1, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Margin:
    """A threshold on which a segment's grade hangs: at `figure` (moved down to it, or just above it) the grade becomes
    `then`. `by`: how far that is from the threshold as declared, as a part of it; None for a threshold of nought."""

    comparison: Comparison
    figure: float
    then: Grade

    @property
    def by(self) -> float | None:
        """The distance as a part of the threshold; negative: the threshold would have to fall."""
        at = self.comparison.at_least
        return (self.figure - at) / abs(at) if at else None


@dataclass(frozen=True, slots=True)
class Moved:
    """What one move does. `comparison` None: all thresholds moved together. `by`: as a part of each threshold;
    `changed`: the segments whose grade becomes another, with the grade before and after."""

    comparison: Comparison | None
    by: float
    changed: tuple[tuple[str, Grade, Grade], ...]


def margins(graded: Graded, thresholds: Thresholds) -> tuple[Margin, ...]:
    """The thresholds on which this grade hangs alone, the nearest first. Thresholds on unknown figures are left out,
    and so are those that may move anywhere without changing the grade."""
    holds = {key: one.holds for key, one in graded.judged.items()}
    found: list[Margin] = []
    for key, one in graded.judged.items():
        if one.holds is None or one.range.value is None:
            continue
        if one.comparison.quantity == "firms" and one.range.value == 0:
            # No threshold makes a segment of none: to ask for "at least nought firms" is no threshold.
            continue
        best, worst = bounds(thresholds.rules, {**holds, key: not one.holds})
        then: Grade = best if best == worst else "unknown"
        if then != graded.grade:
            found.append(Margin(one.comparison, one.range.value, then))
    return tuple(sorted(found, key=lambda one: abs(one.by) if one.by is not None else abs(one.figure)))


def moved(graded: Sequence[Graded], thresholds: Thresholds, moves: Sequence[float] = MOVES) -> tuple[Moved, ...]:
    """Every threshold alone, then all together, moved by each part: which segments change."""
    found = [
        Moved(one, by, _changed(graded, thresholds.changed({one.at: one.at_least * (1 + by)})))
        for one in thresholds.comparisons()
        for by in moves
    ]
    for by in moves:
        every = {one.at: one.at_least * (1 + by) for one in thresholds.comparisons()}
        found.append(Moved(None, by, _changed(graded, thresholds.changed(every))))
    return tuple(found)


def _changed(graded: Sequence[Graded], thresholds: Thresholds) -> tuple[tuple[str, Grade, Grade], ...]:
    after = grade_segments((one.figures for one in graded), thresholds)
    pairs = zip(graded, after, strict=True)
    return tuple((one.segment, one.grade, other.grade) for one, other in pairs if one.grade != other.grade)
