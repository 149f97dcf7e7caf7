"""What is beaten by nothing: the frontier of several columns without weights between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = Sequence[float | None]


def undominated(points: Sequence[Point]) -> tuple[bool, ...]:
    """Of each point, whether no other is at least as good in every column and better in one. More is better.

    A point beats another only if it is known wherever the other is; columns unknown (None) of the other do not count.
    A point of which nothing is known is not on the frontier. Cost: the square of the number of points.
    """
    return tuple(
        any(value is not None for value in one) and not any(dominates(other, one) for other in points) for one in points
    )


def dominates(one: Point, other: Point) -> bool:
    """At least as good wherever both are known, better in one, and known wherever the other is."""
    better = False
    for mine, theirs in zip(one, other, strict=True):
        if theirs is None:
            continue
        if mine is None or mine < theirs:
            return False
        better = better or mine > theirs
    return better
