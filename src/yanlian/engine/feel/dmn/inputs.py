"""Values from outside as the declared types want them: text becomes a date or duration where a type says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import coerce, resolved
from yanlian.engine.feel.normal import to_feel
from yanlian.engine.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time

_READ: dict[str, Callable[[str], object]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "years and months duration": parse_duration,
    "days and time duration": parse_duration,
}


def from_outside(value: object, kind: ast.Type, types: Mapping[str, ast.Type]) -> object:
    """A value as a declared type wants it, or a `Fault`. Components that were not given are null."""
    return coerce(_typed(to_feel(value), kind, types, 0), kind, types)


def _typed(value: object, kind: ast.Type, types: Mapping[str, ast.Type], depth: int) -> object:
    kind = resolved(kind, types)
    if value is None or depth > 100:
        return value
    if isinstance(kind, ast.Restricted):
        return _typed(value, kind.base, types, depth + 1)
    if isinstance(kind, ast.TypeOf) and kind.kind == "list":
        members = value if isinstance(value, list) else [value]
        return [_typed(member, kind.member, types, depth + 1) for member in members]
    if isinstance(kind, ast.ContextType) and isinstance(value, Mapping):
        given = dict(value)
        for entry in kind.entries:
            given[entry.name] = _typed(given.get(entry.name), entry.type, types, depth + 1)
        return given
    if isinstance(kind, ast.TypeName) and isinstance(value, str) and kind.name in _READ:
        # Text that says no date stays text, which the type then refuses.
        return _READ[kind.name](value.strip()) or value
    return value
