"""Dates as people write them, whole months, working days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.periods import (
    add_working_days,
    is_working_day,
    month_end,
    parse_date,
    parse_month,
    parse_year,
    whole_months,
    whole_years,
    working_days_between,
)
from yanlian.base.refusal import Refused

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


@given(DAYS)
def test_a_day_reads_back_from_all_five_styles(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    for text in (
        f"{y}-{m:02d}-{d:02d}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}{m:02d}{d:02d}",
        f"{y}年{m}月{d}日",
        f" {y}-{m:02d}-{d:02d} 00:00:00",
    ):
        assert parse_date(text) == day


def test_full_width_digits_are_read() -> None:
    assert parse_date("２０２５年１月３１日") == date(2025, 1, 31)


@pytest.mark.parametrize(
    "found",
    [
        "2025-02-29", "2025-13-01", "2025-00-10", "2025-1/31", "25-1-31", "31/01/2025", "20250132",
        "2025-01-31 09:30:00", "1899-12-31", "2201-01-01", "45688", "", "今天", "2025-01-31" + " " * 60, "٢٠٢٥-٠١-٣١",
    ],
)  # fmt: skip
def test_days_that_do_not_exist_or_are_ambiguous_are_refused(found: str) -> None:
    with pytest.raises(Refused, match="date_unreadable"):
        parse_date(found)


@pytest.mark.parametrize("found", ["2025-01", "2025/1", "2025.1", "202501", "2025年1月", "２０２５年１月"])
def test_months_are_read_as_their_first_day(found: str) -> None:
    assert parse_month(found) == date(2025, 1, 1)


@pytest.mark.parametrize("found", ["2025-13", "202500", "2025", "1月"])
def test_other_months_are_refused(found: str) -> None:
    with pytest.raises(Refused, match="month_unreadable"):
        parse_month(found)


@pytest.mark.parametrize("found", ["2025", "2025年", "2025年度", " ２０２５ "])
def test_years_are_read(found: str) -> None:
    assert parse_year(found) == 2025


@pytest.mark.parametrize("found", ["25", "1800", "2025.5", "二〇二五"])
def test_other_years_are_refused(found: str) -> None:
    with pytest.raises(Refused, match="year_unreadable"):
        parse_year(found)


def test_month_end_knows_leap_years() -> None:
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-01-15", "2025-02-14", 0),
        ("2025-01-15", "2025-02-15", 1),
        ("2025-01-31", "2025-02-28", 0),
        ("2024-02-29", "2025-02-28", 11),
        ("2025-02-15", "2025-01-15", -1),
        ("2025-02-14", "2025-01-15", 0),
    ],
)
def test_whole_months_count_by_the_day_of_the_month(start: str, end: str, months: int) -> None:
    assert whole_months(date.fromisoformat(start), date.fromisoformat(end)) == months


@given(DAYS, DAYS)
def test_whole_months_change_only_their_sign_when_reversed(start: date, end: date) -> None:
    assert whole_months(start, end) == -whole_months(end, start)
    assert abs(whole_years(start, end)) == abs(whole_months(start, end)) // 12


def test_years_are_whole_in_both_directions() -> None:
    assert whole_years(date(2023, 6, 1), date(2025, 5, 31)) == 1
    assert whole_years(date(2025, 5, 31), date(2023, 6, 1)) == -1


def test_holidays_and_shifted_workdays_follow_the_official_list() -> None:
    assert is_working_day(date(2025, 10, 1)) == (False, True)
    # A Saturday that was worked for the Spring Festival.
    assert is_working_day(date(2025, 2, 8)) == (True, True)
    assert add_working_days(date(2025, 9, 30), 1).day == date(2025, 10, 9)


def test_outside_the_known_years_plain_weekdays_are_counted_and_it_is_said() -> None:
    found = add_working_days(date(2050, 9, 30), 1)
    assert (found.day, found.official) == (date(2050, 10, 3), False)
    assert add_working_days(date(2025, 3, 3), 4).official


def test_no_working_days_gives_the_day_itself_or_the_next_worked_one() -> None:
    assert add_working_days(date(2025, 3, 3), 0).day == date(2025, 3, 3)
    assert add_working_days(date(2025, 3, 1), 0).day == date(2025, 3, 3)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2025, 3, 1), -1)


@given(st.dates(min_value=date(2010, 1, 1), max_value=date(2060, 1, 1)), st.integers(min_value=1, max_value=60))
def test_counting_forward_and_between_agree(start: date, days: int) -> None:
    assert working_days_between(start, add_working_days(start, days).day)[0] == days
