"""A program prepared for many rows: the order of decisions, what each sees and the functions are settled once.

A plan gives exactly what `Program.evaluate` gives: values, reasons for null, problems. Where something would have to be
settled anew for every row (a function that requires an input, a circle, a decision service asked for) it has no plan,
and every row goes through `Program.evaluate` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from yanlian.base.refusal import Refused
from yanlian.engine.feel.coerce import coercer
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.evaluation import Evaluation, Shared
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.program import Evaluated, Program
from yanlian.engine.feel.dmn.rows_fit import MAX_KEPT, Fit, fitter
from yanlian.engine.feel.dmn.rows_memory import Memory
from yanlian.engine.feel.dmn.rows_reads import Reader, reader, whole_key
from yanlian.engine.feel.frame import MAX_CALLS, MAX_STEPS, Frame, Meter, Run
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, FeelWarning


class Taken(NamedTuple):
    """Where a value from outside goes: the element it fits itself to, and its place among a row's values."""

    node: Node
    slot: int


@dataclass(slots=True)
class Step:
    """One decision: what its logic sees (`constant`, and `seen`: names with places among the row's values)."""

    node: Node
    slot: int
    constant: dict[str, object]
    seen: tuple[tuple[str, int], ...]
    below: tuple[tuple[str, str, int], ...]
    run: Run | None
    slots: int
    fit: Fit
    problems: tuple[Refused, ...]
    warnings: tuple[FeelWarning, ...]
    key: Reader | None
    memory: Memory = field(default_factory=Memory)


class Unplanned(Exception):
    """Why there can be no plan; every row is evaluated by itself."""


class _Probe(Evaluation):
    """An evaluation that only notes where values from outside go."""

    def __init__(self, program: Program, steps: int) -> None:
        super().__init__(program, steps)
        self.fitted: list[tuple[int, Node]] = []
        self.current = 0

    def _fitted(self, node: Node, value: object) -> object:
        self.fitted.append((self.current, node))
        return len(self.fitted) - 1


class Plan:
    """Values of decisions for rows of inputs that all come under the same names."""

    def __init__(self, program: Program, names: Sequence[str], given: Sequence[str], *, steps: int = MAX_STEPS) -> None:
        self.program = program
        self.names = tuple(dict.fromkeys(names))
        self.nodes = [program.find(name) for name in self.names]
        self.given = tuple(given)
        self.budget = steps
        self._probe = _Probe(program, steps)
        for number, name in enumerate(self.given):
            self._probe.current = number
            self._probe.bind(program.graph.main, {name: None})
        self.unknown_inputs = tuple(self._probe.unknown_inputs)
        # Every place where a given value goes, in the order in which an evaluation would fit it.
        self.takes = [(number, Taken(node, slot)) for slot, (number, node) in enumerate(self._probe.fitted)]
        self._fits = [fitter(program.type_of(taken.node), program.home(taken.node).visible) for _, taken in self.takes]
        self._shared = Shared(Meter(steps, program.graph.main.where))
        self._steps: list[Step] = []
        self._memory = Memory()
        self._results: list[int | None] = []
        self._size = len(self.takes)
        self.is_prepared = self._prepare()

    def _prepare(self) -> bool:
        try:
            _Preparation(self, self._probe, self._shared).prepare(self.nodes)
        except (Unplanned, FeelError, RecursionError):
            return False
        self._built = self.budget - self._shared.meter.left
        # One decision has its own memory; and a row's results are only kept if none of them asks a clock.
        self._keeps_rows = len(self._steps) > 1 and all(step.key is not None for step in self._steps)
        return True

    def evaluate(self, inputs: Mapping[str, object]) -> Evaluated:
        """One row by the names given; what `Program.evaluate` gives."""
        fitted: list[object] = []
        before: list[FeelWarning] = []
        for (number, taken), fit in zip(self.takes, self._fits, strict=True):
            found = fit(inputs[self.given[number]])
            if type(found) is Fault:
                before.append(unfit(taken.node, found))
                found = None
            fitted.append(found)
        results, warnings, problems = self.run(fitted)
        values = dict(zip(self.names, results, strict=True))
        return Evaluated(values, (*before, *warnings), tuple(problems), self.unknown_inputs)

    def run(self, fitted: Sequence[object]) -> tuple[list[object], list[FeelWarning], list[Refused]]:
        """The results for values that were fitted already, in the order of `takes`; why some are null; what could not
        run. Both lists are good until the next row."""
        if not self.is_prepared:
            return self._alone(fitted)
        warnings, problems, meter = self._shared.warnings, self._shared.problems, self._shared.meter
        warnings.clear()
        problems.clear()
        meter.left, meter.calls = self.budget - self._built, MAX_CALLS
        key = whole_key(fitted) if self._keeps_rows and self._memory.pays else None
        known = None if key is None else self._memory.find(key, meter)
        if known is not None:
            warnings.extend(known.warnings)
            assert isinstance(known.value, tuple)
            return list(known.value), warnings, problems
        values = list(fitted)
        values += [None] * (self._size - len(values))
        for step in self._steps:
            values[step.slot] = _decided(step, values, warnings, problems, meter)
        results = [None if slot is None else values[slot] for slot in self._results]
        if key is not None and not problems:
            spent = self.budget - self._built - meter.left
            self._memory.keep(key, tuple(results), tuple(warnings), spent)
        return results, warnings, problems

    def _alone(self, fitted: Sequence[object]) -> tuple[list[object], list[FeelWarning], list[Refused]]:
        """A row as an evaluation of its own."""
        evaluation = Evaluation(self.program, self.budget)
        for node, slot in self._probe.given.items():
            assert isinstance(slot, int)
            evaluation.given[node] = fitted[slot]
        for key, slot in self._probe.everywhere.items():
            assert isinstance(slot, int)
            evaluation.everywhere[key] = fitted[slot]
        return [evaluation.ask(node) for node in self.nodes], evaluation.warnings, evaluation.problems


def unfit(node: Node, fault: Fault) -> FeelWarning:
    """The reason why a value that does not fit an element's type is null."""
    spot = node.element.spot
    return FeelWarning(fault.code, {**fault.data, "element": node.name}, spot.line, spot.column)


def _decided(
    step: Step, values: list[object], warnings: list[FeelWarning], problems: list[Refused], meter: Meter
) -> object:
    if step.problems:
        problems.extend(step.problems)
    if step.warnings:
        warnings.extend(step.warnings)
    if step.run is None:
        return None
    key = step.key(values) if step.key is not None and step.memory.pays else None
    if key is not None:
        known = step.memory.find(key, meter)
        if known is not None:
            if known.warnings:
                warnings.extend(known.warnings)
            return known.value
        left, said, failed = meter.left, len(warnings), len(problems)
        value = _made(step, values, warnings, problems, meter)
        if len(problems) == failed:
            step.memory.keep(key, value, tuple(warnings[said:]), left - meter.left)
        return value
    return _made(step, values, warnings, problems, meter)


def _made(
    step: Step, values: list[object], warnings: list[FeelWarning], problems: list[Refused], meter: Meter
) -> object:
    environment = step.constant.copy()
    for name, slot in step.seen:
        environment[name] = values[slot]
    if step.below:
        _put_below(environment, step.below, values)
    assert step.run is not None
    try:
        found = step.fit(step.run(Frame(environment, [None] * step.slots, warnings, meter)))
    except FeelError as error:
        problems.append(error)
        return None
    except RecursionError:
        where = step.node.model.where
        problems.append(FeelError("feel_limit", where=where, expected="", found="recursion"))
        return None
    if type(found) is Fault:
        warnings.append(unfit(step.node, found))
        return None
    return found


def _put_below(environment: dict[str, object], below: Iterable[tuple[str, str, int]], values: list[object]) -> None:
    """What stands under the name of an import, in a context made for this row."""
    fresh: dict[str, dict[str, object]] = {}
    for prefix, name, slot in below:
        inner = fresh.get(prefix)
        if inner is None:
            known = environment.get(prefix)
            inner = fresh[prefix] = dict(known) if isinstance(known, dict) else {}
            environment[prefix] = inner
        inner[name] = values[slot]


class _Preparation:
    """The making of a plan: an evaluation that builds functions and orders decisions, but makes none."""

    def __init__(self, plan: Plan, probe: Evaluation, shared: Shared) -> None:
        self.plan = plan
        self.program = plan.program
        self.graph = plan.program.graph
        self.probe = probe
        self.functions = Evaluation(plan.program, 0, shared)
        self.shared = shared
        self.slots: dict[Node, int] = {}

    def prepare(self, nodes: list[Node]) -> None:
        """Fill the plan's steps and results."""
        for node in nodes:
            if not isinstance(node.element, dmn.Decision):
                raise Unplanned(node.name)
            try:
                order = self.graph.order([node], self._has_value)
            except Refused:
                raise Unplanned(node.name) from None
            for one in order:
                slot = self.plan._size
                self.plan._size += 1
                self.plan._steps.append(self._step(one, slot))
                self.slots[one] = slot
            self.plan._results.append(self._slot(node))

    def _has_value(self, node: Node) -> bool:
        return node in self.probe.given or node in self.slots or node.key in self.probe.everywhere

    def _slot(self, node: Node) -> int | None:
        """Where an element's value stands among a row's values; nowhere if nobody gives it."""
        if node in self.probe.given:
            found = self.probe.given[node]
        elif node in self.slots:
            return self.slots[node]
        else:
            found = self.probe.everywhere.get(node.key)
        assert found is None or isinstance(found, int)
        return found

    def _step(self, node: Node, slot: int) -> Step:
        compiled = self.program.compiled(node)
        if isinstance(compiled, Refused):
            return Step(node, slot, {}, (), (), None, 0, _same, (compiled,), (), None)
        constant, seen, below = self._sees(node)
        problems, warnings = tuple(self.shared.problems), tuple(self.shared.warnings)
        self.shared.problems.clear()
        self.shared.warnings.clear()
        home = self.program.home(node)
        fit = coercer(self.program.type_of(node), home.visible, MAX_KEPT)
        return Step(
            node,
            slot,
            constant,
            seen,
            below,
            compiled.run,
            compiled.slots,
            fit,
            problems,
            warnings,
            self._key(node, seen, below),
        )

    def _sees(
        self, node: Node
    ) -> tuple[dict[str, object], tuple[tuple[str, int], ...], tuple[tuple[str, str, int], ...]]:
        """What a decision's logic sees, as `Evaluation` gives it: in the order of the requirements, the last one of a
        name counts."""
        constant: dict[str, object] = {}
        seen: dict[str, int] = {}
        below: dict[tuple[str, str], int] = {}
        for _, target in self.graph.required(node):
            prefix = self.graph.prefix(node.model, target)
            slot: int | None = None
            value: object = None
            if isinstance(target.element, (dmn.InputData, dmn.Decision)):
                slot = self._slot(target)
            else:
                self._must_be_steady(target)
                value = self.functions.function(target)
            if prefix:
                inner = constant.setdefault(prefix, {})
                if not isinstance(inner, dict):
                    raise Unplanned(prefix)
                inner[target.name] = value
                below.pop((prefix, target.name), None)
                if slot is not None:
                    below[prefix, target.name] = slot
            else:
                constant[target.name] = value
                seen.pop(target.name, None)
                if slot is not None:
                    seen[target.name] = slot
        names = {name for name, _ in below}
        if names & seen.keys():
            raise Unplanned(node.name)
        return constant, tuple(seen.items()), tuple((p, n, slot) for (p, n), slot in below.items())

    def _must_be_steady(self, function: Node) -> None:
        """A function may see other functions, not what differs from row to row."""
        waiting, met = [function], {function}
        while waiting:
            for _, target in self.graph.required(waiting.pop()):
                if isinstance(target.element, (dmn.InputData, dmn.Decision)):
                    raise Unplanned(function.name)
                if target not in met:
                    met.add(target)
                    waiting.append(target)

    def _key(
        self, node: Node, seen: tuple[tuple[str, int], ...], below: tuple[tuple[str, str, int], ...]
    ) -> Reader | None:
        """What the value of a decision depends on, if it can be told from its text."""
        return None if below else reader(self.program, node, dict(seen))


def _same(value: object) -> object:
    return value
