"""What a new supplier saves, by figures that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.chain.risk.economies import drawn, linked

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.economy import Economy, Essentials, economy_of
from yanlian.engine.chain.risk.filled import filled


def bought_outside() -> Economy:
    """An outside firm sells all lenses to two local firms, of which one is three times as large; `new` has no link."""
    links = linked(["out", "big", "small", "new"], [("out", "big", 10.0), ("out", "small", 10.0)])
    revenue = np.array([1_000.0, 300.0, 100.0, 0.0])
    return economy_of(links, ["o", "b", "s", "n"], revenue, Essentials(default=2))


LOCAL = np.array([False, True, True, True])


def test_one_supplier_takes_all_with_it_and_half_of_it_when_there_are_two() -> None:
    found = filled(bought_outside(), np.array([0, 1], dtype=np.int32), 3, LOCAL)
    assert (found.before, found.worst, found.suppliers, found.customers) == (1.0, 0, 1, 2)
    # The new firm's own sales are no revenue that was there before, but its stop takes half of every delivery too.
    assert 0.5 <= found.after < 0.55
    assert found.fall == found.before - found.after


def test_revenue_elsewhere_is_no_loss_of_the_district() -> None:
    links = np.array([0], dtype=np.int32)
    assert filled(bought_outside(), links, 3, LOCAL).before == 1.0
    only_small = np.array([False, False, True, True])
    assert filled(bought_outside(), links, 3, only_small).before == 1.0


def test_where_nobody_delivers_or_the_new_firm_trades_already_nothing_is_said() -> None:
    with pytest.raises(Refused, match="risk_second_source"):
        filled(bought_outside(), np.array([], dtype=np.int32), 3, LOCAL)
    with pytest.raises(Refused, match="risk_second_source"):
        filled(bought_outside(), np.array([0], dtype=np.int32), 1, LOCAL)


@given(seed=st.integers(0, 10**6), firms=st.integers(2, 15), more=st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_both_losses_are_shares_and_a_lone_buyer_of_a_lone_supplier_loses_no_more(
    seed: int, firms: int, more: int
) -> None:
    economy = drawn(seed, firms, more)
    loose = sorted(set(range(firms)) - set(economy.supplier.tolist()) - set(economy.customer.tolist()))
    if not loose or not len(economy.supplier):
        return
    found = filled(economy, np.array([0], dtype=np.int32), loose[0], np.ones(firms, dtype=bool))
    assert 0 <= found.before <= 1
    assert 0 <= found.after <= 1
    assert found.suppliers == found.customers == 1
