"""The words of a text one after the other, with what every part of the parser asks of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.hints import advise
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import HALF_WIDTH, ODD, Text, Token

_IN_KEYS = frozenset({"+", "-", "*", "/", "'", ".", "**"})


class Stream:
    """A position in the words of a text."""

    def __init__(self, source: Text, words: list[Token]) -> None:
        self.source = source
        self.all = words
        self.at = 0
        self.token = words[0]

    def advance(self, count: int = 1) -> None:
        """Go on by some words."""
        at = self.at + count
        self.at = at if at < len(self.all) else len(self.all) - 1
        self.token = self.all[self.at]

    def after(self, count: int) -> Token:
        """A word further on."""
        at = self.at + count
        return self.all[at] if at < len(self.all) else self.all[-1]

    def expect(self, text: str, opened: int = -1, *others: str) -> None:
        """Read this sign or keyword, or refuse. `opened`: where the bracket stands that it closes; `others`: what might
        stand here as well."""
        if self.token.text != text or self.token.kind not in {"sign", "word"}:
            raise self.unexpected(" ".join((*others, text)), opened)
        self.advance()

    def place(self, start: int) -> Place:
        """The place from a start to the end of the last word read."""
        return self.source.place(start, self.all[self.at - 1].end if self.at else start)

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
        size = 0
        while self.after(size).kind in {"word", "number"} or self.after(size).text in _IN_KEYS:
            size += 1
        if size == 0 or self.after(size).text != ":" or self.after(size).kind != "sign":
            return self.quoted_key()
        key = self.slice(size)
        self.advance(size + 1)
        return key

    def quoted_key(self) -> str | None:
        """If a text in quotes and then a colon stand here, read them and return the text."""
        if self.token.kind != "string" or self.after(1).text != ":" or self.after(1).kind != "sign":
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
