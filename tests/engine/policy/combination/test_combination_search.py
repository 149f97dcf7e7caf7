"""The search finds what looking at every set finds, and what can be said of large problems without looking at all."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.policy.combination.search import Found, Problem, TooLarge, best_of, best_with, bits
from yanlian.engine.policy.combination.weigh import Limit, Weighing

FEN = st.integers(1, 12)


def problem(amounts: list[int], rivals: list[int], *, groups=(), limits=(), claims=None, needs=None) -> Problem:
    claims = tuple((n,) for n in range(len(amounts))) if claims is None else claims
    weighing = Weighing(tuple(amounts), tuple(groups), tuple(limits))
    return Problem(weighing, claims, tuple(rivals), tuple(needs or [()] * len(claims)))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to nine claims of one to three items each, and items that no claim holds."""
    count = draw(st.integers(1, 9))
    sizes = [draw(st.integers(1, 3 if count < 6 else 1)) for _ in range(count)]
    items = list(range(sum(sizes) + draw(st.integers(0, 2))))
    claims, at = [], 0
    for size in sizes:
        claims.append(tuple(items[at : at + size]))
        at += size
    rivals = [0] * count
    for n in range(count):
        for other in range(n):
            if draw(st.integers(0, 2)) == 0:
                rivals[n] |= 1 << other
                rivals[other] |= 1 << n
    needs = []
    for n in range(count):
        givers = draw(st.sets(st.integers(0, count - 1), max_size=2)) - {n} if draw(st.integers(0, 4)) == 0 else set()
        needs.append((sum(1 << one for one in givers),) if givers else ())
    mixed = draw(st.permutations(items))
    half = draw(st.integers(0, len(items)))
    groups = [tuple(sorted(one)) for one in (mixed[:half:2], mixed[1:half:2]) if len(one) > 1]
    limits = []
    for _ in range(draw(st.integers(0, 3))):
        members = tuple(sorted(draw(st.sets(st.sampled_from(items), min_size=1))))
        most = tuple(draw(st.lists(st.integers(0, 20), min_size=len(members), max_size=len(members))))
        limits.append(Limit(members, most, draw(st.integers(0, 3))))
    amounts = [draw(FEN) for _ in items]
    return problem(amounts, rivals, groups=groups, limits=limits, claims=tuple(claims), needs=needs)


def by_looking_at_all(one: Problem) -> tuple[Found, Found | None]:
    """Every set, the one that takes earlier claims first among equals."""
    count = len(one.claims)
    sets = sorted(range(1 << count), key=lambda chosen: [-(chosen >> n & 1) for n in range(count)])
    found = [Found(chosen, sum(one.due(chosen))) for chosen in sets if one.lawful(chosen)]
    best = max(found, key=lambda each: each.total)
    return best, max((each for each in found if each.chosen & ~best.chosen), key=lambda each: each.total, default=None)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_best_and_the_runner_up_are_those_that_looking_at_every_set_finds(one: Problem) -> None:
    assert best_of(one) == by_looking_at_all(one)
    for n in range(len(one.claims)):
        found = best_with(one, n)
        sets = [chosen for chosen in range(1 << len(one.claims)) if chosen >> n & 1 and one.lawful(chosen)]
        assert (None if found is None else found.total) == max((sum(one.due(each)) for each in sets), default=None)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(FEN, FEN), min_size=1, max_size=80))
def test_of_many_pairs_each_gives_its_higher_and_the_runner_up_changes_the_closest_pair(
    pairs: list[tuple[int, int]],
) -> None:
    amounts = [fen for pair in pairs for fen in pair]
    best, second = best_of(problem(amounts, [1 << (n ^ 1) for n in range(len(amounts))]))
    assert best.total == sum(max(pair) for pair in pairs)
    # Of a pair of equals the first is taken.
    assert [n % 2 for n in bits(best.chosen)] == [int(second > first) for first, second in pairs]
    assert second is not None
    assert second.total == best.total - min(abs(first - second) for first, second in pairs)


def test_more_steps_than_are_promised_are_refused_and_never_guessed() -> None:
    # Few rivals, and three limits that cross: as hard as packing a knapsack.
    chance, count = Random(7), 30
    amounts = [chance.randint(1, 1000) * 100 for _ in range(count)]
    rivals = [0] * count
    for n, other in combinations(range(count), 2):
        if chance.random() < 0.1:
            rivals[n] |= 1 << other
            rivals[other] |= 1 << n
    limits = []
    for _ in range(3):
        members = tuple(sorted(chance.sample(range(count), count // 2)))
        most = int(sum(amounts[n] for n in members) * chance.uniform(0.2, 0.6))
        limits.append(Limit(members, (most,) * len(members), 0))
    one = problem(amounts, rivals, limits=limits)
    with pytest.raises(TooLarge):
        best_of(one)


def test_where_every_lawful_set_is_a_part_of_the_best_there_is_no_runner_up() -> None:
    assert best_of(problem([5], [0], needs=[()])) == (Found(1, 5), None)
