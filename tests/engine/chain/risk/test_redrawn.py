"""Inferred links drawn anew: what was seen stays, the inferred is right on the average, figures are intervals."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.chain.risk.economies import linked

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.redrawn import Partly, quantiles, redraws

SUPPLIERS, CUSTOMERS = ["a", "b", "c"], ["x", "y", "z"]


def partly(inferred: bool = True) -> Partly:
    """One link that was seen, and six inferred ones between three makers and three shops."""
    guessed = [("a", "x", 40.0), ("a", "y", 20.0), ("b", "y", 20.0), ("b", "z", 10.0), ("c", "x", 8.0), ("c", "z", 2.0)]
    links = linked(["a", "b", "c", "x", "y", "z"], [("x", "a", 7.0), *guessed])
    seen = np.array([False] + [inferred] * 6)
    product = np.array([1] + [0] * 6, dtype=np.int32)
    sector = ["made"] * 3 + ["sold"] * 3
    revenue = np.array([100.0, 80.0, 60.0, 90.0, 70.0, 50.0])
    return Partly(links, product, seen, sector, sector, revenue, lambda one, _, __: np.ones(len(one), dtype=np.int8))


def test_links_that_were_seen_stay_in_every_network_and_the_others_are_marked_and_differ() -> None:
    economies = list(redraws(partly(), 40))
    pairs = [set(zip(one.supplier.tolist(), one.customer.tolist(), strict=True)) for one in economies]
    assert all(one.inferred for one in economies)
    assert all((3, 0) in one for one in pairs)
    assert all(one <= {(3, 0), *((s, c) for s in range(3) for c in range(3, 6))} for one in pairs)
    assert len({frozenset(one) for one in pairs}) > 10


def test_the_inferred_sales_and_purchases_of_each_firm_are_right_on_the_average() -> None:
    networks = 3000
    sales, purchases = np.zeros(6), np.zeros(6)
    for one in redraws(partly(), networks):
        np.add.at(sales, one.supplier, one.weight / networks)
        np.add.at(purchases, one.customer, one.weight / networks)
    assert np.abs(sales / [60, 30, 10, 7, 1, 1] - [1, 1, 1, 1, 0, 0]).max() < 0.08
    assert np.abs(purchases[3:] / [48, 40, 12] - 1).max() < 0.08


def test_the_same_seed_draws_the_same_and_the_first_do_not_depend_on_how_many() -> None:
    few, many = list(redraws(partly(), 2, 5)), list(redraws(partly(), 4, 5))
    assert [one.weight.tobytes() for one in few] == [one.weight.tobytes() for one in many[:2]]


def test_where_every_pair_is_linked_nothing_is_open() -> None:
    links = linked(["a", "x"], [("a", "x", 5.0)])
    one = Partly(
        links, np.zeros(1, np.int32), np.ones(1, bool), ["m", "s"], ["m", "s"], np.array([9.0, 9.0]), partly().needed
    )
    assert [economy.weight.tolist() for economy in redraws(one, 3)] == [[5.0]] * 3


@pytest.mark.parametrize(("networks", "inferred"), [(0, True), (3, False)])
def test_drawing_nothing_is_refused(networks: int, inferred: bool) -> None:
    with pytest.raises(Refused, match="risk_networks"):
        next(redraws(partly(inferred), networks))


def test_quantiles_by_firm_and_ranks_as_intervals() -> None:
    esri = [np.array([0.9, 0.5, 0.1]), np.array([0.8, 0.2, 0.3]), np.array([0.7, 0.4, 0.4])]
    found = quantiles(esri, esri, esri)
    assert found.networks == 3
    assert found.middle.tolist() == [0.8, 0.4, 0.3]
    assert ((found.low < found.middle) & (found.middle < found.high)).all()
    assert found.rank_low.tolist() == [1, 2, 2]
    assert found.rank_high.tolist() == [1, 3, 3]
