"""Gaps and overlaps in the decision tables of packs, with what the fact schema says of their inputs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from yanlian.base.finding import Severity
from yanlian.engine.dossier import Field, RecordKind
from yanlian.engine.feel import ast
from yanlian.engine.feel.tables import Column, Finding, examine
from yanlian.engine.policy.compiled import CompiledTable, Home
from yanlian.engine.policy.dated_tables import rules_by_day
from yanlian.engine.policy.model import Definition, Formula
from yanlian.engine.policy.naming import NameCheck

if TYPE_CHECKING:
    from yanlian.engine.policy.compile import Compiler

# About half a second: packs are read whenever a file of theirs changes.
STEPS = 300_000
_MOST = 20
_CHAIN = 10
_KINDS = {
    "money": "number",
    "rate": "number",
    "area": "number",
    "count": "number",
    "year": "number",
    "date": "date",
    "text": "string",
    "code": "string",
    "flag": "boolean",
}
_ZERO = Decimal(0)
_WHOLE = frozenset({"count", "year"})
_NEVER_NEGATIVE = frozenset({"count", "year", "area"})


def note_table(compiler: Compiler, table: CompiledTable, home: Home) -> None:
    """Note what is found out about a table at the lines of its rows. Cases that no row covers are a warning unless the
    table says why they may stay open (`incomplete`). Where cells name parameters, the table is examined on every day on
    which one of them changes; what stays the same is told once."""
    source = table.source
    columns = [_column(compiler, one.formula, one.compiled.ast, home) for one in table.inputs]
    told: set[str] = set()
    for day, rules in rules_by_day(table.decision, home):
        found = examine(columns, rules, source.hit, output_order=source.ranked, steps=STEPS, most=_MOST)
        for finding in found:
            plain = finding.text("en")
            if _is_expected(finding, explained=bool(source.incomplete)) or plain in told:
                continue
            told.add(plain)
            line = source.rows[finding.rows[-1] - 1][0].line if finding.rows and source.inputs else source.line
            severity: Severity = "error" if finding.severity == "error" else "warning"
            name = source.name if day is None else f"{source.name}（自 {day}）"
            compiler.faults.add_refusal(line, finding.refusal(name), severity)


def _is_expected(finding: Finding, *, explained: bool) -> bool:
    """Gaps that are no fault (every row counts), and gaps that the table explains."""
    if finding.reason == "more_gaps":
        return explained
    return finding.kind == "gap" and (explained or finding.severity == "info")


def _column(compiler: Compiler, formula: Formula, tree: ast.Expression, home: Home) -> Column:
    label = " ".join(formula.text.split())
    field = field_of(compiler, tree, home)
    if field is None:
        return Column(label, expression=tree)
    kind = ast.TypeName(_KINDS[field.type])
    return Column(label, kind, _allowed(field), tree, integral=field.type in _WHOLE)


def _allowed(field: Field) -> ast.UnaryTests | None:
    """The values that the schema lists; amounts of things are not negative."""
    if field.values:
        return ast.UnaryTests(tuple(ast.Test("", ast.String(value)) for value in field.values))
    if field.type in _NEVER_NEGATIVE:
        return ast.UnaryTests((ast.Test(">=", ast.Number(_ZERO)),))
    return None


def field_of(compiler: Compiler, tree: ast.Expression, home: Home, chain: int = _CHAIN) -> Field | None:
    """The field of the fact schema whose value an expression is, through definitions that are nothing but a name for
    it; None for anything else."""
    if isinstance(tree, ast.Name):
        item = home.visible.get(tree.name)
        if item is None or not isinstance(item.source, Definition):
            return next((f for f in compiler.schema.entity.values() if tree.name in (f.zh, f.key)), None)
        compiler.settle(item)
        if item.expression is None or not chain:
            return None
        return field_of(compiler, item.expression.compiled.ast, item.home, chain - 1)
    if not isinstance(tree, ast.Path):
        return None
    check = NameCheck(
        kind_of=lambda name: compiler.kind_of(home, name),
        known=tuple,
        functions={},
        wrong=lambda node, refusal: None,
    )
    kind = check.kind(tree.source, {})
    if not isinstance(kind, RecordKind) or not _is_single(tree.source, kind, home):
        return None
    return kind.names.get(tree.name)


def _is_single(source: ast.Expression, kind: RecordKind, home: Home) -> bool:
    """Whether an expression gives one record, not a list of them."""
    match source:
        case ast.Filter(condition=ast.Number() | ast.Negate()):
            return True
        case ast.Name(name=name) if name in home.event_names:
            return True
        case ast.Name(name=name) if name in home.visible:
            definition = home.visible[name].expression
            return definition is not None and _is_single(definition.compiled.ast, kind, home.visible[name].home)
        case ast.Name():
            return not kind.many
    return False
