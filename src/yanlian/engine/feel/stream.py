"""The words of a text one after the other, with what every part of the parser asks of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.hints import advise
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import HALF_WIDTH, ODD, Text, Token

_IN_KEYS = frozenset({"+", "-", "*", "/", "'", ".", "**"})
_PARTS_OF_KEYS = frozenset({"word", "number"})


class Stream:
    """A position in the words of a text."""

    def __init__(self, source: Text, words: list[Token]) -> None:
        self.source = source
        self.all = words
        self.last = len(words) - 1
        self.at = 0
        self.token = words[0]

    def advance(self, count: int = 1) -> None:
        """Go on by some words."""
        at = self.at + count
        self.at = at if at <= self.last else self.last
        self.token = self.all[self.at]

    def after(self, count: int) -> Token:
        """A word further on."""
        at = self.at + count
        return self.all[at if at <= self.last else self.last]

    def expect(self, text: str, opened: int = -1, *others: str) -> None:
        """Read this sign or keyword, or refuse. `opened`: where the bracket stands that it closes; `others`: what might
        stand here as well."""
        if self.token.text != text:
            raise self.unexpected(" ".join((*others, text)), opened)
        self.advance()

    def place(self, start: int) -> Place:
        """The place from a start to the end of the last word read."""
        end = self.all[self.at - 1].end if self.at else start
        source = self.source
        return Place(1, start + 1, start, end) if source.one_line else source.place(start, end)

    def unexpected(self, expected: str, opened: int = -1, known: Iterable[str] = ()) -> FeelError:
        """The refusal of the current word, with a hint. `opened`: the open bracket; `known`: names it may mean."""
        token = self.token
        odd = ODD.search(token.text) if token.kind == "word" else None
        if odd is not None:
            return self.half_width(odd.start())
        facts = advise(self.all, self.at, expected, known)
        if not facts and opened >= 0:
            at = self.source.place(opened, opened)
            bracket = self.source.text[opened]
            facts = {"advice": "feel_hint_opened", "bracket": bracket, "from_line": at.line, "from_column": at.column}
        return self.source.refuse("feel_syntax", token.start, expected, token.text, **facts)

    def half_width(self, at: int) -> FeelError:
        """The refusal of full-width punctuation within the current word."""
        odd, place = self.token.text[at], self.token.start + at
        return self.source.refuse(
            "feel_syntax", place, "FEEL", odd, advice="feel_hint_half_width", hint=HALF_WIDTH[odd]
        )

    def key_before_colon(self) -> str | None:
        """If words and then a colon stand here, read them and return the words as a name."""
        at = self.at
        token = self.token
        while token.kind in _PARTS_OF_KEYS or token.text in _IN_KEYS:
            at += 1
            token = self.all[at]  # The last one is of a kind that ends the search.
        size = at - self.at
        if size == 0 or token.text != ":":
            return self.quoted_key()
        key = self.slice(size)
        self.advance(size + 1)
        return key

    def quoted_key(self) -> str | None:
        """If a text in quotes and then a colon stand here, read them and return the text."""
        if self.token.kind != "string" or self.after(1).text != ":":
            return None
        key = self.token.content
        self.advance(2)
        return key

    def name_before(self, *ends: str) -> str:
        """The words up to one of the given words, as a name."""
        size = 0
        while self.after(size).text not in ends and (
            self.after(size).kind in {"word", "number"} or self.after(size).text in _IN_KEYS
        ):
            size += 1
        if size == 0 or self.token.kind != "word":
            raise self.unexpected("name")
        name = self.slice(size)
        self.advance(size)
        return name

    def slice(self, size: int) -> str:
        """The text of some words as written, with single spaces where there is space or a comment."""
        words = self.all[self.at : self.at + size]
        parts = [words[0].text]
        for before, word in pairwise(words):
            parts.append(word.text if before.end == word.start else f" {word.text}")
        return "".join(parts)
