"""The index: published known answers, the oracle against hand-made sums, the fast cascade against the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.chain.risk.economies import TAUGHT, all_firms, drawn, drawn_shocks, linked, teaching

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk import index, oracle
from yanlian.engine.chain.risk.economy import Essentials, Told, closures, economy_of, shock
from yanlian.engine.chain.risk.index import Options, esri_of, esri_of_firms
from yanlian.engine.chain.risk.synthetic import scale_free


def test_the_teaching_network_has_the_published_figures() -> None:
    economy = teaching()
    published = np.array(list(TAUGHT.values()))
    assert np.abs(oracle.esri(economy, all_firms(economy), 1e-2) - published).max() < 1e-12
    assert np.abs(esri_of_firms(economy, 1e-2).esri - published).max() < 1e-12


@pytest.mark.parametrize("many", [0.0, 0.5, 1e6], ids=["in the order of memory", "both", "firm by firm"])
@given(
    seed=st.integers(0, 10**6),
    firms=st.integers(1, 30),
    more=st.integers(0, 90),
    epsilon=st.sampled_from([0.1, 0.01, 1e-3]),
)
@settings(max_examples=150, deadline=None)
def test_the_fast_cascade_says_what_the_oracle_says(
    many: float, seed: int, firms: int, more: int, epsilon: float
) -> None:
    economy = drawn(seed, firms, 1 + more)
    shocks = drawn_shocks(seed, firms, 5)
    before, index._MANY = index._MANY, many
    try:
        found = esri_of(economy, shocks, epsilon, Options(threads=1))
    finally:
        index._MANY = before
    right = [oracle.cascade(economy, shocks, at, epsilon) for at in range(len(shocks))]
    assert found.steps.tolist() == [one.steps for one in right]
    assert np.abs(found.esri - [one.esri for one in right]).max() < 1e-12
    assert np.abs(found.down - [one.esri_down for one in right]).max() < 1e-12
    assert np.abs(found.up - [one.esri_up for one in right]).max() < 1e-12


def test_a_scale_free_economy_is_the_same_by_both_ways_and_on_any_number_of_threads() -> None:
    economy = scale_free(1500, 4500, seed=2, sectors=60)
    one, many = esri_of_firms(economy, 1e-3, Options(threads=1)), esri_of_firms(economy, 1e-3, Options(threads=4))
    assert one.esri.tobytes() == many.esri.tobytes()
    right = oracle.esri(economy, closures(np.arange(0, 1500, 10, dtype=np.int32)), 1e-3)
    assert np.abs(one.esri[::10] - right).max() < 1e-12


@pytest.mark.parametrize("many", [0.0, 0.2, 1e6], ids=["in the order of memory", "both", "firm by firm"])
@given(seed=st.integers(0, 10**6), density=st.integers(1, 8), epsilon=st.sampled_from([0.01, 1e-3, 1e-6]))
@settings(max_examples=12, deadline=None)
def test_one_cascade_leaves_nothing_behind_for_the_next_in_networks_with_hubs_and_thin_markets(
    many: float, seed: int, density: int, epsilon: float
) -> None:
    economy = scale_free(250, 250 * density, seed, sectors=30, outside=0.2)
    before, index._MANY = index._MANY, many
    try:
        found = esri_of_firms(economy, epsilon, Options(threads=1))
    finally:
        index._MANY = before
    assert np.abs(found.esri - oracle.esri(economy, all_firms(economy), epsilon)).max() < 1e-12


def test_an_essential_input_that_is_lost_stops_its_customer_and_the_greatest_loss_counts() -> None:
    links = linked(["mine", "mill", "shop"], [("mine", "mill", 10.0), ("shop", "mill", 30.0)])
    economy = economy_of(
        links, ["ore", "steel", "trade"], np.array([10.0, 100.0, 30.0]), Essentials({("ore", "steel"): 2})
    )
    mine = oracle.cascade(economy, closures(np.array([0], dtype=np.int32)))
    assert mine.down.tolist() == [1.0, 1.0, 0.0]
    assert mine.up.tolist() == [1.0, 0.0, 0.0]
    assert mine.esri == pytest.approx(110 / 140)
    shop = oracle.cascade(economy, closures(np.array([2], dtype=np.int32)))
    assert shop.down.tolist() == [0.0, 0.75, 1.0]
    mill = oracle.cascade(economy, closures(np.array([1], dtype=np.int32)))
    assert mill.up.tolist() == [1.0, 1.0, 1.0]


def test_a_supplier_with_rivals_hurts_less_than_a_sole_one() -> None:
    links = linked(["a", "b", "c", "d"], [("a", "c", 1.0), ("b", "d", 3.0)])
    economy = economy_of(links, ["x", "x", "y", "y"], None, Essentials(default=2))
    lost = oracle.cascade(economy, closures(np.array([0], dtype=np.int32)))
    assert lost.down[2] == pytest.approx(1 / 3)


def test_true_revenue_damps_what_missing_customers_do() -> None:
    links = linked(["a", "b"], [("a", "b", 1.0)])
    closed = closures(np.array([1], dtype=np.int32))
    assert oracle.cascade(economy_of(links, ["x", "y"], None), closed).up[0] == 1.0
    assert oracle.cascade(economy_of(links, ["x", "y"], np.array([4.0, 4.0])), closed).up[0] == 0.25


def test_revenue_below_sales_is_raised_and_counted_and_costs_outside_soften_lost_inputs() -> None:
    links = linked(["a", "b"], [("a", "b", 10.0)])
    economy = economy_of(links, ["x", "y"], np.array([5.0, 20.0]), None, Told(costs=np.array([0.0, 40.0])))
    assert (economy.raised, economy.revenue.tolist(), economy.down.tolist()) == (1, [10.0, 20.0], [0.25])


def test_a_market_of_which_nothing_is_left_has_no_substitute() -> None:
    links = linked(["a", "b", "c"], [("a", "c", 1e-6), ("b", "c", 1e-6)])
    economy = economy_of(links, ["x", "x", "y"], None, Essentials(default=2))
    assert esri_of(economy, shock({0: 1.0, 1: 1.0}, 3)).esri[0] == pytest.approx(1.0)
    assert oracle.cascade(economy, shock({0: 1.0, 1: 1.0}, 3)).down[2] == 1.0


def test_a_stopped_run_goes_on_where_it_was_and_ends_with_the_same_figures() -> None:
    economy = scale_free(900, 2700, seed=4, sectors=30)
    told: list[tuple[int, int]] = []
    part = esri_of_firms(
        economy, 1e-2, Options(threads=1, step=lambda *one: told.append(one), stopped=lambda: bool(told))
    )
    assert 0 < part.done < 900
    kept: list[int] = []
    rest = esri_of_firms(economy, 1e-2, Options(before=part, keep=lambda now: kept.append(now.done)))
    assert rest.esri.tobytes() == esri_of_firms(economy, 1e-2).esri.tobytes()
    assert kept[-1] == 900


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("risk_epsilon", lambda: esri_of_firms(teaching(), 0.0)),
        ("risk_shock", lambda: shock({3: 1.5}, 13)),
        ("risk_shock", lambda: shock({13: 1.0}, 13)),
        ("risk_shock_empty", lambda: shock({}, 13)),
        ("risk_essential", lambda: Essentials(default=3)),
        ("risk_uneven", lambda: economy_of(linked(["a"], []), [], None)),
        ("risk_uneven", lambda: economy_of(linked(["a"], []), ["x"], np.array([1.0, 2.0]))),
        ("risk_amount", lambda: economy_of(linked(["a"], []), ["x"], np.array([-1.0]))),
        ("risk_no_revenue", lambda: economy_of(linked(["a"], []), ["x"], np.array([0.0]))),
        ("risk_synthetic", lambda: scale_free(3, 30)),
        ("risk_other_run", lambda: esri_of_firms(teaching(), 1e-3, Options(before=esri_of_firms(teaching(), 1e-2)))),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(code: str, wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(Refused) as refused:
        wrong()
    assert refused.value.code == code
    assert refused.value.text("zh")
