"""Dates as people write them, whole months between days, and working days of the Chinese calendar."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from yanlian.base.refusal import Refused

_LONGEST = 40
_DATE = re.compile(
    r"\s*(?P<y>\d{4})(?:(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日|(?P<m3>\d{2})(?P<d3>\d{2}))"
    # Exports of databases add a time that says nothing.
    r"(?:[ T]+00?:00(?::00(?:\.0+)?)?)?\s*\Z",
    re.ASCII,
)
_MONTH = re.compile(r"\s*(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})|\s*年\s*(?P<m2>\d{1,2})\s*月|(?P<m3>\d{2}))\s*\Z", re.ASCII)
_YEAR = re.compile(r"\s*(?P<y>\d{4})\s*(?:年度|年)?\s*\Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def parse_date(found: str) -> date:
    """A day written as 2025-01-31, 2025/1/31, 2025.1.31, 20250131 or 2025年1月31日.

    Raises `Refused("date_unreadable")`, also for days that do not exist and for two-digit years.
    """
    match = _DATE.match(_narrow(found))
    if match is not None:
        year = int(match["y"])
        month = int(match["m"] or match["m2"] or match["m3"])
        day = int(match["d"] or match["d2"] or match["d3"])
        if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            return date(year, month, day)
    raise Refused("date_unreadable", found=found[:_LONGEST])


def parse_month(found: str) -> date:
    """The first day of a month written as 2025-01, 2025/1, 2025.1, 202501 or 2025年1月."""
    match = _MONTH.match(_narrow(found))
    if match is not None:
        year, month = int(match["y"]), int(match["m"] or match["m2"] or match["m3"])
        if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    raise Refused("month_unreadable", found=found[:_LONGEST])


def parse_year(found: str) -> int:
    """A year written as 2025, 2025年 or 2025年度."""
    match = _YEAR.match(_narrow(found))
    if match is not None and _FIRST_YEAR <= int(match["y"]) <= _LAST_YEAR:
        return int(match["y"])
    raise Refused("year_unreadable", found=found[:_LONGEST])


def _narrow(found: str) -> str:
    if len(found) > _LONGEST:
        return ""
    return found if found.isascii() else unicodedata.normalize("NFKC", found)


def month_end(day: date) -> date:
    """The last day of the month that a day lies in."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def whole_months(start: date, end: date) -> int:
    """Whole months from one day to another, the day of the month counting; negative when reversed.

    2025-01-15 → 2025-02-14 is 0, → 2025-02-15 is 1.
    """
    if end < start:
        return -whole_months(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (1 if end.day < start.day else 0)


def whole_years(start: date, end: date) -> int:
    """Whole years from one day to another, counted as `whole_months`."""
    months = whole_months(start, end)
    return -(-months // 12) if months < 0 else months // 12


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day found by counting working days. `official` is false when a day on the way lies in a year whose holidays the
    State Council's list (as far as it is known here) does not cover: Monday to Friday were counted there."""

    day: date
    official: bool


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether a day is worked, and whether that is by the official list (else it is only a plain weekday)."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False


def add_working_days(start: date, days: int) -> WorkingDay:
    """The working day that lies `days` working days after `start`, which itself is not counted.

    0 gives `start` when it is worked, else the next working day. Raises ValueError for a negative number of days.
    """
    if days < 0:
        raise ValueError(f"days must not be negative, found {days}")
    day, left, official = start, days, True
    while True:
        worked, known = is_working_day(day)
        official = official and known
        if day != start and worked:
            left -= 1
        if worked and left <= 0:
            return WorkingDay(day, official)
        day += timedelta(days=1)


def working_days_between(start: date, end: date) -> tuple[int, bool]:
    """Working days after `start` up to and with `end`, and whether all of them are by the official list."""
    count, official, day = 0, True, start
    while day < end:
        day += timedelta(days=1)
        worked, known = is_working_day(day)
        official = official and known
        count += worked
    return count, official
