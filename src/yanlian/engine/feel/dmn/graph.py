"""The requirements graph over a model and those it imports: which element an href means, and who requires whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from yanlian.base.finding import nearest
from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn

DMN_IMPORT = "/DMN/"
MAX_IMPORTS = 20


@dataclass(frozen=True, slots=True)
class Node:
    """An element with the model it stands in, and the import names that lead there from the main model.

    A model that is imported along two ways stands for itself twice: its inputs may differ.
    """

    model: dmn.Model = field(compare=False, repr=False)
    element: dmn.Element = field(compare=False)
    key: tuple[str, str]
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the element."""
        return self.element.name

    def at(self, path: tuple[str, ...]) -> Node:
        """The same element reached along another path."""
        return self if path == self.path else replace(self, path=path)


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

    def resolve(self, model: dmn.Model, href: str, path: tuple[str, ...] = ()) -> Node | None:
        """The element that an href means in a model that was reached along a path of imports."""
        space, mark, key = href.rpartition("#")
        if not mark:
            space, key = "", href
        found = self.nodes.get((space or model.namespace, key))
        if found is None or found.model.namespace == model.namespace:
            return found and found.at(path)
        return found.at((*path, self.prefix(model, found)))

    def required(self, node: Node) -> Iterator[tuple[dmn.Requirement, Node]]:
        """What an element requires, in the order of the file, without authorities."""
        for requirement in getattr(node.element, "requirements", ()):
            if requirement.kind != "authority":
                found = self.resolve(node.model, requirement.href, node.path)
                if found is not None:
                    yield requirement, found

    def service_parts(self, node: Node, hrefs: Iterable[str]) -> list[Node]:
        """The elements that a decision service names."""
        return [found for href in hrefs if (found := self.resolve(node.model, href, node.path)) is not None]

    def prefix(self, model: dmn.Model, target: Node) -> str:
        """Under which import name a model sees an element; empty for its own and for imports without a name."""
        if target.model.namespace == model.namespace:
            return ""
        return next((n for n, space in self.imports(model).items() if space == target.model.namespace), "")

    def find(self, name: str, kinds: tuple[type, ...], namespace: str = "") -> Node:
        """An element by name: of the main model, `import.name`, in a namespace, or the only one of the name."""
        found = self._own(name, self.main, (), kinds) if namespace in {"", self.main.namespace} else None
        if found is not None:
            return found
        others = [n for n in self.names.values() if n.name == name and isinstance(n.element, kinds)]
        others = [n for n in others if not namespace or n.model.namespace == namespace]
        if len(others) == 1:
            return others[0].at(self.path_to(others[0].model.namespace))
        known = [n.name for n in self.names.values() if isinstance(n.element, kinds)]
        where, hint = self.main.where or self.main.name, nearest(name, known) or "-"
        raise Refused("dmn_no_element", where=where, found=name, expected=kinds[0].__name__, hint=hint)

    def _own(self, name: str, model: dmn.Model, path: tuple[str, ...], kinds: tuple[type, ...]) -> Node | None:
        node = self.names.get((model.namespace, name))
        if node is not None and isinstance(node.element, kinds):
            return node.at(path)
        for prefix, space in self.imports(model).items():
            if prefix and name.startswith(f"{prefix}.") and len(path) < MAX_IMPORTS:
                rest = name.removeprefix(f"{prefix}.")
                found = self._own(rest, self.models[space], (*path, prefix), kinds)
                if found is not None:
                    return found
        return None

    def path_to(self, namespace: str) -> tuple[str, ...]:
        """The shortest path of imports from the main model to another."""
        seen = {self.main.namespace}
        waiting: list[tuple[str, tuple[str, ...]]] = [(self.main.namespace, ())]
        for space, path in waiting:
            if space == namespace:
                return path
            for name, target in self.imports(self.models[space]).items():
                if target not in seen:
                    seen.add(target)
                    waiting.append((target, (*path, name)))
        return ()

    def order(self, targets: Iterable[Node], has_value: Callable[[Node], bool]) -> list[Node]:
        """The decisions to be made for these targets, each after all it requires; circles are refused.

        Those that have a value already are passed over. Without recursion: a chain may be thousands long.
        """
        done: dict[Node, bool] = {}
        order: list[Node] = []
        stack: list[tuple[Node, Iterator[Node] | None]] = [(target, None) for target in reversed(list(targets))]
        while stack:
            node, rest = stack.pop()
            if rest is None:
                if done.get(node) is True or has_value(node):
                    continue
                if node in done or len(node.path) > MAX_IMPORTS:
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
