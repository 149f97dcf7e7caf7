"""A pattern run on all its ways at once: slower than backtracking on easy inputs, never exponential on hard ones.

Thompson's construction with the threads of Pike: the threads stand in the order a backtracking engine would try them,
each position of the text is read once, and no two threads stand at the same instruction. Cost: length of the text times
length of the program. Source: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach" (2009).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from yanlian.engine.feel.builtins.pattern_sets import Spans
from yanlian.engine.feel.builtins.pattern_tree import Anchor, Back, BadPattern, Chars, Choice, Group, Node, Repeat, Row
from yanlian.engine.feel.meter import charge

MAX_PROGRAM = 5_000
MAX_STEPS = 300_000
_CHAR, _SPLIT, _SAVE, _ANCHOR, _MATCH = range(5)
Saves: TypeAlias = tuple[int, ...]
Threads: TypeAlias = list[tuple[int, Saves]]


class TooSlow(Exception):
    """The pattern needs more steps than one search may take."""


@dataclass(slots=True)
class _Step:
    """One instruction: read a character, go two ways (first one first), note a place, ask for an anchor, be done."""

    kind: int
    to: int = 0
    other: int = 0
    spans: Spans = ()
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: the places where each group begins and ends."""

    text: str
    saves: Saves

    def start(self) -> int:
        """Where the match begins."""
        return self.saves[0]

    def end(self) -> int:
        """Where it ends."""
        return self.saves[1]

    def __getitem__(self, group: int) -> str | None:
        first, last = self.saves[2 * group], self.saves[2 * group + 1]
        return None if first < 0 or last < 0 else self.text[first:last]


class Machine:
    """A pattern as a program; used like a compiled pattern of `re`."""

    def __init__(self, tree: Node, groups: int, *, lines: bool) -> None:
        self.groups, self.lines = groups, lines
        self.program: list[_Step] = []
        self._write(tree)
        self._add(_Step(_MATCH))
        self.known: list[dict[str, bool]] = [{} for _ in self.program]

    def _add(self, step: _Step) -> int:
        if len(self.program) >= MAX_PROGRAM:
            raise BadPattern
        self.program.append(step)
        step.to = len(self.program)
        return len(self.program) - 1

    def _write(self, node: Node) -> None:
        if isinstance(node, Chars):
            self._add(_Step(_CHAR, spans=node.spans))
        elif isinstance(node, Anchor):
            self._add(_Step(_ANCHOR, sign=node.sign))
        elif isinstance(node, Row):
            for item in node.items:
                self._write(item)
        elif isinstance(node, Group):
            self._add(_Step(_SAVE, other=2 * node.number))
            self._write(node.item)
            self._add(_Step(_SAVE, other=2 * node.number + 1))
        elif isinstance(node, Choice):
            self._write_choice(node)
        elif isinstance(node, Repeat):
            self._write_repeat(node)
        else:
            assert isinstance(node, Back)
            raise BadPattern

    def _write_choice(self, node: Choice) -> None:
        ends: list[int] = []
        for item in node.items[:-1]:
            fork = self._add(_Step(_SPLIT))
            self._write(item)
            ends.append(self._add(_Step(_SPLIT)))
            self.program[fork].other = len(self.program)
        self._write(node.items[-1])
        for end in ends:
            self.program[end].to = self.program[end].other = len(self.program)

    def _write_repeat(self, node: Repeat) -> None:
        for _ in range(node.low):
            self._write(node.item)
        forks: list[int] = []
        if node.high is None:
            fork = self._add(_Step(_SPLIT))
            self._write(node.item)
            back = self._add(_Step(_SPLIT))
            self.program[back].to = self.program[back].other = fork
            forks.append(fork)
        else:
            for _ in range(node.high - node.low):
                forks.append(self._add(_Step(_SPLIT)))
                self._write(node.item)
        for fork in forks:
            step = self.program[fork]
            step.other = len(self.program)
            if node.lazy:
                step.to, step.other = step.other, step.to

    def search(self, text: str, at: int = 0) -> Hit | None:
        """The first match from a place on; `TooSlow` when it takes too many steps."""
        return self._search(text, at, [MAX_STEPS])

    def finditer(self, text: str) -> Iterator[Hit]:
        """All matches one after the other; all of them together may take as many steps as one search."""
        at, left = 0, [MAX_STEPS]
        while at <= len(text):
            hit = self._search(text, at, left)
            if hit is None:
                return
            yield hit
            at = hit.end() + (hit.end() == hit.start())

    def _search(self, text: str, start: int, left: list[int]) -> Hit | None:
        none: Saves = (-1,) * (2 * self.groups + 2)
        found: Saves | None = None
        threads: Threads = []
        seen: set[int] = set()
        for at in range(start, len(text) + 1):
            if found is None:
                self._follow(text, at, 0, (at, *none[1:]), threads, seen)
            if not threads and found is not None:
                break
            left[0] -= len(seen) + 1
            charge(len(seen) + 1)
            if left[0] < 0:
                raise TooSlow
            following: Threads = []
            seen = set()
            sign = text[at : at + 1]
            for place, saves in threads:
                if self.program[place].kind == _MATCH:
                    found = (saves[0], at, *saves[2:])
                    break
                if sign and self._reads(place, sign):
                    self._follow(text, at + 1, place + 1, saves, following, seen)
            threads = following
        return None if found is None else Hit(text, found)

    def _reads(self, place: int, sign: str) -> bool:
        known = self.known[place]
        answer = known.get(sign)
        if answer is None:
            spans = self.program[place].spans
            at = bisect_right(spans, (ord(sign), 0x110000)) - 1
            answer = known[sign] = at >= 0 and ord(sign) <= spans[at][1]
        return answer

    def _follow(self, text: str, at: int, place: int, saves: Saves, threads: Threads, seen: set[int]) -> None:
        """Add the threads that stand after a place without reading a character."""
        stack = [(place, saves)]
        while stack:
            place, saves = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            step = self.program[place]
            if step.kind == _SPLIT:
                stack.append((step.other, saves))
                stack.append((step.to, saves))
            elif step.kind == _SAVE:
                stack.append((step.to, (*saves[: step.other], at, *saves[step.other + 1 :])))
            elif step.kind == _ANCHOR:
                if self._holds(text, at, step.sign):
                    stack.append((step.to, saves))
            else:
                threads.append((place, saves))

    def _holds(self, text: str, at: int, sign: str) -> bool:
        if sign == "^":
            return at == 0 or (self.lines and text[at - 1] == "\n" and at < len(text))
        return at == len(text) or (self.lines and text[at] == "\n")
