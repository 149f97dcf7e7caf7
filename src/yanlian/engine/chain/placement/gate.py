"""The gate at a chain's root, and the words after which a firm does not stand on a segment, with the words found.

A firm is of a chain when one of its texts holds a root word, or the name of a product of the chain (three characters
and more), or when its industry code is one of a segment's (or below it). A word of letters counts only as a
whole word: AI is not in MAIN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.profiles import Field, Profile
from yanlian.engine.chain.template.model import Chain, Segment


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text of the profile, by exact offsets; or an industry code."""

    field: Field
    text: int
    start: int
    end: int
    word: str


def of_chain(chain: Chain, profile: Profile) -> Found | None:
    """What marks a firm as of the chain: the first root word, else a product, else its industry code, else nothing."""
    words = (chain.root, _products(chain.segments))
    found = next((hit for some in words if (hit := _first(profile, _pattern(some))) is not None), None)
    return found or _industry(chain, profile)


@lru_cache(maxsize=64)
def _products(segments: Sequence[Segment]) -> tuple[str, ...]:
    names = (name for segment in segments for one in segment.products for name in (one.name, *one.aliases))
    return tuple(sorted({name for name in names if len(name) >= 3}))


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


def _industry(chain: Chain, profile: Profile) -> Found | None:
    codes = _codes(tuple(segment.industries for segment in chain.segments))
    for number, written in enumerate(profile.texts):
        code = written.text.strip()
        bare = code[1:] if code[:1].isalpha() and code[:1].isascii() else code
        if written.field == "industry" and bare and bare.startswith(codes):
            return Found("industry", number, 0, len(written.text), code)
    return None


@lru_cache(maxsize=64)
def _codes(industries: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Codes of three digits and more: a division of two digits (39 电子) would let half the district in."""
    return tuple(sorted({code for one in industries for code in one if len(code) >= 3}))
