"""Which words carried a score: every n-gram's part, laid on the characters it stands on, gathered to spans.

The score of a firm at a category is Σ x(g) W(g) over grams. The part of a gram is shared among the places where it
occurs by the weight of their pieces, and at each place evenly among its characters. The parts of all characters add up
to the score (to rounding), so spans with their weights explain it without remainder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from yanlian.engine.chain.placement.profiles import Field, Profile
from yanlian.engine.chain.placement.vectors import Floats, Space, occurrences

# A character belongs to a span that is shown if it carries at least this share of the strongest character's part.
SHOWN = 0.25


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` … `end` of text number `text` of the profile carried `weight` of the score."""

    field: Field
    text: int
    start: int
    end: int
    words: str
    weight: float


def character_parts(space: Space, profile: Profile, vector: sparse.csr_matrix, row: sparse.csr_matrix) -> list[Floats]:
    """For each text of the profile the part of each of its characters in the score; all together they are the score."""
    parts = [np.zeros(len(one.text)) for one in profile.texts]
    found = occurrences([profile])
    column = space.columns(found.key)
    known = np.flatnonzero(column >= 0)
    if not len(known):
        return parts
    of_gram = vector.multiply(row).toarray().ravel()[column[known]]
    weight = found.weight[found.piece[known]]
    total = np.bincount(column[known], weights=weight, minlength=len(space.keys))[column[known]]
    length = found.length[known]
    each = of_gram * weight / total / length
    text = found.text[found.piece[known]]
    start = found.start[known]
    for number in np.unique(text):
        own = text == number
        for step in range(int(length[own].max())):
            long_enough = own & (length > step)
            np.add.at(parts[number], start[long_enough] + step, each[long_enough])
    return parts


def spans(
    space: Space, profile: Profile, vector: sparse.csr_matrix, row: sparse.csr_matrix, least: float = SHOWN
) -> list[Span]:
    """The words that carried the score, the strongest first. With `least` = 0 every character that carried anything
    stands in a span, also those that spoke against."""
    parts = character_parts(space, profile, vector, row)
    strongest = max((float(one.max(initial=0.0)) for one in parts), default=0.0)
    found: list[Span] = []
    for number, part in enumerate(parts):
        written = profile.texts[number]
        for start, end in _runs(part, strongest * least if least else None):
            words, weight = written.text[start:end], float(part[start:end].sum())
            found.append(Span(written.field, number, start, end, words, weight))
    return sorted(found, key=lambda one: (-one.weight, one.text, one.start))


def _runs(part: Floats, least: float | None) -> Sequence[tuple[int, int]]:
    """Stretches of characters at or above `least`; without it, stretches of one sign that is not 0."""
    sign = np.sign(part) if least is None else np.where((part >= least) & (part > 0), 1.0, 0.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0.0], sign, [0.0]])))
    made = []
    for start, end in pairwise(edges):
        if sign[start]:
            made.append((int(start), int(end)))
    return made
