"""What is found in a file that people wrote: how bad it is, where it stands, and which word was likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from yanlian.base.refusal import Language

Severity = Literal["error", "warning", "hint"]
WORDS: Mapping[Language, Mapping[Severity, str]] = {
    "zh": {"error": "错误", "warning": "提醒", "hint": "提示"},
    "en": {"error": "error", "warning": "warning", "hint": "hint"},
}
# The cost of a guess grows with the length of the words and with their number: a hostile file would take hours.
_LONGEST = 60
_MOST_KNOWN = 5_000
_MOST_SHOWN = 20


def as_line(
    place: tuple[str, int], about: str, severity: Severity, sentence: str, accepted: str, language: Language
) -> str:
    """A finding as one line: file:line, severity, what it is about, sentence, and why it was let stand. Line 0 is the
    whole file."""
    file, line = place
    where = f"{file}:{line}" if line else file
    subject = f" [{about}]" if about else ""
    answer = (f"（已说明：{accepted}）" if language == "zh" else f" (accepted: {accepted})") if accepted else ""
    return f"{where}: {WORDS[language][severity]}{subject}: {sentence}{answer}"


def first_of(lines: Sequence[str]) -> str:
    """The first lines, and how many more there are."""
    more = len(lines) - _MOST_SHOWN
    return "\n".join([*lines[:_MOST_SHOWN], *([f"… and {more} more"] if more > 0 else [])])


def nearest(word: str, known: Iterable[str], cutoff: float = 0.4) -> str:
    """The known word most like a word, by the ratio of `difflib`; empty when none reaches the cutoff."""
    if len(word) > _LONGEST:
        return ""
    short = [other for other in known if len(other) <= _LONGEST][:_MOST_KNOWN]
    found = difflib.get_close_matches(word, short, n=1, cutoff=cutoff)
    return found[0] if found else ""
