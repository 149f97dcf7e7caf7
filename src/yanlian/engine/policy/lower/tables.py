"""Decision tables as choices: which rows fire, and what the hit policy makes of them."""

from __future__ import annotations

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.compiled import CompiledTable
from yanlian.engine.policy.lower.formulas import Formulas, Names
from yanlian.engine.policy.lower.values import Fields, NotLowered, Truth, Value


def decided(formulas: Formulas, table: CompiledTable, names: Names) -> Value:
    """The result of a table here."""
    decision = table.decision
    if decision.hit_policy not in {"U", "F", "A"}:
        raise NotLowered(f"hit policy {decision.hit_policy}")
    inputs = [formulas.lowered(one.compiled.ast, names) for one in table.inputs]
    verdicts: list[Truth] = []
    results: list[Value] = []
    for row in decision.rows:
        tests = [formulas.cell(value, test.ast, names) for value, test in zip(inputs, row.tests, strict=True)]
        verdicts.append(formulas.conjunction([test for test in tests if test is not None]))
        outputs = [formulas.lowered(one.ast, names) for one in row.outputs]
        if len(outputs) == 1:
            results.append(outputs[0])
        else:
            entries = {column.name: value for column, value in zip(decision.outputs, outputs, strict=True)}
            results.append(Fields(flags=formulas.plain, entries=entries))
    if decision.hit_policy == "F":
        return _first(formulas, verdicts, results)
    return _unique(formulas, verdicts, results, agreeing=decision.hit_policy == "A")


def _unique(formulas: Formulas, verdicts: list[Truth], results: list[Value], *, agreeing: bool) -> Value:
    """U: one row fires, or it is null; A: rows that fire together are left to the interpreter."""
    b = formulas.builder
    fired, twice = formulas.no, formulas.no
    for verdict in verdicts:
        twice = b.either(twice, b.both(fired, verdict.true))
        fired = b.either(fired, verdict.true)
    flags = formulas.flags(*verdicts)
    chosen = formulas.choice(
        [(verdict.true, result) for verdict, result in zip(verdicts, results, strict=True)], formulas.nothing()
    )
    given = flags.given
    unknown = b.both(flags.unknown, b.negate(given))
    if agreeing:
        # Rows that may fire beside others matter only if they give something else.
        given = b.either(given, twice, b.both(unknown, fired))
        return formulas.covered(chosen, given, b.both(unknown, b.negate(given)))
    chosen = formulas.pick(twice, formulas.nothing(), chosen)
    # Two rows that fire are none, whatever a third would do.
    return formulas.covered(chosen, given, b.both(unknown, b.negate(twice)))


def _first(formulas: Formulas, verdicts: list[Truth], results: list[Value]) -> Value:
    """F: the first row that fires; one before it that may fire leaves it unknown (or to the interpreter)."""
    b = formulas.builder
    found: Value = formulas.nothing()
    given: Node = formulas.no
    for verdict, result in zip(reversed(verdicts), reversed(results), strict=True):
        perhaps = b.either(verdict.unknown, verdict.given)
        found = formulas.pick(verdict.true, result, found)
        given = b.both(b.negate(verdict.true), b.either(given, perhaps))
    return formulas.covered(found, given, formulas.no)
