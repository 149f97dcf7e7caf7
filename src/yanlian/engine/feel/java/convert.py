"""FEEL values as arguments of Java methods and back (DMN 10.3.2.12, the column Java, and Java's own smaller types).

In Python a Java value is: every whole number an `int`, float and double a `float`, a char a text of one UTF-16 unit, an
array or Iterable a list, BigDecimal a `Decimal`, Object any FEEL value, null `None`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from yanlian.engine.feel.java.machine import BITS, double_digits, double_of, join_units, single_digits, single_of, units
from yanlian.engine.feel.java.signature import PRIMITIVES
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean, type_name
from yanlian.engine.feel.numbers import CONTEXT, MAX_LIST, MAX_TEXT
from yanlian.engine.feel.values import Fault, Function, Range, fault

_BOXED = {
    "java.lang.Byte": "byte",
    "java.lang.Short": "short",
    "java.lang.Integer": "int",
    "java.lang.Long": "long",
    "java.lang.Float": "float",
    "java.lang.Double": "double",
    "java.lang.Character": "char",
    "java.lang.Boolean": "boolean",
}
_TEXTS = frozenset({"java.lang.String", "java.lang.CharSequence"})
_MAX_DEPTH = 50
_LARGEST = 6_144


class UnfitError(Exception):
    """A FEEL value that is no value of the Java type."""


def to_java(kind: str, value: object) -> object:
    """The Java value of a FEEL value.

    Numbers must fit: a whole type takes no fraction and nothing beyond its range, float and double nothing that would
    be infinite. Null is no primitive. A list of one stands for its member where no list is wanted, and a text for the
    list of its chars. Raises `UnfitError`.
    """
    if kind.endswith("[]"):
        return _array(kind.removesuffix("[]"), value)
    if kind == "java.lang.Iterable":
        return None if value is None else [_object(one) for one in _members(value)]
    if kind == "java.lang.Object":
        return _object(value)
    if isinstance(value, list) and len(value) == 1:
        value = clean(value[0])
    if value is None:
        if kind in PRIMITIVES:
            raise UnfitError
        return None
    return _plain(_BOXED.get(kind, kind), value)


def _plain(kind: str, value: object) -> object:
    if kind in BITS or kind == "java.math.BigInteger":
        return _whole(kind, value)
    if kind in {"float", "double"} and type(value) is Decimal:
        size = single_of(value) if kind == "float" else double_of(value)
        if math.isinf(size):
            raise UnfitError
        return size + 0.0
    if kind == "java.math.BigDecimal" and type(value) is Decimal:
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "char" and isinstance(value, str) and len(value) == 1 and ord(value) < 0x10000:
        return value
    if kind in _TEXTS and isinstance(value, str):
        return value
    raise UnfitError


def _whole(kind: str, value: object) -> int:
    if type(value) is not Decimal or value.adjusted() > _LARGEST:
        raise UnfitError
    # A fraction is cut off, as Java narrows numbers and the other engines do.
    number = int(value)
    if kind in BITS and not -(1 << (BITS[kind] - 1)) <= number < 1 << (BITS[kind] - 1):
        raise UnfitError
    return number


def _array(kind: str, value: object) -> object:
    if value is None and kind in PRIMITIVES:
        return None
    if kind == "char" and isinstance(value, str):
        return units(value)
    # For variable arguments: a list gives them all, anything else is the only one.
    return [to_java(kind, one) for one in _members(value)]


def _members(value: object) -> list[object]:
    return [clean(one) for one in value] if isinstance(value, list) else [value]


def _object(value: object, depth: int = 0) -> object:
    if isinstance(value, (Function, Range)) or depth > _MAX_DEPTH:
        raise UnfitError
    if isinstance(value, (list, Mapping)):
        charge_walk(len(value))
    if isinstance(value, list):
        return [_object(clean(one), depth + 1) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _object(clean(one), depth + 1) for key, one in value.items()}
    return value


def from_java(kind: str, value: object) -> object:
    """The FEEL value of what a method gave, or the fault that FEEL has no such value (NaN, infinity, half a sign)."""
    kind = _BOXED.get(kind, kind)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return _texts(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return _number(value, single=kind == "float")
    if isinstance(value, str):
        if len(value) > MAX_TEXT or any("\ud800" <= sign <= "\udfff" for sign in value):
            return fault("java_result", found=value[:20].encode("ascii", "backslashreplace").decode())
        return value
    if isinstance(value, Decimal) and abs(value.adjusted()) <= _LARGEST:
        return value
    return fault("java_result", found=type_name(value))


def _number(value: float, *, single: bool) -> object:
    if not math.isfinite(value):
        return fault("java_result", found="NaN" if math.isnan(value) else "Infinity")
    digits = single_digits(value) if single else double_digits(value)
    # A double says nothing about zeros behind the point: 2.0 is 2, -0.0 is 0.
    return Decimal(int(digits)) if abs(value) < 1e17 and digits == int(digits) else digits.normalize(CONTEXT)


def _texts(value: list[object]) -> object:
    signs = [str(one) for one in value]
    if len(signs) > MAX_LIST or any("\ud800" <= one <= "\udfff" for one in signs if len(one) == 1):
        return fault("java_result", found=join_units(signs)[:20].encode("ascii", "backslashreplace").decode())
    return signs


def unfit(name: str, kind: str, value: object) -> Fault:
    """The fault that an argument is no value of the Java type."""
    found = type_name(value)
    if isinstance(value, (Decimal, str)) and len(str(value)) <= 40:
        found = f"{found} {value}"
    return fault("java_argument", name=name, expected=kind, found=found)
