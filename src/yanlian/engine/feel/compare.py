"""Equality and order in three values and unknown, membership in ranges and lists, and keys for sets."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from yanlian.engine.feel.arithmetic import time_instant
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths, instant, ordinal
from yanlian.engine.feel.values import Function, IncompleteList, Range, Unknown, union

Truth: TypeAlias = bool | Unknown | None


def conjunction(values: Iterable[object]) -> Truth:
    """`and` over all values: false decides, then unknown, then null (also for what is no boolean), then true."""
    unknown: list[Unknown] = []
    null = False
    for value in values:
        if value is False:
            return False
        if type(value) is Unknown:
            unknown.append(value)
        elif value is not True:
            null = True
    if unknown:
        return union(*unknown)
    return None if null else True


def disjunction(values: Iterable[object]) -> Truth:
    """`or` over all values: true decides, then unknown, then null (also for what is no boolean), then false."""
    unknown: list[Unknown] = []
    null = False
    for value in values:
        if value is True:
            return True
        if type(value) is Unknown:
            unknown.append(value)
        elif value is not False:
            null = True
    if unknown:
        return union(*unknown)
    return None if null else False


def negation(value: object) -> Truth:
    """`not`: unknown stays unknown, what is no boolean gives null."""
    if isinstance(value, bool):
        return not value
    return value.plain() if isinstance(value, Unknown) else None


def equal(a: object, b: object) -> Truth:
    """a = b: null for values of different kinds, except that null equals null and nothing else.

    Lists, contexts and ranges are decided by their parts: parts of different kinds make them unequal.
    """
    kind = type(a)
    if kind is type(b) and kind in _PLAIN:
        return a == b
    if kind is Unknown or type(b) is Unknown:
        return _equal_unknown(a, b)
    if a is None or b is None:
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return _equal_lists(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if a.keys() != b.keys():
            return False
        charge_walk(len(a))
        return conjunction(_equal_within(clean(a[key]), clean(b[key])) for key in a)
    if isinstance(a, Range) and isinstance(b, Range):
        if a.low_closed != b.low_closed or a.high_closed != b.high_closed:
            return False
        return conjunction((_equal_within(a.low, b.low), _equal_within(a.high, b.high)))
    if isinstance(a, (DateTime, Time)) and type(a) is type(b):
        a, b = _in_one_zone(a, b)
        return _order_key(a) == _order_key(b)
    if isinstance(a, (date, FarDate)) and isinstance(b, (date, FarDate)):
        return a == b
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    if isinstance(a, Function) or callable(a):
        return a is b if isinstance(b, Function) or callable(b) else None
    return None


_PLAIN = frozenset({Decimal, str, bool, date, YearsMonths, DaysTime, type(None)})


def _equal_lists(a: list[object], b: list[object]) -> Truth:
    if (isinstance(a, IncompleteList) and a.is_open) or (isinstance(b, IncompleteList) and b.is_open):
        return union(a, b)
    if len(a) != len(b):
        return False
    charge_walk(len(a))
    return conjunction(_equal_within(clean(x), clean(y)) for x, y in zip(a, b, strict=True))


def _equal_within(a: object, b: object) -> Truth:
    """The same for members of lists, entries of contexts and ends of ranges: those of different kinds are not equal, so
    that the whole is decided."""
    found = equal(a, b)
    return False if found is None else found


def _in_one_zone(a: object, b: object) -> tuple[object, object]:
    """Two moments or two times of day of which only one says where it is: the other is read as of the same place (DMN
    10.3.2.13: "that input uses the timezone offset of the other input")."""
    if isinstance(a, DateTime) and isinstance(b, DateTime):
        if a.time.has_zone != b.time.has_zone:
            first, second = _in_one_zone(a.time, b.time)
            assert isinstance(first, Time)
            assert isinstance(second, Time)
            return DateTime(a.day, first), DateTime(b.day, second)
    elif isinstance(a, Time) and isinstance(b, Time) and a.has_zone != b.has_zone:
        if a.has_zone:
            return a, replace(b, offset=a.offset, zone=a.zone)
        return replace(a, offset=b.offset, zone=b.zone), b
    return a, b


def _bounds(value: object) -> tuple[object, object]:
    return (value.low, value.high) if isinstance(value, Unknown) else (value, value)


def _equal_unknown(a: object, b: object) -> Truth:
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    if _below(high_a, low_b) is True or _below(high_b, low_a) is True:
        return False
    if low_a is not None and _same(low_a, high_a) and _same(low_b, high_b) and _same(low_a, low_b):
        return True
    return union(a, b)


def _same(a: object, b: object) -> bool:
    return a is not None and equal(a, b) is True


def _below(a: object, b: object) -> bool | None:
    if isinstance(a, (DateTime, Time)):
        a, b = _in_one_zone(a, b)
    left, right = _order_key(a), _order_key(b)
    if left is None or right is None or left[0] != right[0]:
        return None
    (_, first), (_, second) = left, right
    if isinstance(first, str) or isinstance(second, str):
        return isinstance(first, str) and isinstance(second, str) and first < second
    return first < second


def _order_key(value: object) -> tuple[str, Decimal | str | int] | None:
    """Kind and sortable value; nothing for what has no order. A set keeps local and zoned times apart."""
    if isinstance(value, Decimal):
        return "number", value
    if isinstance(value, str):
        return "string", value
    if isinstance(value, (date, FarDate)):
        return "date", ordinal(value)
    if isinstance(value, DateTime):
        return f"moment{value.time.has_zone}", instant(value)
    if isinstance(value, Time):
        return f"time{value.has_zone}", time_instant(value)
    if isinstance(value, YearsMonths):
        return "months", value.months
    if isinstance(value, DaysTime):
        return "days", value.nanoseconds
    return None


def less(a: object, b: object) -> Truth:
    """a < b; null for what has no common order."""
    if type(a) is Unknown or type(b) is Unknown:
        (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
        if _below(high_a, low_b) is True:
            return True
        if _below(low_a, high_b) is False:
            return False
        return union(a, b)
    return _below(a, b)


def less_equal(a: object, b: object) -> Truth:
    """a <= b."""
    return negation(less(b, a))


def greater(a: object, b: object) -> Truth:
    """a > b."""
    return less(b, a)


def greater_equal(a: object, b: object) -> Truth:
    """a >= b."""
    return negation(less(a, b))


def unequal(a: object, b: object) -> Truth:
    """a != b."""
    return negation(equal(a, b))


COMPARISONS: dict[str, Callable[[object, object], Truth]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
}


# The same for two numbers, two texts or two days: Python's own.
RAW: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def contains(span: Range, value: object) -> Truth:
    """Whether a value lies in a range."""
    tests: list[Truth] = []
    if span.low is not None:
        tests.append(less_equal(span.low, value) if span.low_closed else less(span.low, value))
    if span.high is not None:
        tests.append(less_equal(value, span.high) if span.high_closed else less(value, span.high))
    return conjunction(tests) if tests else None


def passes(value: object, test: object) -> Truth:
    """Whether a value passes a test given as a value: lies in a range, is a member of a list, or equals it."""
    if isinstance(test, Range):
        return contains(test, value) if not isinstance(value, Range) else equal(value, test)
    if isinstance(test, list):
        return _in_list(value, test)
    return False if (found := equal(value, test)) is None else found


def _in_list(value: object, members: list[object]) -> Truth:
    charge_walk(len(members))
    found: list[object] = []
    for member in members:
        member = clean(member)
        result = passes(value, member) if not isinstance(member, list) else equal(value, member)
        if result is True:
            return True
        found.append(False if result is None else result)
    if isinstance(value, list) or (type(value) is Unknown and value.low is None and value.high is None):
        whole = equal(value, members)
        found.append(False if whole is None else whole)
    if isinstance(members, IncompleteList) and members.is_open:
        found.append(union(members))
    return disjunction(found)


def key_of(value: object) -> Hashable:
    """A key that is the same for equal values, for sets and dictionaries; lists and contexts through and through."""
    if type(value) in _PLAIN:
        return type(value), value
    if isinstance(value, (list, Mapping)):
        charge_walk(len(value))
    if isinstance(value, list):
        return "list", tuple(key_of(clean(member)) for member in value)
    if isinstance(value, Mapping):
        return "context", frozenset((key, key_of(clean(entry))) for key, entry in value.items())
    if isinstance(value, Range):
        return "range", key_of(value.low), key_of(value.high), value.low_closed, value.high_closed
    return _order_key(value) or ("object", id(value))
