"""The words of the log of actions: which verbs there are and what they are called."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import cast

from yanlian.base.written import read_yaml
from yanlian.ui.words import Text


@cache
def verbs() -> dict[str, Text]:
    """Verb → its words in Chinese and English, in the order of verbs.yaml."""
    text = resources.files("yanlian.apps.people").joinpath("verbs.yaml").read_text(encoding="utf-8")
    read = cast("dict[str, dict[str, str]]", read_yaml(text))
    return {verb: (entry["zh"], entry["en"]) for verb, entry in read.items()}
