"""Decision tables: rows of unary tests over inputs, and a hit policy that makes one result of the rows that fire.

A row fires when all its tests are true. It never fires on an unknown; if a row whose tests are unknown could change
the result, the result is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins.statistics import maximum, minimum, total
from yanlian.engine.feel.compare import conjunction, equal
from yanlian.engine.feel.compiled import Compiled, CompiledTests, Functions, compile_expression, compile_unary_tests
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, FeelWarning, Unknown, is_known, union

POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")


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
class Decided:
    """The result of a table, the rows that fired and the rows that may have (both from 0)."""

    value: object
    fired: tuple[int, ...]
    open_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table ready to be evaluated. With one output the result is its value, with several a context by name."""

    inputs: tuple[Compiled, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    hit_policy: str = "U"
    where: str = ""
    allowed: tuple[CompiledTests | None, ...] = ()

    def evaluate(self, variables: Mapping[str, object], *, warnings: list[FeelWarning] | None = None) -> object:
        """The result alone."""
        return self.decide(variables, warnings=warnings).value

    def decide(self, variables: Mapping[str, object], *, warnings: list[FeelWarning] | None = None) -> Decided:
        """The result with the rows it comes from."""
        values = [compiled.evaluate(variables, warnings=warnings) for compiled in self.inputs]
        for value, tests in zip(values, self.allowed, strict=False):
            if tests is not None and tests.matches(value, variables) not in (True,) and is_known(value):
                _warn(warnings, "feel_input_not_allowed", {"found": str(value)})
                return Decided(None, ())
        fired: list[int] = []
        open_rows: list[int] = []
        lack: list[object] = []
        for number, row in enumerate(self.rows):
            verdict = conjunction(
                tests.matches(value, variables, warnings=warnings)
                for tests, value in zip(row.tests, values, strict=True)
            )
            if verdict is True:
                fired.append(number)
                if self.hit_policy == "F":
                    break
            elif isinstance(verdict, Unknown):
                open_rows.append(number)
                lack.append(verdict)
        value = self._result(fired, open_rows, union(*lack), variables, warnings)
        return Decided(value, tuple(fired), tuple(open_rows))

    def _result(
        self,
        fired: list[int],
        open_rows: list[int],
        lack: Unknown,
        variables: Mapping[str, object],
        warnings: list[FeelWarning] | None,
    ) -> object:
        policy = self.hit_policy
        if not fired and not open_rows:
            return self._nothing(variables, warnings)
        results = [self._outputs(self.rows[i], variables, warnings) for i in fired]
        if policy in {"U", "A"}:
            return self._agreed(results, open_rows, lack, variables, warnings)
        if policy == "F":
            before = [self._outputs(self.rows[i], variables, warnings) for i in open_rows]
            if results and all(_same(result, results[0]) for result in before):
                return results[0]
            return lack if open_rows else results[0]
        if policy == "P":
            return self._best(results, open_rows, lack, variables, warnings)
        if open_rows:
            return lack
        if policy == "O":
            return sorted(results, key=self._rank)
        return results if policy in {"R", "C"} else self._collected(policy, results, warnings)

    def _agreed(
        self,
        results: list[object],
        open_rows: list[int],
        lack: Unknown,
        variables: Mapping[str, object],
        warnings: list[FeelWarning] | None,
    ) -> object:
        """U and A: all rows that fire must give the same; so must the rows that may fire, to be passed over."""
        if any(not _same(result, results[0]) for result in results[1:]):
            if not is_known(results):
                return union(*results)
            _warn(warnings, "feel_rows_overlap", {"policy": self.hit_policy})
            return None
        possible = [self._outputs(self.rows[i], variables, warnings) for i in open_rows]
        if results and all(_same(result, results[0]) for result in possible):
            return results[0]
        return lack if open_rows else results[0]

    def _best(
        self,
        results: list[object],
        open_rows: list[int],
        lack: Unknown,
        variables: Mapping[str, object],
        warnings: list[FeelWarning] | None,
    ) -> object:
        """P: the row with the best output; rows that may fire matter only if they could be better."""
        possible = [self._outputs(self.rows[i], variables, warnings) for i in open_rows]
        if not is_known([*results, *possible]):
            return union(lack, *results, *possible)
        if not results:
            return lack
        best = min(results, key=self._rank)
        if any(self._rank(result) <= self._rank(best) and not _same(result, best) for result in possible):
            return lack
        return best

    def _rank(self, result: object) -> tuple[int, ...]:
        """The place of a result in the lists of allowed values, output by output."""
        values = [result] if len(self.outputs) == 1 else list(result.values()) if isinstance(result, Mapping) else []
        return tuple(
            next((i for i, allowed in enumerate(output.values) if _same(allowed, value)), len(output.values))
            for output, value in zip(self.outputs, values, strict=False)
        )

    def _collected(self, policy: str, results: list[object], warnings: list[FeelWarning] | None) -> object:
        """C+, C<, C>, C#: sum, least, greatest, number of the results."""
        if policy == "C#":
            return Decimal(len(results))
        if len(self.outputs) > 1:
            _warn(warnings, "feel_collect_outputs", {"policy": policy})
            return None
        if not is_known(results):
            return union(*results)
        found = {"C+": total, "C<": minimum, "C>": maximum}[policy](results)
        if isinstance(found, Fault):
            _warn(warnings, found.code, found.data)
            return None
        return found

    def _outputs(self, row: Row, variables: Mapping[str, object], warnings: list[FeelWarning] | None) -> object:
        values = [compiled.evaluate(variables, warnings=warnings) for compiled in row.outputs]
        if len(self.outputs) == 1:
            return values[0]
        return {output.name: value for output, value in zip(self.outputs, values, strict=True)}

    def _nothing(self, variables: Mapping[str, object], warnings: list[FeelWarning] | None) -> object:
        """No row fires: the default outputs if there are any, else null (for C# nought, for lists an empty list)."""
        if any(output.default is not None for output in self.outputs):
            found = {
                output.name: None if output.default is None else output.default.evaluate(variables, warnings=warnings)
                for output in self.outputs
            }
            return next(iter(found.values())) if len(found) == 1 else found
        if self.hit_policy == "C#":
            return Decimal(0)
        if self.hit_policy in {"R", "O", "C"}:
            return []
        _warn(warnings, "feel_no_row", {"policy": self.hit_policy})
        return None


def _same(a: object, b: object) -> bool:
    return equal(a, b) is True


def _warn(warnings: list[FeelWarning] | None, code: str, data: Mapping[str, object]) -> None:
    if warnings is not None:
        warnings.append(FeelWarning(code, data))


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
