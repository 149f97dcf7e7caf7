"""What java.lang.Character (Java 17, Unicode 13) knows of a code point, read from runs in characters.yaml.

Python's own tables change with its version and lack some properties; Java's, once written down, stay the same.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple, TypedDict, cast

from yanlian.base.written import read_yaml

MAX_CODE_POINT = 0x10FFFF
CONTROL = 15
LETTERS = frozenset({1, 2, 3, 4, 5})
LETTER_NUMBER = 10
_MARKS = frozenset({6, 8})
_FORMAT, _CURRENCY, _CONNECTOR, _DIGIT = 16, 26, 23, 9
_SPACES = frozenset({12, 13, 14})
_UNBROKEN = frozenset({0xA0, 0x2007, 0x202F})


class Runs(NamedTuple):
    """Where each run of equal values starts, and the values."""

    starts: list[int]
    values: list[int]


class _Names(TypedDict):
    controls: dict[int, str]
    blocks: list[tuple[int, int, str]]


@cache
def _table() -> Mapping[str, str]:
    text = resources.files("yanlian.engine.feel.java").joinpath("characters.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, str]", read_yaml(text))


@cache
def _runs(name: str) -> Runs:
    starts: list[int] = []
    values: list[int] = []
    start = 0
    for run in _table()[name].split():
        length, _, value = run.partition("=")
        starts.append(start)
        values.append(int(value or 0))
        start += int(length, 36)
    return Runs(starts, values)


def value_of(name: str, point: int, outside: int = 0) -> int:
    """A property of a code point; `outside` for what is none."""
    if not 0 <= point <= MAX_CODE_POINT:
        return outside
    runs = _runs(name)
    return runs.values[bisect_right(runs.starts, point) - 1]


def kind(point: int) -> int:
    """Character.getType: the general category as Java numbers it, 0 for unassigned."""
    return value_of("type", point)


def directionality(point: int) -> int:
    """Character.getDirectionality."""
    return value_of("directionality", point, -1)


def lower(point: int) -> int:
    """Character.toLowerCase."""
    return point + value_of("lower", point)


def upper(point: int) -> int:
    """Character.toUpperCase."""
    return point + value_of("upper", point)


def title(point: int) -> int:
    """Character.toTitleCase."""
    return upper(point) + value_of("title", point)


def numeric(point: int) -> int:
    """Character.getNumericValue: -1 for none, -2 for one that is no whole number."""
    found = value_of("numeric", point, -1)
    return found if found in {-1, -2} else point + found


def digit(point: int, radix: int) -> int:
    """Character.digit: the value as a digit of that radix, -1 for none."""
    found = value_of("digit", point)
    if not found or not 2 <= radix <= 36:
        return -1
    return point + found if point + found < radix else -1


def is_letter(point: int) -> bool:
    """Character.isLetter."""
    return kind(point) in LETTERS


def is_alphabetic(point: int) -> bool:
    """Character.isAlphabetic."""
    return (is_letter(point) or kind(point) == LETTER_NUMBER) != bool(value_of("alphabetic", point))


def is_lower(point: int) -> bool:
    """Character.isLowerCase."""
    return (kind(point) == 2) != bool(value_of("lowercase", point))


def is_upper(point: int) -> bool:
    """Character.isUpperCase."""
    return (kind(point) == 1) != bool(value_of("uppercase", point))


def is_whitespace(point: int) -> bool:
    """Character.isWhitespace: blanks of Unicode that break, and some controls."""
    return (kind(point) in _SPACES and point not in _UNBROKEN) or 9 <= point <= 13 or 28 <= point <= 31


def is_space(point: int) -> bool:
    """Character.isSpaceChar: a separator of Unicode."""
    return kind(point) in _SPACES


def is_ignorable(point: int) -> bool:
    """Character.isIdentifierIgnorable."""
    return 0 <= point <= 8 or 14 <= point <= 27 or 127 <= point <= 159 or kind(point) == _FORMAT


def is_java_start(point: int) -> bool:
    """Character.isJavaIdentifierStart."""
    return kind(point) in LETTERS | {LETTER_NUMBER, _CURRENCY, _CONNECTOR}


def is_java_part(point: int) -> bool:
    """Character.isJavaIdentifierPart."""
    return is_java_start(point) or kind(point) in _MARKS | {_DIGIT} or is_ignorable(point)


def is_unicode_start(point: int) -> bool:
    """Character.isUnicodeIdentifierStart."""
    return (is_letter(point) or kind(point) == LETTER_NUMBER) != bool(value_of("identifier_start", point))


def is_unicode_part(point: int) -> bool:
    """Character.isUnicodeIdentifierPart."""
    plain = is_unicode_start(point) or kind(point) in _MARKS | {_DIGIT, _CONNECTOR} or is_ignorable(point)
    return plain != bool(value_of("identifier_part", point))


def name(point: int) -> str | None:
    """Character.getName: Unicode's name, Java's own for controls, the block with the number where there is none."""
    if not kind(point):
        return None
    names = cast("_Names", _table())
    if point in names["controls"]:
        return names["controls"][point]
    for first, last, block in names["blocks"]:
        if first <= point <= last:
            return f"{block} {point:X}"
    return unicodedata.name(chr(point), None)


def named(text: str) -> int:
    """Character.codePointOf, -1 for a name nobody has."""
    wanted = text.strip("".join(map(chr, range(33)))).upper()
    names = cast("_Names", _table())
    for point, control in names["controls"].items():
        if control == wanted:
            return point
    head, _, tail = wanted.rpartition(" ")
    for _first, _last, block in names["blocks"]:
        if head == block and len(tail) <= 6 and tail.isalnum() and tail.isascii():
            try:
                point = int(tail, 16)
            except ValueError:
                return -1
            return point if name(point) == wanted else -1
    try:
        found = unicodedata.lookup(wanted)
    except KeyError:
        return -1
    return ord(found) if len(found) == 1 and name(ord(found)) == wanted else -1
