"""Decision tables: rows of unary tests over inputs, and a hit policy that makes one result of the rows that fire.

A row fires when all its tests are true. It never fires on an unknown; if a row whose tests are unknown could change
the result, the result is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import Truth, negation
from yanlian.engine.feel.compile_tests import Tester
from yanlian.engine.feel.compiled import Compiled, CompiledTests, Functions, compile_expression, compile_unary_tests
from yanlian.engine.feel.frame import MAX_STEPS, Frame, Meter, Run
from yanlian.engine.feel.hit_policies import POLICIES, Column, Decided, Rule, Rules
from yanlian.engine.feel.meter import metered
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import FeelWarning, is_known

__all__ = ["POLICIES", "Decided", "DecisionTable", "Output", "Row", "decision_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: a test for every input and an expression for every output."""

    tests: tuple[CompiledTests, ...]
    outputs: tuple[Compiled, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One column of results. `values` are the allowed values, best first (for the policies P and O)."""

    name: str = ""
    values: tuple[object, ...] = ()
    default: Compiled | None = None


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table ready to be evaluated. With one output the result is its value, with several a context by name."""

    inputs: tuple[Compiled, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    hit_policy: str = "U"
    where: str = ""
    allowed: tuple[CompiledTests | None, ...] = ()

    rules: Rules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns = tuple(Column(o.name, o.values, None if o.default is None else _own(o.default)) for o in self.outputs)
        rules = tuple(Rule(tuple(map(_test, r.tests)), tuple(map(_own, r.outputs))) for r in self.rows)
        object.__setattr__(self, "rules", Rules(columns, rules, self.hit_policy))

    def evaluate(self, variables: Mapping[str, object], *, warnings: list[FeelWarning] | None = None) -> object:
        """The result alone."""
        return self.decide(variables, warnings=warnings).value

    def decide(self, variables: Mapping[str, object], *, warnings: list[FeelWarning] | None = None) -> Decided:
        """The result with the rows it comes from."""
        frame = Frame(variables, [], warnings, Meter(MAX_STEPS, self.where))
        values = [compiled.evaluate(variables, warnings=warnings) for compiled in self.inputs]
        for value, tests in zip(values, self.allowed, strict=False):
            if tests is not None and tests.matches(value, variables) not in (True,) and is_known(value):
                if warnings is not None:
                    warnings.append(FeelWarning("feel_input_not_allowed", {"found": str(value)}))
                return Decided(None, ())
        with metered(frame.meter):
            return self.rules.decide(frame, values)


def _own(compiled: Compiled) -> Run:
    """A cell that was compiled on its own, within the evaluation of the table."""
    run, size = compiled.run, compiled.slots
    return lambda f: run(Frame(f.variables, [None] * size, f.warnings, f.meter))


def _test(tests: CompiledTests) -> Tester | None:
    tester, size, negated = tests.tester, tests.slots, tests.ast.negated
    if tester is None:
        return None

    def test(f: Frame, value: object) -> Truth:
        slots: list[object] = [None] * size
        slots[0] = value
        found = tester(Frame(f.variables, slots, f.warnings, f.meter), value)
        return negation(found) if negated else found

    return test


def decision_table(
    inputs: Sequence[str | ast.Expression],
    outputs: Sequence[str | Output],
    rows: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    hit_policy: str = "U",
    names: Iterable[str] = (),
    units: bool = False,
    where: str = "",
    functions: Functions | None = None,
    strict_names: bool = False,
    allowed: Sequence[str | None] = (),
) -> DecisionTable:
    """A decision table from texts: input expressions, outputs, and for every row its tests and its results."""
    known = tuple(names)
    if hit_policy not in POLICIES:
        raise FeelError("feel_hit_policy", where=where, found=hit_policy)

    def expression(text: str | ast.Expression, at: str) -> Compiled:
        return compile_expression(
            text, names=known, units=units, where=at, functions=functions, strict_names=strict_names
        )

    def tests(text: str, at: str) -> CompiledTests:
        return compile_unary_tests(
            text, names=known, units=units, where=at, functions=functions, strict_names=strict_names
        )

    made: list[Row] = []
    for number, (cells, results) in enumerate(rows, 1):
        at = f"{where}[{number}]"
        for found, expected in ((cells, inputs), (results, outputs)):
            if len(found) != len(expected):
                raise FeelError("feel_table_shape", where=where, row=number, found=len(found), expected=len(expected))
        made.append(Row(tuple(tests(c, at) for c in cells), tuple(expression(r, at) for r in results)))
    columns = tuple(Output(" ".join(o.split())) if isinstance(o, str) else o for o in outputs)
    compiled = tuple(expression(text, where) for text in inputs)
    limits = tuple(None if text is None else tests(text, where) for text in allowed)
    return DecisionTable(compiled, columns, tuple(made), hit_policy, where, limits)
