"""Gaps: the periods in which absence does not mean none."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yanlian.engine.dossier import Coverage, Delivery

DAY = date


def test_nothing_delivered_is_one_open_gap():
    assert Coverage().gaps("loan", DAY(2025, 12, 31)) == ((None, DAY(2025, 12, 31)),)


def test_complete_from_the_beginning_until_the_day_leaves_no_gap():
    coverage = Coverage([Delivery("loan", None, DAY(2025, 12, 31), True)])
    assert coverage.gaps("loan", DAY(2025, 12, 31)) == ()
    assert coverage.gaps("loan", DAY(2026, 1, 2)) == ((DAY(2026, 1, 1), DAY(2026, 1, 2)),)


def test_a_partial_delivery_covers_nothing():
    coverage = Coverage([Delivery("loan", None, DAY(2025, 12, 31), False)])
    assert coverage.gaps("loan", DAY(2025, 12, 31)) == ((None, DAY(2025, 12, 31)),)


def test_a_firm_that_moved_in_has_a_gap_before():
    coverage = Coverage([Delivery("payment", None, DAY(2025, 12, 31), True)])
    assert coverage.gaps("payment", DAY(2025, 12, 31), since=DAY(2023, 5, 1)) == ((None, DAY(2023, 4, 30)),)


def test_everything_is_delivered_in_worked_cases():
    assert Coverage(everything=True).gaps("loan", DAY(2025, 12, 31)) == ()


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.booleans(), st.booleans()), max_size=6)


@given(spans, st.integers(0, 80), st.one_of(st.none(), st.integers(0, 60)))
def test_a_day_is_in_a_gap_exactly_when_no_complete_delivery_covers_it(deliveries, until, since):
    zero = DAY(2020, 1, 1)
    day = lambda n: zero + timedelta(days=n)  # noqa: E731
    made = [Delivery("x", None if opened else day(a), day(a + n), whole) for a, n, whole, opened in deliveries]
    gaps = Coverage(made).gaps("x", day(until), None if since is None else day(since))
    for n in range(-3, until + 1):
        covered = any(
            d.complete and (d.start or DAY.min) <= day(n) <= d.end and (since is None or n >= since) for d in made
        )
        in_gap = any((low or DAY.min) <= day(n) <= high for low, high in gaps)
        assert in_gap != covered, (n, gaps)
