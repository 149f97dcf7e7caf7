"""The types of names, contexts, paths and `@"…"`."""

from __future__ import annotations

from yanlian.base.finding import nearest
from yanlian.engine.feel import ast
from yanlian.engine.feel.normal import type_name
from yanlian.engine.feel.static.builtin_types import SIGNATURES
from yanlian.engine.feel.static.lattice import ANY, CONTEXT, FUNCTION, Types, context_of, entries_of, is_open, resolved
from yanlian.engine.feel.static.members import PROPERTIES, innermost, path_type
from yanlian.engine.feel.static.scope import Scope, lookup
from yanlian.engine.feel.static.walk import Steps, Walk
from yanlian.engine.feel.temporal import parse_at


def of_name(walk: Walk, node: ast.Name, scope: Scope) -> ast.Type:
    """A name; that of a built-in function is a function."""
    found = lookup(scope, node.name, walk.types)
    if found is not None:
        return found
    return FUNCTION if node.name in SIGNATURES else walk.unknown_name(node.name, scope, node.place)


def of_at(walk: Walk, node: ast.At) -> ast.Type:
    """`@"…"`: the kind of the value that the text stands for."""
    value = parse_at(node.text)
    if value is None:
        walk.fault(node.place, "feel_type_literal", found=node.text)
        return ANY
    return ast.TypeName(type_name(value))


def of_context(walk: Walk, node: ast.ContextLiteral, scope: Scope) -> Steps:
    """`{a: 1, b: a}`: an entry is a name for those after it."""
    entries: dict[str, ast.Type] = {}
    inner = Scope(scope, entries)
    twice = False
    for entry in node.entries:
        kind = yield entry.value, inner
        if entry.key in entries:
            twice = True
            walk.fault(entry.place, "feel_type_entry_twice", found=entry.key)
        entries[entry.key] = kind
    return CONTEXT if twice or not entries else context_of(entries)


def of_path(walk: Walk, node: ast.Path, scope: Scope) -> Steps:
    """`source.name`."""
    source = yield node.source, scope
    found = path_type(source, node.name, walk.types)
    if found is None:
        _no_member(walk, node, source)
        return ANY
    return found


def _no_member(walk: Walk, node: ast.Path, source: ast.Type) -> None:
    inner = innermost(source, walk.types)
    kind = source if inner is None else inner[0]
    if isinstance(kind, ast.ContextType):
        no_entry(walk, node.place, kind, node.name)
        return
    names = _properties(kind, walk.types)
    walk.fault(node.place, "feel_type_property", name=node.name, found=kind, expected=tuple(names))


def no_entry(walk: Walk, place: ast.Place, kind: ast.Type, name: str) -> None:
    """The fault that a context type, or one that stands for a list of it, has no entry of a name."""
    inner = innermost(kind, walk.types)
    context = kind if inner is None else inner[0]
    names = list(entries_of(context)) if isinstance(context, ast.ContextType) else []
    walk.fault(place, "feel_type_entry", name=name, expected=tuple(names), hint=nearest(name, names))


def _properties(kind: ast.Type, types: Types) -> list[str]:
    kind = resolved(kind, types)
    if isinstance(kind, ast.TypeOf):
        return ["start", "end", "start included", "end included"]
    return [] if is_open(kind) or not isinstance(kind, ast.TypeName) else list(PROPERTIES.get(kind.name, ()))
