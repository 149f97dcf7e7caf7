"""Gates and conditions against the tables and scales behind them: rows they shut out, borders on which they disagree.

On every day on which a parameter changes. A condition "over 40 %" before a table that begins with "40 % and more"
leaves out the very firm that the first row names: the text contradicts itself, and somebody has to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast, print_expression
from yanlian.engine.feel.tables import Column, Rule, examine
from yanlian.engine.feel.tables.conditions import Leaf, condition, leaves
from yanlian.engine.policy.compiled import CompiledClause, CompiledTable, Item
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.terms import Bound, bounds_of, days_of_change, expanded, field_names, key_of
from yanlian.engine.policy.model import Formula, Scale
from yanlian.engine.policy.used import items_of

_STEPS = 20_000
_LOWER = frozenset({">", ">="})


def note_borders(review: Review) -> None:
    """Tables and scales of every clause against its own conditions."""
    taken = field_names(review.packs.schema)
    for clause in review.clauses:
        items = [item for item in items_of(clause) if item.table is not None or isinstance(item.source, Scale)]
        if not items:
            continue
        for day in days_of_change(clause):
            bounds = list(bounds_of(clause, day, taken))
            if bounds:
                _note_day(review, clause, items, bounds, day, taken)


def _note_day(
    review: Review,
    clause: CompiledClause,
    items: Sequence[Item],
    bounds: Sequence[Bound],
    day: date,
    taken: frozenset[str],
) -> None:
    for item in items:
        if item.table is not None:
            _note_table(review, clause, item.table, bounds, day, taken)
    for name, argument in _scale_calls(clause, day, taken):
        called = clause.home.visible.get(name)
        if called is not None and isinstance(called.source, Scale):
            _note_scale(review, clause, called.source, argument, bounds)


def _note_table(
    review: Review,
    clause: CompiledClause,
    table: CompiledTable,
    bounds: Sequence[Bound],
    day: date,
    taken: frozenset[str],
) -> None:
    rows = table.decision.rows
    for number, subject in enumerate(table.inputs):
        key = key_of(subject.compiled.ast, clause.home, day, taken)
        cells = [expanded(row.tests[number].ast, clause.home, day, taken) for row in rows]
        for bound in (one for one in bounds if one.key == key):
            _note_shut_out(review, clause, table, number, cells, bound)
            _note_disagreement(review, clause, table.source.name, cells, bound)


def _note_shut_out(
    review: Review,
    clause: CompiledClause,
    table: CompiledTable,
    number: int,
    cells: Sequence[ast.UnaryTests],
    bound: Bound,
) -> None:
    """Rows that no value which the rule lets through can reach."""
    for i in _never_true(cells, bound.tests) - _never_true(cells, None):
        cell = table.source.rows[i][number]
        data = {"table": table.source.name, "row": i + 1, "cell": cell.text, "label": bound.label}
        review.note(clause, "lint_row_shut_out", "warning", _own(clause, cell), **data)


def _never_true(cells: Sequence[ast.UnaryTests], allowed: ast.UnaryTests | None) -> set[int]:
    column = Column("", allowed=allowed, expression=ast.Name("?"))
    rules = [Rule((cell,)) for cell in cells]
    found = examine([column], rules, "C", steps=_STEPS, most=len(cells))
    return {row - 1 for one in found if one.kind == "never_true" and not one.reason for row in one.rows}


def _note_disagreement(
    review: Review, clause: CompiledClause, name: str, cells: Sequence[ast.UnaryTests], bound: Bound
) -> None:
    """The value on a border that one of the two takes in and the other leaves out."""
    for op, value in _borders(bound.tests):
        starts = [leaf for cell in cells for leaf in _borders(cell) if leaf[1] == value and _side(leaf[0]) == _side(op)]
        if not starts or any(leaf[0] == op for leaf in starts):
            continue
        # The rule leaves the value out and no row begins without it; or takes it in and every row leaves it out.
        if _takes_in(op) and any(value in _points(cell) for cell in cells):
            continue
        _note_border(review, clause, name, op, value, bound)


def _note_scale(review: Review, clause: CompiledClause, scale: Scale, argument: str, bounds: Sequence[Bound]) -> None:
    """The first bracket takes its start in; a condition that leaves the same value out contradicts it."""
    starts = [one.start for one in scale.brackets if one.start and (one.rate or one.amount)]
    for bound in (one for one in bounds if one.key == argument):
        for op, value in _borders(bound.tests):
            if op == ">" and starts and value == starts[0]:
                _note_border(review, clause, scale.name, op, value, bound)


def _note_border(review: Review, clause: CompiledClause, name: str, op: str, value: Decimal, bound: Bound) -> None:
    shown = f"{value.normalize():f}" if value else "0"
    inner = {True: ("含", "included"), False: ("不含", "left out")}
    rule, table = inner[_takes_in(op)], inner[not _takes_in(op)]
    review.note(
        clause,
        "lint_border",
        "warning",
        bound.at,
        label=bound.label,
        value=shown if abs(value) >= 1 or not value else f"{(value * 100).normalize():f}%",
        table=name,
        rule_zh=rule[0],
        rule_en=rule[1],
        other_zh=table[0],
        other_en=table[1],
    )


def _borders(tests: ast.UnaryTests) -> list[tuple[str, Decimal]]:
    """The numbers at which a test begins or ends, with the operator."""
    if tests.negated:
        return []
    found = [leaf for leaf in leaves(condition(tests)) if isinstance(leaf, Leaf)]
    return [(one.op, one.value) for one in found if one.op in {"<", "<=", ">", ">="} and isinstance(one.value, Decimal)]


def _points(tests: ast.UnaryTests) -> list[Decimal]:
    """The single numbers that a test names."""
    if tests.negated:
        return []
    found = [leaf for leaf in leaves(condition(tests)) if isinstance(leaf, Leaf)]
    return [one.value for one in found if one.op == "=" and isinstance(one.value, Decimal)]


def _side(op: str) -> bool:
    return op in _LOWER


def _takes_in(op: str) -> bool:
    return "=" in op


def _own(clause: CompiledClause, cell: Formula) -> Formula | None:
    return cell if cell.file == clause.source.file else None


def _scale_calls(clause: CompiledClause, day: date, taken: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Scales that the amount asks, with what they are asked about."""
    given = [clause.amount, *(part.amount for part in clause.parts)]
    for expression in given:
        if expression is None:
            continue
        for node, _ in ast.walk(expanded(expression.compiled.ast, clause.home, day, taken)):
            if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and len(node.positional) == 1:
                yield node.function.name, print_expression(node.positional[0])
