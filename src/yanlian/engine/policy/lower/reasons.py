"""Why something is left to the interpreter, in words of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import cast

from yanlian.base.refusal import Language
from yanlian.base.written import read_yaml


@cache
def _known() -> Sequence[tuple[re.Pattern[str], str]]:
    """The first that fits is meant: words without a gap stand before those with one of the same beginning."""
    told = cast("dict[str, str]", read_yaml(Path(__file__).with_name("reasons.yaml").read_text("utf-8")))
    fixed_first = sorted(told.items(), key=lambda one: ("{}" in one[0], one[0] == "{}"))
    return [(re.compile(re.escape(en).replace(re.escape("{}"), "(.+)"), re.DOTALL), zh) for en, zh in fixed_first]


def reason_text(reason: str, language: Language) -> str:
    """The reason that `NotLowered` gave."""
    if language == "en":
        return reason.replace("Beyond.", "of what is left to the interpreter: ")
    pattern, zh = next((pattern, zh) for pattern, zh in _known() if pattern.fullmatch(reason))
    found = pattern.fullmatch(reason)
    assert found is not None
    return zh.replace("{}", found.group(1)) if found.groups() else zh
