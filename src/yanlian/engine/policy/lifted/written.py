"""FEEL values as the trees that write them: what an input of a model is given becomes constants of its expression."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths

_AT = (date, FarDate, Time, DateTime, DaysTime, YearsMonths)


def written(value: object) -> ast.Expression | None:
    """The tree of a value; None for what cannot be written (a function)."""
    if value is None:
        return ast.Null()
    if isinstance(value, bool):
        return ast.Boolean(value)
    if isinstance(value, Decimal):
        return ast.Number(value) if value.is_finite() else None
    if isinstance(value, str):
        return ast.String(str(value))
    if isinstance(value, _AT):
        return ast.At(str(value))
    if isinstance(value, list):
        items = [written(one) for one in value]
        found = tuple(one for one in items if one is not None)
        return ast.ListLiteral(found) if len(found) == len(items) else None
    if isinstance(value, Mapping):
        entries = [(str(key), written(one)) for key, one in value.items()]
        made = tuple(ast.Entry(key, one) for key, one in entries if one is not None)
        return ast.ContextLiteral(made) if len(made) == len(entries) else None
    return None


_SAMPLES: Mapping[str, ast.Expression] = {
    "number": ast.Number(Decimal(1)),
    "string": ast.String("a"),
    "boolean": ast.Boolean(value=True),
    "date": ast.At("2024-02-29"),
}


def sample(type_: ast.Type) -> ast.Expression | None:
    """Some value of a type of which nobody says which values it takes; None where the type is no simple one."""
    return _SAMPLES.get(type_.name) if isinstance(type_, ast.TypeName) else None
