"""Declared types as closures: what `from_outside` does to one value, with the short ways taken first.

The results are those of `from_outside`; whatever has no short way goes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import EXACT, remembering, resolved
from yanlian.engine.feel.dmn.inputs import from_outside
from yanlian.engine.feel.normal import to_feel
from yanlian.engine.feel.values import Fault

Fit: TypeAlias = Callable[[object], object]
Types: TypeAlias = Mapping[str, ast.Type]

MAX_KEPT = 20_000
_SIMPLE = frozenset((*EXACT.values(), type(None)))


def exact_type(kind: ast.Type, types: Types) -> type | None:
    """The Python type whose values are of a FEEL type as they are, if there is one."""
    kind = resolved(kind, types)
    return EXACT.get(kind.name) if isinstance(kind, ast.TypeName) else None


def fitter(kind: ast.Type, types: Types) -> Fit:
    """`from_outside` for one type: the value as the type wants it, or a `Fault`."""
    kind = resolved(kind, types)
    if isinstance(kind, ast.ContextType):
        return _context(kind, types)
    exact = exact_type(kind, types)
    if exact is not None and exact is not str:
        return lambda value: value if value is None or type(value) is exact else from_outside(value, kind, types)
    if exact is str:
        return lambda value: value if type(value) is str else from_outside(value, kind, types)
    if kind == ast.TypeName("Any"):
        return lambda value: value if type(value) in _SIMPLE else from_outside(value, kind, types)
    if isinstance(kind, ast.Restricted):
        return remembering(lambda value: from_outside(value, kind, types), MAX_KEPT)
    return lambda value: from_outside(value, kind, types)


def _context(kind: ast.ContextType, types: Types) -> Fit:
    """A context entry by entry, each through its own closure."""
    fits = {entry.name: fitter(entry.type, types) for entry in kind.entries}

    def fit(value: object) -> object:
        if type(value) is not dict or any(type(key) is not str for key in value):
            return from_outside(value, kind, types)
        return joined({key: fits.get(key, to_feel)(entry) for key, entry in value.items()}, kind)

    return fit


def joined(entries: dict[str, object], kind: ast.ContextType) -> object:
    """A context of entries that were fitted each for itself: those left out are null, a fault is that of all."""
    for entry in kind.entries:
        if entry.name not in entries:
            entries[entry.name] = None
        elif type(found := entries[entry.name]) is Fault:
            return found
    if len(entries) > len(kind.entries):
        return next((found for found in entries.values() if type(found) is Fault), entries)
    return entries
