"""A value as FEEL would write it, for people: results on the command line and in reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths
from yanlian.engine.feel.values import Function, Range, Unknown

_AT = (date, FarDate, Time, DateTime, DaysTime, YearsMonths)


def shown(value: object) -> str:
    """The FEEL text of a value; functions and unknowns, which FEEL cannot write, in angle brackets."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    if isinstance(value, _AT):
        return f'@"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{key if key.isidentifier() else shown(key)}: {shown(v)}" for key, v in value.items())
            + "}"
        )
    if isinstance(value, Range):
        left, right = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
        return f"{left}{shown(value.low)}..{shown(value.high)}{right}"
    if isinstance(value, Function):
        return f"<function({', '.join(value.parameters)})>"
    if isinstance(value, Unknown):
        return f"<unknown: {', '.join(sorted(one.fact for one in value.missing))}>"
    return str(value)
