"""A model ready to run: its logic compiled when first needed, evaluated as often as asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compile_calls import as_function
from yanlian.engine.feel.compiled import Functions
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.boxes import Home, Logic, compile_any
from yanlian.engine.feel.dmn.evaluation import Evaluation
from yanlian.engine.feel.dmn.graph import Graph, Node, graph_of
from yanlian.engine.feel.dmn.members import member_names
from yanlian.engine.feel.dmn.types import Types, declared
from yanlian.engine.feel.frame import MAX_STEPS, Run
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import FeelWarning, Function


@dataclass(frozen=True, slots=True)
class Compiled:
    """The logic of one element: how to run it, the slots it needs, and what it reads by name.

    `perhaps` are those of the names that may be entries of the members of a filtered list instead.
    """

    run: Run
    slots: int
    reads: frozenset[str]
    perhaps: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Values by the name asked for, why some are null (`warnings`), and what could not be run at all (`problems`)."""

    values: Mapping[str, object]
    warnings: tuple[FeelWarning, ...] = ()
    problems: tuple[Refused, ...] = ()
    unknown_inputs: tuple[str, ...] = ()


@dataclass(slots=True)
class Program:
    """A model with those it imports. `functions` are called by name like the built-in ones (a clock, for example)."""

    graph: Graph
    homes: Mapping[str, Home]
    _compiled: dict[tuple[str, str], Compiled | Refused] = field(default_factory=dict)
    _types: dict[tuple[str, str], ast.Type] = field(default_factory=dict)

    def evaluate(self, names: Iterable[str], inputs: Mapping[str, object], *, steps: int = MAX_STEPS) -> Evaluated:
        """The values of decisions (or of decision services without parameters left open), by name.

        `inputs` by the names of input data; a decision's name gives its value instead of making it; the name of an
        import with a mapping gives the inputs of that model. What fails is null, with the reason in `problems`.
        """
        evaluation = Evaluation(self, steps)
        evaluation.bind(self.graph.main, inputs)
        values = {name: evaluation.ask(self.find(name)) for name in names}
        found = tuple(evaluation.warnings), tuple(evaluation.problems), tuple(evaluation.unknown_inputs)
        return Evaluated(values, *found)

    def find(self, name: str, namespace: str = "") -> Node:
        """A decision, service or function by name."""
        kinds = (dmn.Decision, dmn.DecisionService, dmn.BusinessKnowledge)
        return self.graph.find(name, kinds, namespace)

    @property
    def faults(self) -> list[Refused]:
        """What is wrong with the models as a whole: types, imports and references that lead nowhere."""
        return [*self.graph.faults, *(fault for home in self.homes.values() for fault in home.types.faults)]

    def type_of(self, node: Node) -> ast.Type:
        """The declared type of an element's variable."""
        found = self._types.get(node.key)
        if found is None:
            element = node.element
            ref = "" if isinstance(element, dmn.KnowledgeSource) else element.type_ref
            found = self._types[node.key] = self.home(node).types.of(ref, element.spot)
        return found

    def visible_names(self, node: Node) -> tuple[str, ...]:
        """The names an element's logic may use: of what it requires, or the import's name for what stands elsewhere."""
        names: dict[str, None] = {}
        for _, target in self.graph.required(node):
            names[self.graph.prefix(node.model, target) or target.name] = None
        if isinstance(node.element, dmn.BusinessKnowledge):
            names[node.name] = None
        return tuple(names)

    def compiled(self, node: Node) -> Compiled | Refused:
        """The compiled logic of a decision or business knowledge model, or why it cannot be compiled."""
        found = self._compiled.get(node.key)
        if found is None:
            try:
                found = self._compile(node)
            except Refused as refused:
                found = refused
            except RecursionError:
                found = FeelError("feel_too_deep", where=node.model.where, line=node.element.spot.line, expected=200)
            self._compiled[node.key] = found
        return found

    def home(self, node: Node) -> Home:
        """What the model of an element shares."""
        return self.homes[node.model.namespace]

    def unit(self, node: Node) -> Unit:
        """A new compilation for an element: only what it requires is visible."""
        home = self.home(node)
        known: dict[str, Function] = {**FUNCTIONS, **home.functions}
        given = frozenset(self.visible_names(node))
        unit = Unit(
            known,
            given,
            home.visible,
            home.where,
            strict=False,
            compile=lambda inner, scope: compile_any(unit, inner, scope),
            builtin=FUNCTIONS,
        )
        return unit

    def _compile(self, node: Node) -> Compiled:
        home, unit, names = self.home(node), self.unit(node), self.visible_names(node)
        logic = Logic(home, unit)
        scope = Scope(None, {"?": Binding(0)})
        element = node.element
        if isinstance(element, dmn.BusinessKnowledge):
            function = element.function or dmn.BoxedFunction((), None)
            box: dmn.BoxedExpression | None = replace(function, type_ref="")
        else:
            assert isinstance(element, dmn.Decision)
            box = element.expression
            if isinstance(box, dmn.DecisionTable) and not box.type_ref:
                # The order of its outputs may stand in the type of the decision.
                box = replace(box, type_ref=element.type_ref)
        piece = logic.compile(box, scope, names)
        return Compiled(piece.run, unit.slots, frozenset(unit.free), frozenset(unit.items))


def program(main: dmn.Model, others: Iterable[dmn.Model] = (), functions: Functions | None = None) -> Program:
    """A model ready to run; `others` are the models that it may import."""
    graph = graph_of(main, others)
    named = declared(graph.models)
    members = member_names(graph.models.values())
    given = {name: as_function(name, value) for name, value in (functions or {}).items()}
    types = {space: Types(model, named, graph.imports(model)) for space, model in graph.models.items()}
    for one in types.values():
        one.define()
    homes = {
        space: Home(types[space], types[space].visible(), members, given, model.where or model.name)
        for space, model in graph.models.items()
    }
    made = Program(graph, homes)
    for node in graph.nodes.values():
        made.type_of(node)
    return made
