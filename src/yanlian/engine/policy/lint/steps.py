"""Amounts that fall where they should rise: higher levels that get less, brackets that lose money at their border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.tables.conditions import Leaf, condition, leaves
from yanlian.engine.policy.compiled import CompiledClause, CompiledTable
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.model import Bracket, Formula, Scale
from yanlian.engine.policy.used import items_of

# Highest first, as certificates are ranked everywhere.
LEVELS = ("国家级", "省级", "市级", "区级", "县级")


def note_steps(review: Review) -> None:
    """Every scale and every table of amounts that a clause uses."""
    for clause in review.clauses:
        for item in items_of(clause):
            if isinstance(item.source, Scale):
                _note_scale(review, clause, item.source)
            elif item.table is not None:
                _note_table(review, clause, item.table)


def _note_scale(review: Review, clause: CompiledClause, scale: Scale) -> None:
    """A `whole` scale gives everything at one rate: at a border with a lower rate, one yuan more gives less."""
    if scale.mode != "whole":
        return
    for before, after in zip(scale.brackets, scale.brackets[1:], strict=False):
        old, new = _at(before, after.start), _at(after, after.start)
        if new < old:
            data = {"name": scale.name, "at": _plain(after.start), "before": _plain(old), "after": _plain(new)}
            line = scale.line if scale.file == clause.source.file else None
            review.note(clause, "lint_step_down", "warning", line, **data)


def _at(bracket: Bracket, value: Decimal) -> Decimal:
    return bracket.amount if bracket.amount is not None else bracket.rate * value


def _note_table(review: Review, clause: CompiledClause, table: CompiledTable) -> None:
    """Rows that differ in one level only: the higher level must not get less."""
    rows = [_fixed(row.outputs[0].ast) if row.outputs else None for row in table.decision.rows]
    texts = [tuple(cell.text for cell in cells[: len(table.inputs)]) for cells in table.source.rows]
    levels = [[_levels(row.tests[i].ast) for i in range(len(table.inputs))] for row in table.decision.rows]
    for high in range(len(rows)):
        for low in range(len(rows)):
            column = _only_difference(texts[high], texts[low])
            if column is None or not _is_above(levels[high][column], levels[low][column]):
                continue
            more, less = rows[high], rows[low]
            if more is not None and less is not None and more < less:
                names = {"higher": texts[high][column], "lower": texts[low][column]}
                amounts = {"before": _plain(less), "after": _plain(more)}
                at: Formula = table.source.rows[high][0]
                own = at if at.file == clause.source.file else None
                review.note(clause, "lint_level_falls", "warning", own, table=table.source.name, **names, **amounts)


def _only_difference(first: Sequence[str], second: Sequence[str]) -> int | None:
    different = [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    return different[0] if len(different) == 1 else None


def _fixed(tree: ast.Expression) -> Decimal | None:
    return tree.value if isinstance(tree, ast.Number) else None


def _levels(tests: ast.UnaryTests) -> Mapping[str, int]:
    found = [leaf for leaf in leaves(condition(tests)) if isinstance(leaf, Leaf) and leaf.op == "="]
    return {one.value: LEVELS.index(one.value) for one in found if isinstance(one.value, str) and one.value in LEVELS}


def _is_above(high: Mapping[str, int], low: Mapping[str, int]) -> bool:
    """Every level of the one stands above every level of the other."""
    return bool(high) and bool(low) and max(high.values()) < min(low.values())


def _plain(value: Decimal) -> str:
    """Yuan as people write them."""
    return f"{value / 10_000:f}".rstrip("0").rstrip(".") + "万元" if abs(value) >= 10_000 else f"{value:f}元"
