"""Python values into FEEL values and back, and what kind a value is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import cast

from yanlian.engine.feel.meter import charge, charge_walk
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import DAY, DateTime, DaysTime, FarDate, Time, YearsMonths, from_datetime, to_datetime
from yanlian.engine.feel.values import Function, IncompleteList, Range, Unknown

ATOMS: frozenset[type] = frozenset(
    {
        Decimal,
        str,
        bool,
        type(None),
        date,
        Unknown,
        FarDate,
        Time,
        DateTime,
        YearsMonths,
        DaysTime,
        Range,
        Function,
        dict,
    }
)


# Types whose values stay as they are: the atoms, and kinds of context as they are met (asking an abstract base class
# about every record of every dossier would cost more than the rules).
_STAYS: set[type] = set(ATOMS)
_MOST_TYPES = 1_000
_INTEGERS = {int}


def clean(value: object) -> object:
    """A value from outside as FEEL computes with it; contexts stay as they are and are cleaned entry by entry."""
    kind = type(value)
    if kind in _STAYS:
        return value
    if kind is int:
        return Decimal(cast("int", value))
    if isinstance(value, list):
        charge(3 + (len(value) >> 3))
        kinds = set(map(type, value))
        kinds.update(map(type, getattr(value, "maybe", ())))
        if kinds <= _STAYS:
            return value
        return list(map(Decimal, value)) if kinds == _INTEGERS and kind is list else _clean_list(value)
    return _clean_other(value)


def _clean_list(value: list[object]) -> list[object]:
    charge_walk(len(value))
    members = [clean(member) for member in value]
    if isinstance(value, IncompleteList):
        return IncompleteList(members, [clean(m) for m in value.maybe], value.missing, bounded=value.bounded)
    return members


def _clean_other(value: object) -> object:
    if isinstance(value, Mapping):
        if len(_STAYS) < _MOST_TYPES:
            _STAYS.add(type(value))
        return value
    if isinstance(value, (str, Decimal)) or callable(value):
        return value
    if isinstance(value, float):
        raise FeelError("feel_float", found=value)
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, datetime):
        return from_datetime(value)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, time):
        moment = from_datetime(datetime.combine(date(2000, 1, 1), value))
        return moment.time
    if isinstance(value, timedelta):
        return DaysTime((value.days * 86_400 + value.seconds) * 1_000_000_000 + value.microseconds * 1000)
    if isinstance(value, (tuple, range)):
        return [clean(member) for member in value]
    raise FeelError("feel_value", found=type(value).__name__)


def to_feel(value: object) -> object:
    """A Python value as a FEEL value, integers become decimals, tuples lists; floats are refused."""
    value = clean(value)
    if isinstance(value, Mapping):
        return {str(key): to_feel(entry) for key, entry in value.items()}
    if isinstance(value, IncompleteList):
        maybe = [to_feel(member) for member in value.maybe]
        return IncompleteList([to_feel(m) for m in value], maybe, value.missing, bounded=value.bounded)
    if isinstance(value, list):
        return [to_feel(member) for member in value]
    if isinstance(value, Range):
        return Range(to_feel(value.low), to_feel(value.high), value.low_closed, value.high_closed)
    return value


def from_feel(value: object) -> object:
    """A FEEL value as an ordinary Python value: whole numbers become integers, moments `datetime`, durations of days
    `timedelta`. What Python has no type for (far years, too long durations, months, unknowns, ranges) stays."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, DateTime):
        return to_datetime(value) or value
    if isinstance(value, DaysTime):
        near = abs(value.nanoseconds) < timedelta.max.days * DAY
        return timedelta(microseconds=value.nanoseconds // 1000) if near else value
    if isinstance(value, IncompleteList):
        return value
    if isinstance(value, list):
        return [from_feel(member) for member in value]
    if isinstance(value, Mapping):
        return {key: from_feel(entry) for key, entry in value.items()}
    return value


_NAMES: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    type(None): "Null",
    date: "date",
    FarDate: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    Range: "range",
    Function: "function",
    Unknown: "unknown",
    list: "list",
    IncompleteList: "list",
    dict: "context",
}


def type_name(value: object) -> str:
    """The name FEEL has for the kind of a value: number, string, date …, context, list, function, unknown, Null."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    if isinstance(value, Mapping):
        return "context"
    if isinstance(value, list):
        return "list"
    if isinstance(value, int) or callable(value):
        return "function" if callable(value) else "number"
    for kind in (str, Decimal):
        if isinstance(value, kind):
            return _NAMES[kind]
    return type(value).__name__
