"""Decision tables of packs: each cell compiled with its own line, names checked as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanlian.engine.feel import Compiled, CompiledTests, FeelError, compile_unary_tests
from yanlian.engine.feel.decision_table import DecisionTable, Output, Row
from yanlian.engine.policy.compiled import CompiledTable, Expression, Home
from yanlian.engine.policy.model import Formula, Table
from yanlian.engine.policy.note_tables import note_table

if TYPE_CHECKING:
    from yanlian.engine.policy.compile import Compiler


def compile_table(compiler: Compiler, table: Table, home: Home) -> tuple[CompiledTable | None, list[Expression]]:
    """The table, and all its formulas for what they reach. None when a cell has a fault, which is noted."""
    inputs = [compiler.compile(formula, home)[0] for formula in table.inputs]
    expressions = [one for one in inputs if one is not None]
    rows: list[Row] = []
    whole = len(expressions) == len(inputs)
    for cells in table.rows:
        tests = [_tests(compiler, cell, home, expressions) for cell in cells[: len(table.inputs)]]
        outputs: list[Compiled | None] = []
        for cell in cells[len(table.inputs) :]:
            expression, _ = compiler.compile(cell, home)
            outputs.append(expression.compiled if expression else None)
            if expression is not None:
                expressions.append(expression)
        good_tests = tuple(one for one in tests if one is not None)
        good_outputs = tuple(one for one in outputs if one is not None)
        whole = whole and len(good_tests) == len(tests) and len(good_outputs) == len(outputs)
        rows.append(Row(good_tests, good_outputs))
    if not whole or not table.outputs:
        return None, expressions
    decision = DecisionTable(
        inputs=tuple(one.compiled for one in inputs if one is not None),
        outputs=tuple(Output(name, values) for name, values in zip(table.outputs, table.ranked, strict=True)),
        rows=tuple(rows),
        hit_policy=table.hit,
        where=table.name,
    )
    compiled = CompiledTable(table, decision, tuple(one for one in inputs if one is not None))
    note_table(compiler, compiled, home)
    return compiled, expressions


def _tests(compiler: Compiler, cell: Formula, home: Home, expressions: list[Expression]) -> CompiledTests | None:
    try:
        tests = compile_unary_tests(
            cell.text, names=compiler.special_names(home), units=True, functions=compiler.functions(home), where="FEEL"
        )
    except FeelError as error:
        compiler.feel_fault(cell, error)
        return None
    before = len(compiler.faults.errors)
    uses, _ = compiler.check(tests.ast, cell, home)
    if len(compiler.faults.errors) > before:
        return None
    reach, dated = compiler.reach_of(uses, home)
    if uses:
        # Only what it reaches matters; a cell is never evaluated as an expression.
        always = compiler.compile(Formula("true", cell.file, cell.line), home)[0]
        assert always is not None
        expressions.append(Expression(cell, always.compiled, uses, reach, dated))
    return tests
