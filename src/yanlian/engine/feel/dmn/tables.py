"""Decision tables of a model into closures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import coercer, resolved, shortened
from yanlian.engine.feel.compare import Truth, negation
from yanlian.engine.feel.compile_tests import Tester, compile_tests
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.table_index import TableIndex, asks_only_its_input
from yanlian.engine.feel.dmn.types import ANY
from yanlian.engine.feel.frame import Frame, Meter, Piece, Run
from yanlian.engine.feel.hit_policies import Column, Rule, Rules
from yanlian.engine.feel.scope import Scope
from yanlian.engine.feel.values import Fault, is_known, union

if TYPE_CHECKING:
    from yanlian.engine.feel.dmn.boxes import Logic

_WORTH_AN_INDEX = 3
_LISTS = frozenset({"R", "O", "C"})


def compile_boxed_table(logic: Logic, table: dmn.DecisionTable, scope: Scope, names: tuple[str, ...]) -> Piece:
    """The closure of a decision table: input values once, then row by row, then the hit policy."""
    inputs = [logic.literal(clause.expression, scope, names).run for clause in table.inputs]
    allowed = [_cell(logic, clause.allowed, scope, names) for clause in table.inputs]
    columns = tuple(_column(logic, table, clause, scope, names) for clause in table.outputs)
    steady: list[bool] = []
    rules = tuple(
        Rule(
            tuple(_cell(logic, cell, scope, names, steady) for cell in row.tests),
            tuple(_output(logic, table, n, cell, scope, names) for n, cell in enumerate(row.outputs)),
        )
        for row in table.rules
    )
    made = Rules(columns, rules, table.hit_policy)
    limits = [(number, tests) for number, tests in enumerate(allowed) if tests is not None]
    place = logic.place(table)
    index = TableIndex(rules) if all(steady) and len(rules) >= _WORTH_AN_INDEX else None

    def run(f: Frame) -> object:
        values = [run(f) for run in inputs]
        f.meter.spend(len(rules))
        for number, tests in limits:
            if is_known(values[number]) and tests(f, values[number]) is not True:
                f.null(place, "feel_input_not_allowed", {"found": shortened(values[number])})
                return None
        fired = None if index is None else index.fired(f, values)
        try:
            return made.decide(f, values).value if fired is None else made.result(f, fired)
        except _UnfitOutput:
            # The row may be one that only may fire.
            return None if is_known(values) else union(*values)

    return Piece(run)


class _UnfitOutput(Exception):
    """A result that is not of the type its column declares: it makes the whole table null."""


def _output(
    logic: Logic,
    table: dmn.DecisionTable,
    number: int,
    cell: dmn.LiteralExpression,
    scope: Scope,
    names: tuple[str, ...],
) -> Run:
    """A result as the type of its column wants it. Under a policy that gives lists a column may declare the type of the
    list: then a single result stays what it is."""
    run, place = logic.literal(cell, scope, names).run, logic.place(cell)
    clause = table.outputs[number] if number < len(table.outputs) else None
    kind = logic.type(clause.type_ref, clause.spot) if clause is not None and clause.type_ref else ANY
    if kind == ANY:
        return run
    fit, keeps = coercer(kind, logic.home.visible), table.hit_policy in _LISTS

    def fitted(f: Frame) -> object:
        value = run(f)
        found = fit(value)
        if type(found) is Fault:
            f.settle(found, place)
            raise _UnfitOutput
        return value if keeps and isinstance(found, list) and not isinstance(value, list) else found

    return fitted


def _cell(
    logic: Logic,
    cell: dmn.LiteralExpression | None,
    scope: Scope,
    names: tuple[str, ...],
    steady: list[bool] | None = None,
) -> Tester | None:
    """The test of a cell; `steady` gets to know whether it asks nothing but its input."""
    if cell is None:
        return None
    tree = logic.tests(cell, names)
    if not tree.tests:
        return None
    if steady is not None:
        steady.append(asks_only_its_input(tree))
    tester = compile_tests(logic.unit, tree.tests, scope)
    if not tree.negated:
        return tester

    def negated(f: Frame, value: object) -> Truth:
        return negation(tester(f, value))

    return negated


def _column(
    logic: Logic, table: dmn.DecisionTable, clause: dmn.OutputClause, scope: Scope, names: tuple[str, ...]
) -> Column:
    default: Run | None = None
    if clause.default is not None and clause.default.text.strip():
        default = logic.literal(clause.default, scope, names).run
    name = clause.name or clause.label or table.output_label
    return Column(name, _ranked(logic, table, clause, scope, names), default)


def _ranked(
    logic: Logic, table: dmn.DecisionTable, clause: dmn.OutputClause, scope: Scope, names: tuple[str, ...]
) -> tuple[object, ...]:
    """The allowed values of an output in their order, which ranks results under the policies P and O.

    They stand in the column itself, or in its type (for a single column, that of the table).
    """
    if table.hit_policy not in {"P", "O"}:
        return ()
    if clause.values is not None:
        tests = logic.tests(clause.values, names)
    else:
        found = _restricted(logic, _output_type(logic, table, clause))
        if found is None:
            return ()
        tests = found
    frame = Frame({}, [None] * 1_000, None, Meter(1_000_000, logic.home.where))
    return tuple(logic.unit.compile(test.value, scope).run(frame) for test in tests.tests if not test.op)


def _output_type(logic: Logic, table: dmn.DecisionTable, clause: dmn.OutputClause) -> ast.Type:
    """The type of an output: its own, or that of the table (for one of several, of the component of its name)."""
    if clause.type_ref:
        return logic.type(clause.type_ref, clause.spot)
    whole = logic.type(table.type_ref, table.spot)
    if len(table.outputs) == 1:
        return whole
    kind = resolved(whole, logic.home.visible)
    if isinstance(kind, ast.TypeOf):
        kind = resolved(kind.member, logic.home.visible)
    entries = kind.entries if isinstance(kind, ast.ContextType) else ()
    return next((entry.type for entry in entries if entry.name == clause.name), ANY)


def _restricted(logic: Logic, kind: ast.Type) -> ast.UnaryTests | None:
    for _ in range(50):
        if isinstance(kind, ast.Restricted):
            return kind.tests
        if isinstance(kind, ast.TypeOf) and kind.kind == "list":
            kind = kind.member
        elif isinstance(kind, ast.TypeName) and kind.name in logic.home.visible:
            kind = logic.home.visible[kind.name]
        else:
            return None
    return None
