"""Networks that nobody reported: sums are right, flows on the average, all marked, an interval instead of a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.economy import closures
from yanlian.engine.chain.risk.inferred import Known, balanced, draws, interval_of


def known(links: int = 40) -> Known:
    """Two sectors of six firms each."""
    rng = np.random.default_rng(3)
    sells, buys = rng.lognormal(0, 1, 12), rng.lognormal(0, 1, 12)
    flow = np.array([[2.0, 8.0], [0.0, 4.0]])
    firms = [f"f{one}" for one in range(12)]
    return Known(firms, ["a", "b"] * 6, np.full(12, 40.0), sells, buys, ["a", "b"], flow, links)


@given(seed=st.integers(0, 10**6), rows=st.integers(1, 6), columns=st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_a_balanced_table_has_its_sums(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    table, wanted = rng.uniform(0.1, 1, (rows, columns)), rng.uniform(0.1, 1, (rows, columns))
    found = balanced(table, wanted.sum(1), wanted.sum(0))
    assert np.abs(found.sum(1) - wanted.sum(1)).max() < 1e-6
    assert np.abs(found.sum(0) - wanted.sum(0)).max() < 1e-6


def test_sums_that_differ_or_cannot_be_reached_are_refused() -> None:
    with pytest.raises(Refused, match="risk_sums"):
        balanced(np.ones((1, 1)), np.array([1.0]), np.array([2.0]))
    with pytest.raises(Refused, match="risk_sums"):
        balanced(np.array([[0.0], [1.0]]), np.array([1.0, 1.0]), np.array([2.0]))


def test_drawn_networks_are_marked_have_the_links_and_flows_on_the_average_and_no_loops() -> None:
    found = list(draws(known(), 400))
    assert all(one.inferred for one in found)
    assert not any((one.supplier == one.customer).any() for one in found)
    assert np.mean([len(one.supplier) for one in found]) == pytest.approx(40, rel=0.03)
    flows = np.zeros((2, 2))
    for one in found:
        np.add.at(flows, (one.sector[one.supplier], one.sector[one.customer]), one.weight)
    assert np.abs(flows / 400 - known().flow).max() < 0.25
    assert flows[1, 0] == 0


def test_the_same_seed_draws_the_same_network() -> None:
    one, other, another = (next(draws(known(), 1, seed)) for seed in (5, 5, 6))
    assert one.weight.tobytes() == other.weight.tobytes() != another.weight.tobytes()


def test_the_index_of_an_inferred_network_is_an_interval() -> None:
    found = interval_of(known(), closures(np.arange(12, dtype=np.int32)), 30)
    assert found.networks == 30
    assert ((found.low <= found.middle) & (found.middle <= found.high)).all()
    assert (found.low < found.high).any()


@pytest.mark.parametrize(("networks", "links"), [(0, 40), (1, 0), (1, 10_000)])
def test_impossible_draws_are_refused(networks: int, links: int) -> None:
    with pytest.raises(Refused, match="risk_networks"):
        next(draws(known(links), networks))
