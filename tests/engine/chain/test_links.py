"""Links between firms as compressed rows, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


def links(pairs: list[tuple[int, int]], weight: float = 1.0) -> Links:
    ends = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return Links([f"F{n}" for n in range(10)], ends[:, 0], ends[:, 1], np.full(len(pairs), weight))


@given(PAIRS)
def test_the_rows_of_both_directions_hold_every_link_once_in_order(pairs: list[tuple[int, int]]):
    made = links(pairs)
    for firm in range(10):
        assert made.customers.of(firm).tolist() == sorted(b for a, b in pairs if a == firm)
        assert made.suppliers.of(firm).tolist() == sorted(a for a, b in pairs if b == firm)
    assert sorted(made.customers.link.tolist()) == list(range(len(pairs)))
    assert [made.customer[n] for n in made.customers.link] == made.customers.to.tolist()


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_no_amount_is_refused_with_its_link(weight: float):
    with pytest.raises(Refused) as found:
        links([(0, 1)], weight)
    assert (found.value.code, found.value.data["link"]) == ("links_weight", 1)


@pytest.mark.parametrize("end", [-1, 10])
def test_a_firm_outside_the_list_is_refused(end: int):
    with pytest.raises(Refused) as found:
        links([(0, end)])
    assert found.value.code == "links_outside"
