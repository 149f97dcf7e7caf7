"""Names and paths: locals by slot, entries of filtered members, variables from outside, properties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeGuard

from yanlian.base.finding import nearest
from yanlian.engine.feel import ast
from yanlian.engine.feel.frame import Frame, Piece, Run
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import ATOMS, clean, type_name
from yanlian.engine.feel.properties import property_of
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import Fault, IncompleteList, Unknown, fault

# What may be handed on as it came: integers, lists, what is clean anyhow. Not null: it may mean that nothing came.
AS_GIVEN = (ATOMS | {int, list}) - {type(None)}
_CONTEXTS: dict[type, bool] = {dict: True}


def is_context(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value is a context; the answer is remembered by type."""
    kind = type(value)
    found = _CONTEXTS.get(kind)
    if found is None:
        found = isinstance(value, Mapping)
        if len(_CONTEXTS) < 1000:
            _CONTEXTS[kind] = found
    return found


def compile_name(unit: Unit, node: ast.Name, scope: Scope) -> Piece:
    """A name: innermost local first, then entries of the members being filtered, then the world outside."""
    items: list[Binding] = []
    level: Scope | None = scope
    while level is not None:
        binding = level.names.get(node.name)
        if binding is not None:
            return _inside(node.name, items, _local(binding.slot), binding.origin)
        if level.item is not None:
            items.append(level.item)
            if node.name == "item":
                return _inside("item", items, _local(level.item.slot), level.item.origin)
        level = level.parent
    origin: tuple[str, ...] | None = (node.name,)
    if items:
        origin = None
        _note_entry(unit, node.name, items[0])
    if node.name not in unit.functions or node.name in unit.given:
        _note_free(unit, node, ambiguous=bool(items))
    elif not items:
        known = unit.functions[node.name]
        return Piece(lambda f: known)
    outside = _outside(unit, node)
    if items:
        return _inside(node.name, items, outside, origin)
    return Piece(outside, origin=origin, raw=_as_given(node.name, outside))


def _note_entry(unit: Unit, name: str, item: Binding) -> None:
    if item.origin is not None:
        unit.paths[(*item.origin, name)] += 1


def _note_free(unit: Unit, node: ast.Name, *, ambiguous: bool) -> None:
    if unit.strict and node.name not in unit.given:
        hint = nearest(node.name, sorted(unit.given | unit.functions.keys()))
        at = node.place
        raise FeelError(
            "feel_name_unknown",
            where=unit.where,
            line=at.line,
            column=at.column,
            expected="",
            found=node.name,
            hint=hint,
        )
    unit.free.add(node.name)
    if ambiguous:
        unit.items.add(node.name)
    else:
        unit.paths[(node.name,)] += 1


def _local(slot: int) -> Run:
    return lambda f: f.slots[slot]


def _outside(unit: Unit, node: ast.Name) -> Run:
    name, place = node.name, node.place
    function = unit.functions.get(name)
    data = {"name": name}

    def run(f: Frame) -> object:
        try:
            value = f.variables[name]
        except KeyError:
            if function is None:
                f.null(place, "feel_variable_missing", data)
            return function
        if type(value) in ATOMS:
            return value
        return Decimal(value) if type(value) is int else clean(value)

    return run


def _as_given(name: str, cleaned: Run) -> Run:
    """A variable as it came, for those who need no clean lists and integers."""

    def run(f: Frame) -> object:
        value = f.variables.get(name)
        return value if type(value) in AS_GIVEN else cleaned(f)

    return run


def _inside(name: str, items: list[Binding], outer: Run, origin: tuple[str, ...] | None) -> Piece:
    """A name read inside filters: the entry of the innermost member that has it, else the outer meaning."""
    run = outer
    for item in reversed(items):
        run = _entry_or(name, item.slot, run)
    return Piece(run, origin=origin)


def _entry_or(name: str, slot: int, outer: Run) -> Run:
    itself = name == "item"

    def run(f: Frame) -> object:
        member = f.slots[slot]
        kind = type(member)
        if itself and kind in _NO_ENTRIES:
            return member
        if type(member) is Unknown:
            return member if itself else member.plain()
        if type(member) is dict or is_context(member):
            try:
                value = member[name]
            except KeyError:
                return outer(f)
            return value if type(value) in ATOMS else clean(value)
        if not itself and kind not in _SIMPLE:
            found = property_of(member, name)
            if type(found) is not Fault:
                return found
        return outer(f)

    return run


# Members of these kinds have no entry `item`: they are the item.
_NO_ENTRIES = frozenset({Decimal, str, bool, date})
_SIMPLE = frozenset({str, bool, type(None), list, IncompleteList})


def compile_path(unit: Unit, node: ast.Path, scope: Scope) -> Piece:
    """`source.name`."""
    source = unit.compile(node.source, scope)
    origin: tuple[str, ...] | None = None
    if source.origin is not None:
        origin = (*source.origin, node.name)
        unit.paths[origin] += 1
        if isinstance(node.source, (ast.Name, ast.Path)):
            unit.paths[source.origin] -= 1
    start, name, place = source.raw or source.run, node.name, node.place

    def run(f: Frame) -> object:
        value = start(f)
        if type(value) is dict or is_context(value):
            try:
                entry = value[name]
            except KeyError:
                f.null(place, "feel_entry_missing", {"name": name})
                return None
            if type(entry) in ATOMS:
                return entry
            return Decimal(entry) if type(entry) is int else clean(entry)
        return f.settle(step(clean(value), name), place)

    def run_as_given(f: Frame) -> object:
        value = start(f)
        if type(value) is dict:
            entry = value.get(name)
            if type(entry) in AS_GIVEN:
                return entry
        return run(f)

    return Piece(run, origin=origin, raw=run_as_given)


def step(value: object, name: str) -> object:
    """One step of a path from a value: an entry, a property, or the same step from every member of a list."""
    if type(value) is Unknown:
        return value.part(name)
    if isinstance(value, list):
        charge_walk(len(value))
        members = [_member(member, name) for member in value]
        if isinstance(value, IncompleteList) and value.is_open:
            maybe = [_member(member, name) for member in value.maybe]
            return IncompleteList(members, maybe, value.missing, bounded=value.bounded)
        return members
    if isinstance(value, Mapping):
        try:
            return clean(value[name])
        except KeyError:
            return fault("feel_entry_missing", name=name)
    if value is None:
        return fault("feel_path_on_null", name=name)
    found = property_of(value, name)
    return fault("feel_no_property", name=name, found=type_name(value)) if type(found) is Fault else found


def _member(member: object, name: str) -> object:
    if type(member) is dict or is_context(member):
        value = member.get(name)
        return value if type(value) in ATOMS else clean(value)
    found = step(clean(member), name)
    return None if type(found) is Fault else found
