"""Chokepoints of a network against the slow way: take away each firm and walk again."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network import bottlenecks as module
from yanlian.engine.chain.network.bottlenecks import NOBODY, bottlenecks, origins
from yanlian.engine.chain.network.passages import passages

Pairs = list[tuple[int, int]]


def links(firms: int, pairs: Pairs) -> Links:
    ends = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return Links([str(one) for one in range(firms)], ends[:, 0], ends[:, 1], np.ones(len(pairs)))


def met(pairs: Pairs, sources: list[int], without: int | None = None) -> set[int]:
    """Who is reached from the sources when one firm is not there."""
    found = {one for one in sources if one != without}
    while more := {other for one, other in pairs if one in found and other != without} - found:
        found |= more
    return found


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, Pairs, list[int], list[int]]:
    firms = draw(st.integers(1, 9))
    number = st.integers(0, firms - 1)
    pairs = draw(st.lists(st.tuples(number, number), max_size=20))
    return firms, pairs, draw(st.lists(number, max_size=3)), draw(st.lists(number, max_size=6))


@pytest.mark.parametrize("small", [True, False])
@given(given_network=networks())
@example(given_network=(6, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 3)], [0], [1, 2, 3, 4, 5]))
@example(given_network=(4, [(0, 1), (1, 2), (2, 1), (3, 2)], [0, 3], [1, 2]))
def test_a_firm_cuts_off_whoever_is_not_reached_without_it(
    small: bool, given_network: tuple[int, Pairs, list[int], list[int]]
):
    firms, pairs, sources, targets = given_network
    network = links(firms, pairs)
    with patch.object(module, "SMALL", 20_000 if small else -1):
        compared(network, pairs, sources, targets)


def compared(network: Links, pairs: Pairs, sources: list[int], targets: list[int]) -> None:
    found = bottlenecks(network, sources, targets)
    everybody = bottlenecks(network, sources)
    reached = met(pairs, sources)
    assert set(np.flatnonzero(found.reached).tolist()) == reached
    for firm in range(len(network.firms)):
        lost = (reached - met(pairs, sources, firm) - {firm}) if firm in reached else set()
        assert found.cut_off[firm] == len(lost & set(targets))
        assert everybody.cut_off[firm] == len(lost)
        assert set(found.below(firm).tolist()) == lost


@given(networks())
def test_what_stands_above_a_firm_are_the_passages_to_it(given_network: tuple[int, Pairs, list[int], list[int]]):
    firms, pairs, sources, _ = given_network
    network = links(firms, pairs)
    found = bottlenecks(network, sources)
    for firm in np.flatnonzero(found.reached).tolist():
        way = [firm]
        while found.above[way[-1]] != NOBODY:
            way.append(int(found.above[way[-1]]))
        assert passages(network, sources, [firm]).firms == tuple(reversed(way))


@given(networks())
def test_supply_begins_where_nobody_supplies_and_reaches_whoever_is_supplied(
    given_network: tuple[int, Pairs, list[int], list[int]],
):
    firms, pairs, _, _ = given_network
    begin = set(origins(links(firms, pairs)).tolist())
    ends = {one for pair in pairs for one in pair}
    assert met(pairs, sorted(begin)) == ends
    for one in begin:
        # Whoever supplies an origin belongs to its circle: it is reached from the origin.
        assert {a for a, b in pairs if b == one} <= met(pairs, [one]) & begin


def test_a_long_chain_does_not_exhaust_the_stack():
    size = 20_000
    found = bottlenecks(links(size, [(one, one + 1) for one in range(size - 1)]), [0])
    assert found.cut_off[0] == size - 1
    assert len(found.below(size // 2)) == size - size // 2 - 1


def test_a_number_that_is_no_firms_is_refused():
    with pytest.raises(Refused, match="network_firm"):
        bottlenecks(links(2, [(0, 1)]), [2])
