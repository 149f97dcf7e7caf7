"""Regular expressions as XPath 3.1 writes them, for `matches`, `replace` and `split`; none may take seconds.

A pattern is read into a tree first. If the work of a backtracking engine on an input of this length is surely small,
Python's `re` runs it; otherwise a machine of our own does, whose work grows with the length only. A pattern with
back-references can only run on the first; where that might take too long, the answer is null.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from yanlian.engine.feel.builtins.pattern_machine import Machine
from yanlian.engine.feel.builtins.pattern_sets import Spans, negation
from yanlian.engine.feel.builtins.pattern_tree import (
    Anchor,
    Back,
    BadPattern,
    Chars,
    Choice,
    Group,
    Node,
    Repeat,
    Row,
    read,
)
from yanlian.engine.feel.values import Fault, fault

MAX_PATTERN = 1_000
# Steps of the backtracking engine that are surely over within a fraction of a second.
MAX_WORK = 30_000_000
MAX_INPUT = 1_000_000
Runner: TypeAlias = re.Pattern[str] | Machine


def compiled(pattern: str, flags: str, size: int) -> Runner | Fault:
    """The pattern ready to run on an input of that size, or why it cannot run."""
    found = _compiled(pattern, flags)
    if isinstance(found, Fault):
        return found
    regex, longest, _ = found
    if size <= longest:
        return regex
    machine = _machine(pattern, flags)
    return fault("feel_pattern_size", pattern=pattern[:50], size=size) if machine is None else machine


def matches_nothing(pattern: str, flags: str) -> bool:
    """Whether a pattern (a good one) matches the empty text: then it cannot say what to replace or where to split."""
    found = _compiled(pattern, flags)
    return not isinstance(found, Fault) and found[2]


@lru_cache(maxsize=1024)
def _compiled(pattern: str, flags: str) -> tuple[re.Pattern[str], int, bool] | Fault:
    if len(pattern) > MAX_PATTERN or set(flags) - set("smixq"):
        return fault("feel_pattern", pattern=pattern[:50], flags=flags)
    try:
        tree, _ = _tree(pattern, flags)
        regex = re.compile(_python(tree, lines="m" in flags, any_case="i" in flags))
    except (BadPattern, re.error, OverflowError, RecursionError):
        return fault("feel_pattern", pattern=pattern[:50], flags=flags)
    return regex, _longest(tree), regex.match("") is not None


@lru_cache(maxsize=256)
def _machine(pattern: str, flags: str) -> Machine | None:
    tree, groups = _tree(pattern, flags)
    try:
        return Machine(tree, groups, lines="m" in flags)
    except BadPattern:
        return None


def _tree(pattern: str, flags: str) -> tuple[Node, int]:
    if "q" in flags:
        pattern = re.sub(r"[\\|.?*+(){}$\[\]^]", r"\\\g<0>", pattern)
        flags = flags.replace("x", "")
    return read(pattern, flags)


def _python(node: Node, *, lines: bool, any_case: bool) -> str:
    """A tree as Python writes it."""
    if isinstance(node, Chars):
        return _set(node.spans)
    if isinstance(node, Anchor):
        # A line begins after a line end, but not after the one that ends the whole text.
        starts, ends = (r"(?:(?m:^)(?!(?<=\n)\Z))", r"(?m:$)") if lines else (r"\A", r"\Z")
        return starts if node.sign == "^" else ends
    if isinstance(node, Back):
        return f"(?i:\\{node.number})" if any_case else f"(?:\\{node.number})"
    if isinstance(node, Group):
        return f"({_python(node.item, lines=lines, any_case=any_case)})"
    if isinstance(node, Row):
        return "".join(_python(item, lines=lines, any_case=any_case) for item in node.items)
    if isinstance(node, Choice):
        return "(?:" + "|".join(_python(item, lines=lines, any_case=any_case) for item in node.items) + ")"
    inner = _python(node.item, lines=lines, any_case=any_case)
    item = inner if isinstance(node.item, (Chars, Group)) else f"(?:{inner})"
    count = f"{{{node.low},{'' if node.high is None else node.high}}}"
    return f"{item}{count}{'?' if node.lazy else ''}"


@lru_cache(maxsize=512)
def _set(spans: Spans) -> str:
    if not spans:
        return "(?!)"
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return re.escape(chr(spans[0][0]))
    other = negation(spans)
    if not other:
        return r"[\s\S]"
    shorter, sign = (other, "^") if len(other) < len(spans) else (spans, "")
    return f"[{sign}{''.join(_span(first, last) for first, last in shorter)}]"


def _span(first: int, last: int) -> str:
    return f"\\U{first:08x}" if first == last else f"\\U{first:08x}-\\U{last:08x}"


def _longest(tree: Node) -> int:
    """How long an input may be for a backtracking engine to be done in time: the work only grows with the length."""
    low, high = 0, MAX_INPUT
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle * _work(tree, middle) <= MAX_WORK else (low, middle - 1)
    return low


def _work(node: Node, size: int) -> int:
    """In how many ways a node can match from one place of an input of that size, at most (or beyond all measure)."""
    if isinstance(node, Group):
        return _work(node.item, size)
    if isinstance(node, Choice):
        return min(MAX_WORK + 1, sum(_work(item, size) for item in node.items))
    if isinstance(node, Row):
        total = 1
        for item in node.items:
            total = min(MAX_WORK + 1, total * _work(item, size))
        return total
    if not isinstance(node, Repeat):
        return 1
    ways = _work(node.item, size)
    if ways > 1:
        most = size if node.high is None else node.high
        return MAX_WORK + 1 if most > 30 else min(MAX_WORK + 1, ways**most * (most - node.low + 1))
    return size if node.high is None else min(size, node.high - node.low) + 1


def expand(replacement: str, groups: int, *, literal: bool) -> list[str | int] | None:
    """A replacement as texts and numbers of groups; nothing when it is not well formed."""
    if literal:
        return [replacement]
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        sign, following = replacement[at], replacement[at + 1 : at + 2]
        if sign == "$" and following and following in "0123456789":
            at += 1
            end = at + 1
            while end < len(replacement) and _digits(replacement[at : end + 1]) <= groups:
                end += 1
            number = int(replacement[at:end])
            parts.append(number if number <= groups else "")
            at = end
        elif sign == "\\" and following and following in "\\$":
            parts.append(following)
            at += 2
        elif sign in "\\$":
            return None
        else:
            parts.append(sign)
            at += 1
    return parts


def _digits(text: str) -> int:
    """A number of a group, or more than any pattern has."""
    return int(text) if text.isascii() and text.isdecimal() else MAX_PATTERN + 1
