"""Splitting loses nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yanlian.web.sample.apportion import apportion, share


@given(st.integers(0, 10**13), st.integers(1, 300))
def test_shares_sum_to_the_total_and_differ_by_one_at_most(total: int, parts: int) -> None:
    shares = [share(total, part, parts) for part in range(parts)]
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1


@given(st.integers(0, 10**13), st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=200))
def test_apportioned_pieces_sum_to_the_total_and_none_is_negative(total: int, weights: list[float]) -> None:
    pieces = apportion(total, np.array(weights))
    assert int(pieces.sum()) == total
    assert int(pieces.min()) >= 0
