"""What a rule asks of one fact: an operator and a border; and the nearest value of a field that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation

from yanlian.engine.dossier.schema import SCALES, Field
from yanlian.engine.feel import DateTime, Unknown
from yanlian.engine.feel.temporal import Date

EXACT = Context(prec=60)
KNOWN = "known"
FLIPPED: Mapping[str, str] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NEGATED: Mapping[str, str] = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# What stands in for a figure of which nothing is asked but that it be known: of a size that rates and quotients of it
# are something.
_EXAMPLES: Mapping[str, Decimal] = {
    "money": Decimal(10_000_000),
    "rate": Decimal("0.05"),
    "area": Decimal(100),
    "count": Decimal(100),
}
_DAY = timedelta(days=1)
_MOST = 1 << 62


class NoFit(Exception):
    """No value of the field can answer what is asked."""


def holds(op: str, left: object, right: object) -> bool:
    """Whether two known values stand so to each other."""
    if op == KNOWN:
        return left is not None and not isinstance(left, Unknown)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    if op == "=":
        return left == right
    if op == "!=":
        return left != right
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _ordered(op, left, right)
    if type(left) is date and type(right) is date:
        return _ordered(op, left.toordinal(), right.toordinal())
    return False


def _ordered(op: str, left: Decimal | int, right: Decimal | int) -> bool:
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    return left > right if op == ">" else left >= right


def day_of(value: object) -> date | None:
    """A date, or the day of a moment; None for what is neither or too far away."""
    found: object | Date = value.day if isinstance(value, DateTime) else value
    return found if type(found) is date else None


def fitted(field: Field, op: str, value: object, as_of: date) -> object:
    """The stored value nearest to the border that answers `op value`. Raises `NoFit`."""
    if value is None:
        return _beside_null(field, op, as_of)
    if field.type in SCALES:
        return _figure(field, op, value)
    if field.type == "date":
        return _date(op, value, as_of)
    if field.type == "flag":
        return _flag(op, value)
    return _word(field, op, value)


def example(field: Field, as_of: date) -> object:
    """Any value, for a field of which nothing is asked but that it be known."""
    if field.type == "year":
        return as_of.year
    if field.type in SCALES:
        return int(_EXAMPLES[field.type].scaleb(field.scale))
    if field.type == "date":
        return as_of
    if field.type == "flag":
        return True
    return field.values[0] if field.values else "（新）"


def _beside_null(field: Field, op: str, as_of: date) -> object:
    if op == "=":
        if field.empty != "none":
            raise NoFit
        return None
    if op in {"!=", KNOWN}:
        return example(field, as_of)
    raise NoFit


def _figure(field: Field, op: str, value: object) -> int:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise NoFit
    try:
        scaled = EXACT.scaleb(value, field.scale)
        low = int(scaled.to_integral_value(ROUND_FLOOR, EXACT))
        high = int(scaled.to_integral_value(ROUND_CEILING, EXACT))
    except InvalidOperation:
        raise NoFit from None
    if op == "=" and low != high:
        raise NoFit
    found = {"=": low, ">=": high, ">": low + 1, "<=": low, "<": high - 1, "!=": low + 1}.get(op)
    # Nobody files less than nothing.
    if found is None or not 0 <= found <= _MOST:
        raise NoFit
    return found


def _date(op: str, value: object, as_of: date) -> date:
    day = day_of(value)
    if day is None:
        raise NoFit
    try:
        if op in {"=", ">=", "<="}:
            return day
        if op == "!=":
            return as_of if day != as_of else day - _DAY
        return day + _DAY if op == ">" else day - _DAY
    except OverflowError:
        raise NoFit from None


def _flag(op: str, value: object) -> bool:
    if not isinstance(value, bool) or op not in {"=", "!="}:
        raise NoFit
    return value if op == "=" else not value


def _word(field: Field, op: str, value: object) -> str:
    if not isinstance(value, str):
        raise NoFit
    if op == "=" and (not field.values or value in field.values):
        return value
    other = next((word for word in field.values if word != value), None)
    if op == "!=" and other is not None:
        return other
    raise NoFit
