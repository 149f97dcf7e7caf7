"""Facts about grades, their reasons, and what they hang on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.chain.segments.made import CHAIN, figures, firm

from yanlian.engine.chain.segments import (
    SegmentFigures,
    default_thresholds,
    figures_of,
    grade_segment,
    grade_segments,
    margins,
    moved,
)
from yanlian.engine.chain.segments.grades import ORDER
from yanlian.engine.chain.segments.quantities import QUANTITIES

RULES = default_thresholds()


def test_strong_by_hand() -> None:
    # 20 of 100 here, 100 of 1,000 there: quotient 2.
    found = grade_segment(figures(firms=4, output=20, reference=100, growth=0, leaders=1))
    assert found.grade == "strong"
    assert {one.comparison.at for one in found.deciding} == {
        "strong.firms",
        "strong.location_quotient",
        "strong.output_share",
        "strong.leaders",
    }
    assert found.missed == ()


def test_two_firms_are_not_strong_however_large() -> None:
    found = grade_segment(figures(firms=2, output=20, reference=100, growth=0, leaders=1))
    assert found.grade == "potential"
    assert [one.comparison.at for one in found.missed] == ["strong.firms"]


def test_weak_where_nothing_but_firms_is_there() -> None:
    base = figures(firms=1, output=1, reference=100, growth=0, leaders=0)
    found = grade_segment(replace(base, reference=replace(base.reference, firms=50)))
    assert found.grade == "weak"
    assert {one.comparison.quantity for one in found.missed} == {
        "location_quotient",
        "location_quotient_firms",
        "growth_lead",
        "leaders",
    }


def test_no_firm_is_blank_whatever_else_is_unknown() -> None:
    found = grade_segment(figures(firms=0))
    assert (found.grade, found.missing) == ("blank", ())
    assert [one.comparison.at for one in found.missed] == ["weak.firms"]


def test_missing_figures_make_the_grade_unknown_and_are_named() -> None:
    found = grade_segment(figures(firms=4, leaders=1))
    assert (found.grade, found.best, found.worst) == ("unknown", "strong", "potential")
    assert set(found.missing) == {"location_quotient", "output_share"}


def test_a_missing_figure_that_cannot_matter_leaves_the_grade() -> None:
    found = grade_segment(figures(firms=4, output=20, reference=100, leaders=1))
    assert (found.grade, found.missing) == ("strong", ())


def test_how_far_a_threshold_may_move() -> None:
    found = grade_segment(figures(firms=3, output=13, reference=100, growth=0, leaders=1))
    hang = {one.comparison.at: one for one in margins(found, RULES)}
    assert hang["strong.location_quotient"].figure == pytest.approx(1.3)
    assert hang["strong.location_quotient"].by == pytest.approx(0.04)
    assert hang["strong.location_quotient"].then == "potential"
    assert hang["strong.firms"].by == 0
    # Weak holds with any number of firms below: the best grade that holds is given.
    assert "weak.firms" not in hang


def test_moves_of_a_tenth_and_a_fifth_count_the_changed_segments() -> None:
    graded = grade_segments([figures(firms=9, output=13, reference=100, growth=0, leaders=1)])
    found = {(one.comparison.at if one.comparison else "all", one.by): len(one.changed) for one in moved(graded, RULES)}
    assert found["strong.location_quotient", 0.1] == 1
    assert found["strong.location_quotient", -0.2] == 0
    assert found["strong.firms", 0.2] == 0
    assert found["all", 0.1] == 1


numbers = st.none() | st.integers(0, 40)
some = st.builds(
    figures,
    firms=numbers,
    output=st.none() | st.floats(0, 100),
    reference=st.none() | st.floats(100, 500),
    growth=st.none() | st.floats(-50, 50),
    leaders=st.none() | st.integers(0, 3),
)


@given(some, st.integers(0, 30), st.floats(0, 100), st.integers(0, 3))
def test_better_figures_never_lower_a_grade(one: SegmentFigures, firms: int, output: float, leaders: int) -> None:
    here = one.here
    more = replace(
        one,
        here=replace(
            here,
            firms=None if here.firms is None else here.firms + firms,
            output=None if here.output is None else here.output + output,
            leaders=None if here.leaders is None else here.leaders + leaders,
        ),
    )
    before, after = grade_segment(one), grade_segment(more)
    assert ORDER.index(after.best) <= ORDER.index(before.best)
    assert ORDER.index(after.worst) <= ORDER.index(before.worst)


@given(some)
def test_an_unknown_grade_lies_between_what_every_filling_in_gives(one: SegmentFigures) -> None:
    found = grade_segment(one)
    for fill in (0, 1, 1000):
        here = one.here
        whole = replace(
            one,
            here=replace(
                here,
                firms=fill if here.firms is None else here.firms,
                leaders=fill if here.leaders is None else here.leaders,
                output=float(min(fill, 100)) if here.output is None else here.output,
            ),
        )
        after = grade_segment(whole)
        assert ORDER.index(found.best) <= ORDER.index(after.best)
        assert ORDER.index(after.worst) <= ORDER.index(found.worst)


@given(some, st.sampled_from([one.at for one in RULES.comparisons()]), st.floats(-0.9, 3))
def test_a_threshold_that_moves_less_than_its_margin_changes_nothing(one: SegmentFigures, at: str, by: float) -> None:
    graded = grade_segment(one)
    margin = {each.comparison.at: each for each in margins(graded, RULES)}.get(at)
    threshold = next(each for each in RULES.comparisons() if each.at == at).at_least
    value = QUANTITIES[next(each for each in RULES.comparisons() if each.at == at).quantity].of(one).value
    after = grade_segment(one, RULES.changed({at: threshold * (1 + by)})).grade
    if margin is None and value is not None:
        assert after == graded.grade
    elif margin is not None:
        crossed = (threshold * (1 + by) > margin.figure) != (threshold > margin.figure)
        assert after == (margin.then if crossed else graded.grade)


def test_firms_added_to_a_segment_never_lower_its_grade_in_a_larger_world() -> None:
    world = [firm(f"x{one}", "t-set", local=False, output=50, before=50) for one in range(20)]
    grades = []
    for count in range(8):
        here = [firm(f"a{one}", "t-set", output=50, before=45) for one in range(count)]
        others = [firm("o", "t-lens", output=500, before=500), firm("p", "t-lens", local=False, output=9000)]
        graded = {one.segment: one for one in grade_segments(figures_of(CHAIN, [*here, *others, *world]))}
        grades.append(ORDER.index(graded["t-set"].best))
    assert grades == sorted(grades, reverse=True)
    assert grades[0] == ORDER.index("blank")
    assert grades[-1] < grades[0]
