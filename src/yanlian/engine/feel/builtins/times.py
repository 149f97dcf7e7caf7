"""Functions of dates, times and durations. The engine has no clock: `now` and `today` come from the scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from yanlian.engine.feel.builtins.arguments import rejected
from yanlian.engine.feel.numbers import whole
from yanlian.engine.feel.temporal import (
    MAX_OFFSET,
    SECOND,
    Date,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    make_date,
    make_time,
    ordinal,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    zone_exists,
)
from yanlian.engine.feel.values import Fault, Function, fault

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
_ALL_MONTHS = (*_MONTHS, "October", "November", "December")
MAX_HOURS = MAX_OFFSET // 3600
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_UTC_MIDNIGHT = Time(0, 0, 0, 0, 0)


def _literal(text: str, found: object) -> object:
    return fault("feel_literal", found=text[:50]) if found is None else found


def date_of(*arguments: object) -> object:
    """`date(from)`, `date(year, month, day)`."""
    if len(arguments) == 3:
        year, month, day = (whole(value) for value in arguments)
        if year is None or month is None or day is None:
            return rejected("date", *arguments)
        return _literal(f"{year}-{month}-{day}", make_date(year, month, day))
    value = arguments[0]
    if isinstance(value, str):
        return _literal(value, parse_date(value))
    if isinstance(value, (date, FarDate)):
        return value
    return value.day if isinstance(value, DateTime) else rejected("date", value)


def date_and_time(*arguments: object) -> object:
    """`date and time(from)`, `date and time(date, time)`, or the parts: year … second, and offset in hours or zone."""
    if len(arguments) > 2:
        return _moment_of_parts(arguments)
    if len(arguments) == 2:
        day, clock = _day(arguments[0]), arguments[1]
        if day is not None and isinstance(clock, Time):
            return DateTime(day, clock)
        return rejected("date and time", *arguments)
    value = arguments[0]
    if isinstance(value, str):
        found = parse_date_time(value)
        if found is None:
            day_only = parse_date(value)
            found = None if day_only is None else DateTime(day_only, Time(0, 0))
        return _literal(value, found)
    return rejected("date and time", value)


def _moment_of_parts(arguments: tuple[object, ...]) -> object:
    day = date_of(*arguments[:3])
    zone = arguments[6] if len(arguments) > 6 else None
    if isinstance(zone, Decimal):
        zone = DaysTime(int(zone * 3600) * SECOND) if abs(zone) <= MAX_HOURS else False
    if isinstance(zone, str):
        if not zone_exists(zone):
            return fault("feel_literal", found=zone[:50])
        clock = _time_of_parts((*arguments[3:6], None))
        clock = replace(clock, zone=zone) if isinstance(clock, Time) else clock
    else:
        clock = _time_of_parts((*arguments[3:6], zone))
    if isinstance(day, Fault) or isinstance(clock, Fault):
        return day if isinstance(day, Fault) else clock
    assert isinstance(day, (date, FarDate))
    assert isinstance(clock, Time)
    return DateTime(day, clock)


def _moment_by_name(names: tuple[str, ...]) -> Callable[..., object]:
    """The last part has two names for two kinds: `hour offset` is a number of hours, `timezone` a name."""

    def call(*arguments: object) -> object:
        wanted = {"hour offset": Decimal, "timezone": str}.get(names[-1])
        if wanted is not None and not isinstance(arguments[-1], wanted):
            return rejected("date and time", *arguments)
        return date_and_time(*arguments)

    return call


def time_of(*arguments: object) -> object:
    """`time(from)`, `time(hour, minute, second, offset)`."""
    if len(arguments) >= 3:
        return _time_of_parts(arguments)
    value = arguments[0]
    if isinstance(value, str):
        return _literal(value, parse_time(value))
    if isinstance(value, (date, FarDate)):
        return _UTC_MIDNIGHT
    if isinstance(value, DateTime):
        return value.time
    return value if isinstance(value, Time) else rejected("time", value)


def _time_of_parts(arguments: tuple[object, ...]) -> object:
    hour, minute = whole(arguments[0]), whole(arguments[1])
    second = arguments[2]
    offset = arguments[3] if len(arguments) > 3 else None
    if hour is None or minute is None or not isinstance(second, Decimal):
        return rejected("time", *arguments)
    if not (offset is None or isinstance(offset, DaysTime)) or not 0 <= second < 60:
        return rejected("time", *arguments)
    size = int(second * SECOND)
    shift = None
    if isinstance(offset, DaysTime):
        shift = offset.nanoseconds // SECOND if offset.nanoseconds >= 0 else -(-offset.nanoseconds // SECOND)
    return _literal("time", make_time(hour, minute, size // SECOND, size % SECOND, shift))


def duration(value: object) -> object:
    """`duration(from)`."""
    if isinstance(value, str):
        return _literal(value, parse_duration(value))
    return value if isinstance(value, (YearsMonths, DaysTime)) else rejected("duration", value)


def years_and_months_duration(start: object, end: object) -> object:
    """`years and months duration(from, to)`: whole months between two days."""
    first, last = _day(start), _day(end)
    if first is None or last is None:
        return rejected("years and months duration", start, end)
    sign = 1
    if ordinal(first) > ordinal(last):
        first, last, sign = last, first, -1
    months = (last.year - first.year) * 12 + last.month - first.month
    if last.day < first.day:
        months -= 1
    return YearsMonths(sign * months)


def _day(value: object) -> Date | None:
    if isinstance(value, DateTime):
        return value.day
    return value if isinstance(value, (date, FarDate)) else None


def day_of_week(value: object) -> object:
    """`day of week(date)`: Monday … Sunday."""
    day = _day(value)
    return rejected("day of week", value) if day is None else _DAYS[(ordinal(day) - 1) % 7]


def day_of_year(value: object) -> object:
    """`day of year(date)`: from 1."""
    day = _day(value)
    if day is None:
        return rejected("day of year", value)
    first = make_date(day.year, 1, 1)
    assert first is not None
    return Decimal(ordinal(day) - ordinal(first) + 1)


def month_of_year(value: object) -> object:
    """`month of year(date)`: January … December."""
    day = _day(value)
    return rejected("month of year", value) if day is None else _ALL_MONTHS[day.month - 1]


def week_of_year(value: object) -> object:
    """`week of year(date)`: the ISO week, that of the year its Thursday belongs to."""
    day = _day(value)
    if day is None:
        return rejected("week of year", value)
    thursday = ordinal(day) - (ordinal(day) - 1) % 7 + 3
    start, following = make_date(day.year, 1, 1), make_date(day.year + 1, 1, 1)
    if start is None or following is None:
        return fault("feel_date_range")
    if thursday >= ordinal(following):
        return Decimal(1)
    if thursday < ordinal(start):
        before = make_date(day.year - 1, 1, 1)
        assert before is not None
        start = before
    return Decimal((thursday - ordinal(start)) // 7 + 1)


def no_clock() -> object:
    """`now()` and `today()` where the scope supplies no clock."""
    return fault("feel_no_clock")


FUNCTIONS = (
    Function("date", ("from",), date_of, others=(("year", "month", "day"),)),
    Function(
        "date and time",
        ("from",),
        date_and_time,
        others=(("date", "time"), _PARTS, (*_PARTS, "hour offset"), (*_PARTS, "timezone")),
        by_name=_moment_by_name,
    ),
    Function("time", ("from",), time_of, others=(("hour", "minute", "second", "offset"), ("hour", "minute", "second"))),
    Function("duration", ("from",), duration),
    Function("years and months duration", ("from", "to"), years_and_months_duration),
    Function("day of week", ("date",), day_of_week),
    Function("day of year", ("date",), day_of_year),
    Function("month of year", ("date",), month_of_year),
    Function("week of year", ("date",), week_of_year),
    Function("now", (), no_clock),
    Function("today", (), no_clock),
)
