"""Formulas written out: definitions and parameters replaced by what they stand for on a day, so that what two rules say
of the same quantity can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TypeVar, cast

from yanlian.engine.dossier import Schema
from yanlian.engine.feel import ast, print_expression
from yanlian.engine.policy.compiled import CompiledClause, Expression, Home
from yanlian.engine.policy.dated_tables import literal, with_part
from yanlian.engine.policy.model import Constant, Definition, Formula, Parameter
from yanlian.engine.policy.scope import parameter_on
from yanlian.engine.policy.used import items_of

_N = TypeVar("_N", bound=ast.Node)
_CHAIN = 12
_MOST_WAYS = 64
_FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a rule asks of one quantity: `key` names it, `tests` are passed by the values that are let through."""

    key: str
    tests: ast.UnaryTests
    label: str
    at: Formula


def field_names(schema: Schema) -> frozenset[str]:
    """Every name that stands for a field inside a filter."""
    return frozenset(name for record in schema.records.values() for name in record.names)


def expanded(
    node: _N, home: Home, day: date, taken: frozenset[str], hidden: frozenset[str] = frozenset(), chain: int = _CHAIN
) -> _N:
    """A tree with definitions and parameters written out. `taken`: names of fields, which inside a filter mean the
    fields; `hidden`: names that a loop or filter around has given another meaning."""
    if isinstance(node, ast.Name):
        return cast("_N", _named(node, home, day, taken, hidden, chain))
    if isinstance(node, ast.Filter):
        source = expanded(node.source, home, day, taken, hidden, chain)
        condition = expanded(node.condition, home, day, taken, hidden | taken, chain)
        return cast("_N", replace(node, source=source, condition=condition))
    if isinstance(node, ast.For | ast.Quantified):
        hidden = hidden | {one.name for one in node.iterations}
    for part in fields(node):
        value: object = getattr(node, part.name)
        if isinstance(value, ast.Node):
            node = with_part(node, part.name, expanded(value, home, day, taken, hidden, chain))
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Node):
            node = with_part(node, part.name, tuple(expanded(one, home, day, taken, hidden, chain) for one in value))
    return node


def _named(
    node: ast.Name, home: Home, day: date, taken: frozenset[str], hidden: frozenset[str], chain: int
) -> ast.Expression:
    item = None if node.name in hidden else home.visible.get(node.name)
    if item is None or not chain:
        return node
    if isinstance(item.source, Parameter):
        return literal(cast("Constant", parameter_on(item.source, day))) or node
    if isinstance(item.source, Definition) and item.expression is not None:
        inside = home if item.home in (home, home.parent) else item.home
        return expanded(item.expression.compiled.ast, inside, day, taken, frozenset(), chain - 1)
    return node


def key_of(tree: ast.Expression, home: Home, day: date, taken: frozenset[str]) -> str:
    """One name for a quantity, however many definitions stand before it."""
    return print_expression(expanded(tree, home, day, taken))


def bounds_of(clause: CompiledClause, day: date, taken: frozenset[str]) -> Iterator[Bound]:
    """What gates, conditions and the choice of events ask of single quantities, as far as it is said with constants."""
    for label, expression in _asked(clause):
        for part in conjuncts(expanded(expression.compiled.ast, clause.home, day, taken)):
            yield from _bounds_in((part,), label, expression)


def ways_of(clause: CompiledClause, day: date, taken: frozenset[str]) -> list[tuple[Bound, ...]]:
    """The ways in which a clause can apply: one for each choice among its `or`s, each with all that it asks. A rule
    with more than a few choices is left out: what it asks is then not known."""
    ways: list[tuple[Bound, ...]] = [()]
    for label, expression in _asked(clause):
        choices = _choices(expanded(expression.compiled.ast, clause.home, day, taken))
        if len(ways) * len(choices) > _MOST_WAYS:
            continue
        told = [tuple(_bounds_in(choice, label, expression)) for choice in choices]
        ways = [(*way, *one) for way in ways for one in told]
    return ways


def _asked(clause: CompiledClause) -> Iterator[tuple[str, Expression]]:
    for test in clause.tests:
        if test.kind != "veto":
            yield test.source.label, test.expression
    if clause.event is not None and clause.event.where is not None:
        yield "event.where", clause.event.where


def _bounds_in(parts: Iterable[ast.Expression], label: str, expression: Expression) -> Iterator[Bound]:
    for part in parts:
        found = _bound(part)
        if found is not None:
            quantity, tests = found
            yield Bound(print_expression(quantity), tests, label, expression.formula)


def _choices(tree: ast.Expression) -> list[tuple[ast.Expression, ...]]:
    """A rule as alternatives, each of parts that must all hold."""
    if isinstance(tree, ast.Logic) and tree.op == "or":
        return [*_choices(tree.left), *_choices(tree.right)]
    if isinstance(tree, ast.Logic) and tree.op == "and":
        left, right = _choices(tree.left), _choices(tree.right)
        if len(left) * len(right) <= _MOST_WAYS:
            return [(*a, *b) for a in left for b in right]
    return [(tree,)]


def conjuncts(tree: ast.Expression) -> Iterator[ast.Expression]:
    """The parts of a rule that must all hold."""
    if isinstance(tree, ast.Logic) and tree.op == "and":
        yield from conjuncts(tree.left)
        yield from conjuncts(tree.right)
    else:
        yield tree


def _bound(part: ast.Expression) -> tuple[ast.Expression, ast.UnaryTests] | None:
    """The quantity that a comparison is about, and the tests that it must pass."""
    match part:
        case ast.Compare(op=op, left=left, right=right):
            if is_constant(right) and not is_constant(left):
                return left, _tests(op, right)
            if is_constant(left) and not is_constant(right):
                return right, _tests(_FLIPPED[op], left)
        case ast.In(value=value, tests=tests) if not is_constant(value):
            return value, ast.UnaryTests(tests)
        case ast.Between(value=value, low=low, high=high) if is_constant(low) and is_constant(high):
            inside = ast.RangeLiteral(low, high, low_closed=True, high_closed=True)
            return value, ast.UnaryTests((ast.Test("", inside),))
    return None


def _tests(op: str, value: ast.Expression) -> ast.UnaryTests:
    if op == "!=":
        return ast.UnaryTests((ast.Test("", value),), negated=True)
    return ast.UnaryTests((ast.Test("" if op == "=" else op, value),))


def is_constant(tree: ast.Expression) -> bool:
    """Whether a part is written out: a number, a text, a date."""
    match tree:
        case ast.Number() | ast.String() | ast.Boolean() | ast.At():
            return True
        case ast.Negate(operand=inner):
            return is_constant(inner)
        case ast.Call(function=ast.Name(name="date"), positional=given):
            return all(isinstance(one, ast.Number | ast.String) for one in given)
    return False


def days_of_change(clause: CompiledClause) -> list[date]:
    """Every day on which a value that the clause uses begins to hold, from the document's first day on."""
    first = clause.document.source.valid_from
    starts = {
        one.start for item in items_of(clause) if isinstance(item.source, Parameter) for one in item.source.values
    }
    return sorted({first, *(day for day in starts if day > first)})
