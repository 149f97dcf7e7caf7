"""Suggestions: the most likely segments of a firm with calibrated probabilities and the words that carried them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from yanlian.engine.chain.placement.calibration import Calibration
from yanlian.engine.chain.placement.evidence import Span, spans
from yanlian.engine.chain.placement.gate import Found, excluded
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.profiles import Profile, only_names
from yanlian.engine.chain.placement.vectors import Booleans, Floats, rows_in_batches

BEST = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best categories of many firms: their numbers and probabilities, best first (rows × `BEST`), and the
    probability that none is right. A category that a firm may not stand on has the number -1."""

    places: Longs
    probabilities: Floats
    other: Floats

    @property
    def uncertainty(self) -> Floats:
        """1 - the probability of the likeliest answer, 其他 among them."""
        made: Floats = 1.0 - np.maximum(self.probabilities[:, 0], self.other)
        return made


@dataclass(frozen=True)
class ByName:
    """Which firms (rows) only have names, and the calibration of suggestions that rest on names alone."""

    rows: Booleans
    calibration: Calibration


def ranked(
    placer: Placer,
    calibration: Calibration,
    vectors: sparse.csr_matrix,
    barred: Mapping[int, Sequence[int]] | None = None,
    best: int = BEST,
    by_name: ByName | None = None,
) -> Ranked:
    """The best categories of each firm (row). `barred`: row → categories that it may not stand on (rejected before, or
    a word excludes it); their share goes to nobody."""
    width = min(best, len(placer.categories))
    places = np.full((vectors.shape[0], width), -1, dtype=np.int64)
    chances = np.zeros((vectors.shape[0], width))
    other = np.zeros(vectors.shape[0])
    for rows in rows_in_batches(vectors.shape[0]):
        named = None if by_name is None else by_name.rows[rows]
        scores = placer.scores(vectors[rows], named)
        for row, columns in (barred or {}).items():
            if rows.start <= row < rows.stop:
                scores[row - rows.start, list(columns)] = -np.inf
        like = placer.like(vectors[rows])
        likely = calibration.probabilities(scores, like)
        if by_name is not None and named is not None and named.any():
            likely[named] = by_name.calibration.probabilities(scores[named], like[named])
        top = _best(scores, width)
        places[rows] = np.where(np.isneginf(np.take_along_axis(scores, top, axis=1)), -1, top)
        chances[rows] = np.where(places[rows] < 0, 0.0, np.take_along_axis(likely, top, axis=1))
        other[rows] = likely[:, -1]
    return Ranked(places, chances, other)


def _best(scores: Floats, width: int) -> Longs:
    """The columns of the highest scores, highest first; of equal ones the first."""
    some = np.sort(np.argpartition(-scores, width - 1, axis=1)[:, :width], axis=1)
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    made: Longs = np.take_along_axis(some, order, axis=1)
    return made


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One segment a firm may stand on. `like`: confirmed firms of the segment that write like it, with the cosine."""

    category: str
    probability: float
    score: float
    evidence: tuple[Span, ...]
    like: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is suggested for one firm. `is_other`: 其他 is likelier than any segment. `like_aside`: firms that were put
    aside as 其他 and write like it, with the cosine."""

    suggestions: tuple[Suggestion, ...]
    other: float
    barred: Mapping[str, Found | None]
    like_aside: tuple[tuple[str, float], ...] = ()

    @property
    def is_other(self) -> bool:
        return not self.suggestions or self.other > self.suggestions[0].probability


def suggest(
    placer: Placer, calibration: Calibration, profile: Profile, best: int = BEST, names: Calibration | None = None
) -> Suggested:
    """The best categories of one firm with the words that carried each, after what the model knows now. `names`: the
    calibration for firms of which only names are known, where it is not the other one."""
    named = only_names(profile)
    by_name = ByName(np.array([named]), names or calibration)
    vector = placer.space.vectors([profile])
    barred = barred_for(placer, profile)
    columns = [placer.place[one] for one in barred]
    order = ranked(placer, calibration, vector, {0: columns}, best, by_name)
    scores = placer.scores(vector, by_name.rows)[0]
    made = []
    for at, probability in zip(order.places[0].tolist(), order.probabilities[0].tolist(), strict=True):
        if at < 0 or scores[at] <= 0:
            continue
        category = placer.categories[at].id
        carried = spans(placer.space, profile, vector, placer.row(category, by_name=named))
        like = _others(profile, placer.precedents(vector, category))
        made.append(Suggestion(category, probability, float(scores[at]), tuple(carried), like))
    return Suggested(tuple(made), float(order.other[0]), barred, _others(profile, placer.precedents_aside(vector)))


def _others(profile: Profile, near: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Without the firm itself and those that have nothing in common with it."""
    return tuple(one for one in near if one[0] != profile.id and one[1] > 0)


def barred_for(placer: Placer, profile: Profile) -> dict[str, Found | None]:
    """Categories the firm may not stand on: a word excludes it (which), or an official rejected it (None)."""
    made: dict[str, Found | None] = {}
    for category in placer.categories:
        found = excluded(category, profile)
        if found is not None:
            made[category.id] = found
    for one in placer.decisions:
        if one.firm == profile.id and one.verdict == "rejected":
            made[one.category] = None
    return made
