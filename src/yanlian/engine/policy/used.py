"""What a compiled clause is made of: its formulas, each with its part, and all that they name, also through others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import CompiledClause, Expression, Home, Item

Role = Literal[
    "event", "gate", "veto", "condition", "amount", "cap", "factor", "history", "result", "period", "window", "matter"
]


def formulas(clause: CompiledClause) -> Iterator[tuple[Role, str, Expression, bool]]:
    """Every formula of a clause with its part, its label and whether the document gives it."""
    event = clause.event
    if event is not None:
        yield from _named("event", "each", event.each)
        yield from _named("event", "where", event.where)
        yield from _named("event", "date", event.date)
        yield from _named("matter", "matter", event.matter)
        yield from _named("window", "from", event.window_from)
        yield from _named("window", "to", event.window_to)
    yield from _named("period", "period", clause.period)
    for test in clause.tests:
        yield test.kind, test.source.label, test.expression, test.inherited
    yield from _named("amount", "amount", clause.amount)
    for part in clause.parts:
        yield from _named("amount", part.source.label, part.when)
        yield from _named("amount", part.source.label, part.amount)
    yield from _named("cap", "cap", clause.cap)
    for factor in clause.multipliers:
        yield from _named("factor", factor.source.label, factor.when)
        yield from _named("factor", factor.source.label, factor.factor)
    for cap in clause.caps:
        yield "cap", cap.source.label, cap.amount, cap.inherited
    yield from _named("history", "first_time", clause.first_time)
    if isinstance(clause.top_up, Expression):
        yield from _named("history", "top_up", clause.top_up)
    yield from _named("result", "result", clause.result)


def _named(role: Role, label: str, expression: Expression | None) -> Iterator[tuple[Role, str, Expression, bool]]:
    if expression is not None:
        yield role, label, expression, False


def expressions_of(clause: CompiledClause) -> list[Expression]:
    """The formulas of a clause alone, those of its document's rules too."""
    return [expression for _, _, expression, _ in formulas(clause)]


def items_of(clause: CompiledClause, expressions: Sequence[Expression] | None = None) -> list[Item]:
    """The parameters, tables, scales and definitions that formulas of a clause name (all, unless told), also through
    each other; each once, in the order in which they are met."""
    start = expressions_of(clause) if expressions is None else expressions
    todo: list[tuple[Home, str]] = [(clause.home, name) for one in start for name in sorted(one.uses)]
    found: dict[tuple[tuple[str, ...], str], Item] = {}
    while todo:
        home, name = todo.pop(0)
        item = home.visible.get(name) or clause.home.visible.get(name)
        if item is None or (item.home.key, name) in found:
            continue
        found[item.home.key, name] = item
        todo += [(item.home, one) for one in sorted(_uses(item))]
    return list(found.values())


def _uses(item: Item) -> set[str]:
    used: set[str] = set(item.expression.uses) if item.expression is not None else set()
    if item.table is not None:
        used |= {name for one in item.table.inputs for name in one.uses}
        # A cell may name a parameter.
        trees: list[ast.Node] = [cell.ast for row in item.table.decision.rows for cell in row.tests]
        trees += [cell.ast for row in item.table.decision.rows for cell in row.outputs]
        used |= {node.name for tree in trees for node, _ in ast.walk(tree) if isinstance(node, ast.Name)}
    return used
