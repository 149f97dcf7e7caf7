"""From scores to probabilities, learned from decisions that were held out; how well they keep what they say.

    l(c) = ln(max(s(c), 0) + FLOOR)
    z    = ln(1 + A / LIKE),  A = Σ max(0, x · y)³ over the firms y that were put aside as 其他
    p(c) = exp(β l(c)) / (exp(α + γ z) + Σk exp(β l(k)))          p(其他) = exp(α + γ z) / (the same)

Powers of the score, not exponentials: a firm with many products has lower scores everywhere, their ratios stay.

α, β and γ are those of the greatest posterior likelihood of the confirmed and the 其他 firms, each scored as if it had
not been decided (`Placer.held_out`); the prior counts like a few decisions (Platt 1999, Guo et al. 2017). 其他 is
proposed where it is likelier than every segment: the threshold is learned, exp(α / β) - FLOOR, and higher for a firm
that is like those put aside (z, `likeness.py`). Nobody put aside: z is nought for everybody.
With enough decisions the probabilities of the five best are bent once more to what was found (isotonic regression, pool
adjacent violators: Ayer et al. 1955), each for itself: they keep their order, and no longer sum to one exactly.
The calibration error is the expected one of Naeini et al. 2015: mean |stated - found| over ten bins of equal width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yanlian.engine.chain.placement.vectors import Floats

# Before anything was decided: from held-out firms of the trial, docs/reference/placement.md.
FIRST_SHARPNESS, FIRST_OTHER, FIRST_ASIDE = 5.5, -11.7, 1.0
_FIRST = np.array([FIRST_SHARPNESS, FIRST_OTHER, FIRST_ASIDE])
_PRECISION = np.array([2.0, 4.0, 0.5]) ** -2
FLOOR = 0.02
# Isotonic regression of fewer pairs than this would follow chance.
LEAST_PAIRS = 5_000
BEST = 5
LEAST_SHARPNESS = 0.5
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Calibration:
    """`sharpness` is β, `other` α, `aside` γ. `decided`: on how many firms they rest."""

    sharpness: float = FIRST_SHARPNESS
    other: float = FIRST_OTHER
    aside: float = FIRST_ASIDE
    decided: int = 0
    bent: tuple[tuple[float, float], ...] = ()

    @property
    def threshold(self) -> float:
        """The score below which 其他 is likelier than a segment, for a firm unlike all that were put aside."""
        return float(np.exp(self.other / self.sharpness)) - FLOOR

    def shares(self, scores: Floats, like: Floats | None = None) -> Floats:
        """p for each score, and one column more, the last: 其他. Rows sum to one. `like`: z of each row."""
        logits = _logits(logs(scores), _none(scores) if like is None else like, self._state)
        logits -= logits.max(axis=1, keepdims=True)
        made: Floats = np.exp(logits)
        made /= made.sum(axis=1, keepdims=True)
        return made

    def probabilities(self, scores: Floats, like: Floats | None = None) -> Floats:
        """The shares, bent to what was found where there are decisions enough."""
        return self.bend(self.shares(scores, like))

    def first(self, scores: Floats, like: Floats) -> tuple[Floats, Floats]:
        """The probability of each row's highest score, and of 其他."""
        logits = _logits(logs(scores), like, self._state)
        other = logits[:, -1].copy()
        best = logits[:, :-1].max(axis=1)
        top = np.maximum(best, other)
        logits -= top[:, None]
        np.exp(logits, out=logits)
        total = logits.sum(axis=1)
        return self.bend(np.exp(best - top) / total), self.bend(np.exp(other - top) / total)

    def bend(self, shares: Floats) -> Floats:
        """Shares as they were found to be right, where there are decisions enough."""
        if not self.bent:
            return shares
        stated, found = (np.array(column) for column in zip(*self.bent, strict=True))
        made: Floats = np.interp(shares, stated, found)
        return made

    @property
    def _state(self) -> Floats:
        return np.array([self.sharpness, self.other, self.aside])


def calibrated(scores: Floats, truth: Sequence[Sequence[int]], like: Floats | None = None) -> Calibration:
    """From scores of firms that stand on the categories `truth` (none: 其他; several: any of them is right). `like`: z
    of each, itself left out."""
    if not len(scores):
        return Calibration()
    like = _none(scores) if like is None else like
    right = np.zeros((len(scores), scores.shape[1] + 1))
    for row, places in enumerate(truth):
        right[row, list(places) or [-1]] = 1.0
    straight = _fitted(logs(scores), like, right, threshold_known=bool(right[:, -1].any()))
    shares = straight.shares(scores, like)
    best = np.argsort(-shares, axis=1, kind="stable")[:, :BEST]
    pairs = np.take_along_axis(shares, best, axis=1).ravel(), np.take_along_axis(right, best, axis=1).ravel()
    bent = isotonic(*pairs) if len(pairs[0]) >= LEAST_PAIRS else ()
    return replace(straight, bent=bent)


def isotonic(stated: Floats, right: Floats) -> tuple[tuple[float, float], ...]:
    """The rising line through (mean stated, share right) of pooled neighbours, from (0, 0) to (1, its last)."""
    order = np.argsort(stated, kind="stable")
    blocks: list[tuple[float, float, int]] = []  # sums of stated and right, count
    for x, y in zip(stated[order].tolist(), right[order].tolist(), strict=True):
        block = (x, y, 1)
        while blocks and blocks[-1][1] * block[2] >= block[1] * blocks[-1][2]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1], last[2] + block[2])
        blocks.append(block)
    line = [(0.0, 0.0)]
    for total, hits, count in blocks:
        if total / count > line[-1][0]:
            line.append((total / count, hits / count))
    return (*line, (1.0, line[-1][1])) if line[-1][0] < 1.0 else tuple(line)


def logs(scores: Floats) -> Floats:
    """l of each score."""
    made: Floats = np.log(np.maximum(scores, 0.0) + FLOOR)
    return made


def _none(scores: Floats) -> Floats:
    return np.zeros(len(scores))


def _logits(found: Floats, like: Floats, state: Floats) -> Floats:
    """Exponents of all segments and, in the last column, of 其他."""
    made = np.empty((len(found), found.shape[1] + 1))
    np.multiply(found, state[0], out=made[:, :-1])
    made[:, -1] = state[1] + state[2] * like
    return made


def _fitted(found: Floats, like: Floats, right: Floats, *, threshold_known: bool) -> Calibration:
    """Newton's method with damping; the posterior of firms with one place each is concave.

    Whom officials confirmed says nothing of whom they would call 其他: while nobody was, the declared threshold stays
    and only the sharpness is learned.
    """
    state = _FIRST.copy()
    damping = 1e-6
    value, slope, curve = _posterior(found, like, right, state)
    for _ in range(_STEPS):
        if threshold_known:
            tried = state + np.linalg.solve(curve + damping * np.eye(3), slope)
            tried[0] = max(LEAST_SHARPNESS, tried[0])
        else:
            along = state * (1.0, 1.0, 0.0)
            tried = state + along * (along @ slope) / (along @ curve @ along + damping)
            # Both by one factor, which keeps the threshold.
            tried[:2] *= LEAST_SHARPNESS / tried[0] if tried[0] < LEAST_SHARPNESS else 1.0
        then = _posterior(found, like, right, tried)
        if then[0] < value - 1e-12:
            damping = max(damping, 1e-3) * 8
            continue
        done = bool(np.all(np.abs(tried - state) < 1e-9))
        state, (value, slope, curve), damping = tried, then, damping / 4
        if done:
            break
    return Calibration(float(state[0]), float(state[1]), float(state[2]), len(found))


def _posterior(found: Floats, like: Floats, right: Floats, state: Floats) -> tuple[float, Floats, Floats]:
    """The posterior (its logarithm), its slope, and minus its curvature without the (concave) part of firms with
    several places. A segment c has the features (l(c), 0, 0), 其他 has (0, 1, z)."""
    all_ = _logits(found, like, state)
    top = all_.max(axis=1, keepdims=True)
    np.exp(all_ - top, out=all_)
    total = all_.sum(axis=1)
    within = all_ * right
    hits = within.sum(axis=1)
    likely = np.log(np.maximum(hits, 1e-300)) - np.log(total)
    all_ /= total[:, None]
    within /= np.maximum(hits, 1e-300)[:, None]
    away = state - _FIRST
    value = float(likely.sum() - 0.5 * (_PRECISION * away * away).sum())
    other = all_[:, -1]
    mean = (all_[:, :-1] * found).sum(axis=1)
    more, gain = within[:, -1] - other, (within[:, :-1] * found).sum(axis=1) - mean
    slope = np.array([gain.sum(), more.sum(), (more * like).sum()]) - _PRECISION * away
    spread = (all_[:, :-1] * found * found).sum() - (mean * mean).sum()
    free = other * (1 - other)
    a, b = -(mean * other).sum(), -(mean * other * like).sum()
    c = (free * like).sum()
    curve = np.array([[spread, a, b], [a, free.sum(), c], [b, c, (free * like * like).sum()]])
    return value, slope, curve + np.diag(_PRECISION)


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions with a stated probability from `low` to `high`: how many, mean stated, share that was right."""

    low: float
    high: float
    count: int
    stated: float
    found: float


def reliability(stated: Floats, right: Floats, bins: int = 10) -> list[Bin]:
    """The reliability table; bins without suggestions are left out."""
    at = np.minimum((stated * bins).astype(np.int64), bins - 1)
    made = []
    for number in range(bins):
        inside = at == number
        if inside.any():
            low, high = number / bins, (number + 1) / bins
            made.append(Bin(low, high, int(inside.sum()), float(stated[inside].mean()), float(right[inside].mean())))
    return made


def calibration_error(table: Sequence[Bin]) -> float:
    """Expected calibration error: mean over suggestions of |stated - found| of their bin."""
    total = sum(one.count for one in table)
    return sum(one.count * abs(one.stated - one.found) for one in table) / total if total else 0.0
