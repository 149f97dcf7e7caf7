"""Related parties through ownership, by hand and against the definition tried over all groups of firms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from yanlian.engine.dossier.related import COMMON, HELD_INDIRECTLY, INDIRECT, Holding, Tie, ties

D20, D22, D24 = date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)


def ways(*holdings: Holding) -> set[tuple[str, str, str]]:
    return {(tie.one, tie.other, tie.way) for tie in ties(holdings)}


def test_who_holds_a_quarter_of_an_intermediary_holds_what_it_holds() -> None:
    found = ways(Holding("甲", "乙", 250_000), Holding("乙", "丙", 600_000))
    assert found == {("甲", "丙", INDIRECT), ("丙", "甲", HELD_INDIRECTLY), ("乙", "丙", COMMON), ("丙", "乙", COMMON)}


def test_a_share_below_a_quarter_or_one_that_nobody_states_passes_nothing_on() -> None:
    assert ways(Holding("甲", "乙", 249_999), Holding("乙", "丙", 600_000)) == set()
    assert ways(Holding("甲", "乙", None), Holding("乙", "丙", 600_000)) == set()


def test_two_firms_of_one_holder_are_under_common_control() -> None:
    assert ways(Holding("母", "甲", 510_000), Holding("母", "乙", 300_000)) == {
        ("甲", "乙", COMMON),
        ("乙", "甲", COMMON),
    }


def test_circles_are_walked_once_and_nobody_is_related_to_itself() -> None:
    found = ways(Holding("甲", "乙", 500_000), Holding("乙", "丙", 500_000), Holding("丙", "甲", 500_000))
    assert all(one != other for one, other, _ in found)
    assert ("甲", "丙", INDIRECT) in found


def test_a_tie_lasts_as_long_as_all_holdings_it_rests_on() -> None:
    found = ties([Holding("甲", "乙", 500_000, D20, D24), Holding("乙", "丙", 500_000, D22)])
    assert Tie("甲", "丙", INDIRECT, D22, D24) in found


def test_a_tie_that_ended_and_began_again_has_two_spans() -> None:
    found = ties(
        [Holding("甲", "乙", 500_000, D20, D22), Holding("甲", "乙", 500_000, D24), Holding("乙", "丙", 500_000, D20)]
    )
    spans = [(tie.starts_on, tie.ends_on) for tie in found if tie.way == INDIRECT]
    assert spans == [(D20, D22), (D24, None)]


def test_shares_held_directly_and_through_intermediaries_are_added() -> None:
    direct, own = Holding("甲", "丙", 150_000), Holding("甲", "乙", 300_000)
    found = ways(direct, own, Holding("乙", "丙", 100_000))
    assert found == {("甲", "丙", INDIRECT), ("丙", "甲", HELD_INDIRECTLY), ("乙", "丙", COMMON), ("丙", "乙", COMMON)}
    assert ways(direct, own, Holding("乙", "丙", 99_999)) == set()


def test_what_two_intermediaries_hold_is_added_and_the_share_of_an_intermediary_is_not_multiplied() -> None:
    found = ways(
        Holding("甲", "乙", 260_000), Holding("甲", "丁", 990_000),
        Holding("乙", "丙", 130_000), Holding("丁", "丙", 120_000),
    )  # fmt: skip
    assert ("甲", "丙", INDIRECT) in found


def test_of_two_statements_about_one_holding_the_larger_counts_once() -> None:
    twice = [Holding("甲", "丙", 150_000), Holding("甲", "丙", 140_000)]
    assert ways(*twice, Holding("甲", "乙", 500_000), Holding("乙", "丙", 50_000)) == set()


def test_spans_that_two_holders_give_are_one_span() -> None:
    found = ties(
        [
            Holding("母", "甲", 500_000, D20, D22), Holding("母", "乙", 500_000, D20),
            Holding("父", "甲", 500_000, D22, D24), Holding("父", "乙", 500_000, D22),
        ]
    )  # fmt: skip
    assert [tie for tie in found if (tie.one, tie.other) == ("甲", "乙")] == [Tie("甲", "乙", COMMON, D20, D24)]


NAMES = "甲乙丙丁戊"
DAYS = st.sampled_from([None, D20, D22, D24])
EDGES = st.lists(
    st.builds(
        Holding, st.sampled_from(NAMES), st.sampled_from(NAMES),
        st.sampled_from([100_000, 125_000, 150_000, 250_000, 900_000, None]), DAYS, DAYS,
    ),
    max_size=12,
)  # fmt: skip


def closed(group: set[str], holder: str, share: Mapping[tuple[str, str], int]) -> bool:
    """Whether nobody outside the group is held to a quarter by the holder and the group together."""
    return not any(
        sum(share.get((one, other), 0) for one in {holder, *group}) >= 250_000
        for other in set(NAMES) - group - {holder}
    )


def on_a_day(holdings: list[Holding], day: date) -> set[tuple[str, str, str]]:
    """Everything by the definition: the smallest closed group of each holder, out of all groups there are."""
    share: dict[tuple[str, str], int] = {}
    for one in holdings:
        if (one.starts_on or day) <= day and (one.ends_on is None or day < one.ends_on) and one.holder != one.held:
            pair = one.holder, one.held
            share[pair] = max(share.get(pair, 0), one.share_ppm or 0)
    found = set()
    for holder in NAMES:
        others = [name for name in NAMES if name != holder]
        groups = [set(some) for size in range(len(others) + 1) for some in combinations(others, size)]
        group = set.intersection(*(some for some in groups if closed(some, holder, share)))
        found |= {(one, other, COMMON) for one in group for other in group if one != other}
        through = {other for other in group if share.get((holder, other), 0) < 250_000}
        found |= {(holder, one, INDIRECT) for one in through} | {(one, holder, HELD_INDIRECTLY) for one in through}
    return found


@given(EDGES)
def test_ties_are_on_every_day_what_the_definition_says(holdings: list[Holding]) -> None:
    found = ties(holdings)
    for day in (date(2019, 1, 1), D20, date(2021, 1, 1), D22, D24, date(2030, 1, 1)):
        now = [tie for tie in found if tie.starts_on <= day and (tie.ends_on is None or day < tie.ends_on)]
        assert {(tie.one, tie.other, tie.way) for tie in now} == on_a_day(holdings, day)
        assert len(now) == len({(tie.one, tie.other, tie.way) for tie in now})
