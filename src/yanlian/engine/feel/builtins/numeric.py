"""Functions of numbers: rounding, roots, powers, parity."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
)
from functools import lru_cache

from yanlian.engine.feel.builtins.arguments import rejected
from yanlian.engine.feel.numbers import CONTEXT, ONE, ZERO, whole
from yanlian.engine.feel.temporal import DaysTime, YearsMonths
from yanlian.engine.feel.values import Function, fault

# The scales the standard allows.
_LEAST, _MOST = Decimal(-6111), Decimal(6176)
_ROUNDING = Context(prec=12_400)


@lru_cache(maxsize=64)
def _step(digits: int) -> Decimal:
    return Decimal((0, (1,), -digits))


def rounded(name: str, rounding: str) -> Callable[..., object]:
    """A function that rounds to a number of decimals."""

    def function(value: object, scale: object = ZERO) -> object:
        if not isinstance(value, Decimal) or not isinstance(scale, Decimal):
            return rejected(name, value, scale)
        if not _LEAST <= scale <= _MOST:
            return fault("feel_argument", function=name, found=scale)
        digits = int(scale)
        try:
            result = value.quantize(_step(digits), rounding=rounding, context=_ROUNDING)
            if digits < 0:
                result = result.quantize(ONE, context=_ROUNDING)
            return CONTEXT.plus(result)
        except DecimalException:
            return fault("feel_number_range", operator=name)

    return function


def absolute(value: object) -> object:
    """`abs(n)`: of numbers and durations."""
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    if isinstance(value, DaysTime):
        return DaysTime(abs(value.nanoseconds))
    return rejected("abs", value)


def modulo(dividend: object, divisor: object) -> object:
    """`modulo(dividend, divisor)`: dividend - divisor * floor(dividend / divisor)."""
    if not isinstance(dividend, Decimal) or not isinstance(divisor, Decimal):
        return rejected("modulo", dividend, divisor)
    if not divisor:
        return fault("feel_division_by_zero")
    try:
        rest = _ROUNDING.remainder(dividend, divisor)
        if rest and (rest < 0) != (divisor < 0):
            rest = _ROUNDING.add(rest, divisor)
        return CONTEXT.plus(rest)
    except DecimalException:
        return fault("feel_number_range", operator="modulo")


def _of_one(name: str, compute: Callable[[Decimal], Decimal]) -> Callable[[object], object]:
    def function(value: object) -> object:
        if not isinstance(value, Decimal):
            return rejected(name, value)
        try:
            return compute(value)
        except DecimalException:
            return fault("feel_argument", function=name, found=value)

    return function


def _log(value: Decimal) -> Decimal:
    return CONTEXT.divide(value, ZERO) if value <= 0 else CONTEXT.ln(value)


def _parity(name: str, rest: int) -> Callable[[object], object]:
    def function(value: object) -> object:
        if not isinstance(value, Decimal):
            return rejected(name, value)
        number = whole(value)
        if number is None and value == value.to_integral_value(context=_ROUNDING):
            number = int(value)
        return number is not None and number % 2 == rest

    return function


FUNCTIONS = (
    Function("decimal", ("n", "scale"), rounded("decimal", ROUND_HALF_EVEN)),
    Function("floor", ("n", "scale"), rounded("floor", ROUND_FLOOR), optional=1),
    Function("ceiling", ("n", "scale"), rounded("ceiling", ROUND_CEILING), optional=1),
    Function("round up", ("n", "scale"), rounded("round up", ROUND_UP)),
    Function("round down", ("n", "scale"), rounded("round down", ROUND_DOWN)),
    Function("round half up", ("n", "scale"), rounded("round half up", ROUND_HALF_UP)),
    Function("round half down", ("n", "scale"), rounded("round half down", ROUND_HALF_DOWN)),
    Function("abs", ("n",), absolute),
    Function("modulo", ("dividend", "divisor"), modulo),
    Function("sqrt", ("number",), _of_one("sqrt", CONTEXT.sqrt)),
    Function("log", ("number",), _of_one("log", _log)),
    Function("exp", ("number",), _of_one("exp", CONTEXT.exp)),
    Function("odd", ("number",), _parity("odd", 1)),
    Function("even", ("number",), _parity("even", 0)),
)
