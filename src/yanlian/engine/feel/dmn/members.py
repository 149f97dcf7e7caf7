"""The names of entries anywhere in models: known to the parser where they are more than one plain word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yanlian.engine.feel.dmn import model as dmn

_PLAIN = re.compile(r"[^\W\d]\w*")


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
    match box:
        case dmn.BoxedContext():
            for entry in box.entries:
                yield entry.name
                yield from _of_box(entry.expression)
        case dmn.BoxedFunction():
            yield from _of_box(box.body)
        case dmn.BoxedInvocation():
            for binding in box.bindings:
                yield from _of_box(binding.expression)
        case dmn.BoxedList():
            for one in box.items:
                yield from _of_box(one)
        case dmn.Relation():
            yield from (column.name for column in box.columns)
        case dmn.BoxedConditional():
            for one in (box.condition, box.then, box.otherwise):
                yield from _of_box(one)
        case dmn.BoxedFilter():
            yield from _of_box(box.source)
        case dmn.BoxedIterator():
            yield from _of_box(box.source)
            yield from _of_box(box.body)
        case dmn.DecisionTable():
            yield from (output.name for output in box.outputs)
        case _:
            return
