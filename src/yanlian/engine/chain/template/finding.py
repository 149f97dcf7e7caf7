"""What is found about a chain: faults of its file, and what the review says; none of them hides the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yanlian.base.finding import Severity, as_line, first_of, nearest
from yanlian.base.refusal import Language, Refused

_MOST = 500
# What is likely meant is searched for among all names: for the first faults only, or a hostile file would take hours.
_MOST_GUESSES = 50


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
        place = (self.file, self.line)
        return as_line(place, self.at, self.severity, self.text(language), self.accepted, language)


class ChainFaults(Exception):
    """Chain files that cannot be used, with all their faults."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} faults in chains")

    def __str__(self) -> str:
        return first_of([one.line_text("en") for one in self.findings])

    def __reduce__(self) -> tuple[object, ...]:
        return (ChainFaults, (self.findings,))


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
