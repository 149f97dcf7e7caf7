"""The words of the log of actions: which verbs there are and what they are called."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from yanlian.ui.words import Text


@cache
def verbs() -> dict[str, Text]:
    """Verb → its words in Chinese and English, in the order of verbs.yaml."""
    text = resources.files("yanlian.apps.people").joinpath("verbs.yaml").read_text(encoding="utf-8")
    return {verb: (entry["zh"], entry["en"]) for verb, entry in yaml.safe_load(text).items()}
