"""What a clause needs, as a small graph taken from its DMN model: the elements that a person has words for.

What only holds the model together (the date, periods, matters, the list of all rules, the service) is passed through
or left out; `unsaid` names what was left out of the graph although rules read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.export_clause import ALL_VERDICTS, IN_FORCE, VERDICT
from yanlian.engine.policy.dmn.export_facts import ALL, AS_OF, YEAR_AS_OF
from yanlian.engine.policy.dmn.marks import MADE, mark_of

# Days and the district: nearly every rule reads them, so a line to each would hide the others.
GIVEN = frozenset({AS_OF, YEAR_AS_OF, "上年", "前年", "本区"})
_LEFT = frozenset({ALL_VERDICTS, IN_FORCE, "事项", "年度", "合格"})
_SECTIONS = {
    "tables": "table",
    "scales": "scale",
    "parameters": "parameter",
    "definitions": "definition",
    "gates": "condition",
    "conditions": "condition",
    "vetoes": "veto",
    "result": "result",
}
_Element: TypeAlias = dmn.InputData | dmn.Decision | dmn.BusinessKnowledge
_MADE = {VERDICT: "clause", "金额": "amount", "适用": "scope", "首次": "condition"}


@dataclass(frozen=True)
class Need:
    """An element of the graph; `kind` is one of those that `drawn.KINDS` has words for.

    `place` is the path in the pack (empty for facts); `needs` are the ids of the elements it rests on.
    """

    id: str
    kind: str
    label: str
    place: tuple[str, ...] = ()
    needs: Sequence[str] = ()
    unsaid: Sequence[str] = ()


@dataclass
class _Walk:
    """The model's elements by id, and which of them are shown."""

    elements: Mapping[str, _Element]
    shown: dict[str, Need] = field(default_factory=dict)


def needs_of(model: dmn.Model, each: Iterable[str] = ()) -> tuple[Need, ...]:
    """The graph of one clause's model, facts first. `each`: names that its list of events is made from."""
    elements: dict[str, _Element] = {one.id or one.name: one for one in model.inputs}
    elements |= {one.id or one.name: one for one in model.decisions}
    elements |= {one.id or one.name: one for one in model.knowledge}
    walk = _Walk(elements)
    for name, element in elements.items():
        kind, label, place = _meaning(walk, element)
        if kind:
            walk.shown[name] = Need(name, kind, label, place)
    linked = {one.id: _linked(walk, one, tuple(each)) for one in walk.shown.values()}
    waiting = [one.id for one in linked.values() if one.kind == "clause"]
    reached = set(waiting)
    while waiting:
        for target in linked[waiting.pop()].needs:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return tuple(one for one in linked.values() if one.id in reached)


def _meaning(walk: _Walk, element: _Element) -> tuple[str, str, tuple[str, ...]]:
    """Kind, label and place of an element that is shown; an empty kind for one that is not."""
    name, label = element.name, element.label or element.name
    if isinstance(element, dmn.InputData):
        if name in GIVEN:
            return "", "", ()
        is_event = bool(element.label)
        return ("event", label, ()) if is_event else ("fact", name.removeprefix(ALL), ())
    of = mark_of(element.description).get("of")
    place = tuple(str(part) for part in of) if isinstance(of, list) else ()
    if MADE in place:
        part = place[-1]
        return (_MADE.get(part, ""), label, place) if part not in _LEFT else ("", "", ())
    for section, kind in _SECTIONS.items():
        if section in place[1:]:
            return kind, label, place
    return "", "", ()


def _linked(walk: _Walk, need: Need, each: tuple[str, ...]) -> Need:
    found: dict[str, None] = {}
    unsaid: dict[str, None] = {}
    roots = each if need.kind == "event" else _targets(walk, need.id)
    for target in roots:
        for name in _reached(walk, target, set()):
            (unsaid if name in GIVEN else found)[name] = None
    if need.kind == "clause":
        # The verdict repeats the day of the event; that is no reason of its own.
        found = {name: None for name in found if walk.shown[name].kind not in {"fact", "event"}}
    return Need(need.id, need.kind, need.label, need.place, tuple(found), tuple(unsaid))


def _targets(walk: _Walk, name: str) -> Iterator[str]:
    element = walk.elements[name]
    if not isinstance(element, dmn.InputData):
        for requirement in element.requirements:
            if requirement.kind != "authority":
                yield requirement.href.rpartition("#")[2]


def _reached(walk: _Walk, name: str, seen: set[str]) -> Iterator[str]:
    """The shown elements behind one: itself, or what it passes on."""
    if name in walk.shown or name in GIVEN:
        yield name
        return
    if name in seen or name not in walk.elements or _is_left(walk.elements[name]):
        return
    seen.add(name)
    for target in _targets(walk, name):
        yield from _reached(walk, target, seen)


def _is_left(element: _Element) -> bool:
    of = mark_of(element.description).get("of")
    return isinstance(of, list) and MADE in of and str(of[-1]) in _LEFT
