"""Dates as days: parts of a date and months added are looked up in tables.

A table holds what the interpreter's own functions of a date give, worked out for all its days at once (NumPy's calendar
is Python's: the Gregorian one, carried on both ways); a test compares them day by day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.compare import Comparisons
from yanlian.engine.policy.lower.values import Day, Length, NotLowered, Number, Value, days_of

# Dates outside of these years go to the interpreter.
FIRST, LAST = days_of(date(1900, 1, 1)), days_of(date(2149, 12, 31))
_LONGEST = 70_000
_MILLENNIUM = 12_000
_MOST_DAYS = 10_000_000
_DAY = 86_400 * 10**9


# Days since 1970-01-01, or what a function gives for each of them.
Days: TypeAlias = npt.NDArray[np.int64]
OfDays: TypeAlias = Callable[[Days], Days]


def _months(days: Days) -> Days:
    """Months since January 1970."""
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64)


def _of_month(days: Days) -> Days:
    return days - _first_of(_months(days)) + 1


def _first_of(months: Days) -> Days:
    """The first day of months since January 1970."""
    return months.astype("M8[M]").astype("M8[D]").astype(np.int64)


def months_of(days: Days) -> Days:
    """Months since January of the year 0, plus one: year · 12 + month."""
    return _months(days) + (1970 * 12 + 1)


def year_of(days: Days) -> Days:
    """The year of a day."""
    return _months(days) // 12 + 1970


PARTS: Mapping[str, OfDays] = {
    "year": year_of,
    "month": lambda days: _months(days) % 12 + 1,
    "day": _of_month,
    # Day 0 was a Thursday; ISO 8601 begins with Monday as 1.
    "weekday": lambda days: (days + 3) % 7 + 1,
}


@cache
def later(months: int) -> OfDays:
    """The same day some months later, or the last day of that month if it is shorter. The same function for the same
    months, so that its table is made once."""

    def of_days(days: Days) -> Days:
        there = _months(days) + months
        first = _first_of(there)
        same: Days = first + _of_month(days) - 1
        last: Days = _first_of(there + 1) - 1
        return np.where(same < last, same, last)

    return of_days


@lru_cache(maxsize=64)
def _table(function: OfDays, low: int, high: int) -> tuple[int, ...]:
    """What a function of days gives from one day to another."""
    return tuple(function(np.arange(low, high + 1)).tolist())


class Dates(Comparisons):
    """Dates and durations."""

    def part(self, day: Day, name: str) -> Number:
        """year, month, day or weekday of a date."""
        if name not in PARTS:
            raise NotLowered(f"date.{name}")

        node, lost = self.by_day(day.day, PARTS[name])
        return self.flagged(Number(flags=day.flags, num=node), given=lost)

    def by_day(self, node: Node, function: OfDays) -> tuple[Node, Node]:
        """A function of a day, from a table; and whether the day is outside of it."""
        low, high = max(node.low, FIRST), min(node.high, LAST)
        if low > high:
            raise NotLowered("dates of other centuries")
        inside = self.builder.true
        if low > node.low or high < node.high:
            node, inside = self.builder.narrowed(node, low, high)
        if high - low > 2 * _LONGEST:
            raise NotLowered("dates of too many years")
        table = _table(function, low, high)
        position = self.builder.subtract(node, self.builder.const(low))
        return self.builder.lookup(table, position), self.builder.negate(inside)

    def shifted(self, day: Day, length: Length, sign: int) -> Day:
        """A date some time later or earlier."""
        if length.months is None:
            # Part of a day back is the day before.
            days = sign * length.nanoseconds // _DAY
            if abs(days) > _MOST_DAYS:
                raise NotLowered("dates of another millennium")
            return self._kept(
                Day(flags=self.flags(day, length), day=self.builder.add(day.day, self.builder.const(days)))
            )
        if abs(length.months) > _MILLENNIUM:
            raise NotLowered("dates of another millennium")
        node, lost = self.by_day(day.day, later(sign * length.months))
        return self.flagged(Day(flags=self.flags(day, length), day=node), given=lost)

    def _kept(self, day: Day) -> Day:
        """A date that is sure to be one."""
        low, high = days_of(date.min) + 366, days_of(date.max) - 366
        if day.day.low >= low and day.day.high <= high:
            return day
        node, inside = self.builder.narrowed(day.day, low, high)
        return self.flagged(Day(flags=day.flags, day=node), given=self.builder.negate(inside))

    def months_between(self, start: Value, end: Value, *, years: bool) -> Value:
        """月数 and 周年数: whole months or years, the day of the month counting; negative when reversed."""
        if not isinstance(start, Day) or not isinstance(end, Day):
            raise NotLowered("月数 of what is no date")
        b = self.builder

        def months_and_days(value: Day) -> tuple[Node, Node, Node]:
            months, lost = self.by_day(value.day, months_of)
            of_month, _ = self.by_day(value.day, PARTS["day"])
            return months, of_month, lost

        first, first_day, lost = months_and_days(start)
        last, last_day, lost_too = months_and_days(end)
        forward, backward = b.subtract(last, first), b.subtract(first, last)
        short = b.choose(b.compare("<", last_day, first_day), b.const(1), b.const(0))
        short_back = b.choose(b.compare("<", first_day, last_day), b.const(1), b.const(0))
        reversed_ = b.compare("<", end.day, start.day)
        size = b.choose(reversed_, b.subtract(backward, short_back), b.subtract(forward, short))
        size = b.arithmetic("max", size, b.const(0))
        if years:
            size = b.divide(size, b.const(12), "floor")
        num = b.choose(reversed_, b.subtract(b.const(0), size), size)
        return self.flagged(Number(flags=self.flags(start, end), num=num), given=b.either(lost, lost_too))
