"""Tables of days hold what the interpreter's own functions of a date give."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from yanlian.engine.feel.temporal import add_months
from yanlian.engine.policy.lower.dates import FIRST, LAST, PARTS, later, months_of
from yanlian.engine.policy.lower.values import days_of

EVERY = np.arange(FIRST, LAST + 1)
DATES = [date.fromordinal(day + 719_163) for day in EVERY.tolist()]


def test_parts_of_a_date_on_every_day_of_the_tables():
    assert PARTS["year"](EVERY).tolist() == [one.year for one in DATES]
    assert PARTS["month"](EVERY).tolist() == [one.month for one in DATES]
    assert PARTS["day"](EVERY).tolist() == [one.day for one in DATES]
    assert PARTS["weekday"](EVERY).tolist() == [one.isoweekday() for one in DATES]
    assert months_of(EVERY).tolist() == [one.year * 12 + one.month for one in DATES]


@pytest.mark.parametrize("months", [1, -1, 11, 12, -12, 36, -36, 12_000, -12_000, 7])
def test_months_later_on_every_day_of_the_tables(months):
    expected = [days_of(add_months(one, months)) for one in DATES]
    assert later(months)(EVERY).tolist() == expected
