"""The types of paths: entries of contexts, properties of dates, times, durations and ranges, and of lists of them."""

from __future__ import annotations

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import (
    ANY,
    BOOLEAN,
    DAYS,
    NUMBER,
    STRING,
    Types,
    entries_of,
    head,
    is_open,
    list_of,
    resolved,
)

_DAY: dict[str, ast.Type] = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_CLOCK: dict[str, ast.Type] = {
    **dict.fromkeys(("hour", "minute", "second"), NUMBER),
    "time offset": DAYS,
    "timezone": STRING,
}
PROPERTIES: dict[str, dict[str, ast.Type]] = {
    "date": _DAY,
    "time": _CLOCK,
    "date and time": _DAY | _CLOCK,
    "years and months duration": dict.fromkeys(("years", "months"), NUMBER),
    "days and time duration": dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
}
_ENDS = frozenset({"start", "end", "low", "high"})
_CLOSED = frozenset({"start included", "end included"})


def property_type(kind: ast.Type, name: str) -> ast.Type | None:
    """The type of a property of a resolved type that is no context, or nothing when it has none of that name."""
    if isinstance(kind, ast.TypeOf) and kind.kind == "range":
        return kind.member if name in _ENDS else BOOLEAN if name in _CLOSED else None
    return PROPERTIES.get(head(kind), {}).get(name)


def path_type(kind: ast.Type, name: str, types: Types) -> ast.Type | None:
    """The type of `kind.name`, or nothing when it is null for all values. Of a list, the list of what its members
    have."""
    kind = resolved(kind, types)
    if is_open(kind):
        return ANY
    if isinstance(kind, ast.ContextType):
        return entries_of(kind).get(name) if kind.entries else ANY
    if isinstance(kind, ast.TypeOf) and kind.kind == "list":
        inner = innermost(kind, types)
        if inner is None:
            return ANY
        member, depth = inner
        found = path_type(member, name, types)
        return None if found is None else _wrapped(found, depth)
    return property_type(kind, name)


def innermost(kind: ast.Type, types: Types) -> tuple[ast.Type, int] | None:
    """What lists of lists hold at last, and how many lists there are around it; nothing for a list type that
    refers to itself and has no end."""
    for depth in range(50):
        kind = resolved(kind, types)
        if not (isinstance(kind, ast.TypeOf) and kind.kind == "list"):
            return kind, depth
        kind = kind.member
    return None


def _wrapped(kind: ast.Type, times: int) -> ast.Type:
    for _ in range(times):
        kind = list_of(kind)
    return kind
