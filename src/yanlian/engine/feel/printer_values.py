"""A value as FEEL would write it, for people: results on the command line and in reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel.builtins.convert import text_of
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
        return f'@"{text_of(value)}"'
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


def as_json(value: object) -> str:
    """JSON text of a value: numbers with all digits, dates and durations as text, what JSON cannot say as FEEL text."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, _AT):
        return json.dumps(text_of(value), ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(as_json, value))}]"
    if isinstance(value, Mapping):
        entries = (f"{json.dumps(str(key), ensure_ascii=False)}: {as_json(entry)}" for key, entry in value.items())
        return "{" + ", ".join(entries) + "}"
    return json.dumps(shown(value), ensure_ascii=False)
