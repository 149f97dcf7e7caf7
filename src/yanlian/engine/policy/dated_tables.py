"""Decision tables on every day on which something in them changes: parameters in cells replaced by their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

from yanlian.engine.feel import ast
from yanlian.engine.feel.decision_table import DecisionTable
from yanlian.engine.feel.tables import Rule
from yanlian.engine.policy.compiled import Home
from yanlian.engine.policy.model import Constant, Parameter

_N = TypeVar("_N", bound=ast.Node)


def rules_by_day(decision: DecisionTable, home: Home) -> Iterator[tuple[date | None, tuple[Rule, ...]]]:
    """The rows on each day from which a parameter in a cell has another value; None: no cell has one."""
    rules = tuple(Rule(tuple(t.ast for t in row.tests), tuple(o.ast for o in row.outputs)) for row in decision.rows)
    used = _parameters(rules, home)
    if not used:
        yield None, rules
        return
    for day in sorted({dated.start for one in used for dated in one.values}):
        yield day, tuple(_on(rule, home, day) for rule in rules)


def literal(value: Constant) -> ast.Expression | None:
    """A constant as FEEL writes it; None for what has no plain spelling."""
    if isinstance(value, bool):
        return ast.Boolean(value)
    if isinstance(value, Decimal):
        return ast.Number(value)
    if isinstance(value, str):
        return ast.String(value)
    if isinstance(value, date):
        return ast.Call(ast.Name("date"), (ast.String(value.isoformat()),))
    return None


def with_part(node: _N, part: str, value: object) -> _N:
    """A node with one part changed."""
    given = {one.name: getattr(node, one.name) for one in fields(node)}
    return type(node)(**{**given, part: value})


def _parameters(rules: Sequence[Rule], home: Home) -> list[Parameter]:
    trees = [tree for rule in rules for tree in (*rule.tests, *rule.outputs) if isinstance(tree, ast.Node)]
    names = {node.name for tree in trees for node, _ in ast.walk(tree) if isinstance(node, ast.Name)}
    items = (home.visible.get(name) for name in sorted(names))
    return [item.source for item in items if item is not None and isinstance(item.source, Parameter)]


def _on(rule: Rule, home: Home, day: date) -> Rule:
    outputs = tuple(_replaced(one, home, day) if isinstance(one, ast.Node) else one for one in rule.outputs)
    return Rule(tuple(_replaced(test, home, day) for test in rule.tests), outputs)


def _replaced(node: _N, home: Home, day: date) -> _N:
    if isinstance(node, ast.Name):
        item = home.visible.get(node.name)
        if item is None or not isinstance(item.source, Parameter):
            return node
        values = [dated.value for dated in item.source.values if dated.start <= day]
        return cast("_N", (literal(values[-1]) if values else None) or node)
    for part in fields(node):
        value: object = getattr(node, part.name)
        if isinstance(value, ast.Node):
            node = with_part(node, part.name, _replaced(value, home, day))
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Node):
            node = with_part(node, part.name, tuple(_replaced(one, home, day) for one in value))
    return node
