"""Facts about what to fill next: measures by hand, the frontier, the back-test."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.engine.chain.segments.made import CHAIN, firm

from yanlian.engine.chain.links import Links
from yanlian.engine.chain.segments import figures_of, grade_segments
from yanlian.engine.chain.segments.backtest import Presence, Scores, hold_out, how_common
from yanlian.engine.chain.segments.coverage import Standing, purchases_of
from yanlian.engine.chain.segments.gaps import Gap, by_neighbours, frontier, gaps_of, neighbour_scores
from yanlian.engine.chain.segments.pareto import undominated

FIRMS = (
    firm("A", "t-set", output=60, before=50),
    firm("B", "t-set", output=20, before=20),
    firm("U", "t-use", output=20, before=20),
    firm("Y", "t-chip", local=False, output=800, before=800),
)


def gaps(*links: tuple[int, int, float]) -> dict[str, Gap]:
    ends = np.array([one[:2] for one in links], dtype=np.int32).reshape(-1, 2)
    weight = np.array([one[2] for one in links], dtype=np.float64)
    trade = Links([one.id for one in FIRMS], ends[:, 0], ends[:, 1], weight) if links else None
    graded = grade_segments(figures_of(CHAIN, FIRMS, links=trade))
    held = {one.id: frozenset(each.id for each in FIRMS if each.stands[0].segment == one.id) for one in CHAIN.segments}
    standing = Standing(held, frozenset({"A", "B", "U"}))
    found = gaps_of(
        CHAIN, graded, standing, purchases_of(trade) if trade else {}, {"density": {"t-chip": 0.4, "t-lens": 0.7}}
    )
    return {one.segment: one for one in found}


def test_the_measures_of_a_gap_by_hand() -> None:
    chip = gaps()["t-chip"]
    assert chip.measures["customers_here"] == 1
    assert chip.measures["inputs_here"] is None  # It needs nothing of this chain.
    assert chip.measures["unmet_firms"] == 2
    assert chip.measures["unmet_value"] is None  # No purchase is known.
    assert chip.measures["density"] == 0.4
    assert chip.measures["complexity"] is None
    assert chip.customers == ("A", "B")
    assert [one.customer for one in chip.needed_by] == ["t-set"]


def test_what_is_bought_outside_by_known_links() -> None:
    assert gaps((3, 0, 70.0), (3, 1, 5.0), (0, 2, 9.0))["t-chip"].measures["unmet_value"] == 75


def test_only_blank_and_weak_segments_are_gaps() -> None:
    assert "t-set" not in gaps()
    assert {"t-chip", "t-lens"} <= set(gaps())


def test_the_frontier_on_two_axes() -> None:
    found = frontier(list(gaps().values()), "density", "unmet_firms")
    # Lenses: denser and as much in need as chips.
    assert [one.segment for one in found.on] == ["t-lens"]
    assert [one.segment for one in found.off] == ["t-chip"]
    assert all(one.measures["density"] is None for one in found.unplaced)


@given(arrays(np.int64, st.tuples(st.integers(0, 8), st.just(3)), elements=st.integers(0, 3)))
def test_a_point_is_on_the_frontier_when_no_other_is_better(
    points: npt.NDArray[np.int64],
) -> None:
    rows = [tuple(map(int, row)) for row in points]
    beaten = {
        at
        for (at, one), other in product(enumerate(rows), rows)
        if all(x >= y for x, y in zip(other, one, strict=True)) and other != one
    }
    assert undominated(rows) == tuple(at not in beaten for at in range(len(rows)))


def test_the_unknown_neither_beats_the_known_nor_counts_against_it() -> None:
    assert undominated([(1, None), (1, 0), (2, None), (None, None)]) == (False, True, True, False)


def test_a_ranking_that_knows_the_truth_has_one_and_one_that_knows_nothing_a_half() -> None:
    present = np.random.default_rng(1).random((12, 9)) < 0.4

    def truth(seen: Presence) -> Scores:
        return present.astype(np.float64)

    def nothing(seen: Presence) -> Scores:
        return np.zeros(seen.shape)

    assert hold_out(present, truth).auc == 1
    assert hold_out(present, nothing).auc == 0.5
    assert hold_out(present, truth).hidden == present.sum()
    assert hold_out(np.zeros((2, 2), dtype=np.bool_), nothing).auc is None


def test_the_back_test_by_hand() -> None:
    # One area of two segments, another with the first alone: hidden cells against the absence in the second.
    present = np.array([[True, True], [True, False]])
    found = hold_out(present, how_common, folds=3)
    # Of area 1 the cell (1, 0) hidden: segment 0 is seen in area 0 (1), segment 1 in area 0 (1): a tie.
    assert (found.pairs, found.auc, found.hidden) == (1, 0.5, 3)


@given(arrays(np.bool_, (6, 5)))
def test_the_area_under_the_curve_is_the_share_of_pairs_won(present: Presence) -> None:
    scores = np.arange(30, dtype=np.float64).reshape(6, 5) % 7
    wins, pairs = 0.0, 0
    for area, hidden, absent in product(range(6), range(5), range(5)):
        if present[area, hidden] and not present[area, absent]:
            pairs += 1
            one, other = scores[area, hidden], scores[area, absent]
            wins += 1.0 if one > other else 0.5 if one == other else 0.0
    found = hold_out(present, lambda seen: scores, folds=1)
    assert found.pairs == pairs
    assert found.auc == (pytest.approx(wins / pairs) if pairs else None)


def test_presence_of_neighbours_as_a_ranking() -> None:
    ids, weights = neighbour_scores(CHAIN, inputs=True)
    seen = np.array([[one in {"t-lens"} for one in ids]])
    assert by_neighbours(weights, seen)[0, list(ids).index("t-set")] == 0.5
