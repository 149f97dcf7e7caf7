"""Which names are known where: a name may be several words long, and the longest known one wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeAlias

from yanlian.engine.feel.tokens import ODD, Token, words_of

# Words that no name of one word can be.
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
KEYWORDS = _RESERVED | {"instance", "of", "external", "not"}

Entries: TypeAlias = tuple[tuple[tuple[str, ...], str], ...]
Starts: TypeAlias = Mapping[str, Entries]


@lru_cache(maxsize=65_536)
def needs_telling(name: str) -> bool:
    """Whether the parser must be told of a name to read it: it is no single word, or has full-width punctuation."""
    words = words_of(name)
    return bool(words) and (len(words) > 1 or words[0] != name or (not name.isascii() and bool(ODD.search(name))))


@lru_cache(maxsize=256)
def starts_of(names: tuple[str, ...]) -> Starts:
    """The names that must be told, by their first word, the longest first. The same names are asked for again and
    again: all expressions of a model know the same ones."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in names:
        if needs_telling(name):
            words = words_of(name)
            found.setdefault(words[0], {})[name] = words
    return {first: _longest_first((words, name) for name, words in same.items()) for first, same in found.items()}


def _longest_first(entries: Iterable[tuple[tuple[str, ...], str]]) -> Entries:
    return tuple(sorted((e for e in entries if len(e[0]) > 1 or e[0][0] not in _RESERVED), key=lambda e: -len(e[0])))


class KnownNames:
    """Names in scope, cut into words; inner scopes are opened and closed around what they bind.

    `starts`: the names by their first word; what begins with no other word needs no look.
    """

    __slots__ = ("_own", "starts")

    def __init__(self, names: tuple[str, ...] | Starts) -> None:
        self.starts = starts_of(names) if isinstance(names, tuple) else names
        self._own = False

    def add(self, name: str) -> None:
        """Make one more name known."""
        if not needs_telling(name):
            return
        words = words_of(name)
        same = self.starts.get(words[0], ())
        if any(name == other for _, other in same):
            return
        self._put(words[0], _longest_first(((words, name), *same)))

    def _put(self, first: str, entries: Entries) -> None:
        # The index is shared by all parsers that know the same names: change a copy.
        if not self._own:
            self.starts, self._own = dict(self.starts), True
        assert isinstance(self.starts, dict)
        self.starts[first] = entries

    @contextmanager
    def opened(self, names: Iterable[str]) -> Iterator[None]:
        """A scope in which further names are known."""
        before: dict[str, Entries] = {}
        for name in names:
            if needs_telling(name):
                first = words_of(name)[0]
                before.setdefault(first, self.starts.get(first, ()))
                self.add(name)
        try:
            yield
        finally:
            for first, entries in before.items():
                self._put(first, entries)

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        """The longest known name that stands at a token, and how many tokens it takes."""
        entries = self.starts.get(tokens[at].text)
        if entries is None:
            return None
        for words, name in entries:
            size = len(words)
            if at + size < len(tokens) and all(tokens[at + i].text == words[i] for i in range(1, size)):
                return name, size
        return None
