"""The properties of dates, times, durations and ranges: `d.year`, `t.hour`, `p.months`, `r.start`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from yanlian.engine.feel.arithmetic import time_instant
from yanlian.engine.feel.numbers import CONTEXT
from yanlian.engine.feel.temporal import (
    DAY,
    SECOND,
    Date,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    instant,
    offset_at,
    ordinal,
)
from yanlian.engine.feel.values import Range, fault

_NONE = fault("feel_no_property")
_EPOCH = instant(DateTime(date(1970, 1, 1), Time(0, 0)))


def property_of(value: object, name: str) -> object:
    """A property of a value, or a fault when it has none of that name."""
    if name == "value":
        return _size(value)
    if isinstance(value, (date, FarDate)):
        return _of_date(value, name)
    if isinstance(value, DateTime):
        found = _of_date(value.day, name)
        return _of_time(value.time, name, value) if found is _NONE else found
    if isinstance(value, Time):
        return _of_time(value, name, None)
    if isinstance(value, YearsMonths):
        return _of_months(value, name)
    if isinstance(value, DaysTime):
        return _of_duration(value, name)
    if isinstance(value, Range):
        return _of_range(value, name)
    return _NONE


def _size(value: object) -> object:
    """The number the standard's order goes by: seconds since 1970 in UTC, since midnight, or of a duration; months."""
    if isinstance(value, YearsMonths):
        return Decimal(value.months)
    if isinstance(value, (date, FarDate)):
        value = DateTime(value, Time(0, 0))
    if isinstance(value, DateTime):
        return _seconds(instant(value) - _EPOCH)
    if isinstance(value, Time):
        return _seconds(time_instant(value))
    return _seconds(value.nanoseconds) if isinstance(value, DaysTime) else _NONE


def _seconds(nanoseconds: int) -> Decimal:
    whole, rest = divmod(nanoseconds, SECOND)
    return CONTEXT.add(Decimal(whole), Decimal(rest).scaleb(-9).normalize()) if rest else Decimal(whole)


def _of_date(day: Date, name: str) -> object:
    if name == "year":
        return Decimal(day.year)
    if name == "month":
        return Decimal(day.month)
    if name == "day":
        return Decimal(day.day)
    if name == "weekday":
        return Decimal((ordinal(day) - 1) % 7 + 1)
    return _NONE


def _of_time(clock: Time, name: str, moment: DateTime | None) -> object:
    if name == "hour":
        return Decimal(clock.hour)
    if name == "minute":
        return Decimal(clock.minute)
    if name == "second":
        return Decimal(clock.second)
    if name == "time offset":
        if clock.zone:
            return DaysTime(offset_at(moment or DateTime(date(1970, 1, 1), clock)) * SECOND)
        return None if clock.offset is None else DaysTime(clock.offset * SECOND)
    if name == "timezone":
        return clock.zone or None
    return _NONE


def _of_months(size: YearsMonths, name: str) -> object:
    sign = -1 if size.months < 0 else 1
    if name == "years":
        return Decimal(sign * (abs(size.months) // 12))
    if name == "months":
        return Decimal(sign * (abs(size.months) % 12))
    return _NONE


def _of_duration(size: DaysTime, name: str) -> object:
    sign, length = (-1, -size.nanoseconds) if size.nanoseconds < 0 else (1, size.nanoseconds)
    if name == "days":
        return Decimal(sign * (length // DAY))
    if name == "hours":
        return Decimal(sign * (length % DAY // (3600 * SECOND)))
    if name == "minutes":
        return Decimal(sign * (length // (60 * SECOND) % 60))
    if name == "seconds":
        whole = Decimal(sign * (length // SECOND % 60))
        rest = length % SECOND
        return whole + Decimal(sign * rest).scaleb(-9).normalize() if rest else whole
    return _NONE


def _of_range(span: Range, name: str) -> object:
    if name in {"start", "low"}:
        return span.low
    if name in {"end", "high"}:
        return span.high
    if name == "start included":
        return span.low_closed
    if name == "end included":
        return span.high_closed
    return _NONE
