"""Related parties through ownership, by hand and against a slow search for paths."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, permutations

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


NAMES = "甲乙丙丁"
EDGES = st.lists(
    st.builds(
        Holding, st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from([100_000, 250_000, 900_000, None])
    ),
    max_size=8,
)


def reached(start: str, end: str, edges: set[tuple[str, str]]) -> bool:
    """Whether there is a path, tried one by one."""
    others = [name for name in NAMES if name not in {start, end}]
    ways_ = [(start, *middle, end) for n in range(len(others) + 1) for middle in permutations(others, n)]
    return any(all(step in edges for step in pairwise(way)) for way in ways_)


@given(EDGES)
def test_ties_are_what_a_search_over_all_paths_finds(holdings: list[Holding]) -> None:
    edges = {(one.holder, one.held) for one in holdings if (one.share_ppm or 0) >= 250_000}
    pairs = [(a, b) for a in NAMES for b in NAMES if a != b]
    wanted = {(a, b, INDIRECT) for a, b in pairs if reached(a, b, edges) and (a, b) not in edges}
    wanted |= {(b, a, HELD_INDIRECTLY) for a, b, _ in wanted}
    wanted |= {
        (a, b, COMMON)
        for a, b in pairs
        if any(reached(x, a, edges) and reached(x, b, edges) for x in NAMES if x not in {a, b})
    }
    assert ways(*holdings) == wanted
