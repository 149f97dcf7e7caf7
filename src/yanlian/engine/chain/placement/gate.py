"""The gate at a chain's root, and the words after which a firm does not stand on a segment, with the words found.

A firm is of a chain when, in this order,

    root      one of its texts holds a root word of the chain
    product   … or the name of a product of the chain (three characters and more)
    core      its industry code is one of the chain's `core_industries`, or below one
    together  its code is one of a segment's (three digits and more), or below it, and a text holds a word that would
              not do alone: the title of a segment, or a product of two characters

The code of a segment does not count by itself: 6513 (application software) stands behind half the segments of three
chains, 3211 (copper smelting) and 8850 (museums) behind a supplier and a customer of one; alone they would let every
software firm, smelter and museum in. A word of letters counts only as a whole word: AI is not in MAIN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.profiles import Field, Profile
from yanlian.engine.chain.template.check import LEAST_DIGITS
from yanlian.engine.chain.template.model import Chain

Kind = Literal["root", "product", "core", "together"]
# A product's name of this many characters lets a firm in by itself; a shorter one, from SHORT on, only beside a code.
LONG, SHORT = 3, 2


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text of the profile, by exact offsets; or an industry code."""

    field: Field
    text: int
    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What lets a firm into a chain. `beside`: the word beside a code that does not count by itself."""

    kind: Kind
    found: Found
    beside: Found | None = None


class Gate:
    """The gate of a chain: made once, asked about every firm."""

    def __init__(self, chain: Chain) -> None:
        names = {name for segment in chain.segments for one in segment.products for name in (one.name, *one.aliases)}
        titles = {segment.title for segment in chain.segments}
        self._words: Sequence[tuple[Kind, re.Pattern[str]]] = (
            ("root", _pattern(chain.root)),
            ("product", _pattern(tuple(one for one in names if len(one) >= LONG))),
        )
        self._beside = _pattern(tuple(titles | {one for one in names if SHORT <= len(one) < LONG}))
        self._core = tuple(one for one in chain.core_industries if len(one) >= LEAST_DIGITS)
        codes = {code for segment in chain.segments for code in segment.industries}
        self._codes = tuple(one for one in codes if len(one) >= LEAST_DIGITS)

    def mark(self, profile: Profile) -> Mark | None:
        """What marks a firm as of the chain, or nothing."""
        for kind, pattern in self._words:
            found = _first(profile, pattern)
            if found is not None:
                return Mark(kind, found)
        core = _industry(profile, self._core)
        if core is not None:
            return Mark("core", core)
        code = _industry(profile, self._codes)
        beside = None if code is None else _first(profile, self._beside)
        return None if code is None or beside is None else Mark("together", code, beside)


def excluded(category: Category, profile: Profile) -> Found | None:
    """The word after which a firm does not stand on this segment, if it writes one."""
    return _first(profile, _pattern(category.excludes)) if category.excludes else None


def _first(profile: Profile, pattern: re.Pattern[str]) -> Found | None:
    for number, written in enumerate(profile.texts):
        hit = pattern.search(written.text)
        if hit is not None:
            return Found(written.field, number, *hit.span(), hit.group())
    return None


@lru_cache(maxsize=512)
def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    parts = [_whole(word) for word in sorted({one for one in words if one}, key=lambda one: (-len(one), one))]
    return re.compile("|".join(parts) if parts else r"(?!)", re.IGNORECASE)


def _whole(word: str) -> str:
    before = r"(?<![A-Za-z])" if word[0].isascii() and word[0].isalpha() else ""
    after = r"(?![A-Za-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    return before + re.escape(word) + after


def _industry(profile: Profile, codes: tuple[str, ...]) -> Found | None:
    """The firm's industry code, if it is one of these or below one."""
    for number, written in enumerate(profile.texts):
        code = written.text.strip()
        bare = code[1:] if code[:1].isalpha() and code[:1].isascii() else code
        if written.field == "industry" and bare and bare.startswith(codes):
            return Found("industry", number, 0, len(written.text), code)
    return None
