"""Which rules of a decision table fire, found by the values asked: per column the rules that a value passes are kept as
a set of bits, and the sets of all columns are joined.

Only for tables whose tests ask nothing but the input (constants, ranges and lists of them): such a test gives the same
for the same value, and has no reason to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.frame import Frame
from yanlian.engine.feel.hit_policies import Rule
from yanlian.engine.feel.temporal import parse_at

_MAX_KEPT = 10_000
_CONSTANTS = (ast.Number, ast.String, ast.Boolean, ast.Null)
# Equal values of one of these kinds pass the same tests.
_KINDS = (Decimal, str, bool, date, type(None))


def asks_only_its_input(tree: ast.UnaryTests) -> bool:
    """Whether tests compare their input with constants and nothing else."""
    return all(_is_constant(test.value) for test in tree.tests)


def _is_constant(node: ast.Node | None) -> bool:
    if isinstance(node, ast.RangeLiteral):
        return _is_constant(node.low) and _is_constant(node.high)
    if isinstance(node, ast.Negate):
        return isinstance(node.operand, ast.Number)
    if isinstance(node, ast.At):
        return parse_at(node.text) is not None
    return node is None or isinstance(node, _CONSTANTS)


class TableIndex:
    """The rules of a table by the values of its inputs."""

    __slots__ = ("_all", "_columns", "_fired", "_known")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._all = (1 << len(rules)) - 1
        tests = [rule.tests for rule in rules]
        self._columns = [
            [(1 << number, row[column]) for number, row in enumerate(tests)] for column in range(len(tests[0]))
        ]
        self._known: list[dict[type, dict[object, int]]] = [{kind: {} for kind in _KINDS} for _ in self._columns]
        self._fired: dict[int, list[int]] = {}

    def fired(self, f: Frame, values: Sequence[object]) -> list[int] | None:
        """The rules that fire, in order; nothing if a value is none of the simple kinds."""
        bits = self._all
        for number, value in enumerate(values):
            known = self._known[number].get(type(value))
            if known is None:
                return None
            passed = known.get(value)
            if passed is None:
                passed = self._asked(f, number, value)
                if len(known) < _MAX_KEPT:
                    known[value] = passed
            bits &= passed
        found = self._fired.get(bits)
        if found is None:
            found = [number for number in range(bits.bit_length()) if bits >> number & 1]
            if len(self._fired) < _MAX_KEPT:
                self._fired[bits] = found
        return found

    def _asked(self, f: Frame, column: int, value: object) -> int:
        return sum(bit for bit, test in self._columns[column] if test is None or test(f, value) is True)
