"""The specifiers of java.util.Formatter, `%1$-8.2f`, read and checked as Java does before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yanlian.engine.feel.java.machine import ThrownError

# The longest width or precision that is written out; Java would go to two thousand million.
MOST = 10_000
# All parts are bounded, so that a long row of zeros is refused at once.
_SPECIFIER = re.compile(r"%(?:(\d{1,10})\$)?([-#+ 0,(<]{0,9})(\d{1,10})?(?:\.(\d{1,10}))?([tT])?([a-zA-Z%])", re.ASCII)
_CONVERSIONS = frozenset("bBhHsScCdoxXeEfgGaA%n")
_DATES = frozenset("HIklMSLQpNzZsTBbhAaCYyjmdeRrDFc")
_BAD_FLAGS = {
    "b": "#+ 0,(",
    "h": "#+ 0,(",
    "s": "+ 0,(",
    "c": "#+ 0,(",
    "t": "#+ 0,(",
    "d": "#",
    "o": ",",
    "x": ",",
    "e": ",",
    "f": "",
    "g": "#",
    "a": "(,",
}


@dataclass(frozen=True, slots=True)
class Specifier:
    """One specifier. `index` is the number of the argument, 0 for the next one, -1 for the one before."""

    conversion: str
    flags: str = ""
    width: int = -1
    precision: int = -1
    index: int = 0
    upper: bool = False


def read_format(text: str) -> list[str | Specifier]:
    """The plain texts and the specifiers of a format; what Java throws when it is wrong."""
    parts: list[str | Specifier] = []
    at = 0
    while at < len(text):
        sign = text.find("%", at)
        if sign < 0:
            parts.append(text[at:])
            break
        if sign > at:
            parts.append(text[at:sign])
        found = _SPECIFIER.match(text, sign)
        if found is None:
            raise ThrownError("UnknownFormatConversionException")
        parts.append(_specifier(found))
        at = found.end()
    return parts


def _specifier(found: re.Match[str]) -> Specifier:
    flags, letter = found[2], found[6]
    if len(set(flags)) < len(flags):
        raise ThrownError("DuplicateFormatFlagsException")
    if found[5]:
        if letter not in _DATES:
            raise ThrownError("UnknownFormatConversionException")
    elif letter not in _CONVERSIONS:
        raise ThrownError("UnknownFormatConversionException")
    index = -1 if "<" in flags else _number(found[1], "IllegalFormatArgumentIndexException", 0)
    if index > MOST or (found[1] is not None and index == 0):
        raise ThrownError("IllegalFormatArgumentIndexException")
    made = Specifier(
        "t" if found[5] else letter.lower(),
        flags.replace("<", ""),
        _number(found[3], "IllegalFormatWidthException"),
        _number(found[4], "IllegalFormatPrecisionException"),
        index,
        (found[5] or letter).isupper(),
    )
    _check(made)
    return made


def _number(text: str | None, kind: str, none: int = -1) -> int:
    if text is None:
        return none
    if len(text) > 9 or int(text) > MOST:
        raise ThrownError(kind)
    return int(text)


def _check(made: Specifier) -> None:
    flags, conversion = made.flags, made.conversion
    if conversion in "%n":
        _check_text(made)
        return
    if conversion in "cdoxt" and made.precision >= 0:
        raise ThrownError("IllegalFormatPrecisionException")
    if any(flag in flags for flag in _BAD_FLAGS[conversion]):
        raise ThrownError("FormatFlagsConversionMismatchException")
    if made.width < 0 and ("-" in flags or "0" in flags):
        raise ThrownError("MissingFormatWidthException")
    if ("+" in flags and " " in flags) or ("-" in flags and "0" in flags):
        raise ThrownError("IllegalFormatFlagsException")


def _check_text(made: Specifier) -> None:
    if made.precision >= 0:
        raise ThrownError("IllegalFormatPrecisionException")
    if made.conversion == "n":
        if made.width >= 0:
            raise ThrownError("IllegalFormatWidthException")
        if made.flags:
            raise ThrownError("IllegalFormatFlagsException")
    elif made.flags not in {"", "-"}:
        raise ThrownError("IllegalFormatFlagsException")
    elif made.flags and made.width < 0:
        raise ThrownError("MissingFormatWidthException")
