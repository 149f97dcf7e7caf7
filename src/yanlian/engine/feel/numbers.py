"""Decimal128 arithmetic: 34 digits, half to even, never the context of the thread."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
WIDE = Context(prec=50, rounding=ROUND_HALF_EVEN, Emin=-6200, Emax=6200, traps=_TRAPS)
MAX_TEXT = 1_000_000
MAX_LIST = 1_000_000

ZERO = Decimal(0)
ONE = Decimal(1)


def raised(base: Decimal | int, exponent: Decimal | int) -> Decimal:
    """base ** exponent; anything to the power of nought is one, nought to a negative power is a division by nought."""
    if not base:
        if not exponent:
            return ONE
        if exponent < 0:
            raise DivisionByZero
    return CONTEXT.power(base, exponent)


FAST: dict[str, Callable[[Decimal | int, Decimal | int], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "**": raised,
}


def whole(value: object) -> int | None:
    """The integer a number is, or nothing if it is not whole or too large to count with."""
    if type(value) is not Decimal or value.adjusted() > 18:
        return None
    number = int(value)
    return number if number == value else None


def truncated(value: object) -> int | None:
    """A position in a text or list: decimals are cut off, as the standard's test cases have it."""
    return int(value) if type(value) is Decimal and value.adjusted() <= 18 else None


def number_text(value: Decimal) -> str:
    """A number as FEEL writes it: digits and a point, never an exponent."""
    return format(value, "f")
