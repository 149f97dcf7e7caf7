"""From scores to probabilities, learned from decisions that were held out; how well they keep what they say.

    l(c) = ln(max(s(c), 0) + FLOOR)
    p(c) = exp(β l(c)) / (exp(α) + Σk exp(β l(k)))          p(其他) = exp(α) / (the same)

Powers of the score, not exponentials: a firm with many products has lower scores everywhere, their ratios stay.

α and β are those of the greatest posterior likelihood of the confirmed and the 其他 firms, each scored as if it had not
been decided (`Placer.held_out`); the prior counts like a few decisions (Platt 1999, Guo et al. 2017, with a constant
score for 其他). 其他 is proposed where it is likelier than every segment: the threshold is learned, exp(α / β) - FLOOR.
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
FIRST_SHARPNESS, FIRST_OTHER = 5.5, -11.7
_SPREAD_SHARPNESS, _SPREAD_OTHER = 2.0, 4.0
FLOOR = 0.02
# Isotonic regression of fewer pairs than this would follow chance.
LEAST_PAIRS = 5_000
BEST = 5
LEAST_SHARPNESS = 0.5
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Calibration:
    """`sharpness` is β, `other` α. `decided`: on how many firms they rest."""

    sharpness: float = FIRST_SHARPNESS
    other: float = FIRST_OTHER
    decided: int = 0
    bent: tuple[tuple[float, float], ...] = ()

    @property
    def threshold(self) -> float:
        """The score below which 其他 is likelier than a segment."""
        return float(np.exp(self.other / self.sharpness)) - FLOOR

    def shares(self, scores: Floats) -> Floats:
        """p for each score, and one column more, the last: 其他. Rows sum to one."""
        logits = _logits(_logs(scores), np.array([self.sharpness, self.other]))
        logits -= logits.max(axis=1, keepdims=True)
        made: Floats = np.exp(logits)
        made /= made.sum(axis=1, keepdims=True)
        return made

    def probabilities(self, scores: Floats) -> Floats:
        """The shares, bent to what was found where there are decisions enough."""
        shares = self.shares(scores)
        if not self.bent:
            return shares
        stated, found = (np.array(column) for column in zip(*self.bent, strict=True))
        made: Floats = np.interp(shares, stated, found)
        return made


def calibrated(scores: Floats, truth: Sequence[Sequence[int]]) -> Calibration:
    """From scores of firms that stand on the categories `truth` (none: 其他; several: any of them is right)."""
    if not len(scores):
        return Calibration()
    right = np.zeros((len(scores), scores.shape[1] + 1))
    for row, places in enumerate(truth):
        right[row, list(places) or [-1]] = 1.0
    straight = _fitted(_logs(scores), right, threshold_known=bool(right[:, -1].any()))
    shares = straight.shares(scores)
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


def _logs(scores: Floats) -> Floats:
    made: Floats = np.log(np.maximum(scores, 0.0) + FLOOR)
    return made


def _fitted(scores: Floats, right: Floats, *, threshold_known: bool) -> Calibration:
    """Newton's method with damping; the posterior of firms with one place each is concave.

    Whom officials confirmed says nothing of whom they would call 其他: while nobody was, the declared threshold stays
    and only the sharpness is learned.
    """
    state = np.array([FIRST_SHARPNESS, FIRST_OTHER])
    spread = np.array([_SPREAD_SHARPNESS, _SPREAD_OTHER]) ** -2
    damping = 1e-6
    value = _posterior(scores, right, state, spread)
    for _ in range(_STEPS):
        slope, curve = _derivatives(scores, right, state, spread)
        if threshold_known:
            tried = state + np.linalg.solve(curve + damping * np.eye(2), slope)
        else:
            tried = state * (1.0 + (state @ slope) / (state @ curve @ state + damping))
        tried *= max(1.0, LEAST_SHARPNESS / tried[0])
        found = _posterior(scores, right, tried, spread)
        if found < value - 1e-12:
            damping = max(damping, 1e-3) * 8
            continue
        done = bool(np.all(np.abs(tried - state) < 1e-9))
        state, value, damping = tried, found, damping / 4
        if done:
            break
    return Calibration(float(state[0]), float(state[1]), len(scores))


def _logits(scores: Floats, state: Floats) -> Floats:
    made: Floats = np.concatenate([state[0] * scores, np.full((len(scores), 1), state[1])], axis=1)
    return made


def _posterior(scores: Floats, right: Floats, state: Floats, spread: Floats) -> float:
    logits = _logits(scores, state)
    top = logits.max(axis=1, keepdims=True)
    weights = np.exp(logits - top)
    likely = np.log(np.maximum((weights * right).sum(axis=1), 1e-300)) - np.log(weights.sum(axis=1))
    away = state - np.array([FIRST_SHARPNESS, FIRST_OTHER])
    return float(likely.sum() - 0.5 * (spread * away * away).sum())


def _derivatives(scores: Floats, right: Floats, state: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Slope of the posterior, and minus its curvature without the (concave) part of firms with several places."""
    logits = _logits(scores, state)
    all_ = np.exp(logits - logits.max(axis=1, keepdims=True))
    all_ /= all_.sum(axis=1, keepdims=True)
    within = all_ * right
    within /= np.maximum(within.sum(axis=1, keepdims=True), 1e-300)
    wide = np.concatenate([scores, np.zeros((len(scores), 1))], axis=1)
    mean, mean_right = (all_ * wide).sum(axis=1), (within * wide).sum(axis=1)
    other, other_right = all_[:, -1], within[:, -1]
    away = state - np.array([FIRST_SHARPNESS, FIRST_OTHER])
    slope = np.array([(mean_right - mean).sum(), (other_right - other).sum()]) - spread * away
    var = ((all_ * wide * wide).sum(axis=1) - mean * mean).sum()
    cross = -(mean * other).sum()
    curve = np.array([[var, cross], [cross, (other * (1 - other)).sum()]]) + np.diag(spread)
    return slope, curve


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
