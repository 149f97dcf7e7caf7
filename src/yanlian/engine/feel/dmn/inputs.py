"""Values from outside as the declared types want them: text becomes a date or duration where a type says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import coerce, resolved
from yanlian.engine.feel.normal import to_feel
from yanlian.engine.feel.temporal import (
    FarDate,
    date_and_midnight,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)

_ANY = ast.TypeName("Any")
_LIST = ast.TypeName("list")
_TEXTS: dict[str, Callable[[str], object]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "years and months duration": parse_duration,
    "days and time duration": parse_duration,
}


def from_outside(value: object, kind: ast.Type, types: Mapping[str, ast.Type]) -> object:
    """A value as a declared type wants it, or a `Fault`. Components that were not given are null.

    Unlike within a model, parts are converted as wholes are: whoever writes JSON or a sheet means the one by a list of
    one, and by a date its midnight.
    """
    return coerce(_typed(to_feel(value), kind, types, 0), kind, types)


def _typed(value: object, kind: ast.Type, types: Mapping[str, ast.Type], depth: int) -> object:
    kind = resolved(kind, types)
    if value is None or kind == _ANY or depth > 100:
        return value
    if isinstance(kind, ast.Restricted):
        return _typed(value, kind.base, types, depth + 1)
    if kind == _LIST:
        return value if isinstance(value, list) else [value]
    if isinstance(kind, ast.TypeOf) and kind.kind == "list":
        members = value if isinstance(value, list) else [value]
        return [_typed(member, kind.member, types, depth + 1) for member in members]
    if type(value) is list and len(value) == 1:
        return _typed(value[0], kind, types, depth + 1)
    if isinstance(kind, ast.ContextType) and isinstance(value, Mapping):
        given = dict(value)
        for entry in kind.entries:
            given[entry.name] = _typed(given.get(entry.name), entry.type, types, depth + 1)
        return given
    return _read(value, kind.name) if isinstance(kind, ast.TypeName) else value


def _read(value: object, kind: str) -> object:
    """Text as the date or duration it says; text that says none stays text, which the type then refuses."""
    if isinstance(value, str) and kind in _TEXTS:
        return _TEXTS[kind](value.strip()) or value
    return date_and_midnight(value) if kind == "date and time" and isinstance(value, (date, FarDate)) else value
