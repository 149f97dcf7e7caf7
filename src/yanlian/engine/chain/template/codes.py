"""The national classification of industries GB/T 4754-2017: name, parent and section of each code.

Facts of the national standard (国民经济行业分类), in a table of our own: `data/gbt4754_2017.tsv`, whose head says what
was counted and what was not compared with the printed standard.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

STANDARD = "GB/T 4754-2017"
LEVELS: tuple[tuple[str, str], ...] = (
    ("门类", "Section"),
    ("大类", "Division"),
    ("中类", "Group"),
    ("小类", "Class"),
)


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry of the standard. `code`: a letter (section) or two to four digits; `parent`: the code one level up,
    empty for a section; `section`: the letter it belongs to."""

    code: str
    name: str
    parent: str
    section: str

    @property
    def level(self) -> int:
        """1 section (门类), 2 division (大类), 3 group (中类), 4 class (小类)."""
        return len(self.code)

    @property
    def full(self) -> str:
        """The code with its letter, as registration records write it: C3976."""
        return self.code if self.level == 1 else self.section + self.code


@cache
def industries() -> Mapping[str, Industry]:
    """All industries by their code without letter (a section: its letter), in the order of the standard."""
    text = resources.files(__package__).joinpath("data", "gbt4754_2017.tsv").read_text(encoding="utf-8")
    found: dict[str, Industry] = {}
    section = ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        code, name = line.split("\t")
        if code.isalpha():
            section = code
        parent = {1: "", 2: section}.get(len(code), code[:-1])
        found[code] = Industry(code, name, parent, section)
    return found


def industry(code: str) -> Industry | None:
    """The industry of a code, with or without its letter (3976, C3976); None for a code that the standard has not, or
    whose letter is another section's."""
    text = code.strip().upper()
    digits = text[1:] if text[:1].isalpha() and len(text) > 1 else text
    found = industries().get(digits)
    if found is None or text not in {found.code, found.full}:
        return None
    return found


def ancestors(code: str) -> Iterator[Industry]:
    """The industry of a code and all above it, up to the section; nothing for an unknown code."""
    found = industry(code)
    while found is not None:
        yield found
        found = industries().get(found.parent)


def within(code: str, wider: str) -> bool:
    """Whether an industry is a wider one or lies inside it: 3976 within 397, 39 and C."""
    outer = industry(wider)
    return outer is not None and any(one.code == outer.code for one in ancestors(code))


def nearest_code(code: str) -> str:
    """The code that is most likely meant by one that does not exist, with its name: a leading zero that a spreadsheet
    took away, or the closest digits; empty when none is close."""
    digits = code.strip().upper().lstrip("ABCDEFGHIJKLMNOPQRST")
    close = difflib.get_close_matches(digits, list(industries()), n=1, cutoff=0.6)
    for one in [digits, digits.zfill(4), digits.zfill(3), digits.zfill(2), digits[:-1], *close]:
        if (found := industries().get(one)) is not None:
            return f"{found.code} {found.name}"
    return ""
