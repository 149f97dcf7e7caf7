"""The static methods of java.lang.Double, Float and Boolean, BigDecimal.valueOf and BigInteger.valueOf (Java 17)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from yanlian.engine.feel.java.machine import (
    double_bits,
    double_from_bits,
    double_text,
    read_float,
    single_bits,
    single_from_bits,
    single_text,
    wrap,
)

Call = Callable[..., object]
_LEAST_NORMAL_SINGLE = 2.0**-126


def _compared(a: float, b: float) -> int:
    return (a > b) - (a < b)


def _hexadecimal(value: float) -> str:
    """Double.toHexString: no zeros at the end of the mantissa, no plus before the exponent."""
    if not math.isfinite(value):
        return double_text(value)
    mantissa, _, exponent = value.hex().partition("p")
    if value == 0:
        return f"{mantissa}p0"
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}p{int(exponent)}"


def _hexadecimal_single(value: float) -> str:
    """Float.toHexString: subnormal singles have the exponent of the least normal one."""
    if value == 0 or not abs(value) < _LEAST_NORMAL_SINGLE:
        return _hexadecimal(value)
    figures = f"{int(abs(Fraction(value)) * 2**150):06x}".rstrip("0")
    return f"{'-' if value < 0 else ''}0x0.{figures}p-126"


def _floating(kind: str, box: str, text: Call, *, single: bool) -> Mapping[str, Call]:
    """What Double and Float both have."""

    def read(value: str) -> float:
        return read_float(value, single=single)

    return {
        f"java.lang.{box} valueOf({kind})": lambda a: a,
        f"java.lang.{box} valueOf(java.lang.String)": read,
        f"{kind} parse{box}(java.lang.String)": read,
        f"java.lang.String toString({kind})": text,
        f"boolean isFinite({kind})": math.isfinite,
        f"boolean isInfinite({kind})": math.isinf,
        f"boolean isNaN({kind})": math.isnan,
        f"{kind} max({kind},{kind})": max,
        f"{kind} min({kind},{kind})": min,
        f"{kind} sum({kind},{kind})": lambda a, b: a + b,
        f"int compare({kind},{kind})": _compared,
    }


def _double_hash(value: float) -> int:
    bits = double_bits(value)
    return bits ^ ((bits & 0xFFFFFFFFFFFFFFFF) >> 32)


DOUBLE: Mapping[str, Call] = {
    **_floating("double", "Double", double_text, single=False),
    "java.lang.String toHexString(double)": _hexadecimal,
    "double longBitsToDouble(long)": double_from_bits,
    "long doubleToLongBits(double)": double_bits,
    "long doubleToRawLongBits(double)": double_bits,
    "int hashCode(double)": _double_hash,
}
FLOAT: Mapping[str, Call] = {
    **_floating("float", "Float", single_text, single=True),
    "java.lang.String toHexString(float)": _hexadecimal_single,
    "float intBitsToFloat(int)": single_from_bits,
    "int floatToIntBits(float)": single_bits,
    "int floatToRawIntBits(float)": single_bits,
    "int hashCode(float)": single_bits,
}


def _truth(text: str | None) -> bool:
    """Java folds letters one by one and both ways, which only plain letters survive here."""
    return text is not None and text.isascii() and text.lower() == "true"


BOOLEAN: Mapping[str, Call] = {
    "java.lang.Boolean valueOf(boolean)": lambda a: a,
    "java.lang.Boolean valueOf(java.lang.String)": _truth,
    "boolean parseBoolean(java.lang.String)": _truth,
    "java.lang.String toString(boolean)": lambda a: "true" if a else "false",
    "boolean logicalAnd(boolean,boolean)": lambda a, b: a and b,
    "boolean logicalOr(boolean,boolean)": lambda a, b: a or b,
    "boolean logicalXor(boolean,boolean)": lambda a, b: a != b,
    "int compare(boolean,boolean)": lambda a, b: int(a) - int(b),
    "int hashCode(boolean)": lambda a: 1231 if a else 1237,
}


def _scaled(unscaled: int, scale: int) -> Decimal:
    return Decimal(f"{unscaled}E{-scale}")


BIG_DECIMAL: Mapping[str, Call] = {
    "java.math.BigDecimal valueOf(double)": lambda a: Decimal(double_text(a)),
    "java.math.BigDecimal valueOf(long)": Decimal,
    "java.math.BigDecimal valueOf(long,int)": _scaled,
}
BIG_INTEGER: Mapping[str, Call] = {"java.math.BigInteger valueOf(long)": lambda a: wrap(a, 64)}
