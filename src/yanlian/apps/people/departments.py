"""The departments a user can belong to: those that hold facts, and inspection."""

from __future__ import annotations

from yanlian.apps.people.access import INSPECTION
from yanlian.engine.dossier.schema import load_schema
from yanlian.ui.words import Text, t


def departments() -> dict[str, Text]:
    """Key → name in Chinese and English, in the order of the fact schema."""
    known = {key: (names["zh"], names["en"]) for key, names in load_schema().departments.items()}
    return {**known, INSPECTION: ("督查室", "Inspection Office")}


def department_name(key: str) -> str:
    """The department's name in the reader's language; "-" for none."""
    if not key:
        return "-"
    zh, en = departments().get(key, (key, key))
    return t(zh, en)
