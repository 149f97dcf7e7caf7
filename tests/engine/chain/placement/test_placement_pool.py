"""All firms kept up to date are, bit for bit, all firms scored anew; likeness to those put aside has its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.chain.placement.calibration import Calibration
from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.decisions import Decision, Verdict
from yanlian.engine.chain.placement.model import MOST_HELD_OUT, Placer, of_decided
from yanlian.engine.chain.placement.pool import Pool
from yanlian.engine.chain.placement.profiles import Profile, Written, by_name, only_names
from yanlian.engine.chain.placement.suggest import ByName, ranked
from yanlian.engine.chain.placement.vectors import Space

CATEGORIES = tuple(
    Category(f"c{at}", "core" if at < 3 else "whole", (Written("product", word),))
    for at, word in enumerate(("光学模组", "芯片设计", "显示材料", "头显整机", "内容制作"))
)
PRODUCTS = (
    "光学模组",
    "芯片设计服务",
    "显示材料",
    "头显",
    "内容",
    "海鲜加工",
    "海鲜冷链",
    "软件",
    "超透镜",
    "超透镜晶圆",
)
NAMES = ("光学", "海鲜", "芯片", "软件", "内容")
FIRMS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(PRODUCTS), max_size=3, unique=True)),
    min_size=2, max_size=8,
)  # fmt: skip


def decisions(ids: list[str]) -> st.SearchStrategy[set[Decision]]:
    placed = st.builds(
        Decision, st.sampled_from(ids), st.sampled_from([one.id for one in CATEGORIES]),
        st.sampled_from(["confirmed", "rejected"]),
    )  # fmt: skip
    aside = st.builds(Decision, st.sampled_from(ids), st.just(""), st.just("other"))
    return st.sets(placed | aside, max_size=8)


def profiles(drawn: list[tuple[str, list[str]]]) -> list[Profile]:
    return [
        Profile(str(at), (Written("name", f"{name}有限公司"), *(Written("product", one) for one in products)))
        for at, (name, products) in enumerate(drawn)
    ]


def pool(firms: list[Profile]) -> Pool:
    space = Space.learned(firms, [one.seed for one in CATEGORIES])
    excluded = np.zeros((len(firms), len(CATEGORIES)), dtype=bool)
    excluded[0, 0] = True
    named = np.array([only_names(one) for one in firms])
    return Pool(
        Placer(space, CATEGORIES), [one.id for one in firms], space.vectors(firms), excluded, named,
        space.vectors([by_name(one) for one in firms]),
    )  # fmt: skip


def same(one: Pool, other: Pool) -> None:
    first, second = one.first(), other.first()
    for name in ("places", "probabilities", "other"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)
    assert one.calibration == other.calibration
    assert one.calibration_by_name == other.calibration_by_name


@given(FIRMS, st.data())
@settings(max_examples=40, deadline=None)
def test_a_pool_kept_up_to_date_has_the_bits_of_one_made_anew(
    drawn: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    firms = profiles(drawn)
    kept = pool(firms)
    for standing in data.draw(st.lists(decisions([one.id for one in firms]), min_size=1, max_size=5)):
        kept.learn(standing)
        anew = pool(firms)
        anew.learn(standing)
        same(kept, anew)


@given(FIRMS, st.data())
@settings(max_examples=40, deadline=None)
def test_the_first_of_a_pool_is_the_first_of_the_ranking(
    drawn: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    firms = profiles(drawn)
    kept = pool(firms)
    standing = data.draw(decisions([one.id for one in firms]))
    kept.learn(standing)
    placer = kept.placer
    named = np.array([only_names(one) for one in firms])
    barred = {0: {0}}
    for one in standing:
        if one.verdict == "rejected":
            barred.setdefault(int(one.firm), set()).add(placer.place[one.category])
    vectors = placer.space.vectors(firms)
    assert kept.calibration == of_decided(placer)
    assert kept.calibration_by_name == of_decided(placer, by_name=True)
    order = ranked(
        placer, kept.calibration, vectors, {row: sorted(some) for row, some in barred.items()},
        by_name=ByName(named, kept.calibration_by_name),
    )  # fmt: skip
    first = kept.first()
    np.testing.assert_array_equal(first.places, order.places[:, 0])
    np.testing.assert_allclose(first.probabilities, order.probabilities[:, 0], rtol=1e-9)
    np.testing.assert_allclose(first.other, order.other, rtol=1e-9)


SOME = profiles([("光学", ["光学模组"]), ("海鲜", ["海鲜加工"]), ("海鲜", ["海鲜冷链"]), ("软件", ["软件"])])


def test_likeness_is_the_logarithm_of_summed_cubes_of_cosines() -> None:
    kept = pool(SOME)
    vectors = kept.placer.space.vectors(SOME)
    cosines = (vectors @ vectors.T).toarray()
    kept.learn({Decision("1", "", "other"), Decision("3", "", "other")})
    expected = [math.log1p((row[1] ** 3 + row[3] ** 3) / 0.01) for row in cosines]
    assert kept.placer.like(vectors).tolist() == pytest.approx(expected, abs=1e-9)


def test_a_firm_like_one_put_aside_is_likelier_other_than_before_and_an_unlike_one_is_not() -> None:
    kept = pool(SOME)
    before = kept.first().other
    kept.learn({Decision("1", "", "other")})
    placer, unchanged = kept.placer, Calibration()
    vectors = placer.space.vectors(SOME)
    after = unchanged.shares(placer.scores(vectors), placer.like(vectors))[:, -1]
    assert after[2] > before[2]
    assert placer.like(vectors)[0] < 0.5 < placer.like(vectors)[2]


@pytest.mark.parametrize("verdict", ["confirmed", "other"])
def test_of_very_many_decided_firms_one_more_changes_the_calibrating_ones_by_one_at_most(verdict: Verdict) -> None:
    space = Space.learned(SOME, [one.seed for one in CATEGORIES])
    vector = space.vectors(SOME[:1])
    placer = Placer(space, CATEGORIES[:1])
    firms = [str(at) for at in range(MOST_HELD_OUT + 3)]
    made = [Decision(one, "c0" if verdict == "confirmed" else "", verdict) for one in firms]
    placer.decide(made[:-1], dict.fromkeys(firms, vector))
    before = set(placer.judged())
    placer.decide(made[-1:], {firms[-1]: vector})
    after = set(placer.judged())
    assert len(before) == len(after) == MOST_HELD_OUT
    assert len(after - before) <= 1
