"""Every Java method that may be called, by class and signature: a fixed table, nothing is ever loaded or looked up.

The calls are Python functions of ours that give what Java 17 gives; docs/reference/java-functions.md lists them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from yanlian.engine.feel.java import (
    character_methods,
    float_methods,
    integer_methods,
    math_methods,
    string_methods,
)
from yanlian.engine.feel.java.machine import BITS, ThrownError, double_of, single_of, wrap

Call = Callable[..., object]
_ENTRY = re.compile(r"(\S+) (\w+)\((\S*)\)")
# Methods that say themselves what null gives; all others throw a NullPointerException.
_NULL_ALLOWED = frozenset(
    {"parseBoolean", "parseByte", "parseInt", "parseLong", "parseShort", "parseUnsignedInt", "parseUnsignedLong"}
)
_NULL_VALUES = frozenset(
    {"java.lang.Boolean", "java.lang.Byte", "java.lang.Short", "java.lang.Integer", "java.lang.Long"}
)


@dataclass(frozen=True, slots=True)
class Method:
    """A static method: its class, name, parameter types and result type as Java names them, and what does it."""

    owner: str
    name: str
    parameters: tuple[str, ...]
    result: str
    call: Call

    @property
    def signature(self) -> str:
        """`name(type,type)`, as it is found in the table."""
        return f"{self.name}({','.join(self.parameters)})"


_MATH_LEFT_OUT = math_methods.LEFT_OUT
_CLASSES: Mapping[str, Mapping[str, Call]] = {
    "java.lang.Math": math_methods.METHODS,
    "java.lang.StrictMath": math_methods.METHODS,
    "java.lang.String": string_methods.METHODS,
    "java.lang.Integer": integer_methods.INTEGER,
    "java.lang.Long": integer_methods.LONG,
    "java.lang.Short": integer_methods.SHORT,
    "java.lang.Byte": integer_methods.BYTE,
    "java.lang.Double": float_methods.DOUBLE,
    "java.lang.Float": float_methods.FLOAT,
    "java.lang.Boolean": float_methods.BOOLEAN,
    "java.lang.Character": character_methods.METHODS,
    "java.math.BigDecimal": float_methods.BIG_DECIMAL,
    "java.math.BigInteger": float_methods.BIG_INTEGER,
}
# Public static methods of these classes that are not here, and why (a key of `REASONS`).
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "java.lang.Math": _MATH_LEFT_OUT,
    "java.lang.StrictMath": _MATH_LEFT_OUT,
    "java.lang.String": string_methods.LEFT_OUT,
    "java.lang.Integer": {
        "getInteger(java.lang.String)": "property",
        "getInteger(java.lang.String,int)": "property",
        "getInteger(java.lang.String,java.lang.Integer)": "property",
    },
    "java.lang.Long": {
        "getLong(java.lang.String)": "property",
        "getLong(java.lang.String,long)": "property",
        "getLong(java.lang.String,java.lang.Long)": "property",
    },
    "java.lang.Boolean": {"getBoolean(java.lang.String)": "property"},
    "java.lang.Character": character_methods.LEFT_OUT,
    "java.math.BigInteger": {"probablePrime(int,java.util.Random)": "random"},
}
REASONS: Mapping[str, str] = {
    "random": "gives another result every time",
    "locale": "FEEL has no value for a Locale",
    "property": "reads the settings of the machine",
    "array": "writes into its argument",
}


def _methods(owner: str, entries: Mapping[str, Call]) -> Mapping[str, Method]:
    found: dict[str, Method] = {}
    for entry, call in entries.items():
        match = _ENTRY.fullmatch(entry)
        assert match is not None, entry
        parameters = tuple(match[3].split(",")) if match[3] else ()
        method = Method(owner, match[2], parameters, match[1], call)
        found[method.signature] = method
    return found


TABLE: Mapping[str, Mapping[str, Method]] = {owner: _methods(owner, entries) for owner, entries in _CLASSES.items()}


def invoke(method: Method, arguments: list[object]) -> object:
    """What the method gives for Java values, as a Java value; raises `ThrownError` where Java throws."""
    if any(one is None for one in arguments) and not _takes_null(method):
        raise ThrownError("NullPointerException")
    try:
        found = method.call(*arguments)
    except OverflowError:
        return math.inf
    except ValueError:
        if method.result not in {"double", "float"}:
            raise
        return math.nan
    if method.result in BITS and isinstance(found, int):
        return wrap(found, BITS[method.result])
    if method.result == "float" and isinstance(found, float):
        return single_of(found)
    if method.result == "double" and isinstance(found, int):
        return double_of(Fraction(found))
    return found


def _takes_null(method: Method) -> bool:
    if method.parameters[-1] in {"java.lang.Object", "java.lang.Object[]"}:
        return method.name == "valueOf"
    if method.parameters[0] != "java.lang.String":
        return False
    return method.name in _NULL_ALLOWED or (method.name == "valueOf" and method.owner in _NULL_VALUES)
