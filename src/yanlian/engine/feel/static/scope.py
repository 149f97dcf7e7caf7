"""What names mean while types are inferred: locals, entries of the members being filtered, and the names outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import ANY, Types, entries_of, is_open, joined, resolved
from yanlian.engine.feel.static.members import property_type


@dataclass(frozen=True, slots=True)
class Scope:
    """One level of names; `item` is set in the condition of a filter: the type of the member."""

    parent: Scope | None
    names: Mapping[str, ast.Type]
    item: ast.Type | None = None


def lookup(scope: Scope, name: str, types: Types) -> ast.Type | None:
    """The type of a name, or nothing when the name is not known.

    Inside a filter a name is an entry of the member, or, where the member is null or has no such entry, what it means
    outside: the type is that of both.
    """
    found: list[ast.Type] = []
    level: Scope | None = scope
    while level is not None:
        if name in level.names:
            return joined((*found, level.names[name]), types) if found else level.names[name]
        if level.item is not None:
            member = resolved(level.item, types)
            if is_open(member) or (isinstance(member, ast.ContextType) and not member.entries):
                return ANY
            entry = _of_member(member, name)
            if entry is not None:
                found.append(entry)
            if name == "item":
                return joined((*found, level.item), types)
        level = level.parent
    return joined(found, types) if found else None


def is_local(scope: Scope, name: str) -> bool:
    """Whether a name is bound by the text itself or given from outside, entries of filtered members aside."""
    level: Scope | None = scope
    while level is not None:
        if name in level.names:
            return True
        level = level.parent
    return False


def names_in(scope: Scope) -> list[str]:
    """All names that can be read here, the innermost first."""
    found: dict[str, None] = {}
    level: Scope | None = scope
    while level is not None:
        found |= dict.fromkeys(level.names)
        if isinstance(level.item, ast.ContextType):
            found |= dict.fromkeys(entries_of(level.item))
        level = level.parent
    return list(found)


def _of_member(member: ast.Type, name: str) -> ast.Type | None:
    if isinstance(member, ast.ContextType):
        return entries_of(member).get(name)
    return None if name == "item" else property_type(member, name)
