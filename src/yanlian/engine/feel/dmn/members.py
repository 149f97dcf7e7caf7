"""The names of entries anywhere in models: known to the parser where they are more than one plain word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.names import KEYWORDS

_PLAIN = re.compile(r"[^\W\d]\w*")
# A key of several words in the text of a context or call: `{first name: …`, `f(start position: …`.
_KEY = re.compile(r"[{(,]\s*([^\W\d]\w*(?:[ \t]+\w+)+)\s*:")


def member_names(models: Iterable[dmn.Model]) -> tuple[str, ...]:
    """The names of components, context entries, columns, parameters and imported elements that need to be known."""
    found: dict[str, None] = {}
    for model in models:
        for name in _names(model):
            if name and not _PLAIN.fullmatch(name):
                found[name] = None
    return tuple(found)


def _names(model: dmn.Model) -> Iterator[str]:
    for item in model.items:
        yield from _of_item(item)
    yield from (item.name for item in model.items)
    for decision in model.decisions:
        yield decision.name
        yield from _of_box(decision.expression)
    for knowledge in model.knowledge:
        yield knowledge.name
        yield from _of_box(knowledge.function)
    for service in model.services:
        yield service.name
    for data in model.inputs:
        yield data.name


def _of_item(item: dmn.ItemDefinition) -> Iterator[str]:
    for component in item.components:
        yield component.name
        yield from _of_item(component)


def _of_box(box: dmn.BoxedExpression | None) -> Iterator[str]:
    for one in boxes_in(box):
        if isinstance(one, dmn.LiteralExpression):
            yield from (
                " ".join(key.split()) for key in _KEY.findall(one.text) if not KEYWORDS.intersection(key.split())
            )
        elif isinstance(one, dmn.BoxedContext):
            yield from (entry.name for entry in one.entries)
        elif isinstance(one, dmn.Relation):
            yield from (column.name for column in one.columns)
        elif isinstance(one, dmn.DecisionTable):
            yield from (output.name for output in one.outputs)


def boxes_in(box: dmn.BoxedExpression | None) -> Iterator[dmn.BoxedExpression]:
    """A boxed expression and all that stand in it; the cells of decision tables stay with their tables."""
    waiting = [box]
    while waiting:
        one = waiting.pop()
        if one is not None:
            yield one
            waiting += reversed(_inside(one))


def _inside(box: dmn.BoxedExpression) -> list[dmn.BoxedExpression | None]:
    match box:
        case dmn.BoxedContext():
            return [entry.expression for entry in box.entries]
        case dmn.BoxedFunction():
            return [box.body]
        case dmn.BoxedInvocation():
            return [box.function, *(binding.expression for binding in box.bindings)]
        case dmn.BoxedList():
            return list(box.items)
        case dmn.Relation():
            return [cell for row in box.rows for cell in row]
        case dmn.BoxedConditional():
            return [box.condition, box.then, box.otherwise]
        case dmn.BoxedFilter():
            return [box.source, box.match]
        case dmn.BoxedIterator():
            return [box.source, box.body]
        case _:
            return []
