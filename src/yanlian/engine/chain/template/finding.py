"""What is found about a chain: faults of its file, and what the review says; none of them hides the next."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from yanlian.base.refusal import Language, Refused

Severity = Literal["error", "warning", "hint"]
WORDS: Mapping[Language, Mapping[Severity, str]] = {
    "zh": {"error": "错误", "warning": "提醒", "hint": "提示"},
    "en": {"error": "error", "warning": "warning", "hint": "hint"},
}
_MOST = 500
# What is likely meant is searched for among all names: for the first faults only, or a hostile file would take hours.
_MOST_GUESSES = 50
_MOST_KNOWN = 3_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `file` with its sheet or table where it has several; `line` from 1 (a row in a table), 0 for the
    whole file; `at` the segment, or an edge as `supplier>customer`; `accepted` the writer's answer, if any."""

    file: str
    line: int
    at: str
    refusal: Refused
    severity: Severity = "error"
    accepted: str = ""

    @property
    def code(self) -> str:
        """The stable code, as in docs/errors.md."""
        return self.refusal.code

    def text(self, language: Language = "zh") -> str:
        """The sentence without its place."""
        return self.refusal.text(language)

    def line_text(self, language: Language = "zh") -> str:
        """The finding as one line: file:line, severity, where, sentence, answer."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        at = f" [{self.at}]" if self.at else ""
        line = f"{place}: {WORDS[language][self.severity]}{at}: {self.text(language)}"
        if self.accepted:
            line += f"（已说明：{self.accepted}）" if language == "zh" else f" (accepted: {self.accepted})"
        return line


class ChainFaults(Exception):
    """Chain files that cannot be used, with all their faults."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} faults in chains")

    def __str__(self) -> str:
        shown = [one.line_text("en") for one in self.findings[:20]]
        more = len(self.findings) - len(shown)
        return "\n".join([*shown, *([f"… and {more} more"] if more else [])])

    def __reduce__(self) -> tuple[object, ...]:
        return (ChainFaults, (self.findings,))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like a word; empty when none is."""
    found = difflib.get_close_matches(word[:100], list(known)[:_MOST_KNOWN], n=1, cutoff=0.4)
    return found[0] if found else ""


class Findings:
    """Collects what is found while a chain is read; `at` says where the reader is."""

    def __init__(self, file: str) -> None:
        self.found: list[Finding] = []
        self.file = file
        self.where = ""
        self.guesses = _MOST_GUESSES

    def guess(self, find: Callable[[], str]) -> str:
        """What is likely meant, or a dash when that is not known or was asked often enough."""
        self.guesses -= 1
        return (find() if self.guesses >= 0 else "") or "—"

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """The known word most like a word, or a dash."""
        return self.guess(lambda: nearest(word, known))

    def at(self, where: str, file: str | None = None) -> None:
        """The reader is now at this segment or edge (and, where a chain is several tables, in this one)."""
        self.where = where
        if file is not None:
            self.file = file

    def add(self, line: int, refusal: Refused) -> None:
        """Note a fault at a line of the current file. After some hundreds the rest would be no help."""
        if len(self.found) < _MOST:
            self.found.append(Finding(self.file, line, self.where, refusal))
