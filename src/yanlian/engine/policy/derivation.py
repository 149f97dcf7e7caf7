"""What makes a derivation complete: every row of a table that was tried, limits that took nothing away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from yanlian.engine.feel import Unknown
from yanlian.engine.feel.decision_table import Decided
from yanlian.engine.policy.amount import limit_of
from yanlian.engine.policy.compiled import CompiledClause, Item
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.scope import Scope
from yanlian.engine.policy.substitution import home_scope, shown

CellVerdict = Literal["met", "not_met", "unknown", "any"]
_MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row of a decision table: its number from 1, its tests as written, what came of each, and whether it fired."""

    number: int
    cells: tuple[str, ...]
    verdicts: tuple[CellVerdict, ...]
    fired: bool


@dataclass(frozen=True, slots=True)
class TriedTable:
    """A table as it was asked: its inputs as (formula, value), and its rows in order; `more` rows are not listed."""

    inputs: tuple[tuple[str, str], ...] = ()
    rows: tuple[TriedRow, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A stacking group or a cap over several outcomes: what it is over, its limit in yuan (empty for stacking), the
    amount before and after in fen when it took something away, and what was paid instead."""

    kind: Literal["stacking", "cap"]
    label: str
    over: str
    per: str
    text: str
    limit: str
    from_fen: int | None
    to_fen: int | None
    winner: str


def tried_table(item: Item, scope: Scope, decided: Decided) -> TriedTable:
    """How the rows of a table were tried for the values that it was asked with."""
    if item.table is None:
        return TriedTable()
    home = home_scope(item, scope)
    table = item.table
    values = [one.compiled.evaluate(home) for one in table.inputs]
    inputs = tuple(
        (" ".join(formula.text.split()), shown(value))
        for formula, value in zip(table.source.inputs, values, strict=False)
    )
    rows: list[TriedRow] = []
    for number, row in enumerate(table.decision.rows[:_MOST_ROWS], 1):
        verdicts: list[CellVerdict] = []
        for tests, value in zip(row.tests, values, strict=False):
            passed = tests.matches(value, home)
            found: CellVerdict = "unknown" if isinstance(passed, Unknown) else "met" if passed is True else "not_met"
            verdicts.append("any" if tests.tester is None else found)
        cells = tuple(cell.text for cell in table.source.rows[number - 1][: len(values)])
        rows.append(TriedRow(number, cells, tuple(verdicts), number - 1 in decided.fired))
    return TriedTable(inputs, tuple(rows), max(0, len(table.decision.rows) - _MOST_ROWS))


def limits_of(clause: CompiledClause, outcome: Outcome, scope: Scope) -> Iterator[LimitLine]:
    """The stacking group and the caps that stand over an outcome, in the order in which they are applied."""
    if outcome.kind != "eligible" or clause.source.gate_only:
        return
    reduced = outcome.reason.get("reduced")
    cuts = [one for one in reduced if isinstance(one, Mapping)] if isinstance(reduced, list) else []
    stacking = clause.source.stacking
    if stacking is not None:
        cut = _cut(cuts, "stacking", stacking.group)
        yield LimitLine("stacking", stacking.group, "group", stacking.per, "", "", *_amounts(cut))
    for over in ("clause", "group", "document"):
        for cap in clause.caps:
            source = cap.source
            if source.over != over or clause.id in source.exempt:
                continue
            figure = limit_of(cap.amount, scope, source.label)
            limit = "" if figure.missing or figure.null else shown(_yuan(figure.fen))
            text = " ".join(cap.amount.formula.text.split())
            cut = _cut(cuts, "cap", source.label)
            yield LimitLine("cap", source.label, source.wide or over, source.per, text, limit, *_amounts(cut))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _cut(cuts: list[Mapping[str, object]], by: str, label: str) -> Mapping[str, object]:
    return next((one for one in cuts if one.get("by") == by and one.get("label") == label), {})


def _amounts(cut: Mapping[str, object]) -> tuple[int | None, int | None, str]:
    before, after = cut.get("from_fen"), cut.get("to_fen")
    return (
        before if isinstance(before, int) else None,
        after if isinstance(after, int) else None,
        str(cut.get("winner", "")),
    )
