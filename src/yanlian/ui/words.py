"""Chinese and English side by side: one sentence in two languages at the place where it is used, no catalogue to drift.

`t("登录", "Sign in")` picks by the active language. Codes that the database stores (states, outcomes, kinds) have their
words and their colour in `words.yaml`; a code without words fails loudly, so no raw code reaches a page.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal, NamedTuple, cast

from django.utils.translation import get_language

from yanlian.base.written import read_yaml

# (Chinese, English): how the shared parts of pages take their titles.
Text = tuple[str, str]
Tone = Literal["good", "warn", "bad", "info", "plain"]


def english() -> bool:
    """Is the page being written in English? Otherwise it is in Chinese."""
    return (get_language() or "").startswith("en")


def t(zh: str, en: str, **facts: object) -> str:
    """The sentence in the reader's language, with `{named}` facts filled in."""
    chosen = en if english() else zh
    return chosen.format_map(facts) if facts else chosen


def say(text: Text) -> str:
    """A (Chinese, English) pair in the reader's language."""
    return t(*text)


class Word(NamedTuple):
    """What a stored code is called, and which of the five tones stands behind it."""

    zh: str
    en: str
    tone: Tone = "plain"

    def __str__(self) -> str:
        return t(self.zh, self.en)


@cache
def _groups() -> dict[str, dict[str, Word]]:
    text = resources.files("yanlian.ui").joinpath("words.yaml").read_text(encoding="utf-8")
    read = cast("dict[str, dict[object, dict[str, str]]]", read_yaml(text))
    return {
        group: {
            str(code): Word(entry["zh"], entry["en"], cast("Tone", entry.get("tone", "plain")))
            for code, entry in words.items()
        }
        for group, words in read.items()
    }


def words(group: str) -> dict[str, Word]:
    """All codes of a group with their words, in the order of words.yaml."""
    return _groups()[group]


def word(group: str, code: str) -> Word:
    """The words of one code. KeyError: the code stands in no group, which is a mistake of ours."""
    return _groups()[group][code]
