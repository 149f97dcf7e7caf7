"""Which names are known where: a name may be several words long, and the longest known one wins."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from yanlian.engine.feel.tokens import Token, words_of

KEYWORDS = frozenset(
    [
        "for",
        "return",
        "if",
        "then",
        "else",
        "some",
        "every",
        "satisfies",
        "instance",
        "of",
        "in",
        "function",
        "external",
        "or",
        "and",
        "between",
        "not",
        "null",
        "true",
        "false",
    ]
)
_RESERVED = frozenset(
    [
        "for",
        "return",
        "if",
        "then",
        "else",
        "some",
        "every",
        "satisfies",
        "in",
        "function",
        "or",
        "and",
        "between",
        "null",
        "true",
        "false",
    ]
)


class KnownNames:
    """Names in scope, cut into words; inner scopes are opened and closed around what they bind."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[Sequence[str], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make one more name known."""
        words = words_of(name)
        if len(words) == 0 or (len(words) == 1 and words[0] in _RESERVED):
            return
        same = self._by_first.setdefault(words[0], [])
        if any(name == other for _, other in same):
            return
        same.append((words, name))
        same.sort(key=lambda entry: len(entry[0]), reverse=True)

    @contextmanager
    def opened(self, names: Iterable[str]) -> Iterator[None]:
        """A scope in which further names are known."""
        before: dict[str, list[tuple[Sequence[str], str]]] = {}
        for name in names:
            words = words_of(name)
            if len(words) > 1:
                before.setdefault(words[0], list(self._by_first.get(words[0], ())))
                self.add(name)
        try:
            yield
        finally:
            self._by_first.update(before)

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        """The longest known name that stands at a token, and how many tokens it takes."""
        for words, name in self._by_first.get(tokens[at].text, ()):
            size = len(words)
            if at + size < len(tokens) and all(tokens[at + i].text == words[i] for i in range(1, size)):
                return name, size
        return None


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a name, or nothing when none is like it."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return found[0] if found else ""
