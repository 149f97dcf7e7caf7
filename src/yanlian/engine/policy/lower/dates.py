"""Dates as days: parts of a date and months added are looked up in tables that the interpreter's own functions fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache

from yanlian.engine.feel.temporal import add_months
from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.compare import Comparisons
from yanlian.engine.policy.lower.values import Day, Length, NotLowered, Number, Value, days_of

# Dates outside of these years go to the interpreter.
FIRST, LAST = days_of(date(1900, 1, 1)), days_of(date(2149, 12, 31))
_LONGEST = 70_000
_MILLENNIUM = 12_000
_MOST_DAYS = 10_000_000
_DAY = 86_400 * 10**9


def date_of(days: int) -> date:
    """The date of a day."""
    return date.fromordinal(days + 719_163)


def _months_of(days: int) -> int:
    found = date_of(days)
    return found.year * 12 + found.month


_PARTS: Mapping[str, Callable[[int], int]] = {
    "year": lambda days: date_of(days).year,
    "month": lambda days: date_of(days).month,
    "day": lambda days: date_of(days).day,
    "weekday": lambda days: date_of(days).isoweekday(),
}


@cache
def _later(months: int) -> Callable[[int], int]:
    """The same function for the same months, so that its table is made once."""

    def later(days: int) -> int:
        found = add_months(date_of(days), months)
        assert isinstance(found, date)
        return days_of(found)

    return later


@lru_cache(maxsize=64)
def _table(function: Callable[[int], int], low: int, high: int) -> tuple[int, ...]:
    """What a function of days gives from one day to another."""
    return tuple(function(days) for days in range(low, high + 1))


class Dates(Comparisons):
    """Dates and durations."""

    def part(self, day: Day, name: str) -> Number:
        """year, month, day or weekday of a date."""
        if name not in _PARTS:
            raise NotLowered(f"date.{name}")

        node, lost = self.by_day(day.day, _PARTS[name])
        return self.flagged(Number(flags=day.flags, num=node), given=lost)

    def by_day(self, node: Node, function: Callable[[int], int]) -> tuple[Node, Node]:
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
        node, lost = self.by_day(day.day, _later(sign * length.months))
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
            months, lost = self.by_day(value.day, _months_of)
            of_month, _ = self.by_day(value.day, _PARTS["day"])
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
