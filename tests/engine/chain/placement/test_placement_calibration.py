"""Calibration of placement: stated probabilities are kept, 其他 has a learned threshold."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.chain.placement.calibration import (
    Calibration,
    calibrated,
    calibration_error,
    isotonic,
    reliability,
)


def drawn(firms: int, sharpness: float, other: float) -> tuple[np.ndarray, list[list[int]]]:
    """Scores, and truths drawn with the probabilities of a known calibration."""
    random = np.random.default_rng(3)
    scores = random.random((firms, 6)) * 0.5
    shares = Calibration(sharpness, other).shares(scores)
    truth = [int(random.choice(7, p=row)) for row in shares]
    return scores, [[] if one == 6 else [one] for one in truth]


def test_sharpness_and_threshold_are_found_again() -> None:
    scores, truth = drawn(4000, 3.0, -4.5)
    found = calibrated(scores, truth)
    assert found.sharpness == pytest.approx(3.0, abs=0.25)
    assert found.threshold == pytest.approx(Calibration(3.0, -4.5).threshold, abs=0.03)
    likely = found.probabilities(scores)
    best = likely.argmax(axis=1)
    right = np.array([([] if one == 6 else [one]) == two for one, two in zip(best, truth, strict=True)], dtype=float)
    assert calibration_error(reliability(likely.max(axis=1), right)) < 0.04


def test_before_any_decision_the_declared_calibration_counts() -> None:
    assert calibrated(np.zeros((0, 3)), []) == Calibration()


def test_decisions_for_other_raise_the_threshold() -> None:
    scores = np.full((40, 3), 0.1)
    placed = calibrated(scores, [[0]] * 40)
    away = calibrated(scores, [[]] * 40)
    assert away.threshold > placed.threshold
    assert away.shares(scores)[0, -1] > 0.5 > placed.shares(scores)[0, -1]


def test_a_calibration_that_no_score_explains_keeps_a_positive_sharpness() -> None:
    found = calibrated(np.array([[0.5, 0.0], [0.6, 0.0]]), [[], [1]], np.array([0.0, 1.0]))
    assert found.sharpness >= 0.5


def test_likeness_to_firms_put_aside_is_learned_as_strong_as_it_is() -> None:
    random = np.random.default_rng(3)
    scores, like = random.random((3000, 6)) * 0.5, random.random(3000) * 4
    shares = Calibration(4.0, -8.0, 1.4).shares(scores, like)
    truth = [int(random.choice(7, p=row)) for row in shares]
    found = calibrated(scores, [[] if one == 6 else [one] for one in truth], like)
    assert found.aside == pytest.approx(1.4, abs=0.15)
    first, other = found.first(scores, like)
    np.testing.assert_allclose(first, found.probabilities(scores, like)[:, :-1].max(axis=1))
    np.testing.assert_allclose(other, found.probabilities(scores, like)[:, -1])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None)
def test_isotonic_rises_and_pools_as_the_slow_minimum_of_maxima(pairs: list[tuple[float, bool]]) -> None:
    pairs.sort(key=lambda one: one[0])
    line = isotonic(np.array([one[0] for one in pairs]), np.array([float(one[1]) for one in pairs]))
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(line))
    right = [float(one[1]) for one in pairs]
    count = len(right)

    def mean(low: int, high: int) -> float:
        return sum(right[low:high]) / (high - low)

    # Min-max formula of isotonic regression (Robertson, Wright and Dykstra 1988, theorem 1.4.4).
    slow = {
        round(max(min(mean(low, high) for high in range(at + 1, count + 1)) for low in range(at + 1)), 12)
        for at in range(count)
    }
    assert {round(y, 12) for _, y in line} <= slow | {0.0}


def test_the_reliability_table_counts_every_suggestion_once() -> None:
    table = reliability(np.array([0.05, 0.55, 0.58, 1.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    assert [(one.low, one.count, one.found) for one in table] == [(0.0, 1, 0.0), (0.5, 2, 0.5), (0.9, 1, 1.0)]
    assert calibration_error(table) == pytest.approx((0.05 + 2 * 0.065) / 4)
