"""What a decision table makes of the rows that fire: the hit policies of DMN 8.2.10.

A row fires when all its tests are true. It never fires on an unknown; if a row whose tests are unknown could change
the result, the result is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.engine.feel.builtins.statistics import maximum, minimum, total
from yanlian.engine.feel.compare import conjunction, equal
from yanlian.engine.feel.compile_tests import Tester
from yanlian.engine.feel.frame import Frame, Run
from yanlian.engine.feel.values import Fault, FeelWarning, Unknown, is_known, union

POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of a table, the rows that fired and the rows that may have (both from 0)."""

    value: object
    fired: tuple[int, ...]
    open_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of results: its name, its allowed values (best first, for P and O) and what stands if no row fires."""

    name: str = ""
    values: tuple[object, ...] = ()
    default: Run | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a test for every input (None: any value) and a run for every output."""

    tests: tuple[Tester | None, ...]
    outputs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows of a table under its hit policy. With one output a result is its value, with several a context."""

    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    policy: str = "U"

    def decide(self, f: Frame, values: Sequence[object]) -> Decided:
        """The result for these input values, with the rows it comes from."""
        fired: list[int] = []
        open_rows: list[int] = []
        lack: list[object] = []
        first = self.policy == "F"
        for number, rule in enumerate(self.rules):
            odd: list[object] | None = None
            for test, value in zip(rule.tests, values, strict=True):
                if test is None:
                    continue
                verdict = test(f, value)
                if verdict is True:
                    continue
                if verdict is False:
                    break
                odd = [verdict] if odd is None else [*odd, verdict]
            else:
                if odd is None:
                    fired.append(number)
                    if first:
                        break
                elif isinstance(joined := conjunction(odd), Unknown):
                    open_rows.append(number)
                    lack.append(joined)
        if fired and not open_rows and (len(fired) == 1 or self.policy in "UAFP"):
            return Decided(self._certain(f, fired), tuple(fired))
        value = self._result(f, fired, open_rows, lack)
        return Decided(value, tuple(fired), tuple(open_rows))

    def result(self, f: Frame, fired: list[int]) -> object:
        """The result for rows that fire, when no other may; `fired` in order and with every row that fires."""
        if not fired:
            return self._nothing(f)
        if self.policy == "F":
            fired = fired[:1]
        if len(fired) == 1 or self.policy in "UAFP":
            return self._certain(f, fired)
        return self._result(f, fired, [], [])

    def _certain(self, f: Frame, fired: list[int]) -> object:
        """The usual case: nothing is unknown and one result is wanted, or only one row fires."""
        policy = self.policy
        if len(fired) > 1:
            return self._result(f, fired, [], [])
        only = self._outputs(f, fired[0])
        if policy in "UAFP":
            return only
        return [only] if policy in "ROC" else self._collected(f, [only])

    def _result(self, f: Frame, fired: list[int], open_rows: list[int], lack: list[object]) -> object:
        policy = self.policy
        if not fired and not open_rows:
            return self._nothing(f)
        if policy == "U" and len(fired) > 1:
            # The standard: under "unique" only a single row can match, whatever the rows give.
            return _null(f, "feel_rows_overlap", {"policy": policy})
        results = [self._outputs(f, i) for i in fired]
        if policy in {"U", "A"}:
            return self._agreed(f, results, open_rows, lack)
        if policy == "F":
            before = [self._outputs(f, i) for i in open_rows]
            if results and all(_same(result, results[0]) for result in before):
                return results[0]
            return union(*lack) if open_rows else results[0]
        if policy == "P":
            return self._best(f, results, open_rows, lack)
        if open_rows:
            return union(*lack)
        if policy == "O":
            return sorted(results, key=self._rank)
        return results if policy in {"R", "C"} else self._collected(f, results)

    def _agreed(self, f: Frame, results: list[object], open_rows: list[int], lack: list[object]) -> object:
        """U and A: all rows that fire must give the same; so must the rows that may fire, to be passed over."""
        if any(not _same(result, results[0]) for result in results[1:]):
            if not is_known(results):
                return union(*results)
            return _null(f, "feel_rows_overlap", {"policy": self.policy})
        if open_rows and self.policy == "U":
            # Another row may fire beside the one that does, and two would be none.
            return union(*lack)
        possible = [self._outputs(f, i) for i in open_rows]
        if results and all(_same(result, results[0]) for result in possible):
            return results[0]
        return union(*lack) if open_rows else results[0]

    def _best(self, f: Frame, results: list[object], open_rows: list[int], lack: list[object]) -> object:
        """P: the row with the best output; rows that may fire matter only if they could be better."""
        possible = [self._outputs(f, i) for i in open_rows]
        if not is_known([*results, *possible]):
            return union(*lack, *results, *possible)
        if not results:
            return union(*lack)
        best = min(results, key=self._rank)
        if any(self._rank(result) <= self._rank(best) and not _same(result, best) for result in possible):
            return union(*lack)
        return best

    def _rank(self, result: object) -> tuple[int, ...]:
        """The place of a result in the lists of allowed values, output by output."""
        values = [result] if len(self.columns) == 1 else list(result.values()) if isinstance(result, Mapping) else []
        return tuple(
            next((i for i, allowed in enumerate(column.values) if _same(allowed, value)), len(column.values))
            for column, value in zip(self.columns, values, strict=False)
        )

    def _collected(self, f: Frame, results: list[object]) -> object:
        """C+, C<, C>, C#: sum, least, greatest, number of the results; null with several outputs (DMN 8.2.10)."""
        policy = self.policy
        if len(self.columns) > 1:
            return _null(f, "feel_collect_outputs", {"policy": policy})
        if policy == "C#":
            return Decimal(len(results))
        if not is_known(results):
            return union(*results)
        found = {"C+": total, "C<": minimum, "C>": maximum}[policy](results)
        return _null(f, found.code, found.data) if isinstance(found, Fault) else found

    def _outputs(self, f: Frame, row: int) -> object:
        outputs = self.rules[row].outputs
        if len(outputs) == 1:
            return outputs[0](f)
        return {column.name: run(f) for column, run in zip(self.columns, outputs, strict=True)}

    def _nothing(self, f: Frame) -> object:
        """No row fires: the default outputs if there are any, else null under every policy (DMN 10.3.2.10)."""
        if any(column.default is not None for column in self.columns):
            found = {column.name: None if column.default is None else column.default(f) for column in self.columns}
            return next(iter(found.values())) if len(found) == 1 else found
        return _null(f, "feel_no_row", {"policy": self.policy})


def _same(a: object, b: object) -> bool:
    return equal(a, b) is True


def _null(f: Frame, code: str, data: Mapping[str, object]) -> object:
    """Null, with its reason."""
    if f.warnings is not None:
        f.warnings.append(FeelWarning(code, data))
    return None
