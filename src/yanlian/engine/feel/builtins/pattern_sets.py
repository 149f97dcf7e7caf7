"""Sets of characters as patterns name them: categories, blocks, `\\i \\c \\d \\s \\w`, and what is made of them.

A set is a sorted tuple of spans (first and last code point) that do not touch; so negation and subtraction are exact.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from typing import TypeAlias

from yanlian.engine.feel.builtins.pattern_blocks import BLOCKS

Spans: TypeAlias = tuple[tuple[int, int], ...]
LAST = sys.maxunicode
ALL: Spans = ((0, LAST),)
SPACE: Spans = ((9, 10), (13, 13), (32, 32))
LINE_ENDS: Spans = ((10, 10), (13, 13))
_SMALL = 512
# XML 1.0, fifth edition: NameStartChar (with the colon) and what NameChar adds.
_NAME_START: Spans = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
    *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF)),
    *((0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF)),
)
_NAME_MORE: Spans = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))


def union(*sets: Spans) -> Spans:
    """What is in one of the sets."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(span for spans in sets for span in spans):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return tuple(out)


def negation(spans: Spans) -> Spans:
    """What is not in the set."""
    out: list[tuple[int, int]] = []
    at = 0
    for first, last in spans:
        if at < first:
            out.append((at, first - 1))
        at = last + 1
    return (*out, (at, LAST)) if at <= LAST else tuple(out)


def difference(spans: Spans, taken: Spans) -> Spans:
    """What is in the first set but not in the second."""
    return negation(union(negation(spans), taken))


@cache
def _categories() -> dict[str, Spans]:
    """Every general category of Unicode, found by one walk over all characters."""
    found: dict[str, list[tuple[int, int]]] = {}
    before, start = unicodedata.category("\0"), 0
    for code in range(1, LAST + 2):
        name = unicodedata.category(chr(code)) if code <= LAST else ""
        if name != before:
            found.setdefault(before, []).append((start, code - 1))
            before, start = name, code
    return {name: tuple(spans) for name, spans in found.items()}


@cache
def named(name: str) -> Spans | None:
    """A category (`L`, `Lu`) or block (`IsGreek`); nothing when there is none of that name."""
    if name.startswith("Is"):
        block = BLOCKS.get(name[2:])
        return None if block is None else (block,)
    if len(name) not in {1, 2}:
        return None
    spans = [spans for category, spans in _categories().items() if category.startswith(name)]
    return union(*spans) if spans else None


@cache
def multiple(sign: str) -> Spans | None:
    """The set of an escape of one letter: `\\d \\s \\w \\i \\c`, in capitals what is not in it."""
    if sign.isupper():
        inner = multiple(sign.lower())
        return None if inner is None else negation(inner)
    if sign == "s":
        return SPACE
    if sign == "d":
        return named("Nd")
    if sign == "w":
        return negation(union(*(spans for kind, spans in _categories().items() if kind[0] in "PZC")))
    if sign == "i":
        return _NAME_START
    return union(_NAME_START, _NAME_MORE) if sign == "c" else None


def _variants(code: int) -> set[int]:
    sign = chr(code)
    forms = {sign, sign.lower(), sign.upper(), sign.title(), sign.upper().lower(), sign.lower().upper()}
    return {ord(form) for form in forms if len(form) == 1}


@cache
def _two_cased() -> Spans:
    return union(*(spans for kind, spans in _categories().items() if kind in {"Lu", "Ll", "Lt", "Nl", "So", "Mn"}))


def caseless(spans: Spans) -> Spans:
    """The set with every letter in both cases."""
    size = sum(last - first + 1 for first, last in spans)
    # In a large set only letters, and the few other signs that come in two cases, need a look.
    lettered = spans if size <= _SMALL else difference(spans, negation(_two_cased()))
    codes = (code for first, last in lettered for code in range(first, last + 1))
    more = {variant for code in codes for variant in _variants(code)}
    return union(spans, tuple((code, code) for code in more))
