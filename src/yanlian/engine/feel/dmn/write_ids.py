"""Ids for a model that is to be written or drawn: kept where they are valid, made from names where they are missing.

Everything that is referred to gets one, and the references follow; the same model always gets the same ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TypeVar
from urllib.parse import unquote

from yanlian.engine.feel.dmn import model as dmn

_START = r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
_START += r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
_VALID = re.compile(rf"[{_START}][{_START}\-.0-9\u00B7\u0300-\u036F\u203F-\u2040]*")
# Schema validators still go by the names of XML's fourth edition: what is made keeps to the letters both editions know.
_PLAIN = r"A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF\u0391-\u03A1\u03A3-\u03A9\u03B1-\u03C9\u0410-\u044F"
_PLAIN += r"\u3041-\u3094\u30A1-\u30FA\u4E00-\u9FA5\uAC00-\uD7A3"
_PLAIN_START = re.compile(f"[{_PLAIN}]")
_NOT_PLAIN = re.compile(rf"[^{_PLAIN}\-.0-9]+")
_FOREIGN = re.compile(r"[^\x00-\x7F]")


E = TypeVar("E", dmn.InputData, dmn.Decision, dmn.BusinessKnowledge, dmn.DecisionService, dmn.KnowledgeSource)


class Ids:
    """Hands out ids that are unique in one file and valid as XML names (NCName)."""

    def __init__(self, model: dmn.Model) -> None:
        # An id that somebody chose goes before one that is made.
        self.chosen = {part.id for part in parts_of(model) if part.id} | ({model.id} if model.id else set())
        self.given: set[str] = set()

    def claim(self, wanted: str, otherwise: str) -> str:
        """The wanted id if it is valid and free, or one made from it or from the other text."""
        # Modellers built on dmn-js drop elements whose id has letters beyond ASCII, without a word.
        own = spelt(wanted if _VALID.fullmatch(wanted) else as_name(wanted or otherwise))
        found, number = own, 1
        while found in self.given or (found in self.chosen and found != wanted):
            number += 1
            found = f"{own}_{number}"
        self.given.add(found)
        return found


def as_name(text: str) -> str:
    """A text as an XML name: what may not stand in one becomes an underscore."""
    name = _NOT_PLAIN.sub("_", text)
    return name if name and _PLAIN_START.match(name) else f"_{name}"


def spelt(identifier: str) -> str:
    """An identifier with its characters beyond ASCII as `_5E73.`: an underscore, the code point, a point."""
    return _FOREIGN.sub(lambda found: f"_{ord(found[0]):04X}.", identifier)


def parts_of(value: object) -> Iterator[dmn.Part]:
    """All parts below a model, part or tuple."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
        elif isinstance(one, dmn.Model | dmn.Part):
            if isinstance(one, dmn.Part):
                yield one
            waiting += [getattr(one, field.name) for field in fields(one)]


def elements_of(model: dmn.Model) -> tuple[dmn.Element, ...]:
    """The elements of the requirements graph."""
    return (*model.inputs, *model.decisions, *model.knowledge, *model.services, *model.sources)


def identified(model: dmn.Model) -> tuple[dmn.Model, Ids]:
    """The model with an id for every element and requirement, references changed with them; and the ids given."""
    ids = Ids(model)
    moved: dict[str, str] = {}
    named: dict[str, str] = {}

    def own(element: E) -> E:
        found = ids.claim(element.id, element.name)
        if element.id:
            moved.setdefault(element.id, found)
        named.setdefault(element.name, found)
        return replace(element, id=found)

    model_id = ids.claim(model.id, model.name)
    inputs, decisions, knowledge = (
        tuple(map(own, model.inputs)),
        tuple(map(own, model.decisions)),
        tuple(map(own, model.knowledge)),
    )
    services, sources = tuple(map(own, model.services)), tuple(map(own, model.sources))
    links = _Links(ids, model.namespace, moved, named)
    done = replace(
        model,
        id=model_id,
        inputs=inputs,
        decisions=tuple(replace(d, requirements=links.of(d.requirements, d.id)) for d in decisions),
        knowledge=tuple(replace(k, requirements=links.of(k.requirements, k.id)) for k in knowledge),
        services=tuple(links.service(s) for s in services),
        sources=tuple(replace(s, requirements=links.of(s.requirements, s.id)) for s in sources),
    )
    moves = {**moved, **links.moved}
    return (
        replace(
            done,
            shapes=tuple(replace(s, element=moves.get(s.element, s.element)) for s in model.shapes),
            edges=tuple(replace(e, element=moves.get(e.element, e.element)) for e in model.edges),
        ),
        ids,
    )


class _Links:
    """References rewritten to the ids that elements have now. A reference to a name is taken as one to its element."""

    def __init__(self, ids: Ids, namespace: str, moved: dict[str, str], named: dict[str, str]) -> None:
        self.ids = ids
        self.namespace = namespace
        self.targets = {**named, **moved}
        self.moved: dict[str, str] = {}

    def of(self, requirements: tuple[dmn.Requirement, ...], owner: str) -> tuple[dmn.Requirement, ...]:
        """Requirements with ids and with references that hold."""
        made: list[dmn.Requirement] = []
        for number, requirement in enumerate(requirements, 1):
            found = self.ids.claim(requirement.id, f"{owner}_{requirement.kind}_{number}")
            if requirement.id:
                self.moved.setdefault(requirement.id, found)
            made.append(replace(requirement, id=found, href=self.href(requirement.href)))
        return tuple(made)

    def service(self, service: dmn.DecisionService) -> dmn.DecisionService:
        """A service with references that hold."""
        return replace(
            service,
            outputs=tuple(map(self.href, service.outputs)),
            encapsulated=tuple(map(self.href, service.encapsulated)),
            input_decisions=tuple(map(self.href, service.input_decisions)),
            input_data=tuple(map(self.href, service.input_data)),
        )

    def href(self, href: str) -> str:
        """`#id` within the file follows its element; a reference into another file stays as it is."""
        space, sign, target = href.rpartition("#")
        if space and space != self.namespace:
            return href
        found = self.targets.get(target) or self.targets.get(unquote(target))
        return href if found is None or found == target else f"{space}{sign or '#'}{found}"
