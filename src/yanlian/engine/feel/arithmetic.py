"""What + - * / ** and the unary minus do with everything that is not two numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, Decimal, DecimalException
from typing import TypeAlias

from yanlian.engine.feel.meter import charge
from yanlian.engine.feel.normal import type_name
from yanlian.engine.feel.numbers import CONTEXT, FAST, MAX_TEXT
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import (
    DAY,
    Date,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    add_months,
    from_ordinal,
    instant,
    later,
    ordinal,
    with_clock,
)
from yanlian.engine.feel.values import Fault, Unknown, fault, union

Operation: TypeAlias = Callable[[object, object], object]
_LONGEST = 10**31
MIDNIGHT = Time(0, 0, 0, 0, 0)


def _mismatch(op: str, a: object, b: object) -> Fault:
    return fault("feel_operands", operator=op, left=type_name(a), right=type_name(b))


def _numbers(op: str, a: Decimal, b: Decimal) -> object:
    if op == "/" and not b:
        return fault("feel_division_by_zero")
    try:
        return FAST[op](a, b)
    except DecimalException:
        return fault("feel_number_range", operator=op)


def add(a: object, b: object) -> object:
    """a + b."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers("+", a, b)
    if type(a) is Unknown or type(b) is Unknown:
        return union(a, b)
    if isinstance(a, str) and isinstance(b, str):
        if len(a) + len(b) > MAX_TEXT:
            raise FeelError("feel_limit", expected=MAX_TEXT, found="+")
        charge((len(a) + len(b)) >> 3)
        return a + b
    if isinstance(b, (YearsMonths, DaysTime)):
        return _plus(a, b, 1, "+")
    if isinstance(a, (YearsMonths, DaysTime)):
        return _plus(b, a, 1, "+")
    return _mismatch("+", a, b)


def subtract(a: object, b: object) -> object:
    """a - b."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers("-", a, b)
    if type(a) is Unknown or type(b) is Unknown:
        return union(a, b)
    if isinstance(b, (YearsMonths, DaysTime)):
        return _plus(a, b, -1, "-")
    if isinstance(a, Time) and isinstance(b, Time) and a.has_zone == b.has_zone:
        return DaysTime(time_instant(a) - time_instant(b))
    left, right = _moment(a), _moment(b)
    if left is not None and right is not None and left.time.has_zone == right.time.has_zone:
        return DaysTime(instant(left) - instant(right))
    return _mismatch("-", a, b)


def time_instant(value: Time) -> int:
    """Nanoseconds since midnight UTC of a time of day (zones as on an ordinary day of 1970)."""
    return instant(DateTime(date(1970, 1, 1), value)) - instant(DateTime(date(1970, 1, 1), Time(0, 0)))


def _moment(value: object) -> DateTime | None:
    if isinstance(value, DateTime):
        return value
    if isinstance(value, (date, FarDate)):
        return DateTime(value, MIDNIGHT)
    return None


def _plus(a: object, b: YearsMonths | DaysTime, sign: int, op: str) -> object:
    found: object = None
    if isinstance(b, YearsMonths):
        if isinstance(a, YearsMonths):
            return _bounded(YearsMonths(a.months + sign * b.months))
        if isinstance(a, (date, FarDate)):
            found = add_months(a, sign * b.months)
        elif isinstance(a, DateTime):
            day = add_months(a.day, sign * b.months)
            found = None if day is None else DateTime(day, a.time)
        else:
            return _mismatch(op, a, b)
    elif isinstance(a, DaysTime):
        return _bounded(DaysTime(a.nanoseconds + sign * b.nanoseconds))
    elif isinstance(a, Time):
        return with_clock(a, (a.of_day + sign * b.nanoseconds) % DAY)
    elif isinstance(a, DateTime):
        found = later(a, sign * b.nanoseconds)
    elif isinstance(a, (date, FarDate)):
        found = _shift_days(a, sign * b.nanoseconds)
    else:
        return _mismatch(op, a, b)
    return fault("feel_date_range") if found is None else found


def _bounded(duration: YearsMonths | DaysTime) -> object:
    """A duration, unless it has grown beyond all that could be written."""
    size = duration.months if isinstance(duration, YearsMonths) else duration.nanoseconds
    return duration if abs(size) < _LONGEST else fault("feel_date_range")


def _shift_days(day: Date, nanoseconds: int) -> Date | None:
    return from_ordinal(ordinal(day) + nanoseconds // DAY)


def multiply(a: object, b: object) -> object:
    """a * b."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers("*", a, b)
    if type(a) is Unknown or type(b) is Unknown:
        return union(a, b)
    if isinstance(b, (YearsMonths, DaysTime)) and isinstance(a, Decimal):
        a, b = b, a
    if isinstance(a, (YearsMonths, DaysTime)) and isinstance(b, Decimal):
        return _scaled(a, b, "*")
    return _mismatch("*", a, b)


def divide(a: object, b: object) -> object:
    """a / b."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers("/", a, b)
    if type(a) is Unknown or type(b) is Unknown:
        return union(a, b)
    if isinstance(a, (YearsMonths, DaysTime)) and isinstance(b, Decimal):
        return _scaled(a, b, "/")
    if isinstance(a, YearsMonths) and isinstance(b, YearsMonths):
        return _numbers("/", Decimal(a.months), Decimal(b.months))
    if isinstance(a, DaysTime) and isinstance(b, DaysTime):
        return _numbers("/", Decimal(a.nanoseconds), Decimal(b.nanoseconds))
    return _mismatch("/", a, b)


def _scaled(a: YearsMonths | DaysTime, factor: Decimal, op: str) -> object:
    size = a.months if isinstance(a, YearsMonths) else a.nanoseconds
    found = _numbers(op, Decimal(size), factor)
    if not isinstance(found, Decimal):
        return found
    if found.adjusted() > 30:
        return fault("feel_date_range")
    amount = int(found.to_integral_value(ROUND_DOWN, CONTEXT))
    return YearsMonths(amount) if isinstance(a, YearsMonths) else DaysTime(amount)


def power(a: object, b: object) -> object:
    """a ** b."""
    if type(a) is Decimal and type(b) is Decimal:
        return _numbers("**", a, b)
    if type(a) is Unknown or type(b) is Unknown:
        return union(a, b)
    return _mismatch("**", a, b)


def negate(a: object) -> object:
    """-a."""
    if type(a) is Decimal:
        return CONTEXT.minus(a)
    if type(a) is Unknown:
        return a.plain()
    if isinstance(a, YearsMonths):
        return YearsMonths(-a.months)
    if isinstance(a, DaysTime):
        return DaysTime(-a.nanoseconds)
    return fault("feel_operand", operator="-", found=type_name(a))


OPERATIONS: dict[str, Operation] = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
