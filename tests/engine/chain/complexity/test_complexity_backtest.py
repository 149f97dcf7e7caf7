"""What a ranking is worth: AUC against counting pairs, precision at k, and what is hidden."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity import auc, hold_out, later, precision_at

RANKED = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30)


@given(RANKED)
def test_auc_is_the_share_of_pairs_in_the_right_order_ties_half(ranked: list[tuple[int, bool]]):
    scores, come = np.array([float(one) for one, _ in ranked]), np.array([one for _, one in ranked])
    pairs = list(product(scores[come], scores[~come]))
    if not pairs:
        assert auc(scores, come) is None
    else:
        assert auc(scores, come) == sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


@given(RANKED, st.data())
def test_precision_at_k_is_the_mean_over_all_orders_of_the_tied(ranked: list[tuple[int, bool]], data: st.DataObject):
    k = data.draw(st.integers(1, len(ranked)))
    border = sorted((score for score, _ in ranked), reverse=True)[k - 1]
    sure = [come for score, come in ranked if score > border]
    tied = [come for score, come in ranked if score == border]
    expected = (sum(sure) + (k - len(sure)) * sum(tied) / len(tied)) / k
    scores, come = np.array([float(one) for one, _ in ranked]), np.array([one for _, one in ranked])
    assert precision_at(scores, come, k) == pytest.approx(expected)


def test_more_than_there_are_cannot_be_the_best():
    with pytest.raises(Refused) as refusal:
        precision_at(np.ones(3), np.ones(3, dtype=bool), 4)
    assert refusal.value.code == "complexity_best"


def test_two_periods_count_only_what_was_absent_and_a_missing_score_stands_last():
    before = np.array([[True, False, False, False]])
    after = np.array([[False, True, False, False]])
    found = later(before, after, np.array([[9.0, 0.8, 0.1, np.nan]]), best=(1, 3, 99))
    assert (found.auc, found.precision, found.candidates, found.appeared) == (1.0, {1: 1.0, 3: 1 / 3}, 3, 1)
    assert found.base_rate == pytest.approx(1 / 3)


def test_two_periods_of_other_sizes_are_refused():
    with pytest.raises(Refused) as refusal:
        later(np.ones((2, 2), dtype=bool), np.ones((2, 3), dtype=bool), np.ones((2, 2)))
    assert refusal.value.code == "complexity_shapes"


def test_the_same_seed_hides_the_same_entries_and_only_present_ones():
    present = np.random.default_rng(1).random((20, 30)) < 0.3
    seen: list[np.ndarray] = []

    def score(left: np.ndarray) -> np.ndarray:
        seen.append(left)
        return np.where(present & ~left, 1.0, 0.0)

    for seed in (5, 5, 6):
        found = hold_out(present, score, share=0.2, seed=seed, best=(10,))
        assert (found.auc, found.precision, found.appeared) == (1.0, {10: 1.0}, round(0.2 * present.sum()))
    assert (seen[0] == seen[1]).all()
    assert (seen[0] != seen[2]).any()
    assert not (seen[0] & ~present).any()


def test_nothing_present_leaves_nothing_to_hide():
    found = hold_out(np.zeros((2, 2), dtype=bool), lambda left: left.astype(float), best=(1,))
    assert (found.auc, found.appeared, found.base_rate) == (None, 0, 0.0)
    everything = later(np.ones((1, 1), dtype=bool), np.ones((1, 1), dtype=bool), np.ones((1, 1)))
    assert (everything.candidates, everything.base_rate) == (0, 0.0)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_nothing_cannot_be_held_out(share: float):
    with pytest.raises(Refused) as refusal:
        hold_out(np.ones((2, 2), dtype=bool), lambda left: left.astype(float), share=share)
    assert refusal.value.code == "complexity_share"
