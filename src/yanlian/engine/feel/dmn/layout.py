"""The requirements graph of a model drawn in layers: what is required stands below what requires it.

`drawing` gives plain data that a page can draw; `laid_out` puts it into the model, so that a modeller draws the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.layout_layers import acyclic, layered, ranks
from yanlian.engine.feel.dmn.layout_places import GAP, ROW_GAP, Point, placed, routes
from yanlian.engine.feel.dmn.layout_text import shape_size, text_lines
from yanlian.engine.feel.dmn.write_ids import elements_of, identified

MARGIN = 40.0
_ARROWS = {"input": "information", "decision": "information", "knowledge": "knowledge", "authority": "authority"}
_FOREIGN = {"input": "input", "decision": "decision", "knowledge": "knowledge", "authority": "source"}


@dataclass(frozen=True, slots=True)
class Node:
    """A box: `kind` is input, decision, knowledge, service or source; `lines` is its name cut to fit. In pixels.

    `element` is the id, or `namespace#id` where the element stands in another model.
    """

    element: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A requirement: `kind` is information, knowledge or authority; the points go from `source` to `target`."""

    element: str
    kind: str
    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram with its size in pixels."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A requirement between two nodes, by number."""

    requirement: dmn.Requirement
    low: int
    high: int


def laid_out(model: dmn.Model) -> dmn.Model:
    """The model with a shape for every element and an edge for every requirement; a complete drawing is kept as it is.

    Elements and requirements without an id get one. A reference to something that is not there cannot be drawn.
    """
    known = identified(model)[0]
    picture = _drawing(known)
    return replace(
        known,
        shapes=tuple(dmn.Shape(n.element, n.x, n.y, n.width, n.height) for n in picture.nodes),
        edges=tuple(dmn.Edge(arrow.element, arrow.points) for arrow in picture.arrows),
    )


def drawing(model: dmn.Model) -> Drawing:
    """The diagram of a model: as its file has it if that is complete, otherwise drawn anew."""
    return _drawing(identified(model)[0])


def _drawing(model: dmn.Model) -> Drawing:
    names, links = _graph(model)
    boxes = {shape.element: shape for shape in model.shapes}
    if names and all(element in boxes for element, (kind, _) in names.items() if "#" not in element):
        return _as_given(names, links, boxes, model)
    sizes = [shape_size(name) for _, name in names.values()]
    corners, lines = _arranged(model, names, links, sizes)
    nodes = tuple(
        Node(element, kind, name, *corners[i], *sizes[i], text_lines(name, sizes[i][0]))
        for i, (element, (kind, name)) in enumerate(names.items())
    )
    return _drawn(nodes, links, lines)


def _graph(model: dmn.Model) -> tuple[dict[str, tuple[str, str]], list[_Link]]:
    """Elements with kind and name, those of other models too where they are required, and the links between them."""
    kinds: dict[type, str] = {
        dmn.InputData: "input",
        dmn.Decision: "decision",
        dmn.BusinessKnowledge: "knowledge",
        dmn.DecisionService: "service",
        dmn.KnowledgeSource: "source",
    }
    names = {element.id: (kinds[type(element)], element.name) for element in elements_of(model)}
    imports = {one.namespace: one.name for one in model.imports}
    found: list[tuple[dmn.Requirement, str, str]] = []
    for element in elements_of(model):
        if isinstance(element, dmn.InputData | dmn.DecisionService):
            continue
        for requirement in element.requirements:
            space, _, target = requirement.href.rpartition("#")
            low = target if space in {"", model.namespace} else requirement.href
            if low != target and low not in names:
                name = f"{imports[space]}.{target}" if imports.get(space) else target
                names[low] = (_FOREIGN[requirement.kind], name)
            if low in names:
                found.append((requirement, low, element.id))
    number = {element: i for i, element in enumerate(names)}
    return names, [_Link(requirement, number[low], number[high]) for requirement, low, high in found]


def _as_given(
    names: Mapping[str, tuple[str, str]], links: list[_Link], boxes: Mapping[str, dmn.Shape], model: dmn.Model
) -> Drawing:
    """The file's own shapes and edges; an edge it lacks is a straight line. What is drawn of other models stays."""
    elements = list(names)
    known = {edge.element: list(edge.points) for edge in model.edges if len(edge.points) > 1}
    nodes: list[Node] = []
    for element, (kind, name) in names.items():
        box = boxes.get(element) or boxes.get(element.rpartition("#")[2])
        if box is not None:
            lines = text_lines(name, box.width)
            nodes.append(Node(element, kind, name, box.x, box.y, box.width, box.height, lines))
    drawn = {node.element for node in nodes}
    kept = [link for link in links if elements[link.low] in drawn and elements[link.high] in drawn]
    place = {node.element: i for i, node in enumerate(nodes)}
    moved = [replace(link, low=place[elements[link.low]], high=place[elements[link.high]]) for link in kept]
    lines_by_link = {i: points for i, link in enumerate(moved) if (points := known.get(link.requirement.id))}
    return _drawn(tuple(nodes), moved, lines_by_link)


def _drawn(nodes: tuple[Node, ...], links: list[_Link], lines: Mapping[int, list[Point]]) -> Drawing:
    arrows: list[Arrow] = []
    for i, link in enumerate(links):
        low, high = nodes[link.low], nodes[link.high]
        points = lines.get(i) or _straight(low, high)
        arrows.append(
            Arrow(link.requirement.id, _ARROWS[link.requirement.kind], low.element, high.element, tuple(points))
        )
    xs = [n.x + n.width for n in nodes] + [x for arrow in arrows for x, _ in arrow.points]
    ys = [n.y + n.height for n in nodes] + [y for arrow in arrows for _, y in arrow.points]
    return Drawing(max(xs, default=0.0) + MARGIN, max(ys, default=0.0) + MARGIN, nodes, tuple(arrows))


def _straight(low: Node, high: Node) -> list[Point]:
    """From border to border on the line between the middles; around its own corner if both are the same."""
    if low is high:
        right, middle = low.x + low.width, low.y + low.height / 2
        return [
            (right, middle),
            (right + 20, middle),
            (right + 20, low.y - 20),
            (right - 20, low.y - 20),
            (right - 20, low.y),
        ]
    (ax, ay), (bx, by) = ((n.x + n.width / 2, n.y + n.height / 2) for n in (low, high))

    def border(node: Node, x: float, y: float, dx: float, dy: float) -> Point:
        reach = min(
            node.width / 2 / abs(dx) if dx else float("inf"), node.height / 2 / abs(dy) if dy else float("inf"), 1.0
        )
        return round(x + dx * reach, 1), round(y + dy * reach, 1)

    return [border(low, ax, ay, bx - ax, by - ay), border(high, bx, by, ax - bx, ay - by)]


def _arranged(
    model: dmn.Model, names: Mapping[str, tuple[str, str]], links: list[_Link], sizes: list[tuple[float, float]]
) -> tuple[list[Point], dict[int, list[Point]]]:
    """Corners of all nodes and lines of all links: every connected part in layers, the parts on shelves."""
    kinds = [kind for kind, _ in names.values()]
    number = {element: i for i, element in enumerate(names)}
    # A service stands above the decisions it offers, though no arrow says so.
    hidden = [
        (number[target], number[service.id])
        for service in model.services
        for href in service.outputs
        if (target := href.rpartition("#")[2]) in number
    ]
    corners: list[Point] = [(0.0, 0.0)] * len(names)
    lines: dict[int, list[Point]] = {}
    edges = [*((link.low, link.high) for link in links), *hidden]
    parts = [_part(part, kinds, links, hidden, sizes) for part in _connected(len(names), edges)]
    by_edge: dict[tuple[int, int], list[Point]] = {}
    for (x, y), (_, _, places, drawn) in zip(_shelves([(w, h) for w, h, _, _ in parts]), parts, strict=True):
        for node, (px, py) in places.items():
            corners[node] = (x + px, y + py)
        for edge, points in drawn.items():
            by_edge[edge] = [(x + px, y + py) for px, py in points]
    for i, link in enumerate(links):
        if (link.low, link.high) in by_edge:
            lines[i] = by_edge[link.low, link.high]
    return corners, lines


def _part(
    part: list[int],
    kinds: list[str],
    links: list[_Link],
    hidden: list[tuple[int, int]],
    sizes: list[tuple[float, float]],
) -> tuple[float, float, dict[int, Point], dict[tuple[int, int], list[Point]]]:
    """One connected part: its size, its corners and lines from (0, 0)."""
    own = {node: i for i, node in enumerate(part)}
    real = list(dict.fromkeys((own[k.low], own[k.high]) for k in links if k.low in own and k.low != k.high))
    also = [(own[low], own[high]) for low, high in hidden if low in own and (own[low], own[high]) not in set(real)]
    upward = acyclic(len(part), [*real, *also])
    # An edge that closes a circle is laid out as if it went up, and its line turned round.
    down = [edge for edge in real if edge not in set(upward)]
    upward = list(dict.fromkeys([*upward, *((high, low) for low, high in down)]))
    bottom = frozenset(i for node, i in own.items() if kinds[node] in {"input", "source"})
    rank = ranks(len(part), upward, bottom)
    visible = {*real, *((high, low) for low, high in down)}
    graph = layered(len(part), [edge for edge in upward if edge in visible], rank)
    at = placed(graph, [sizes[node] for node in part])
    lines = routes(graph, at)
    lines |= {(low, high): lines[high, low][::-1] for low, high in down}
    drawn = {(part[low], part[high]): points for (low, high), points in lines.items()}
    places = {node: at.corners[i] for node, i in own.items()}
    width = max(at.corners[i][0] + at.sizes[i][0] for i in range(len(part)))
    width = max(width, *(x for points in drawn.values() for x, _ in points), 0.0) if drawn else width
    return width, max(bottom_y for _, bottom_y in at.rows), places, drawn


def _connected(count: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    """The connected parts, those of one node last, otherwise in the order of their first nodes."""
    leader = list(range(count))

    def of(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for low, high in edges:
        a, b = sorted((of(low), of(high)))
        leader[b] = a
    parts: dict[int, list[int]] = {}
    for node in range(count):
        parts.setdefault(of(node), []).append(node)
    return sorted(parts.values(), key=lambda part: len(part) == 1)


def _shelves(sizes: list[tuple[float, float]]) -> list[Point]:
    """Places for boxes one after the other in rows, the whole somewhat wider than high."""
    area = sum((width + GAP) * (height + ROW_GAP) for width, height in sizes)
    limit = max([(area * 1.6) ** 0.5, 660.0, *(width for width, _ in sizes)])
    places: list[Point] = []
    x, y, highest = 0.0, 0.0, 0.0
    for width, height in sizes:
        if x and x + width > limit:
            x, y, highest = 0.0, y + highest + ROW_GAP, 0.0
        places.append((MARGIN + x, MARGIN + y))
        x, highest = x + width + GAP, max(highest, height)
    return places
