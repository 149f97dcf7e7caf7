"""The words of a text one after the other, with what every part of the parser asks of them."""

from __future__ import annotations

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import Text, Token

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
        self.at = min(self.at + count, len(self.all) - 1)
        self.token = self.all[self.at]

    def after(self, count: int) -> Token:
        """A word further on."""
        return self.all[min(self.at + count, len(self.all) - 1)]

    def expect(self, text: str) -> None:
        """Read this sign or keyword, or refuse."""
        if self.token.text != text or self.token.kind not in {"sign", "word"}:
            raise self.unexpected(text)
        self.advance()

    def place(self, start: int) -> Place:
        """The place from a start to the end of the last word read."""
        return self.source.place(start, self.all[self.at - 1].end if self.at else start)

    def unexpected(self, expected: str, hint: str = "") -> FeelError:
        """The refusal of the current word."""
        found = self.token.text or "…"
        return self.source.refuse("feel_syntax", self.token.start, expected, found, hint)

    def key_before_colon(self) -> str | None:
        """If words and then a colon stand here, read them and return the words as a name."""
        size = 0
        while self.after(size).kind in {"word", "number"} or self.after(size).text in _IN_KEYS:
            size += 1
        if size == 0 or self.after(size).text != ":" or self.after(size).kind != "sign":
            if self.token.kind == "string" and self.after(1).text == ":" and self.after(1).kind == "sign":
                key = self.token.content
                self.advance(2)
                return key
            return None
        key = self.slice(size)
        self.advance(size + 1)
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
        """The text of some words as written, with single spaces."""
        start, end = self.token.start, self.after(size - 1).end
        return " ".join(self.source.text[start:end].split())
