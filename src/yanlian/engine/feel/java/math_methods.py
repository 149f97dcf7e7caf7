"""The static methods of java.lang.Math and java.lang.StrictMath (Java 17), but for random()."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from yanlian.engine.feel.java.machine import ThrownError, double_of, exact, next_single, single_of, wrap

Call = Callable[..., object]
_DEGREES = 57.29577951308232
_RADIANS = 0.017453292519943295


def _divided(a: int, b: int) -> tuple[int, int]:
    if b == 0:
        raise ThrownError("ArithmeticException")
    return divmod(a, b)


def _power(base: float, exponent: float) -> float:
    if abs(base) == 1 and math.isinf(exponent):
        return math.nan  # Python says 1, as C does
    if base == 0 and exponent < 0:
        return math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def _cube_root(x: float) -> float:
    """The double nearest to the root, of which the C library may be one off."""
    root = math.cbrt(x)
    if not math.isfinite(root) or not root:
        return root
    size, exact_size = abs(root), abs(Fraction(x))
    above, below = math.nextafter(size, math.inf), math.nextafter(size, 0.0)
    if ((Fraction(size) + Fraction(above)) / 2) ** 3 < exact_size:
        size = above
    elif ((Fraction(size) + Fraction(below)) / 2) ** 3 > exact_size:
        size = below
    return math.copysign(size, x)


def _hyperbolic_sine(x: float) -> float:
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def _logarithm(function: Callable[[float], float]) -> Call:
    """A logarithm that knows the pole: minus infinity where Python refuses."""

    def of(x: float) -> float:
        return -math.inf if x == (-1 if function is math.log1p else 0) else function(x)

    return of


def _signed(function: Callable[[float], int]) -> Call:
    """Python's rounding, which gives integers, as a double that keeps the sign of zero."""

    def of(x: float) -> float:
        return math.copysign(float(function(x)), x) if math.isfinite(x) else x

    return of


def _rounded(x: float, bits: int) -> int:
    """Math.round: half upwards, held within the range."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return max(low, min(high, math.floor(Fraction(x) + Fraction(1, 2))))


def _exponent(x: float, low: int) -> int:
    """Unbiased exponent; subnormals and zero have the one below the least."""
    return max(math.frexp(x)[1] - 1, low) if x else low


def _ulp_single(x: float) -> float:
    return 2.0 ** max(math.frexp(x)[1] - 24, -149) if x else 2.0**-149


def _scaled(x: float, power: int) -> float:
    try:
        return math.ldexp(x, power)
    except OverflowError:
        return math.copysign(math.inf, x)


def _scaled_single(x: float, power: int) -> float:
    return single_of(Fraction(x) * Fraction(2) ** max(-400, min(400, power)))


def _next_single(x: float, towards: float) -> float:
    return single_of(towards) if x == towards else next_single(x, upwards=towards > x)


def _signum(x: float) -> float:
    return math.copysign(1.0, x) if x else x


def _fused(a: float, b: float, c: float) -> Fraction:
    return Fraction(a) * Fraction(b) + Fraction(c)


def _fused_double(a: float, b: float, c: float) -> float:
    found = _fused(a, b, c)
    return double_of(found) if found else a * b + c


def _high_word(a: int, b: int) -> int:
    return (a * b) >> 64


def _remainder(a: float, b: float) -> float:
    return math.nan if b == 0 else math.copysign(math.remainder(a, b), math.remainder(a, b) or a)


_ONE: Mapping[str, Call] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": _hyperbolic_sine,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": _logarithm(math.log),
    "log10": _logarithm(math.log10),
    "log1p": _logarithm(math.log1p),
    "sqrt": math.sqrt,
    "cbrt": _cube_root,
    "ceil": _signed(math.ceil),
    "floor": _signed(math.floor),
    "rint": _signed(round),
    "toDegrees": lambda x: x * _DEGREES,
    "toRadians": lambda x: x * _RADIANS,
    "abs": abs,
    "signum": _signum,
    "ulp": math.ulp,
    "nextUp": lambda x: math.nextafter(x, math.inf),
    "nextDown": lambda x: math.nextafter(x, -math.inf),
}
_TWO: Mapping[str, Call] = {
    "atan2": math.atan2,
    "pow": _power,
    "hypot": math.hypot,
    "IEEEremainder": _remainder,
    "copySign": math.copysign,
    "max": max,
    "min": min,
    "nextAfter": math.nextafter,
}
_SINGLE: Mapping[str, Call] = {
    "float abs(float)": abs,
    "float signum(float)": _signum,
    "float ulp(float)": _ulp_single,
    "float nextUp(float)": lambda x: next_single(x, upwards=True),
    "float nextDown(float)": lambda x: next_single(x, upwards=False),
    "float nextAfter(float,double)": _next_single,
    "float copySign(float,float)": math.copysign,
    "float max(float,float)": max,
    "float min(float,float)": min,
    "float scalb(float,int)": _scaled_single,
    "float fma(float,float,float)": lambda a, b, c: single_of(_fused(a, b, c)),
    "int round(float)": lambda x: _rounded(x, 32),
    "int getExponent(float)": lambda x: _exponent(x, -127),
}
_DOUBLE: Mapping[str, Call] = {
    "double scalb(double,int)": _scaled,
    "double fma(double,double,double)": _fused_double,
    "long round(double)": lambda x: _rounded(x, 64),
    "int getExponent(double)": lambda x: _exponent(x, -1023),
}
_MIXED: Mapping[str, Call] = {
    "long floorDiv(long,int)": lambda a, b: _divided(a, b)[0],
    "int floorMod(long,int)": lambda a, b: _divided(a, b)[1],
    "long multiplyExact(long,int)": lambda a, b: exact(a * b, 64),
    "long multiplyFull(int,int)": lambda a, b: a * b,
    "long multiplyHigh(long,long)": _high_word,
    "int toIntExact(long)": lambda a: exact(a, 32),
}


def _whole(kind: str, bits: int) -> Mapping[str, Call]:
    """The methods that int and long both have."""

    def absolute(a: int) -> int:
        return exact(abs(a), bits)

    one: Mapping[str, Call] = {
        "abs": lambda a: wrap(abs(a), bits),
        "absExact": absolute,
        "decrementExact": lambda a: exact(a - 1, bits),
        "incrementExact": lambda a: exact(a + 1, bits),
        "negateExact": lambda a: exact(-a, bits),
    }
    two: Mapping[str, Call] = {
        "addExact": lambda a, b: exact(a + b, bits),
        "subtractExact": lambda a, b: exact(a - b, bits),
        "multiplyExact": lambda a, b: exact(a * b, bits),
        "floorDiv": lambda a, b: wrap(_divided(a, b)[0], bits),
        "floorMod": lambda a, b: _divided(a, b)[1],
        "max": max,
        "min": min,
    }
    return {f"{kind} {name}({kind})": call for name, call in one.items()} | {
        f"{kind} {name}({kind},{kind})": call for name, call in two.items()
    }


METHODS: Mapping[str, Call] = {
    **{f"double {name}(double)": call for name, call in _ONE.items()},
    **{f"double {name}(double,double)": call for name, call in _TWO.items()},
    **_DOUBLE,
    **_SINGLE,
    **_whole("int", 32),
    **_whole("long", 64),
    **_MIXED,
}
LEFT_OUT: Mapping[str, str] = {"random()": "random"}
