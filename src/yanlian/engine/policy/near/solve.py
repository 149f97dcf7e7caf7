"""The solver put together, and what stands in the way of an outcome turned into options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import UNDELIVERED, RecordKind, Row, Schema
from yanlian.engine.dossier.schema import Field
from yanlian.engine.feel import DateTime, Missing, Unknown, ast
from yanlian.engine.policy.amount import UNITS_FEN
from yanlian.engine.policy.compiled import CompiledClause, CompiledTest, Expression
from yanlian.engine.policy.near.asked import Asked, Solver
from yanlian.engine.policy.near.env import Env, EventEnv
from yanlian.engine.policy.near.overlay import records_in
from yanlian.engine.policy.near.plan import Deliver, Lens, Option, SetField
from yanlian.engine.policy.near.records import lacking_of
from yanlian.engine.policy.near.relate import relate_of
from yanlian.engine.policy.near.relation import KNOWN
from yanlian.engine.policy.near.truth import truth_of
from yanlian.engine.policy.outcome import Draft
from yanlian.engine.policy.payments import paid_before
from yanlian.engine.policy.scope import DossierScope, Scope

# What a flag may turn out to be.
_EITHER = (True, False)


def solver_for(schema: Schema, as_of: date) -> Solver:
    """A solver that knows how its parts ask each other."""
    return Solver(schema, as_of, truth_of, relate_of, lacking_of)


def test_options(solver: Solver, test: CompiledTest, scope: Scope) -> list[Option]:
    """Options after which one gate, veto or condition is passed."""
    return solver.truth(test.expression.compiled.ast, Env(scope), want=test.kind != "veto")


def missing_options(solver: Solver, missing: Iterable[Missing], row: dict[str, object]) -> list[Option]:
    """The last resort for what is unknown: that the departments deliver what is named, fields as examples."""
    found: list[Option] = []
    for one in missing:
        name, _, field_name = one.fact.partition(".")
        kind = solver.schema.names.get(name)
        if kind is None:
            continue
        field = kind.names.get(field_name)
        if kind.many and field is None:
            found.append((Deliver(kind.key),))
        elif field is not None and not kind.many:
            stored = row.get(kind.key)
            data = stored if isinstance(stored, dict) else {}
            found += solver.set_field(Lens(Row(kind, data), field), KNOWN, None)
        elif field is not None:
            found += _holes(solver, kind, field, row) or [(Deliver(kind.key),)]
    return found


def _holes(solver: Solver, kind: RecordKind, field: Field, row: dict[str, object]) -> list[Option]:
    """The records of which a field was not delivered."""
    found: list[Option] = []
    for stored in records_in(row, kind.key):
        if stored.get(field.key, UNDELIVERED) is UNDELIVERED:
            lens = Lens(Row(kind, stored), field)
            if field.type == "flag":
                found += [option for value in _EITHER for option in solver.set_field(lens, "=", value)]
            else:
                found += solver.set_field(lens, KNOWN, None)
    return found


def amount_options(solver: Solver, clause: CompiledClause, draft: Draft) -> list[Option]:
    """Options after which an amount is above zero (and above what was paid before)."""
    scope = draft.scope
    assert scope is not None
    least = _least(clause, scope, draft)
    found: list[Option] = []
    for expression in _amounts(clause):
        found += solver.relate(expression.compiled.ast, ">=", least, Env(scope))
    for part in clause.parts:
        if part.when is not None:
            found += solver.truth(part.when.compiled.ast, Env(scope), want=True)
    for multiplier in clause.multipliers:
        if multiplier.when is None or scope.value(multiplier.when) is True:
            found += _above_zero(solver, multiplier.factor, scope)
        elif isinstance(scope.value(multiplier.when), Unknown):
            found += solver.truth(multiplier.when.compiled.ast, Env(scope), want=True)
            found += solver.truth(multiplier.when.compiled.ast, Env(scope), want=False)
    if clause.cap is not None:
        found += _above_zero(solver, clause.cap, scope)
    return found


def _amounts(clause: CompiledClause) -> Iterator[Expression]:
    if clause.amount is not None:
        yield clause.amount
    for part in clause.parts:
        yield part.amount


def _above_zero(solver: Solver, expression: Expression, scope: Scope) -> list[Option]:
    value = scope.value(expression)
    enough = isinstance(value, Decimal) and value > 0
    return [] if enough else solver.relate(expression.compiled.ast, ">", Decimal(0), Env(scope))


def _least(clause: CompiledClause, scope: Scope, draft: Draft) -> Decimal:
    """The least amount that rounds to more than nothing, above what was paid before."""
    unit = Decimal(UNITS_FEN[clause.rounding.to]).scaleb(-2)
    least = unit if clause.rounding.mode == "floor" else unit / 2
    if clause.rounding.mode == "half_even":
        least += Decimal("0.0001")
    if clause.top_up is None:
        return least
    if isinstance(clause.top_up, Expression):
        paid: object = scope.value(clause.top_up)
    else:
        paid = paid_before(scope.frame, clause, draft.matter, draft.period)
    return least + paid if isinstance(paid, Decimal) else least


def event_options(solver: Solver, clause: CompiledClause, frame: DossierScope, below: Scope) -> list[Option]:
    """Options that bring about an event: one more record of what `each` lists, that `where` lets in, within the
    window."""
    event, source = clause.event, clause.source.event
    if event is None or source is None:
        return []
    outer = EventEnv(Scope(clause.home, frame, below, below.day, {}))
    name = source.name or "事件"
    asked: list[Asked] = [(test, outer, name) for test in _window(clause, event.date)]
    if event.where is not None:
        asked.append((event.where.compiled.ast, outer, name))
    return solver.lacking(event.each.compiled.ast, outer, {}, tuple(asked))


def _window(clause: CompiledClause, day: Expression) -> Iterator[ast.Expression]:
    """The event's day lies within the document's validity (or its window) and is not after the as-of date."""
    event, document = clause.event, clause.document.source
    source = clause.source.event
    assert event is not None
    assert source is not None
    tree = day.compiled.ast
    yield ast.Compare("<=", tree, ast.Name("评价日"))
    first: ast.Expression | None = _at(document.valid_from)
    last: ast.Expression | None = _at(document.valid_to)
    if source.window:
        first = event.window_from.compiled.ast if event.window_from else None
        last = event.window_to.compiled.ast if event.window_to else None
    if first is not None:
        yield ast.Compare(">=", tree, first)
    if last is not None:
        yield ast.Compare("<=", tree, last)


def _at(day: date | None) -> ast.Expression | None:
    return None if day is None else ast.At(day.isoformat())


def occurrence_options(solver: Solver, clause: CompiledClause, scope: Scope) -> list[Option]:
    """Options that settle what is open about an event that exists: its day, its matter, whether it counts."""
    event = clause.event
    if event is None:
        return []
    found: list[Option] = []
    env = Env(scope)
    day = scope.value(event.date)
    day = day.day if isinstance(day, DateTime) else day
    if isinstance(day, Unknown):
        for test in _window(clause, event.date):
            found += solver.truth(test, env, want=True)
    if event.where is not None and isinstance(scope.value(event.where), Unknown):
        found += solver.truth(event.where.compiled.ast, env, want=True)
    if event.matter is not None and isinstance(scope.value(event.matter), Unknown):
        found += solver.relate(event.matter.compiled.ast, KNOWN, None, env)
    return [option for option in found if all(isinstance(move, (SetField, Deliver)) for move in option)] or found
