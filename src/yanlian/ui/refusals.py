"""Refusals as pages show them: the sentence in the reader's language, and the code to quote on the phone."""

from __future__ import annotations

from typing import NamedTuple

from yanlian.base.refusal import Refused
from yanlian.ui.words import english


class Shown(NamedTuple):
    code: str
    text: str


def shown(*refusals: Refused) -> list[Shown]:
    """For the template context as `refusals`; layout.html puts them on top of the page."""
    return [Shown(refusal.code, refusal.text("en" if english() else "zh")) for refusal in refusals]
