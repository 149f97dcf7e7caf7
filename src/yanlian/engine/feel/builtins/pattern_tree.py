"""The grammar of patterns (XPath 3.1 on top of XML Schema), read into a tree; what is not in it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from yanlian.engine.feel.builtins.pattern_sets import (
    ALL,
    LINE_ENDS,
    Spans,
    caseless,
    difference,
    multiple,
    named,
    negation,
    union,
)

MAX_DEPTH = 50
_COUNT = re.compile(r"\{(\d{1,5})(,(\d{1,5})?)?\}", re.ASCII)
_PROPERTY = re.compile(r"[pP]\{([A-Za-z0-9-]+)\}", re.ASCII)
_SINGLE = {"n": "\n", "r": "\r", "t": "\t"} | {sign: sign for sign in "\\|.?*+(){}$-[]^"}


class BadPattern(ValueError):
    """The text is no pattern."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    sign: str


@dataclass(frozen=True, slots=True)
class Back:
    """What a group has matched before: `\\1`."""

    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """`(…)` with its number."""

    item: Node
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first that fits."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `low` to `high` times (no end: `None`), as many as possible, or as few if `lazy`."""

    item: Node
    low: int
    high: int | None
    lazy: bool


Node: TypeAlias = Chars | Anchor | Back | Group | Row | Choice | Repeat


def read(pattern: str, flags: str) -> tuple[Node, int]:
    """The tree of a pattern and the number of its groups."""
    reader = _Reader(_unspaced(pattern) if "x" in flags else pattern, flags)
    tree = reader.choice(0)
    if reader.at < len(reader.text):
        raise BadPattern(pattern)
    return tree, reader.groups


def _unspaced(pattern: str) -> str:
    """Flag `x`: blanks are dropped, but not inside sets."""
    out: list[str] = []
    depth, escaped = 0, False
    for sign in pattern:
        if sign in " \t\n\r" and not depth:
            continue
        if not escaped:
            depth += (sign == "[") - (sign == "]" and depth > 0)
        escaped = sign == "\\" and not escaped
        out.append(sign)
    return "".join(out)


class _Reader:
    def __init__(self, text: str, flags: str) -> None:
        self.text, self.at, self.groups = text, 0, 0
        self.closed: set[int] = set()
        self.any_case = "i" in flags
        self.dot = ALL if "s" in flags else negation(LINE_ENDS)

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise BadPattern
        items = [self.row(depth)]
        while self.text.startswith("|", self.at):
            self.at += 1
            items.append(self.row(depth))
        return items[0] if len(items) == 1 else Choice(tuple(items))

    def row(self, depth: int) -> Node:
        items: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            items.append(self.repeated(self.atom(depth)))
        return items[0] if len(items) == 1 else Row(tuple(items))

    def repeated(self, item: Node) -> Node:
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            found = _COUNT.match(self.text, self.at)
            if found is None:
                raise BadPattern
            self.at = found.end()
            low = int(found[1])
            high = low if found[2] is None else None if found[3] is None else int(found[3])
        elif sign and sign in "?*+":
            self.at += 1
            low, high = (1 if sign == "+" else 0), (1 if sign == "?" else None)
        else:
            return item
        if high is not None and high < low:
            raise BadPattern
        lazy = self.text.startswith("?", self.at)
        self.at += lazy
        return Repeat(item, low, high, lazy)

    def atom(self, depth: int) -> Node:
        sign = self.text[self.at]
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return Chars(self.set(0))
        self.at += 1
        if sign == "\\":
            return self.escape()
        if sign == ".":
            return Chars(self.dot)
        if sign in "^$":
            return Anchor(sign)
        if sign in "?*+{}]":
            raise BadPattern
        return Chars(self.cased(((ord(sign), ord(sign)),)))

    def group(self, depth: int) -> Node:
        self.at += 1
        number = 0
        if self.text.startswith("?", self.at):
            if not self.text.startswith("?:", self.at):
                raise BadPattern
            self.at += 2
        else:
            self.groups += 1
            number = self.groups
        item = self.choice(depth + 1)
        if not self.text.startswith(")", self.at):
            raise BadPattern
        self.at += 1
        self.closed.add(number)
        return Group(item, number) if number else item

    def escape(self) -> Node:
        sign = self.text[self.at : self.at + 1]
        if sign not in "123456789" or not sign:
            return Chars(self.escaped())
        end = self.at + 1
        while (
            end < len(self.text) and self.text[end] in "0123456789" and int(self.text[self.at : end + 1]) <= self.groups
        ):
            end += 1
        number = int(self.text[self.at : end])
        if number not in self.closed:
            raise BadPattern
        self.at = end
        return Back(number)

    def escaped(self) -> Spans:
        """What stands after a backslash, as a set."""
        sign = self.text[self.at : self.at + 1]
        if sign in _SINGLE:
            self.at += 1
            code = ord(_SINGLE[sign])
            return ((code, code),)
        found = _PROPERTY.match(self.text, self.at)
        spans = named(found[1]) if found else multiple(sign)
        if spans is None:
            raise BadPattern
        self.at = found.end() if found else self.at + 1
        return negation(spans) if found and sign == "P" else spans

    def set(self, depth: int) -> Spans:
        """`[…]`, with `^` and the subtraction `-[…]`."""
        if depth > MAX_DEPTH:
            raise BadPattern
        self.at += 1
        negated = self.text.startswith("^", self.at)
        self.at += negated
        parts: list[Spans] = []
        taken: Spans = ()
        while not self.text.startswith("]", self.at):
            if parts and self.text.startswith("-[", self.at):
                self.at += 1
                taken = self.set(depth + 1)
                if not self.text.startswith("]", self.at):
                    raise BadPattern
                break
            parts.append(self.part(first=not parts))
        if not parts:
            raise BadPattern
        self.at += 1
        spans = union(*parts)
        return difference(negation(spans) if negated else spans, taken)

    def part(self, *, first: bool) -> Spans:
        sign = self.text[self.at : self.at + 1]
        if sign == "" or sign == "[":
            raise BadPattern
        if sign == "-":
            self.at += 1
            if not first and not self.text.startswith(("]", "-["), self.at):
                raise BadPattern
            return ((45, 45),)
        low = self.member()
        if not self.text.startswith("-", self.at) or self.text.startswith(("-]", "-["), self.at):
            return self.cased(low) if len(low) == 1 and low[0][0] == low[0][1] else low
        self.at += 1
        if self.text[self.at : self.at + 1] in {"", "-", "[", "]"}:
            raise BadPattern
        high = self.member()
        (start, other), *more = low
        (_, end), *most = high
        if more or most or start != other or high[0][0] != end or start > end:
            raise BadPattern
        return self.cased(((start, end),))

    def member(self) -> Spans:
        sign = self.text[self.at]
        self.at += 1
        return self.escaped() if sign == "\\" else ((ord(sign), ord(sign)),)

    def cased(self, spans: Spans) -> Spans:
        return caseless(spans) if self.any_case else spans
