"""A method signature as the standard writes it, `max(double, double)`, read into a name and Java's own type names."""

from __future__ import annotations

import re

from yanlian.engine.feel.java.machine import BITS
from yanlian.engine.feel.values import Fault, fault

PRIMITIVES = frozenset({*BITS, "float", "double", "char", "boolean"})
_LANG = ("Object", "String", "CharSequence", "Iterable", "Character", "Boolean", "Number")
_BOXES = ("Byte", "Short", "Integer", "Long", "Float", "Double")
_SIMPLE = {name: f"java.lang.{name}" for name in (*_LANG, *_BOXES)} | {
    "BigDecimal": "java.math.BigDecimal",
    "BigInteger": "java.math.BigInteger",
    "Locale": "java.util.Locale",
}
_CODES = {
    "B": "byte",
    "S": "short",
    "I": "int",
    "J": "long",
    "F": "float",
    "D": "double",
    "C": "char",
    "Z": "boolean",
}
_SIGNATURE = re.compile(r"\s*([A-Za-z_$][\w$]{0,200})\s*\(([^()]{0,2000})\)\s*", re.ASCII)
_TYPE = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)


def read_signature(text: str) -> tuple[str, tuple[str, ...]] | Fault:
    """The name of the method and its parameter types, `java_signature` if the text is not one."""
    found = _SIGNATURE.fullmatch(text)
    if found is None:
        return fault("java_signature", found=text[:200])
    name, inside = found[1], found[2].strip()
    kinds: list[str] = []
    for part in inside.split(",") if inside else ():
        kind = type_of(part.strip())
        if kind is None:
            return fault("java_signature", found=text[:200])
        kinds.append(kind)
    return name, tuple(kinds)


def type_of(text: str) -> str | None:
    """The full name of a Java type: `String`, `Object...`, `[C` and `[Ljava.lang.Object;` are understood."""
    array = False
    if text.startswith("["):
        inner = text[1:]
        if inner.startswith("L") and inner.endswith(";"):
            text = inner[1:-1]
        elif inner in _CODES:
            text = _CODES[inner]
        else:
            return None
        array = True
    elif text.endswith(("...", "[]")):
        text = text.removesuffix("...").removesuffix("[]").rstrip()
        array = True
    if not _TYPE.fullmatch(text):
        return None
    return _SIMPLE.get(text, text) + ("[]" if array else "")
