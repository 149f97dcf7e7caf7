"""The static methods of java.lang.String (Java 17) but for the one that takes a Locale."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel.java.machine import ThrownError, double_text, join_units, single_text
from yanlian.engine.feel.java.string_format import format_text, joined, object_text

Call = Callable[..., object]


def _part(chars: list[str], start: int, count: int) -> str:
    if start < 0 or count < 0 or start + count > len(chars):
        raise ThrownError("StringIndexOutOfBoundsException")
    return join_units(chars[start : start + count])


def _joined(delimiter: str, members: list[object]) -> str:
    """The members of a FEEL list must be texts or null, which Java writes as such."""
    if any(one is not None and not isinstance(one, str) for one in members):
        raise ThrownError("ClassCastException")
    return joined(delimiter, [object_text(one) for one in members])


METHODS: Mapping[str, Call] = {
    "java.lang.String copyValueOf(char[])": join_units,
    "java.lang.String copyValueOf(char[],int,int)": _part,
    "java.lang.String format(java.lang.String,java.lang.Object[])": format_text,
    "java.lang.String join(java.lang.CharSequence,java.lang.CharSequence[])": _joined,
    "java.lang.String join(java.lang.CharSequence,java.lang.Iterable)": _joined,
    "java.lang.String valueOf(boolean)": object_text,
    "java.lang.String valueOf(char)": lambda c: c,
    "java.lang.String valueOf(char[])": join_units,
    "java.lang.String valueOf(char[],int,int)": _part,
    "java.lang.String valueOf(double)": double_text,
    "java.lang.String valueOf(float)": single_text,
    "java.lang.String valueOf(int)": str,
    "java.lang.String valueOf(long)": str,
    "java.lang.String valueOf(java.lang.Object)": object_text,
}
LEFT_OUT: Mapping[str, str] = {"format(java.util.Locale,java.lang.String,java.lang.Object[])": "locale"}
