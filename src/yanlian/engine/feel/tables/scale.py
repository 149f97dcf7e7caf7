"""Ordered kinds of values as positions on a line, and a value that a person can type between two positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from typing import TypeAlias

from yanlian.engine.feel.temporal import (
    DAY,
    SECOND,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    from_ordinal,
    instant,
    ordinal,
    with_clock,
)

Position: TypeAlias = Decimal
# Wide enough for the difference of any two positions that matters; FEEL itself knows 34 digits.
_WIDE = Context(prec=120, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_FLOOR)
_FEEL_DIGITS = 34
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordered kind: `value` gives the value at a position (None: there is none), `steps` are the distances at which
    a value is looked for, the smallest of them the distance of neighbours; without steps there is always one between
    (numbers). `first` and `last` bound the line; `home` is where an example is taken when nothing else is known."""

    kind: str
    value: Callable[[Position], object]
    home: Position
    steps: tuple[Position, ...] = ()
    first: Position | None = None
    last: Position | None = None


def _nano_steps(*lengths: int) -> tuple[Position, ...]:
    return tuple(Decimal(one) for one in (*lengths, 60 * SECOND, SECOND, 1_000_000, 1))


def _moment(position: Position, like: Time) -> DateTime | None:
    days, of_day = divmod(int(position), DAY)
    day = from_ordinal(days)
    return None if day is None else DateTime(day, with_clock(like, of_day))


_LOCAL, _UTC = Time(0, 0), Time(0, 0, offset=0)
_NEW_YEAR = date(2025, 1, 1)
_NEW_YEAR_INSTANT = Decimal(instant(DateTime(_NEW_YEAR, _LOCAL)))

NUMBERS = Scale("number", lambda p: p, _ONE)
WHOLE_NUMBERS = Scale("number", lambda p: p, _ONE, steps=(_ONE,))
SCALES: dict[str, Scale] = {
    "number": NUMBERS,
    "date": Scale("date", lambda p: from_ordinal(int(p)), Decimal(ordinal(_NEW_YEAR)), steps=(_ONE,)),
    "local moment": Scale(
        "local moment", lambda p: _moment(p, _LOCAL), _NEW_YEAR_INSTANT, _nano_steps(DAY, 3600 * SECOND)
    ),
    "zoned moment": Scale(
        "zoned moment", lambda p: _moment(p, _UTC), _NEW_YEAR_INSTANT, _nano_steps(DAY, 3600 * SECOND)
    ),
    "time": Scale(
        "time",
        lambda p: with_clock(_LOCAL, int(p)),
        Decimal(12 * 3600 * SECOND),
        _nano_steps(3600 * SECOND),
        first=Decimal(0),
        last=Decimal(DAY - 1),
    ),
    "months": Scale("months", lambda p: YearsMonths(int(p)), Decimal(12), steps=(Decimal(12), _ONE)),
    "nanoseconds": Scale("nanoseconds", lambda p: DaysTime(int(p)), Decimal(DAY), _nano_steps(DAY, 3600 * SECOND)),
}


def placed(value: object) -> tuple[str, Position] | None:
    """The scale of a value and its position there; None for what has none (text, truth values, zoned times)."""
    if isinstance(value, Decimal):
        return "number", value
    if isinstance(value, (date, FarDate)):
        return "date", Decimal(ordinal(value))
    if isinstance(value, DateTime):
        return ("zoned moment" if value.time.has_zone else "local moment"), Decimal(instant(value))
    if isinstance(value, Time):
        return None if value.has_zone else ("time", Decimal(value.of_day))
    if isinstance(value, YearsMonths):
        return "months", Decimal(value.months)
    if isinstance(value, DaysTime):
        return "nanoseconds", Decimal(value.nanoseconds)
    return None


def between(scale: Scale, low: Position | None, high: Position | None) -> Position | None:
    """A position strictly between two (None: open), as plain as possible; None when there is none."""
    if scale.steps:
        return _stepped(scale, low, high)
    if low is None and high is None:
        return scale.home
    if low is None:
        assert high is not None
        return _far(high, -1)
    if high is None:
        return _far(low, 1)
    return _plainest(low, high)


def _far(border: Position, direction: int) -> Position | None:
    """A number beyond a border: the next whole one, or the next that 34 digits can tell from it."""
    unit = _WIDE.scaleb(_ONE, max(0, border.adjusted() - _FEEL_DIGITS + 2)) if border else _ONE
    whole = _WIDE.quantize(border, unit) if border.adjusted() < 100 else border
    if direction > 0 or whole == border:
        whole = _WIDE.add(whole, unit * direction)
    return _typed(whole)


def _plainest(low: Position, high: Position) -> Position | None:
    """The number between two that has the fewest digits."""
    size = _WIDE.subtract(high, low).adjusted()
    for exponent in (size + 1, size, size - 1):
        unit = _WIDE.scaleb(_ONE, exponent)
        steps = _WIDE.to_integral_value(_WIDE.divide(low, unit)) + 1
        found = _WIDE.multiply(steps, unit)
        if low < found < high:
            return _typed(found)
    return None


def _typed(number: Decimal) -> Decimal | None:
    """The number without needless digits, if FEEL can hold it."""
    plain = _WIDE.normalize(number)
    return plain if len(plain.as_tuple().digits) <= _FEEL_DIGITS else None


def _stepped(scale: Scale, low: Position | None, high: Position | None) -> Position | None:
    """Between two positions of a line with neighbours: a large step from a border if there is room for it."""
    first = low if scale.first is None or (low is not None and low >= scale.first) else scale.first - 1
    last = high if scale.last is None or (high is not None and high <= scale.last) else scale.last + 1
    if low is None and high is None:
        return scale.home
    for step in scale.steps:
        found = _on_grid(low, step) if low is not None else _below(high, step)
        if (first is None or first < found) and (last is None or found < last):
            return found
    return None


def _on_grid(low: Position, step: Position) -> Position:
    """One step above a border, on whole numbers for borders that are none."""
    return _WIDE.add(_WIDE.to_integral_value(low), step)


def _below(high: Position | None, step: Position) -> Position:
    assert high is not None
    floor = _WIDE.to_integral_value(high)
    return _WIDE.subtract(floor, step) if floor == high else _WIDE.subtract(floor, step - 1)
