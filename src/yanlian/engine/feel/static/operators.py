"""The types of the operators: which kinds + - * / ** take and give, what can be ordered, what can be equal."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    Types,
    head,
    is_open,
    joined,
    resolved,
)

_ROWS: tuple[tuple[str, ast.TypeName, ast.TypeName, ast.TypeName], ...] = (
    *((op, NUMBER, NUMBER, NUMBER) for op in ("+", "-", "*", "/", "**")),
    ("+", STRING, STRING, STRING),
    ("+", MONTHS, MONTHS, MONTHS),
    ("+", DAYS, DAYS, DAYS),
    *((op, day, size, day) for op in ("+", "-") for day in (DATE, DATE_TIME) for size in (MONTHS, DAYS)),
    *((op, TIME, DAYS, TIME) for op in ("+", "-")),
    *(("+", size, day, day) for day in (DATE, DATE_TIME) for size in (MONTHS, DAYS)),
    ("+", DAYS, TIME, TIME),
    ("-", MONTHS, MONTHS, MONTHS),
    ("-", DAYS, DAYS, DAYS),
    ("-", TIME, TIME, DAYS),
    *(("-", a, b, DAYS) for a in (DATE, DATE_TIME) for b in (DATE, DATE_TIME)),
    *(row for size in (MONTHS, DAYS) for row in (("*", size, NUMBER, size), ("*", NUMBER, size, size))),
    *(row for size in (MONTHS, DAYS) for row in (("/", size, NUMBER, size), ("/", size, size, NUMBER))),
)
_RESULT: dict[tuple[str, str, str], ast.Type] = {(op, a.name, b.name): result for op, a, b, result in _ROWS}
_OPEN = ""


def _with_open_sides() -> Iterator[tuple[tuple[str, str, str], ast.Type]]:
    """The results where one side or both are not known: the join of all that may come out."""
    keys = {
        key
        for op, a, b, _ in _ROWS
        for key in ((op, _OPEN, b.name), (op, a.name, _OPEN), (op, _OPEN, _OPEN))
    }  # fmt: skip
    for op, left, right in keys:
        results = [
            result
            for one, a, b, result in _ROWS
            if one == op and left in {_OPEN, a.name} and right in {_OPEN, b.name}
        ]  # fmt: skip
        yield (op, left, right), joined(results, {})


_RESULT |= dict(_with_open_sides())
ORDERED = frozenset({"number", "string", "date", "time", "date and time", MONTHS.name, DAYS.name})
NEGATED = frozenset({"number", MONTHS.name, DAYS.name})


def _side(kind: ast.Type, types: Types) -> str:
    kind = resolved(kind, types)
    return _OPEN if is_open(kind) else head(kind)


def arithmetic(op: str, left: ast.Type, right: ast.Type, types: Types) -> ast.Type | None:
    """The type of `left op right`, or nothing when it is null for all values."""
    return _RESULT.get((op, _side(left, types), _side(right, types)))


def partners(op: str, left: ast.Type, types: Types) -> list[ast.Type]:
    """What may stand on the right of an operator with this on its left."""
    side = _side(left, types)
    return list(dict.fromkeys(b for one, a, b, _ in _ROWS if one == op and side in {_OPEN, a.name}))


def negation(kind: ast.Type, types: Types) -> ast.Type | None:
    """The type of `-kind`, or nothing when it is null for all values."""
    kind = resolved(kind, types)
    if is_open(kind):
        return ANY
    return kind if head(kind) in NEGATED else None


def may_order(left: ast.Type, right: ast.Type, types: Types) -> bool:
    """Whether some values of the two types can be put in order."""
    a, b = _side(left, types), _side(right, types)
    if a == _OPEN or b == _OPEN:
        return {a, b} <= ORDERED | {_OPEN}
    return a == b and a in ORDERED


def may_equal(left: ast.Type, right: ast.Type, types: Types) -> bool:
    """Whether comparing values of the two types with = gives a truth value: they are of the same kind."""
    a, b = _side(left, types), _side(right, types)
    return a == b or _OPEN in {a, b}


def may_be(kind: ast.Type, wanted: str, types: Types) -> bool:
    """Whether a value of a type may be of a kind."""
    return _side(kind, types) in {wanted, _OPEN}
