"""Shocks told tier by tier, the way up by one solve, substitutes, a second source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.chain.risk.economies import drawn, drawn_shocks, linked, teaching

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk import oracle
from yanlian.engine.chain.risk.economy import Economy, Essentials, economy_of, shock
from yanlian.engine.chain.risk.relief import second_source, substitutes
from yanlian.engine.chain.risk.scenario import shock_of_group, tell, upstream_at_rest
from yanlian.engine.chain.risk.synthetic import scale_free


def line() -> Economy:
    """Ore → steel → car, all essential; a second mine sells elsewhere."""
    links = linked(["ore", "steel", "car", "ore2", "toy"], [
        ("ore", "steel", 10.0), ("steel", "car", 20.0), ("ore2", "toy", 30.0),
    ])  # fmt: skip
    return economy_of(
        links, ["o", "s", "c", "o", "t"], np.array([20.0, 40.0, 100.0, 60.0, 80.0]), Essentials(default=2)
    )


@given(seed=st.integers(0, 10**6), firms=st.integers(1, 20), more=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_told_shock_ends_as_the_oracle_does(seed: int, firms: int, more: int) -> None:
    economy, shocks = drawn(seed, firms, 1 + more), drawn_shocks(seed, firms, 1)
    told, right = tell(economy, shocks), oracle.cascade(economy, shocks)
    assert told.cascade.steps == right.steps == len(told.lost) - 1
    assert np.array_equal(told.cascade.down, right.down)
    assert np.array_equal(told.cascade.up, right.up)
    assert list(told.lost) == sorted(told.lost)
    assert {one.firm for one in told.hits} >= set(np.flatnonzero(right.loss >= 1e-3).tolist())


def test_each_tier_names_its_firms_how_much_they_lose_and_the_link_it_came_through() -> None:
    economy = line()
    told = tell(economy, shock({0: 1.0}, 5))
    found = [(economy.firms[one.firm], one.tier, one.way, one.partner) for one in told.hits]
    assert found == [("ore", 0, "shock", -1), ("steel", 1, "inputs", 0), ("car", 2, "inputs", 1)]
    assert [round(one.loss, 6) for one in told.hits] == [1.0, round(1 / 3, 6), round(1 / 3, 6)]
    through = told.hits[2].through
    assert (economy.supplier[through], economy.customer[through]) == (1, 2)
    up = tell(economy, shock({2: 1.0}, 5))
    found = [(economy.firms[one.firm], one.tier, one.way, one.partner, one.loss) for one in up.hits]
    assert found == [("car", 0, "shock", -1, 1.0), ("steel", 1, "sales", 2, 0.5), ("ore", 2, "sales", 1, 0.25)]


def test_a_group_loses_the_same_share_and_an_empty_one_is_refused() -> None:
    told = tell(line(), shock_of_group(line(), [0, 3], 0.4))
    assert [one.first_loss for one in told.hits[:2]] == [0.4, 0.4]
    with pytest.raises(Refused, match="risk_shock_empty"):
        shock_of_group(line(), [], 0.4)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_one_solve_gives_the_way_up_at_rest(seed: int) -> None:
    economy = scale_free(60, 150, seed, sectors=6)
    shocks = drawn_shocks(seed, 60, 1)
    assert np.abs(upstream_at_rest(economy, shocks) - oracle.cascade(economy, shocks, 0, 1e-12).up).max() < 1e-9


def test_a_circle_that_sells_nothing_outside_has_no_rest_by_one_solve() -> None:
    links = linked(["a", "b", "c"], [("a", "b", 1.0), ("b", "a", 1.0)])
    economy = economy_of(links, ["x", "x", "x"], np.array([1.0, 1.0, 5.0]))
    with pytest.raises(Refused, match="risk_closed_circle"):
        upstream_at_rest(economy, shock({2: 1.0}, 3))


def test_substitutes_come_by_independence_ties_capacity_and_distance() -> None:
    links = linked(["lost", "near", "tied", "hit", "c1", "c2"], [
        ("lost", "c1", 5.0), ("lost", "c2", 5.0), ("tied", "c1", 1.0), ("near", "hit", 1.0), ("lost", "hit", 2.0),
    ])  # fmt: skip
    economy = economy_of(links, ["m", "m", "m", "m", "c", "c"], np.array([12.0, 50.0, 20.0, 90.0, 9.0, 9.0]))
    found = substitutes(economy, 0, {1: 3.0, 2: 80.0, 3: 1.0}.__getitem__)
    told = [(economy.firms[one.firm], one.ties, one.hit) for one in found]
    assert told == [("near", 1, False), ("tied", 1, False), ("hit", 0, True)]
    assert [one.distance for one in found] == [3.0, 80.0, 1.0]
    assert found[1].capacity == pytest.approx(20 / 12)


def test_a_second_source_lowers_what_is_lost_when_the_first_closes() -> None:
    economy = line()
    found = second_source(economy, (0, 1), 3, 0.5)
    assert found.before > found.after
    assert found.gained == pytest.approx(found.before - found.after)
    whole = second_source(economy, (0, 1), 3, 1.0)
    assert whole.after == pytest.approx(20 / 300)


@pytest.mark.parametrize(
    ("ends", "second", "part"), [((1, 0), 3, 0.5), ((0, 1), 1, 0.5), ((0, 1), 3, 0.0), ((0, 1), 9, 0.5)]
)
def test_a_second_source_that_cannot_be_is_refused(ends: tuple[int, int], second: int, part: float) -> None:
    with pytest.raises(Refused, match="risk_second_source"):
        second_source(line(), ends, second, part)


def test_without_known_revenue_a_second_source_still_counts_sales_in_the_network() -> None:
    found = second_source(teaching(), (0, 1), 2, 0.25, 1e-2)
    assert 0 < found.after < 1
