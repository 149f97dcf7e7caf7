"""Tiers, paths, shared firms, circles and chokepoints: by hand and against slow searches."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network.passages import circles, passages
from yanlian.engine.chain.network.paths import links_along, paths
from yanlian.engine.chain.network.shared import shared
from yanlian.engine.chain.network.walks import Direction, tiers

FIRMS = 7
Pairs = list[tuple[int, int]]
PAIRS = st.lists(st.tuples(st.integers(0, FIRMS - 1), st.integers(0, FIRMS - 1)), max_size=18)
FIRM = st.integers(0, FIRMS - 1)


def made(pairs: Pairs, firms: int = FIRMS) -> Links:
    ends = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return Links([f"F{n}" for n in range(firms)], ends[:, 0], ends[:, 1], np.ones(len(pairs)))


def test_a_firm_stands_in_its_shortest_tier_and_only_links_into_the_next_tier_are_evidence():
    # 1 and 2 supply 0; 3 supplies 1 and 2, and 0 directly; 4 supplies 3; 2 supplies 1 within the tier.
    network = made([(1, 0), (2, 0), (3, 1), (3, 2), (3, 0), (4, 3), (2, 1)])
    found = tiers(network, [0], 3, "up")
    assert [found.of(tier).tolist() for tier in range(4)] == [[0], [1, 2, 3], [4], []]
    assert [found.evidence(tier).tolist() for tier in (1, 2, 3)] == [[0, 1, 4], [5], []]


def test_two_products_between_two_firms_are_two_pieces_of_evidence():
    assert tiers(made([(0, 1), (0, 1)]), [0], 1, "down").evidence(1).tolist() == [0, 1]


def slow_tiers(pairs: Pairs, start: list[int], steps: int, direction: Direction) -> dict[int, int]:
    tier = dict.fromkeys(start, 0)
    for step in range(1, steps + 1):
        for supplier, customer in pairs:
            here, there = (customer, supplier) if direction == "up" else (supplier, customer)
            if tier.get(here) == step - 1 and there not in tier:
                tier[there] = step
    return tier


@given(PAIRS, st.lists(FIRM, min_size=1, max_size=3), st.integers(1, 4), st.sampled_from(["up", "down"]))
def test_tiers_and_their_links_are_what_a_search_link_by_link_finds(
    pairs: Pairs, start: list[int], steps: int, direction: Direction
):
    found = tiers(made(pairs), start, steps, direction)
    wanted = slow_tiers(pairs, start, steps, direction)
    assert dict(zip(found.firm.tolist(), found.tier.tolist(), strict=True)) == wanted
    turned = [(b, a) if direction == "up" else (a, b) for a, b in pairs]
    into = {n: wanted[b] for n, (a, b) in enumerate(turned) if a in wanted and wanted.get(b) == wanted[a] + 1}
    assert dict(zip(found.link.tolist(), found.link_tier.tolist(), strict=True)) == into


def slow_paths(pairs: Pairs, one: int, other: int, longest: int) -> list[tuple[int, ...]]:
    rest = [firm for firm in range(FIRMS) if firm not in (one, other)]
    ways = [(one, *middle, other) for n in range(longest) for middle in permutations(rest, n)]
    return sorted((way for way in ways if all(step in pairs for step in pairwise(way))), key=lambda w: (len(w), w))


@given(PAIRS, FIRM, FIRM, st.integers(1, 5))
def test_paths_are_all_simple_paths_the_shortest_first(pairs: Pairs, one: int, other: int, longest: int):
    if one == other:
        return
    found = paths(made(pairs), one, other, longest)
    assert list(found.found) == slow_paths(pairs, one, other, longest)
    assert found.cut == ""


def test_paths_cut_short_say_so_and_miss_no_shorter_one():
    network = made([(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (0, 4), (4, 5)])
    found = paths(network, 0, 4, 3, most=2)
    assert (found.found, found.cut) == (((0, 4), (0, 1, 4)), "paths")
    spent = paths(network, 0, 4, 3, effort=1)
    assert spent.cut == "effort"
    exact = paths(network, 0, 4, 3, most=4)
    assert (len(exact.found), exact.cut) == (4, "")


def test_the_links_of_a_path_are_all_products_of_each_step():
    network = made([(0, 1), (1, 2), (0, 1), (0, 2)])
    assert [found.tolist() for found in links_along(network, (0, 1, 2))] == [[0, 2], [1]]


@given(PAIRS, st.lists(FIRM, min_size=2, max_size=3, unique=True), st.sampled_from(["up", "down"]))
def test_shared_firms_have_a_link_with_every_firm_asked_about(pairs: Pairs, firms: list[int], direction: Direction):
    turned = [(b, a) if direction == "up" else (a, b) for a, b in pairs]
    wanted = [n for n in range(FIRMS) if all((one, n) in turned for one in firms)]
    found = shared(made(pairs), firms, direction)
    assert [one.firm for one in found] == wanted
    for one in found:
        assert sorted(one.link.tolist()) == [n for n, (a, b) in enumerate(turned) if a in firms and b == one.firm]


def reaches(pairs: Pairs, start: set[int], without: int | None = None) -> set[int]:
    seen = {one for one in start if one != without}
    while more := {b for a, b in pairs if a in seen and b not in seen and b != without}:
        seen |= more
    return seen


@given(PAIRS)
def test_circles_are_the_firms_that_reach_each_other(pairs: Pairs):
    reach = [reaches(pairs, {one}) for one in range(FIRMS)]
    groups = {tuple(b for b in range(FIRMS) if b in reach[a] and a in reach[b]) for a in range(FIRMS)}
    wanted = sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), group))
    assert list(circles(made(pairs))) == wanted


@given(
    PAIRS,
    st.lists(FIRM, min_size=1, max_size=2, unique=True),
    st.lists(FIRM, min_size=1, max_size=2, unique=True),
)
def test_chokepoints_are_the_firms_without_which_nothing_arrives(pairs: Pairs, one: list[int], other: list[int]):
    found = passages(made(pairs), one, other)
    assert found.connected == bool(reaches(pairs, set(one)) & set(other))
    wanted = {firm for firm in range(FIRMS) if not reaches(pairs, set(one), firm) & (set(other) - {firm})}
    assert set(found.firms) == (wanted if found.connected else set())


def test_chokepoints_come_in_the_order_in_which_goods_pass_them():
    network = made([(0, 2), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 6)])
    assert passages(network, [0, 1], [6]).firms == (2, 5, 6)


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("network_steps", lambda network: tiers(network, [0], 0, "up")),
        ("network_firm", lambda network: tiers(network, [FIRMS], 1, "up")),
        ("network_firm", lambda network: tiers(network, [-1], 1, "down")),
        ("network_same", lambda network: paths(network, 1, 1, 3)),
        ("network_steps", lambda network: paths(network, 1, 2, 0)),
        ("network_shared", lambda network: shared(network, [1, 1], "up")),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(code: str, ask):
    with pytest.raises(Refused) as refused:
        ask(made([(0, 1)]))
    assert refused.value.code == code
