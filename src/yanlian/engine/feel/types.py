"""`instance of`: whether a value is of a type."""

from __future__ import annotations

from collections.abc import Mapping

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import Truth, conjunction
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean, type_name
from yanlian.engine.feel.static import builtin_conforms, conforms, is_builtin
from yanlian.engine.feel.values import Function, IncompleteList, Range, Unknown, union

_SAME = {
    "year and month duration": "years and months duration",
    "day and time duration": "days and time duration",
    "days and time duration": "days and time duration",
}


# `list`, `range` and `function` are types only with their parameters (DMN 10.3.2.15); `context` is one without, too.
_NAMED = frozenset(
    {
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "years and months duration",
        "Any",
        "Null",
        "context",
        *_SAME,
        *_SAME.values(),
    }
)


def unknown_type(kind: ast.Type, types: Mapping[str, ast.Type]) -> str:
    """The first name in a type that means no type; empty if the type can be mapped to the standard's lattice."""
    match kind:
        case ast.TypeName():
            return "" if kind.name in types or kind.name in _NAMED else kind.name
        case ast.TypeOf():
            return unknown_type(kind.member, types)
        case ast.ContextType():
            parts: tuple[ast.Type, ...] = tuple(entry.type for entry in kind.entries)
        case ast.FunctionType():
            parts = (*kind.parameters, kind.result)
        case ast.Restricted():
            return unknown_type(kind.base, types)
    return next((found for part in parts if (found := unknown_type(part, types))), "")


def is_instance(value: object, kind: ast.Type, types: Mapping[str, ast.Type], depth: int = 0) -> Truth:
    """Whether a value is of a type; null is of no type but Null; unknown for what is unknown."""
    if type(value) is Unknown:
        return value.plain()
    if value is None:
        return isinstance(kind, ast.TypeName) and kind.name == "Null"
    if isinstance(kind, ast.TypeName):
        if kind.name in types and depth < 50:
            return is_instance(value, types[kind.name], types, depth + 1)
        return kind.name == "Any" or type_name(value) == _SAME.get(kind.name, kind.name)
    if isinstance(kind, ast.Restricted):
        # Allowed values say which values may be given, not which values are of the type.
        return is_instance(value, kind.base, types, depth + 1)
    if isinstance(kind, ast.TypeOf):
        return _members(value, kind, types, depth)
    if isinstance(kind, ast.ContextType):
        if not isinstance(value, Mapping):
            return False
        if any(entry.name not in value for entry in kind.entries):
            return False
        return conjunction(_conforms(clean(value[entry.name]), entry.type, types, depth) for entry in kind.entries)
    return isinstance(value, Function) and _function_conforms(value, kind, types)


def _conforms(value: object, kind: ast.Type, types: Mapping[str, ast.Type], depth: int) -> Truth:
    return True if value is None else is_instance(value, kind, types, depth + 1)


def _members(value: object, kind: ast.TypeOf, types: Mapping[str, ast.Type], depth: int) -> Truth:
    if kind.kind == "range":
        if not isinstance(value, Range):
            return False
        return conjunction(_conforms(end, kind.member, types, depth) for end in (value.low, value.high))
    if not isinstance(value, list):
        return False
    charge_walk(len(value))
    found = conjunction(_conforms(clean(member), kind.member, types, depth) for member in value)
    if found is True and isinstance(value, IncompleteList) and value.is_open:
        if isinstance(kind.member, ast.TypeName) and kind.member.name == "Any":
            return True
        return union(value)
    return found


def _function_conforms(function: Function, kind: ast.FunctionType, types: Mapping[str, ast.Type]) -> bool:
    """Parameters are contravariant, the result is covariant as far as it is known; a function that was given from
    outside says nothing but the number of its parameters."""
    if function.signature is not None:
        return conforms(function.signature(), kind, types, loose=True)
    if is_builtin(function.name, function.parameters):
        return builtin_conforms(function.name, kind, types)
    return len(function.parameters) == len(kind.parameters)
