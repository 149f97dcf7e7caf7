"""What is wrong with a pack: every fault with its file, line and clause, none of them hiding the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yanlian.base.finding import Severity, as_line, first_of
from yanlian.base.refusal import Language, Refused


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a pack. `file` is relative to the pack's folder; `line` from 1, 0 for the whole file.
    `accepted`: why the pack's writer lets it stand; empty when nobody has answered it."""

    pack: str
    file: str
    line: int
    clause: str
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
        """The fault as one line: file:line, clause, severity, sentence."""
        place = (f"{self.pack}/{self.file}", self.line)
        return as_line(place, self.clause, self.severity, self.text(language), self.accepted, language)

    def why(self, language: Language = "zh") -> str:
        """Why it matters, where the catalogue says so; otherwise empty."""
        return self.refusal.why(language)


class PackFaults(Exception):
    """Packs that cannot be used, with all their faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults in packs")

    def __str__(self) -> str:
        return first_of([fault.line_text("en") for fault in self.faults])

    def __reduce__(self) -> tuple[object, ...]:
        return (PackFaults, (self.faults,))


class Faults:
    """Collects faults while packs are read; `place` says where the reader is."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.pack = ""
        self.file = ""
        self.clause = ""

    def add(self, line: int, code: str, severity: Severity = "error", **data: object) -> None:
        """Note a fault at a line of the current file."""
        self.add_refusal(line, Refused(code, **data), severity)

    def add_refusal(self, line: int, refusal: Refused, severity: Severity = "error") -> None:
        """Note a refusal of another room as a fault here."""
        fault = Fault(self.pack, self.file, line, self.clause, refusal, severity)
        seen = (fault.pack, fault.file, fault.line, fault.clause, fault.code, fault.text("en"))
        if all((f.pack, f.file, f.line, f.clause, f.code, f.text("en")) != seen for f in self.found[-200:]):
            self.found.append(fault)

    def at(self, pack: str, file: str, clause: str = "") -> None:
        """The reader is now here."""
        self.pack, self.file, self.clause = pack, file, clause

    @property
    def errors(self) -> list[Fault]:
        """Those that make the pack unusable."""
        return [fault for fault in self.found if fault.severity == "error"]
