"""Money that is short: shares, order, and amounts split between payers, against obvious versions of themselves."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from yanlian.engine.policy.settlement.places import placed
from yanlian.engine.policy.settlement.shares import in_order, pro_rata, split

FEN = st.integers(min_value=1, max_value=10**13)
ASKED = st.lists(FEN, max_size=12)
SMALL = st.lists(st.integers(min_value=1, max_value=40), max_size=6)
UNITS = st.sampled_from([1, 100, 10_000, 1_000_000])


@given(ASKED, st.integers(min_value=0, max_value=10**14))
def test_shares_use_the_budget_to_the_fen_or_give_all_that_is_asked(asked, available):
    assert sum(pro_rata(asked, available)) == min(sum(asked), available)


@given(ASKED, st.integers(min_value=0, max_value=10**14), UNITS)
def test_nobody_gets_more_than_asked_and_who_asks_for_more_never_gets_less(asked, available, unit):
    given_ = pro_rata(asked, available, unit)
    assert all(0 <= got <= wanted for got, wanted in zip(given_, asked, strict=True))
    for one, got in zip(asked, given_, strict=True):
        assert all(got >= less for other, less in zip(asked, given_, strict=True) if other < one)


@given(ASKED, st.integers(min_value=0, max_value=10**14))
def test_a_share_is_less_than_a_fen_from_the_exact_one(asked, available):
    total = sum(asked)
    if total > available:
        for one, got in zip(asked, pro_rata(asked, available), strict=True):
            assert abs(got - Fraction(one * available, total)) < 1


@given(ASKED, st.integers(min_value=0, max_value=10**8), st.permutations(range(12)))
def test_among_different_claims_the_order_in_which_they_stand_does_not_matter(asked, available, order):
    asked = list(dict.fromkeys(asked))
    order = [n for n in order if n < len(asked)]
    shuffled = pro_rata([asked[n] for n in order], available)
    # Equal remainders of different claims may still change places, by a fen.
    straight = pro_rata(asked, available)
    assert all(abs(shuffled[at] - straight[n]) <= 1 for at, n in enumerate(order))
    assert sum(shuffled) == sum(straight)


@given(st.lists(st.integers(1, 10**7).map(lambda n: n * 100), max_size=9), st.integers(0, 10**7))
def test_shares_in_yuan_are_whole_yuan_and_use_a_budget_in_yuan(asked, yuan):
    given_ = pro_rata(asked, yuan * 100, 100)
    assert sum(given_) == min(sum(asked), yuan * 100)
    assert sum(asked) <= yuan * 100 or all(one % 100 == 0 for one in given_)


def test_equal_remainders_go_to_those_that_stand_first():
    assert pro_rata([100, 100, 100], 200) == [67, 67, 66]
    assert pro_rata([150, 150, 50], 200, 100) == [100, 100, 0]


def obvious(asked, available, straddle):
    """One after the other, said in words."""
    given_ = []
    left = available
    ended = False
    for one in asked:
        if ended:
            got = 0
        elif one <= left:
            got = one
        elif straddle == "skip":
            got = 0
        else:
            ended = True
            got = left if straddle == "cut" else one if straddle == "whole" and left > 0 else 0
        left = max(left - got, 0)
        given_.append(got)
    return given_


@given(SMALL, st.integers(0, 120), st.sampled_from(["cut", "skip", "stop", "whole"]))
def test_payment_in_order_is_the_obvious_one(asked, available, straddle):
    given_ = in_order(asked, available, straddle)
    assert given_ == obvious(asked, available, straddle)
    if straddle != "whole":
        assert sum(given_) <= available
    if straddle == "cut":
        assert sum(given_) == min(sum(asked), available)
    if straddle != "skip":
        # Nobody is paid before somebody who stands earlier has everything.
        ended = [got < wanted for wanted, got in zip(asked, given_, strict=True)]
        assert not any(got for n, got in enumerate(given_) if any(ended[:n]))


RATES = st.lists(st.integers(0, 100), min_size=1, max_size=5).filter(sum)


@given(st.integers(0, 10**15), RATES)
def test_parts_of_payers_add_up_and_are_less_than_a_fen_from_exact(amount, weights):
    rates = [Decimal(one) / 100 for one in weights[:-1]]
    rates.append(1 - sum(rates))
    if rates[-1] < 0:
        return
    parts = split(amount, [(str(n), rate) for n, rate in enumerate(rates)])
    assert sum(fen for _, fen in parts) == amount
    assert all(abs(fen - amount * Fraction(rate)) < 1 for (_, fen), rate in zip(parts, rates, strict=True))


def test_the_odd_fen_is_that_of_the_payer_named_first():
    assert split(101, [("市", Decimal("0.5")), ("区", Decimal("0.5"))]) == [("市", 51), ("区", 50)]


# Places


SCORES = st.lists(st.integers(0, 4), max_size=7).map(sorted)


@given(SCORES, st.integers(0, 8), st.sampled_from(["all", "first", "manual"]))
def test_places_go_to_the_best_and_a_tie_across_the_cut_is_treated_as_declared(scores, places, ties):
    found = [one.place for one in placed(scores, [False] * len(scores), places, ties, [0] * len(scores))]
    cut = scores[places - 1] if 0 < places < len(scores) else None
    straddled = cut is not None and scores[places] == cut
    for n, (score, place) in enumerate(zip(scores, found, strict=True)):
        if straddled and score == cut:
            expected = {"all": "in", "first": "in" if n < places else "out", "manual": "tied"}[ties]
        else:
            expected = "in" if n < places else "out"
        assert place == expected


@given(SCORES, st.integers(0, 8), st.integers(0, 4), st.sampled_from(["all", "first", "manual"]))
def test_who_is_in_for_sure_stays_in_wherever_one_undecided_comes_to_stand(scores, places, score, ties):
    """The oracle: put the undecided one in at its place, ahead of those that are level with it."""
    before = [n for n, one in enumerate(scores) if one >= score]
    ahead = [1 if one >= score else 0 for one in scores]
    found = placed(scores, [False] * len(scores), places, ties, ahead)
    at = before[0] if before else len(scores)
    joined = placed(
        [*scores[:at], score, *scores[at:]], [False] * (len(scores) + 1), places, ties, [0] * (len(scores) + 1)
    )
    after = [one.place for n, one in enumerate(joined) if n != at]
    for one, then in zip(found, after, strict=True):
        if one.place == "in" and not one.provisional:
            assert then == "in"
        if one.place == "out":
            assert then == "out"


def test_equal_scores_share_a_rank_and_the_next_one_counts_all_before_it():
    ranks = [one.rank for one in placed([1, 2, 2, 3], [False] * 4, 4, "all", [0] * 4)]
    assert ranks == [1, 2, 2, 4]


def test_one_that_was_paid_keeps_its_place_and_takes_none_of_the_rest():
    found = placed([1, 2, 3], [False, False, True], 1, "manual", [0] * 3)
    assert [one.place for one in found] == ["in", "out", "in"]
