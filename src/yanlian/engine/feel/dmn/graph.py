"""The requirements graph over a model and those it imports: which element an href means, and who requires whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.names import nearest

DMN_IMPORT = "/DMN/"


@dataclass(frozen=True, slots=True)
class Node:
    """An element with the model it stands in. Two nodes are the same if both are."""

    model: dmn.Model = field(compare=False, repr=False)
    element: dmn.Element = field(compare=False)
    key: tuple[str, str]

    @property
    def name(self) -> str:
        """The name of the element."""
        return self.element.name


@dataclass(frozen=True, slots=True)
class Graph:
    """The main model and all that it imports, directly or not, by namespace."""

    main: dmn.Model
    models: Mapping[str, dmn.Model]
    nodes: Mapping[tuple[str, str], Node]
    names: Mapping[tuple[str, str], Node]
    faults: list[Refused] = field(default_factory=list)

    def imports(self, model: dmn.Model) -> dict[str, str]:
        """The names of the imported DMN models with their namespaces."""
        return {one.name: one.namespace for one in model.imports if one.namespace in self.models}

    def resolve(self, model: dmn.Model, href: str) -> Node | None:
        """The element that an href in a model means."""
        space, mark, key = href.rpartition("#")
        if not mark:
            space, key = "", href
        return self.nodes.get((space or model.namespace, key))

    def required(self, node: Node) -> Iterator[tuple[dmn.Requirement, Node]]:
        """What an element requires, in the order of the file, without authorities."""
        for requirement in getattr(node.element, "requirements", ()):
            if requirement.kind != "authority":
                found = self.resolve(node.model, requirement.href)
                if found is not None:
                    yield requirement, found

    def service_parts(self, node: Node, hrefs: Iterable[str]) -> list[Node]:
        """The elements that a decision service names."""
        return [found for href in hrefs if (found := self.resolve(node.model, href)) is not None]

    def prefix(self, model: dmn.Model, target: Node) -> str:
        """Under which import name a model sees an element; empty for its own and for imports without a name."""
        if target.model.namespace == model.namespace:
            return ""
        return next((n for n, space in self.imports(model).items() if space == target.model.namespace), "")

    def find(self, name: str, kinds: tuple[type, ...], namespace: str = "") -> Node:
        """An element by name, in the main model unless a namespace is given; refused with the nearest name if none."""
        space = namespace or self.main.namespace
        node = self.names.get((space, name))
        if node is None and not namespace:
            node = self._by_import(name) or self._anywhere(name, kinds)
        if node is None or not isinstance(node.element, kinds):
            known = [n.name for n in self.names.values() if isinstance(n.element, kinds)]
            expected = kinds[0].__name__
            where = self.main.where or self.main.name
            raise Refused(
                "dmn_no_element", where=where, found=name, expected=expected, hint=nearest(name, known) or "-"
            )
        return node

    def _by_import(self, name: str) -> Node | None:
        for prefix, space in self.imports(self.main).items():
            local = name.removeprefix(f"{prefix}.") if prefix and name.startswith(f"{prefix}.") else ""
            if local and (space, local) in self.names:
                return self.names[(space, local)]
        return None

    def _anywhere(self, name: str, kinds: tuple[type, ...]) -> Node | None:
        found = [n for n in self.names.values() if n.name == name and isinstance(n.element, kinds)]
        return found[0] if len(found) == 1 else None

    def order(self, targets: Iterable[Node], bound: Iterable[tuple[str, str]] = ()) -> list[Node]:
        """The decisions to be made for these targets, each after all it requires; circles are refused.

        `bound` are keys of elements whose values are given. Without recursion: a chain may be thousands long.
        """
        given = set(bound)
        done: dict[Node, bool] = {}
        order: list[Node] = []
        stack: list[tuple[Node, Iterator[Node] | None]] = [(target, None) for target in reversed(list(targets))]
        while stack:
            node, rest = stack.pop()
            if rest is None:
                if done.get(node) is True or node.key in given:
                    continue
                if node in done:
                    spot = node.element.spot
                    where = node.model.where
                    raise Refused("dmn_circle", where=where, line=spot.line, column=spot.column, found=node.name)
                done[node] = False
                rest = iter([n for _, n in self.required(node) if isinstance(n.element, dmn.Decision)])
            step = next(rest, None)
            if step is None:
                done[node] = True
                order.append(node)
            else:
                stack.append((node, rest))
                stack.append((step, None))
        return order


def graph_of(main: dmn.Model, others: Iterable[dmn.Model] = ()) -> Graph:
    """The graph of a model. `others` are the models that may be imported; an import that is not among them is noted."""
    by_space = {model.namespace: model for model in others}
    models: dict[str, dmn.Model] = {main.namespace: main}
    faults: list[Refused] = []
    waiting = [main]
    while waiting:
        model = waiting.pop()
        for one in model.imports:
            if one.namespace in models:
                continue
            found = by_space.get(one.namespace)
            if found is not None:
                models[one.namespace] = found
                waiting.append(found)
            elif DMN_IMPORT in one.import_type or not one.import_type:
                spot = one.spot
                faults.append(
                    Refused("dmn_import", where=model.where, line=spot.line, column=spot.column, found=one.namespace)
                )
    nodes: dict[tuple[str, str], Node] = {}
    names: dict[tuple[str, str], Node] = {}
    for model in models.values():
        for element in elements(model):
            key = (model.namespace, element.id or element.name)
            node = Node(model, element, key)
            nodes.setdefault(key, node)
            names.setdefault((model.namespace, element.name), node)
    graph = Graph(main, models, nodes, names, faults)
    for node in nodes.values():
        _check_hrefs(graph, node)
    return graph


def elements(model: dmn.Model) -> Iterator[dmn.Element]:
    """All elements of a model's requirements graph."""
    yield from model.inputs
    yield from model.decisions
    yield from model.knowledge
    yield from model.services
    yield from model.sources


def _check_hrefs(graph: Graph, node: Node) -> None:
    element = node.element
    hrefs = [(one.href, one.spot) for one in getattr(element, "requirements", ())]
    if isinstance(element, dmn.DecisionService):
        parts = (*element.outputs, *element.encapsulated, *element.input_decisions, *element.input_data)
        hrefs = [(href, element.spot) for href in parts]
    for href, spot in hrefs:
        if graph.resolve(node.model, href) is None:
            graph.faults.append(
                Refused("dmn_href", where=node.model.where, line=spot.line, column=spot.column, found=href)
            )
