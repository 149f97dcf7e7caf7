"""Unary tests: the cells of decision tables, and what stands after `in`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import COMPARISONS, RAW, Truth, conjunction, disjunction, less, less_equal, passes
from yanlian.engine.feel.frame import Frame, Piece, Run
from yanlian.engine.feel.normal import type_name
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import Range, Unknown

Tester: TypeAlias = Callable[[Frame, object], Truth]


def compile_in(unit: Unit, node: ast.In, scope: Scope) -> Piece:
    """`value in tests`."""
    value = unit.compile(node.value, scope)
    tester = compile_tests(unit, node.tests, scope)
    run, place = value.run, node.place

    def run_in(f: Frame) -> object:
        found = run(f)
        result = tester(f, found)
        if result is None:
            f.null(place, "feel_undecided", {"operator": "in", "found": type_name(found)})
        return result

    return Piece(run_in, truth=True)


def compile_tests(unit: Unit, tests: Sequence[ast.Test], scope: Scope) -> Tester:
    """Whether one of the tests is passed."""
    testers = [_tester(unit, test, scope) for test in tests]
    if len(testers) == 1:
        return testers[0]

    def run(f: Frame, value: object) -> Truth:
        odd: list[object] = []
        for tester in testers:
            result = tester(f, value)
            if result is True:
                return True
            if result is not False:
                odd.append(result)
        return disjunction(odd) if odd else False

    return run


_ASKS_NOTHING = frozenset({ast.Number, ast.String, ast.Boolean, ast.Null, ast.At})


def _tester(unit: Unit, test: ast.Test, scope: Scope) -> Tester:
    asks = type(test.value) not in _ASKS_NOTHING and any(
        isinstance(node, ast.Name) and node.name == "?" for node, _ in ast.walk(test.value)
    )
    slot = unit.slot() if asks else -1
    inner = scope.inner({"?": Binding(slot)}) if asks else scope
    if test.op:
        return _operator(test.op, unit.compile(test.value, inner), slot)
    if isinstance(test.value, ast.RangeLiteral):
        return _span(unit, test.value, inner, slot)
    piece = unit.compile(test.value, inner)
    if piece.fixed:
        constant = piece.value
        kind = type(constant)
        if kind is Decimal or kind is str:
            return lambda f, value: value == constant if type(value) is kind else passes(value, constant)
        return _one_of(constant) if isinstance(constant, list) else lambda f, value: passes(value, constant)
    return _expression(piece.run, slot)


def _one_of(members: list[object]) -> Tester:
    """Whether a value is one of constants; numbers and texts among numbers and texts need no more than equality."""
    if not _COMPARED.issuperset(map(type, members)):
        return lambda f, value: passes(value, members)
    return lambda f, value: value in members if type(value) in _COMPARED else passes(value, members)


_COMPARED = frozenset({Decimal, str})


def _operator(op: str, limit: Piece, slot: int) -> Tester:
    compare, run = COMPARISONS[op], limit.run
    if limit.fixed and type(limit.value) in _COMPARED:
        raw, constant, kind = RAW[op], limit.value, type(limit.value)
        return lambda f, value: raw(value, constant) if type(value) is kind else compare(value, constant)

    def tester(f: Frame, value: object) -> Truth:
        if slot >= 0:
            f.slots[slot] = value
        return compare(value, run(f))

    return tester


def _span(unit: Unit, node: ast.RangeLiteral, scope: Scope, slot: int) -> Tester:
    """A range written out: each end is tested on its own, so that an unknown end need not make all unknown."""
    whole = unit.compile(node, scope)
    if whole.fixed and isinstance(whole.value, Range):
        return _within(whole.value)
    low = None if node.low is None else unit.compile(node.low, scope).run
    high = None if node.high is None else unit.compile(node.high, scope).run
    above, below = (less_equal if node.low_closed else less), (less_equal if node.high_closed else less)

    def tester(f: Frame, value: object) -> Truth:
        if slot >= 0:
            f.slots[slot] = value
        results: list[Truth] = []
        if low is not None:
            results.append(above(low(f), value))
        if high is not None:
            results.append(below(value, high(f)))
        return conjunction(results)

    return tester


def _within(span: Range) -> Tester:
    """Whether a value lies in a constant range; for a range of numbers and a number two comparisons tell."""
    low, high = span.low, span.high
    if type(low) is not Decimal or type(high) is not Decimal:
        return lambda f, value: passes(value, span)
    above, below = RAW["<=" if span.low_closed else "<"], RAW["<=" if span.high_closed else "<"]

    def tester(f: Frame, value: object) -> Truth:
        return above(low, value) and below(value, high) if type(value) is Decimal else passes(value, span)

    return tester


def _expression(run: Run, slot: int) -> Tester:
    """Any expression: with `?` it says itself whether the test is passed; else its value is what the input must be
    (a truth value that is no possible input is the answer, too)."""

    def tester(f: Frame, value: object) -> Truth:
        if slot >= 0:
            f.slots[slot] = value
        result = run(f)
        if slot >= 0 and (isinstance(result, (bool, Unknown)) or result is None):
            return result
        if isinstance(result, bool) and not isinstance(value, bool):
            return _answer(value, result)
        return passes(value, result)

    return tester


def _answer(value: object, result: bool) -> Truth:
    return value.plain() if isinstance(value, Unknown) else result
