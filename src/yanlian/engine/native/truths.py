"""What follows for `and` and `or` from the parts alone: contradictions, repetitions, parts that the rest decides.

Rules over facts that may be null or unknown lower to many truth values of which most can never hold together; taking
them out here makes programs that a person can read and code that is shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from yanlian.engine.native.ir import Both, Compare, Const, Either, Node, Not

# A truth value, and whether it is meant as it is or turned round.
Literal: TypeAlias = tuple[Node, bool]
Literals: TypeAlias = dict[Literal, None]
_MOST = 24


class Truths:
    """Remembers the parts of truth values."""

    def __init__(self) -> None:
        self._all: dict[Node, Literals] = {}
        self._any: dict[Node, Literals] = {}

    def all_of(self, node: Node) -> Literals:
        """What must all hold for it to hold, as far as it is plain to see."""
        found = self._all.get(node)
        if found is None:
            found = self._all[node] = self._parts(node, Both)
        return found

    def any_of(self, node: Node) -> Literals:
        """Of what it is enough that one holds."""
        found = self._any.get(node)
        if found is None:
            found = self._any[node] = self._parts(node, Either)
        return found

    def _parts(self, node: Node, kind: type[Both] | type[Either]) -> Literals:
        mine = self.all_of if kind is Both else self.any_of
        other = self.any_of if kind is Both else self.all_of
        found: Literals = {(node, True): None}
        if isinstance(node, (Both, Either)) and isinstance(node, kind):
            found = {**mine(node.left), **mine(node.right)}
        elif isinstance(node, Not):
            found = {(part, not sign): None for part, sign in other(node.operand)}
        return found if len(found) <= _MOST else {(node, True): None}


def contradict(a: Literals, b: Literals) -> bool:
    """Whether a part of one is the opposite of a part of the other."""
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return any((node, not sign) in large for node, sign in small)


def within(a: Literals, b: Literals) -> bool:
    """Whether all parts of one are parts of the other."""
    return len(a) <= len(b) and all(part in b for part in a)


def without(parts: Literals, refuted: Literals) -> Sequence[Literal] | None:
    """The parts that are left when the opposites of some are known; None when none of them falls away."""
    left = [(node, sign) for node, sign in parts if (node, not sign) not in refuted]
    return left if len(left) < len(parts) else None


def known_range(node: Node, parts: Literals, *, holds: bool) -> tuple[int, int]:
    """The range of a value where all these parts hold, or none of them: comparisons of it with constants tell. An
    amount that counts only where it is not below one is never negative."""
    low, high = node.low, node.high
    for part, sign in () if node.is_bool else parts:
        if isinstance(part, Compare) and part.left is node and part.op == "<" and isinstance(part.right, Const):
            if sign is holds:
                high = min(high, part.right.value - 1)
            else:
                low = max(low, part.right.value)
    # Of what never happens nothing is known.
    return (low, high) if low <= high else (node.low, node.high)
