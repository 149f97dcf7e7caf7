"""One evaluation of a program: what is given, what was decided already, and the budget that all of it shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import coerce, coercer, resolved
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.inputs import from_outside
from yanlian.engine.feel.frame import Frame, Meter
from yanlian.engine.feel.meter import metered, within_limits
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, FeelWarning, Function

if TYPE_CHECKING:
    from yanlian.engine.feel.dmn.program import Program

_ANY = ast.TypeName("Any")


@dataclass(slots=True)
class Shared:
    """What an evaluation and the decision services called within it share."""

    meter: Meter
    warnings: list[FeelWarning] = field(default_factory=list)
    problems: list[Refused] = field(default_factory=list)


class Evaluation:
    """Values of elements, each made once."""

    def __init__(self, program: Program, steps: int, shared: Shared | None = None) -> None:
        self.program = program
        self.graph = program.graph
        self.shared = shared or Shared(Meter(steps, program.graph.main.where))
        self.given: dict[Node, object] = {}
        self.everywhere: dict[tuple[str, str], object] = {}
        self.made: dict[Node, object] = {}
        self.unknown_inputs: list[str] = []

    @property
    def warnings(self) -> list[FeelWarning]:
        """Why values are null."""
        return self.shared.warnings

    @property
    def problems(self) -> list[Refused]:
        """What could not be run."""
        return self.shared.problems

    # What is given

    def bind(self, model: dmn.Model, inputs: Mapping[str, object], path: tuple[str, ...] = ()) -> None:
        """Take values from outside; names that mean nothing are kept in `unknown_inputs`.

        A name is that of an input or decision of the model; of an import, with its inputs as a mapping or behind a dot;
        or else of inputs anywhere in imported models.
        """
        imports = self.graph.imports(model)
        for name, value in inputs.items():
            node = self.graph.names.get((model.namespace, name))
            prefix = next((p for p in imports if p and name.startswith(f"{p}.")), "")
            if node is not None and isinstance(node.element, (dmn.InputData, dmn.Decision)):
                self.give(node.at(path), value)
            elif name in imports and isinstance(value, Mapping):
                self.bind(self.graph.models[imports[name]], value, (*path, name))
            elif prefix:
                rest = {name.removeprefix(f"{prefix}."): value}
                self.bind(self.graph.models[imports[prefix]], rest, (*path, prefix))
            elif not self._bind_anywhere(name, value):
                self.unknown_inputs.append(name)

    def bind_in(self, namespace: str, name: str, value: object) -> None:
        """Take a value for an element of the model of a namespace, wherever that is imported."""
        node = self.graph.names.get((namespace, name))
        if node is None or node.model is self.graph.main:
            self.bind(self.graph.main, {name: value})
        else:
            self.everywhere[node.key] = self._fitted(node, value)

    def _bind_anywhere(self, name: str, value: object) -> bool:
        kinds = (dmn.InputData, dmn.Decision)
        found = [n for n in self.graph.names.values() if n.name == name and isinstance(n.element, kinds)]
        for node in found:
            self.everywhere.setdefault(node.key, self._fitted(node, value))
        return bool(found)

    def give(self, node: Node, value: object) -> None:
        """Bind one element. A value that does not fit its declared type is null, with the reason."""
        self.given[node] = self._fitted(node, value)

    def _fitted(self, node: Node, value: object) -> object:
        home = self.program.homes[node.model.namespace]
        return self._settled(from_outside(value, self.program.type_of(node), home.visible), node)

    def _has_value(self, node: Node) -> bool:
        return node in self.given or node in self.made or node.key in self.everywhere

    # What is asked

    def ask(self, node: Node) -> object:
        """The value of a decision; the result of a service or function called with the inputs of their names."""
        if isinstance(node.element, dmn.Decision):
            return self.decide([node])[0]
        if isinstance(node.element, dmn.DecisionService):
            return self.serve(node)
        return self.call(node)

    def decide(self, nodes: list[Node]) -> list[object]:
        """The values of decisions, after all that they require."""
        try:
            order = self.graph.order(nodes, self._has_value)
        except Refused as refused:
            self.problems.append(refused)
            return [None for _ in nodes]
        for node in order:
            self.made[node] = self._decided(node)
        return [self._value(node) for node in nodes]

    def _value(self, node: Node) -> object:
        if node in self.given:
            return self.given[node]
        if node in self.made:
            return self.made[node]
        return self.everywhere.get(node.key)

    def _decided(self, node: Node) -> object:
        compiled = self.program.compiled(node)
        if isinstance(compiled, Refused):
            self.problems.append(compiled)
            return None
        meter = self.shared.meter
        frame = Frame(self._environment(node), [None] * compiled.slots, self.warnings, meter)
        try:
            with metered(meter):
                value = within_limits(compiled.run(frame), meter)
        except FeelError as error:
            self.problems.append(error)
            return None
        except RecursionError:
            self.problems.append(FeelError("feel_limit", where=node.model.where, expected="", found="recursion"))
            return None
        home = self.program.homes[node.model.namespace]
        return self._settled(coerce(value, self.program.type_of(node), home.visible), node)

    def _settled(self, value: object, node: Node) -> object:
        if type(value) is not Fault:
            return value
        spot = node.element.spot
        self.warnings.append(FeelWarning(value.code, {**value.data, "element": node.name}, spot.line, spot.column))
        return None

    def _environment(self, node: Node) -> dict[str, object]:
        """What an element's logic sees: the values of what it requires, imported ones below their import's name."""
        seen: dict[str, object] = {}
        for _, target in self.graph.required(node):
            element = target.element
            if isinstance(element, (dmn.InputData, dmn.Decision)):
                value = self._value(target)
            else:
                value = self.function(target)
            prefix = self.graph.prefix(node.model, target)
            if prefix:
                below = seen.setdefault(prefix, {})
                assert isinstance(below, dict)
                below[target.name] = value
            else:
                seen[target.name] = value
        return seen

    # Functions

    def function(self, node: Node) -> object:
        """A business knowledge model or decision service as a function."""
        found = self.made.get(node)
        if found is not None:
            return found
        return self._service(node) if isinstance(node.element, dmn.DecisionService) else self._knowledge(node)

    def _knowledge(self, node: Node) -> object:
        compiled = self.program.compiled(node)
        if isinstance(compiled, Refused):
            self.problems.append(compiled)
            return None
        environment: dict[str, object] = {}
        made = compiled.run(Frame(environment, [None] * compiled.slots, self.warnings, self.shared.meter))
        if not isinstance(made, Function) or made.run is None:
            return made
        inner = made.run
        fit = coercer(self._result_type(node), self.program.homes[node.model.namespace].visible)

        def run(caller: object, values: list[object]) -> object:
            found = inner(caller, values)
            return found if type(found) is Fault else fit(found)

        function = replace(made, name=node.name, run=run)
        # Before its requirements: a function may call itself, or two functions each other.
        self.made[node] = function
        environment.update(self._environment(node))
        environment[node.name] = function
        return function

    def _result_type(self, node: Node) -> ast.Type:
        """What a business knowledge model gives: the type of its variable is the function's or already the result's."""
        element = node.element
        assert isinstance(element, dmn.BusinessKnowledge)
        home = self.program.homes[node.model.namespace]
        logic = element.function.type_ref if element.function is not None else ""
        for kind in (self.program.type_of(node), home.types.of(logic)):
            found = resolved(kind, home.visible)
            if isinstance(found, ast.FunctionType):
                return found.result
            if found != _ANY and found != ast.TypeName("function"):
                return kind
        return _ANY

    def _service(self, node: Node) -> Function:
        parts = self.service_inputs(node)

        def run(caller: object, values: list[object]) -> object:
            inner = Evaluation(self.program, 0, self.shared)
            for part, value in zip(parts, values, strict=True):
                home = self.program.homes[part.model.namespace]
                fitted = coerce(value, self.program.type_of(part), home.visible)
                if type(fitted) is Fault:
                    return fitted
                inner.given[part] = fitted
            return inner._served(node)

        names = tuple(part.name for part in parts)
        function = Function(node.name, names, lambda *values: run(None, list(values)), accepts_unknown=True, run=run)
        self.made[node] = function
        return function

    def service_inputs(self, node: Node) -> list[Node]:
        """The parameters of a decision service: its input data, then its input decisions (DMN 10.4)."""
        service = node.element
        assert isinstance(service, dmn.DecisionService)
        return self.graph.service_parts(node, (*service.input_data, *service.input_decisions))

    def serve(self, node: Node) -> object:
        """A decision service with the values given for its parameters; those not given are null."""
        inner = Evaluation(self.program, 0, self.shared)
        for part in self.service_inputs(node):
            inner.given[part] = self._value(part)
        return inner._served(node)

    def _served(self, node: Node) -> object:
        service = node.element
        assert isinstance(service, dmn.DecisionService)
        outputs = self.graph.service_parts(node, service.outputs)
        values = self.decide(outputs)
        value = (
            values[0]
            if len(outputs) == 1
            else {output.name: value for output, value in zip(outputs, values, strict=True)}
        )
        kind = resolved(self.program.type_of(node), self.program.homes[node.model.namespace].visible)
        if isinstance(kind, ast.FunctionType):
            kind = kind.result
        return self._settled(coerce(value, kind, self.program.homes[node.model.namespace].visible), node)

    def call(self, node: Node, arguments: Mapping[str, object] | None = None) -> object:
        """A business knowledge model called with arguments by name."""
        function = self.function(node)
        if not isinstance(function, Function) or function.run is None:
            return None
        values = [(arguments or {}).get(name) for name in function.parameters]
        frame = Frame({}, [], self.warnings, self.shared.meter)
        with metered(self.shared.meter):
            return self._settled(function.run(frame, values), node)
