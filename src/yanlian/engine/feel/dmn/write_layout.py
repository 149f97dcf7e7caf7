"""The drawing of a model as diagram interchange (DMN 1.5, chapter 13)."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.write_ids import Ids, elements_of
from yanlian.engine.feel.dmn.write_types import TypeNames
from yanlian.engine.feel.dmn.write_xml import Tag


def layout_tag(model: dmn.Model, ids: Ids, types: TypeNames) -> list[Tag]:
    """One diagram with every shape and edge that the model has; nothing if it has none."""
    if not model.shapes and not model.edges:
        return []
    references = _References(model, types)
    boxes = {shape.element: shape for shape in model.shapes}
    services = {service.id: service for service in model.services}
    members: list[Tag] = []
    for shape in model.shapes:
        attributes = {
            "id": ids.claim("", f"{shape.element.rpartition('#')[2]}_shape"),
            "dmnElementRef": references.to(shape.element),
        }
        bounds = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
        inside = [Tag("dc:Bounds", {name: number(value) for name, value in bounds.items()})]
        service = services.get(shape.element)
        if service is not None:
            divider = _divider(service, shape, boxes)
            attributes["isCollapsed"] = "" if divider else "true"
            inside += divider
        members.append(Tag("dmndi:DMNShape", attributes, inside))
    for edge in model.edges:
        attributes = {"id": ids.claim("", f"{edge.element}_edge"), "dmnElementRef": references.to(edge.element)}
        members.append(Tag("dmndi:DMNEdge", attributes, [_point(x, y) for x, y in edge.points]))
    diagram = Tag("dmndi:DMNDiagram", {"id": ids.claim("", f"{model.id}_diagram")}, members)
    return [Tag("dmndi:DMNDI", {}, [diagram])]


def number(value: float) -> str:
    """A coordinate: digits and a point, to a thousandth."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _point(x: float, y: float) -> Tag:
    return Tag("di:waypoint", {"x": number(x), "y": number(y)})


def _divider(service: dmn.DecisionService, box: dmn.Shape, boxes: dict[str, dmn.Shape]) -> list[Tag]:
    """The line below the output decisions of a service whose decisions are drawn inside it."""

    def inside(hrefs: tuple[str, ...]) -> Iterator[dmn.Shape]:
        for href in hrefs:
            one = boxes.get(href.rpartition("#")[2])
            if one is not None and box.x <= one.x < box.x + box.width and box.y <= one.y < box.y + box.height:
                yield one

    upper, lower = list(inside(service.outputs)), list(inside(service.encapsulated))
    if not upper and not lower:
        return []
    top = max((one.y + one.height for one in upper), default=box.y)
    bottom = min((one.y for one in lower), default=box.y + box.height)
    y = (top + bottom) / 2 if top <= bottom else box.y + box.height / 2
    return [Tag("dmndi:DMNDecisionServiceDividerLine", {}, [_point(box.x, y), _point(box.x + box.width, y)])]


class _References:
    """How the diagram refers to an element: by its id, behind a prefix if it stands in another model."""

    def __init__(self, model: dmn.Model, types: TypeNames) -> None:
        self.types = types
        self.own = {element.id for element in elements_of(model)}
        self.spaces: dict[str, str] = {}
        for element in elements_of(model):
            for requirement in () if isinstance(element, dmn.InputData | dmn.DecisionService) else element.requirements:
                self.own.add(requirement.id)
                space, _, target = requirement.href.rpartition("#")
                if space and space != model.namespace:
                    self.spaces[target] = space

    def to(self, target: str) -> str:
        """The reference to an id, or to `namespace#id`."""
        if "#" in target:
            space, _, own = target.rpartition("#")
            return f"{self.types.prefix(space)}:{own}"
        space = self.spaces.get(target, "")
        return f"{self.types.prefix(space)}:{target}" if space and target not in self.own else target
