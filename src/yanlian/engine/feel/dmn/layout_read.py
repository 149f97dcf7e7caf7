"""The diagram interchange of a DMN file: where its elements and arrows are drawn (DMN 1.2 on)."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.xml import Element


def read_layout(root: Element) -> tuple[tuple[dmn.Shape, ...], tuple[dmn.Edge, ...]]:
    """The shapes and edges of the first diagram; what has no numbers is left out (a modeller draws it anew)."""
    shapes: list[dmn.Shape] = []
    edges: list[dmn.Edge] = []
    for part in _parts(root):
        # The element may be qualified by a prefix of this model; the local part is its id.
        target = part.get("dmnElementRef").rpartition(":")[2]
        if part.name == "DMNShape":
            bounds = next((m for m in part.members if m.name == "Bounds"), None)
            numbers = None if bounds is None else _numbers(bounds, "x", "y", "width", "height")
            if numbers is not None:
                shapes.append(dmn.Shape(target, *numbers))
        elif part.name == "DMNEdge":
            points = [_numbers(m, "x", "y") for m in part.members if m.name == "waypoint"]
            edges.append(dmn.Edge(target, tuple((p[0], p[1]) for p in points if p is not None)))
    return tuple(shapes), tuple(edges)


def _parts(root: Element) -> Iterator[Element]:
    for interchange in root.members:
        if interchange.name == "DMNDI":
            diagram = next((m for m in interchange.members if m.name == "DMNDiagram"), None)
            if diagram is not None:
                yield from diagram.members


def _numbers(element: Element, *names: str) -> tuple[float, ...] | None:
    try:
        return tuple(float(element.get(name)) for name in names)
    except ValueError:
        return None
