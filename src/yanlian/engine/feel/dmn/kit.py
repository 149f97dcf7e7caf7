"""Test cases in the format of the public DMN compatibility kit: read, run against their models, compared as it says.

A case passes if all its expected results come out: numbers within 1e-8, everything else equal; where an error is
expected the value must be null. 43 % of the public cases expect null, so cases with a value are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException

from yanlian.base.refusal import Refused
from yanlian.engine.feel.builtins.convert import text_of
from yanlian.engine.feel.compare import equal
from yanlian.engine.feel.compiled import Functions
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.evaluation import Evaluation
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.program import Program, program
from yanlian.engine.feel.dmn.xml import Element, read_xml
from yanlian.engine.feel.frame import MAX_STEPS
from yanlian.engine.feel.printer_values import shown
from yanlian.engine.feel.temporal import DateTime, Time, parse_date, parse_date_time, parse_duration, parse_time

_XSI_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
_NUMBERS = frozenset({"decimal", "double", "integer", "int", "long", "float", "short", "byte", "nonNegativeInteger"})
_TOLERANCE = Decimal("1e-8")
_DURATIONS = frozenset({"duration", "dayTimeDuration", "yearMonthDuration"})


class Untyped(str):
    """A value written without a type: it stands for whatever kind is found, if that reads the same."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected result of a case."""

    name: str
    value: object
    error: bool
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: what is asked with which inputs, and what must come out."""

    id: str
    kind: str
    invocable: str
    inputs: tuple[tuple[str, str, object], ...]
    expected: tuple[Expected, ...]
    namespace: str = ""
    unreadable: str = ""

    @property
    def wants_value(self) -> bool:
        """Whether anything but null is expected."""
        return any(one.value is not None and not one.error for one in self.expected)


@dataclass(frozen=True, slots=True)
class Suite:
    """A test file: the model's file name, or its namespace where that is all the file says, and the cases."""

    model: str
    cases: tuple[Case, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a case: passed, or what was expected and found."""

    case: Case
    passed: bool
    details: tuple[str, ...] = field(default=())


def is_suite(root: Element) -> bool:
    """Whether a document is a file of test cases."""
    return root.name == "testCases"


def read_suite(data: bytes, where: str = "") -> Suite:
    """A test file."""
    root = read_xml(data, where)
    name = root.one("modelName")
    if not is_suite(root):
        raise Refused("dmn_kit_file", where=where, line=root.spot.line, found=root.name)
    model = "" if name is None else name.text.strip()
    return Suite(model or root.get("namespace"), tuple(_case(where, e) for e in root.all("testCase")), where)


def _case(where: str, element: Element) -> Case:
    try:
        return _readable_case(where, element)
    except Refused as refused:
        # One value that cannot be read must not take the other cases of the file with it.
        return Case(element.get("id"), "decision", "", (), (), unreadable=str(refused))


def _readable_case(where: str, element: Element) -> Case:
    inputs = tuple((e.get("namespace"), e.get("name"), _value(where, e)) for e in element.all("inputNode"))
    expected: list[Expected] = []
    for result in element.all("resultNode"):
        found = result.one("expected")
        value = None if found is None else _value(where, found)
        error = result.get("errorResult") in {"true", "1"}
        expected.append(Expected(result.get("name"), value, error, result.get("namespace")))
    return Case(
        element.get("id"),
        element.get("type") or "decision",
        element.get("invocableName"),
        inputs,
        tuple(expected),
        element.get("namespace"),
    )


def _value(where: str, element: Element) -> object:
    """A value: a list, components by name, or text with an XML Schema type."""
    found = element.one("list")
    if found is not None:
        return None if found.is_nil else [_value(where, item) for item in found.all("item")]
    components = list(element.all("component"))
    if components:
        return {one.get("name"): None if one.is_nil else _value(where, one) for one in components}
    value = element.one("value")
    if value is None or value.is_nil:
        return None
    return _scalar(where, value)


def _scalar(where: str, element: Element) -> object:
    kind = element.get(_XSI_TYPE).rpartition(":")[2] or "string"
    text = element.text.strip()
    read: object = None
    if not element.get(_XSI_TYPE):
        return Untyped(element.text)
    if kind in {"string", "anySimpleType"}:
        return element.text
    if kind in _NUMBERS:
        try:
            read = Decimal(text)
        except DecimalException:
            read = None
    elif kind == "boolean":
        read = {"true": True, "1": True, "false": False, "0": False}.get(text)
    elif kind == "date":
        read = parse_date(text)
    elif kind == "time":
        read = parse_time(text)
    elif kind == "dateTime":
        read = parse_date_time(text)
    elif kind in _DURATIONS:
        read = parse_duration(text)
    if read is None:
        spot = element.spot
        raise Refused("dmn_kit_value", where=where, line=spot.line, column=spot.column, found=f"{kind} {text}"[:80])
    return read


@dataclass(slots=True)
class Kit:
    """Models that may import each other, and the clock their cases may ask."""

    models: Mapping[str, dmn.Model]
    clock: Functions
    _programs: dict[str, Program] = field(default_factory=dict)

    def program(self, name: str) -> Program:
        """The program of a model by its file name or namespace."""
        found = self._programs.get(name)
        if found is None:
            file = next((key for key, model in self.models.items() if name in {key, model.namespace}), None)
            if file is None:
                raise Refused("dmn_kit_model", found=name)
            main = self.models[file]
            others = [model for key, model in self.models.items() if key != file]
            found = self._programs[name] = program(main, others, self.clock)
        return found

    def run(self, suite: Suite) -> Iterable[Verdict]:
        """The verdicts of a test file, one by one."""
        for case in suite.cases:
            try:
                yield self.judge(self.program(suite.model), case)
            except Exception as error:  # noqa: BLE001 - a mistake of the engine is a failed case, not the run's end
                yield Verdict(case, passed=False, details=(f"{type(error).__name__}: {error}"[:300],))

    def judge(self, own: Program, case: Case) -> Verdict:
        """Whether one case passes."""
        if case.unreadable:
            return Verdict(case, passed=False, details=(case.unreadable,))
        details: list[str] = []
        for one in case.expected:
            evaluation = _given(own, case)
            found = _found(own, evaluation, case, one)
            wanted = None if one.error else one.value
            if not same(found, wanted):
                reasons = [*(str(p) for p in evaluation.problems), *(w.text() for w in evaluation.warnings)]
                because = f" ({'; '.join(reasons)[:300]})" if found is None and reasons else ""
                details.append(f"{one.name}: expected {shown(wanted)}, found {shown(found)}{because}")
        return Verdict(case, not details, tuple(details))


def _given(own: Program, case: Case) -> Evaluation:
    evaluation = Evaluation(own, MAX_STEPS)
    for space, name, value in case.inputs:
        evaluation.bind_in(space or own.graph.main.namespace, name, value)
    return evaluation


def _found(own: Program, evaluation: Evaluation, case: Case, one: Expected) -> object:
    try:
        if case.kind == "decision" or not case.invocable:
            return evaluation.ask(own.find(one.name, one.namespace or case.namespace))
        node = own.find(case.invocable, case.namespace)
        if case.kind == "bkm" or isinstance(node.element, dmn.BusinessKnowledge):
            return evaluation.call(node, {name: value for _, name, value in case.inputs})
        return _of_service(own, evaluation, node, one)
    except Refused as refused:
        evaluation.problems.append(refused)
        return None


def _of_service(own: Program, evaluation: Evaluation, node: Node, one: Expected) -> object:
    value = evaluation.ask(node)
    service = node.element
    several = isinstance(service, dmn.DecisionService) and len(service.outputs) > 1
    if several and isinstance(value, Mapping) and one.name in value:
        return value[one.name]
    return value


def same(found: object, wanted: object) -> bool:
    """Whether a value is what a case expects."""
    if isinstance(wanted, Untyped) and found is not None and not isinstance(found, str):
        return text_of(found) == wanted.strip()
    if isinstance(wanted, Decimal):
        if not isinstance(found, Decimal):
            return False
        return abs(found - wanted) <= _TOLERANCE * max(Decimal(1), abs(wanted))
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping) or set(found) - set(wanted):
            return False
        return all(same(found.get(name), value) for name, value in wanted.items())
    if wanted is None or found is None:
        return wanted is None and found is None
    if isinstance(wanted, str):
        return isinstance(found, str) and str(found) == str(wanted)
    if type(found) is not type(wanted) or _is_local(found) is not _is_local(wanted):
        return False
    return found == wanted or equal(found, wanted) is True


def _is_local(value: object) -> bool:
    """Whether a time or moment says nothing of where it is: FEEL would compare it as of the other's zone."""
    clock = value.time if isinstance(value, DateTime) else value
    return isinstance(clock, Time) and not clock.has_zone
