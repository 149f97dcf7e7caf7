"""Whether the kernel says what the interpreter says, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from yanlian.engine.feel import Unknown
from yanlian.engine.feel.values import Range
from yanlian.engine.policy.lifted.results import Exactly, NotKnown, Reach

_DIGITS = Context(prec=34, rounding=ROUND_HALF_EVEN)


def agrees(found: object, wanted: object) -> bool:
    """Whether a value of the kernel is the interpreter's."""
    if isinstance(found, NotKnown):
        return isinstance(wanted, Unknown) or getattr(wanted, "is_open", False)
    if isinstance(found, Exactly):
        return isinstance(wanted, Decimal) and _is_number(found, wanted)
    if isinstance(found, list):
        return (
            type(wanted) is list
            and len(found) == len(wanted)
            and all(agrees(one, other) for one, other in zip(found, wanted, strict=True))
        )
    if isinstance(found, dict):
        return (
            isinstance(wanted, Mapping)
            and set(found) == set(wanted)
            and all(agrees(one, wanted[key]) for key, one in found.items())
        )
    if isinstance(found, Reach):
        return isinstance(wanted, Range) and _is_range(found, wanted)
    if isinstance(found, str):
        return isinstance(wanted, str) and str(wanted) == found
    return type(found) is type(wanted) and found == wanted


def _is_number(found: Exactly, wanted: Decimal) -> bool:
    """Equal; where decimals of 34 digits round, equal to what they round to or as near as is promised."""
    exact = Fraction(wanted)
    if not found.error:
        return exact == found.value
    if found.rounded is not None and found.rounded.plain:
        return wanted == _DIGITS.divide(Decimal(found.value.numerator), Decimal(found.value.denominator))
    return abs(exact - found.value) <= found.error


def _is_range(found: Reach, wanted: Range) -> bool:
    closed = (found.low_closed, found.high_closed) == (wanted.low_closed, wanted.high_closed)
    return closed and agrees(found.low, wanted.low) and agrees(found.high, wanted.high)
