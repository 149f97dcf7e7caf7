"""Integrated shares, controllers and offspring: by hand, and against dense algebra and the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.control import Controls, Rule, controlled_by
from yanlian.engine.chain.network.holdings import (
    Holdings,
    circle_of,
    closed_circle,
    cross_holdings,
    holdings_of,
    over_whole,
)
from yanlian.engine.chain.network.offspring import offspring_of
from yanlian.engine.chain.network.ownership import Ownership, held_by_itself

Triple = tuple[str, str, int]
NAMES = "abcdef"


def number(holdings: Holdings, name: str) -> int:
    return holdings.owners.index(name)


def share(holdings: Holdings, owner: str, firm: str) -> float:
    return Ownership(holdings).share(number(holdings, owner), number(holdings, firm))


def controller(triples: list[Triple], firm: str, rule: Rule | None = None) -> tuple[str, str] | None:
    holdings = holdings_of(triples)
    found = Controls(holdings, rule).of(number(holdings, firm))
    return (holdings.owners[found.controller], found.grade) if found else None


# Holders of each firm share out at most a whole: (holder, part of what is left).
@st.composite
def lawful(draw, *, fewest_left: int = 0) -> list[Triple]:
    found = []
    for held in NAMES:
        left = 1_000_000 - fewest_left
        for holder in draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True)):
            part = draw(st.sampled_from([100_000, 250_000, 300_000, 500_000, 510_000, 1_000_000]))
            if part <= left:
                left -= part
                found.append((holder, held, part))
    return found


def test_shares_multiply_along_a_route_and_add_over_routes():
    holdings = holdings_of([("p", "a", 600_000), ("p", "b", 500_000), ("a", "c", 400_000), ("b", "c", 200_000)])
    assert share(holdings, "p", "c") == pytest.approx(0.6 * 0.4 + 0.5 * 0.2, abs=1e-12)
    found = Ownership(holdings).routes(number(holdings, "p"), number(holdings, "c"))
    assert [([holdings.owners[one] for one in route.owners], round(route.share, 9)) for route in found.found] == [
        (["p", "a", "c"], 0.24),
        (["p", "b", "c"], 0.1),
    ]
    assert (found.rest, found.cut) == (pytest.approx(0, abs=1e-12), False)


def test_cross_holdings_raise_what_an_outside_owner_holds():
    # p holds 70 % of a and 60 % of b, which hold 40 % and 30 % of each other: p owns both wholly.
    holdings = holdings_of([("p", "a", 700_000), ("b", "a", 300_000), ("p", "b", 600_000), ("a", "b", 400_000)])
    assert share(holdings, "p", "a") == pytest.approx(1, abs=1e-12)
    assert share(holdings, "p", "b") == pytest.approx(1, abs=1e-12)
    # Of itself a holds through b 0.4 × 0.3; of b plainly its 40 %: routes that come back to a are not counted again.
    assert share(holdings, "a", "a") == pytest.approx(0.12, abs=1e-12)
    assert share(holdings, "a", "b") == pytest.approx(0.4, abs=1e-12)
    routes = Ownership(holdings).routes(number(holdings, "p"), number(holdings, "a"))
    assert routes.rest == pytest.approx(1 - 0.7 - 0.6 * 0.3, abs=1e-12)


@given(lawful())
def test_integrated_shares_are_the_inverse_without_return(triples: list[Triple]):
    holdings = holdings_of(triples)
    direct = holdings.matrix.toarray()
    size = len(holdings.owners)
    radius = max(abs(np.linalg.eigvals(direct)), default=0.0)
    assert bool(closed_circle(holdings)) == (radius > 1 - 1e-9)
    if closed_circle(holdings):
        return
    inverse = np.linalg.inv(np.eye(size) - direct)
    wanted = inverse / np.diag(inverse)[:, None]
    wanted[np.diag_indices(size)] = 1 - 1 / np.diag(inverse)
    ownership = Ownership(holdings)
    for one in range(size):
        np.testing.assert_allclose(ownership.held_by(one), wanted[one], atol=1e-9)
        np.testing.assert_allclose(ownership.holders_of(one), wanted[:, one], atol=1e-9)


@given(lawful(fewest_left=1))
def test_what_a_firm_holds_of_itself_is_found_from_its_circle_alone(triples: list[Triple]):
    holdings = holdings_of(triples)
    groups = cross_holdings(holdings)
    inside = {one for group in groups for one in group}
    ownership = Ownership(holdings)
    for group in groups:
        for one, part in zip(group, held_by_itself(holdings, group), strict=True):
            assert part == pytest.approx(ownership.share(one, one), abs=1e-9)
            assert part > 0
        way = circle_of(holdings, group)
        assert way[0] == group[0]
        assert all(holdings.share(one, other) for one, other in zip(way, (*way[1:], way[0]), strict=True))
    for one in set(range(len(holdings.owners))) - inside:
        assert ownership.share(one, one) == pytest.approx(0, abs=1e-12)


@given(lawful(fewest_left=1))
def test_the_last_owners_of_a_firm_hold_no_more_than_the_whole(triples: list[Triple]):
    holdings = holdings_of(triples)
    ownership = Ownership(holdings)
    last = [one for one in range(len(holdings.owners)) if not holdings.stated_ppm[one]]
    for firm in range(len(holdings.owners)):
        held = ownership.holders_of(firm)
        assert sum(held[one] for one in last) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("triples", "cycle"),
    [
        ([("a", "b", 1_000_000), ("b", "a", 1_000_000), ("a", "c", 10)], "a → b → a"),
        ([("a", "a", 1_000_000)], "a → a"),
        ([("a", "b", 600_000), ("c", "b", 400_000), ("b", "c", 1_000_000), ("c", "a", 1_000_000)], "a → b → c → a"),
    ],
)
def test_firms_that_own_each_other_wholly_are_refused_and_named(triples: list[Triple], cycle: str):
    with pytest.raises(Refused) as refused:
        Ownership(holdings_of(triples))
    assert (refused.value.code, refused.value.data["cycle"]) == ("ownership_closed", cycle)


def test_sums_above_the_whole_are_told_and_solved_where_the_circle_still_has_an_answer():
    mild = holdings_of([("a", "b", 900_000), ("c", "b", 200_000), ("b", "a", 500_000), ("b", "c", 500_000)])
    assert [mild.owners[one] for one in over_whole(mild)] == ["b"]
    assert closed_circle(mild) == ()
    wild = holdings_of([("a", "b", 1_000_000), ("c", "b", 900_000), ("b", "a", 900_000), ("b", "c", 900_000)])
    assert closed_circle(wild) != ()


def test_holdings_that_cannot_be_are_refused():
    for triples, code in (
        ([("a", "b", 0)], "holdings_share"),
        ([("a", "b", 1_000_001)], "holdings_share"),
        ([("a", "b", 10), ("a", "b", 10)], "holdings_twice"),
    ):
        with pytest.raises(Refused) as refused:
            holdings_of(triples)
        assert refused.value.code == code


def test_a_chain_of_majorities_leads_to_its_first_owner():
    chain = [("p", "a", 510_000), ("a", "b", 510_000), ("b", "c", 510_000)]
    assert controller(chain, "c") == ("p", "majority")
    assert controller(chain, "p") is None


def test_holdings_of_what_one_controls_are_summed():
    triples = [("p", "a", 600_000), ("p", "b", 700_000), ("a", "c", 300_000), ("b", "c", 250_000), ("q", "c", 450_000)]
    holdings = holdings_of(triples)
    found = Controls(holdings).of(number(holdings, "c"))
    assert found is not None
    assert (holdings.owners[found.controller], found.grade) == ("p", "summed")
    assert ([holdings.owners[one] for one in found.via], found.block_ppm, found.next_ppm) == (
        ["a", "b"],
        550_000,
        450_000,
    )


def test_half_is_no_control_and_a_third_only_a_presumption():
    assert controller([("p", "a", 500_000), ("q", "a", 500_000)], "a") is None
    assert controller([("p", "a", 350_000), ("q", "a", 100_000)], "a") == ("p", "dominant")
    assert controller([("p", "a", 350_000), ("q", "a", 200_000)], "a") is None
    assert controller([("p", "a", 300_000)], "a") is None


def test_what_rests_on_a_presumption_stays_one():
    triples = [("p", "a", 350_000), ("a", "b", 900_000)]
    assert controller(triples, "b") == ("p", "dominant")
    assert controller(triples, "b", Rule(presumed_ppm=1_000_000)) == ("a", "majority")


def test_firms_that_control_each_other_have_no_controller_outside():
    holdings = holdings_of([("a", "b", 600_000), ("b", "a", 600_000), ("a", "c", 800_000), ("q", "a", 400_000)])
    for firm in "abc":
        found = Controls(holdings).of(number(holdings, firm))
        assert found is not None
        assert [holdings.owners[one] for one in found.circle] == ["a", "b"]


def test_a_firm_whose_own_subsidiaries_hold_its_majority_controls_itself():
    holdings = holdings_of(
        [("a", "b", 600_000), ("a", "c", 600_000), ("b", "a", 300_000), ("c", "a", 300_000), ("q", "a", 400_000)]
    )
    found = Controls(holdings).of(number(holdings, "a"))
    assert found is not None
    assert [holdings.owners[one] for one in found.circle] == ["a"]


def test_groups_stand_under_their_controller_the_largest_first():
    holdings = holdings_of([("p", "a", 600_000), ("p", "b", 600_000), ("q", "c", 900_000), ("r", "d", 400_000)])
    strict = Controls(holdings, Rule(presumed_ppm=1_000_000))
    assert [[holdings.owners[one] for one in group] for group in strict.groups()] == [["p", "a", "b"], ["q", "c"]]


def slow_controlled(triples: list[Triple], owner: str) -> set[str]:
    """The definition: grow the set until no firm more is held in majority by the owner and the set."""
    found: set[str] = set()
    while True:
        held = dict.fromkeys(NAMES, 0)
        for holder, firm, part in triples:
            if holder in found | {owner}:
                held[firm] += part
        more = {firm for firm, part in held.items() if part > 500_000} - found
        if not more:
            return found
        found |= more


@given(lawful())
def test_the_controller_is_the_one_who_controls_and_is_not_controlled(triples: list[Triple]):
    holdings = holdings_of(triples)
    strict = Controls(holdings, Rule(presumed_ppm=1_000_000))
    controls = {name: slow_controlled(triples, name) for name in holdings.owners}
    for firm in holdings.owners:
        mine = number(holdings, firm)
        assert {holdings.owners[one] for one in controlled_by(holdings, mine)} == controls[firm]
        # At the top: controlled by nobody whom it does not control in turn.
        over = {
            name
            for name, below in controls.items()
            if firm in below and all(name not in other or one in below for one, other in controls.items())
        }
        found = strict.of(mine)
        if not over:
            assert found is None
        elif found is not None and found.circle:
            assert over <= {holdings.owners[one] for one in found.circle}
        else:
            assert found is not None
            assert over == {holdings.owners[found.controller]}
            assert found.block_ppm > 500_000
            assert found.block_ppm == sum(holdings.share(one, mine) for one in found.via)


def test_offspring_are_counted_by_generation_and_once():
    made = offspring_of([("海尔", "雷神"), ("海尔", "日日顺"), ("日日顺", "乐家"), ("众创", "雷神"), ("雷神", "乐家")])
    assert made.roots == ("众创", "海尔")
    assert made.generations("海尔") == (("日日顺", "雷神"), ("乐家",))
    assert made.counts("海尔") == (2, 1)
    assert made.counts("乐家") == ()
    assert made.parents["雷神"] == ("众创", "海尔")


def test_descent_from_oneself_is_refused_and_the_circle_named():
    with pytest.raises(Refused) as refused:
        offspring_of([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])
    assert (refused.value.code, refused.value.data["circle"]) == ("offspring_circle", "c → b → c")
    with pytest.raises(Refused):
        offspring_of([("a", "a")])
