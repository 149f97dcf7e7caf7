"""What DMN cannot say, kept in descriptions: a last line `yanlian: {…}` in JSON, which modellers carry along unread.

Descriptions are used instead of extension elements because every modeller keeps them. A fingerprint of an element's
logic tells later whether somebody changed it: layout, types, ids and white space do not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import cast

from yanlian.engine.feel.dmn import model as dmn

LEAD = "yanlian: "
# Stands in the path of a mark before what export makes of several parts of a clause together.
MADE = "made"
_SILENT = frozenset({"id", "description", "spot", "type_ref", "language", "label", "output_label", "variable_type"})


def marked(text: str, mark: Mapping[str, object]) -> str:
    """A description with its mark on the last line."""
    written = json.dumps(mark, ensure_ascii=False, separators=(",", ":"))
    return f"{text.rstrip()}\n{LEAD}{written}".lstrip("\n")


def mark_of(description: str) -> Mapping[str, object]:
    """The mark of a description; empty when it has none that can be read."""
    return _found(description)[1]


def unmarked(description: str) -> str:
    """A description without its mark."""
    return _found(description)[0]


def _found(description: str) -> tuple[str, Mapping[str, object]]:
    """The text before the mark, and the mark: the first that goes on to the end. What is written in a mark may itself
    look like one."""
    start = description.find(LEAD)
    while start >= 0:
        try:
            mark = json.loads(description[start + len(LEAD) :])
        except (ValueError, RecursionError):
            mark = None
        if isinstance(mark, dict):
            return description[:start].rstrip(), cast("Mapping[str, object]", mark)
        start = description.find(LEAD, start + 1)
    return description, {}


def fingerprint(logic: object) -> str:
    """A short name of what an expression says."""
    return hashlib.sha256(json.dumps(_shape(logic), ensure_ascii=False).encode()).hexdigest()[:12]


def _shape(value: object) -> object:
    if isinstance(value, dmn.Part):
        parts = [[one.name, _shape(getattr(value, one.name))] for one in fields(value) if one.name not in _SILENT]
        return [type(value).__name__, *parts]
    if isinstance(value, tuple):
        return [_shape(member) for member in value]
    return " ".join(value.split()) if isinstance(value, str) else str(value)
