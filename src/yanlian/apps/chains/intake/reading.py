"""One file of facts about chains into the database: every row stored or answered, in one transaction, repeatable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.db import models, transaction

from yanlian.apps.chains.actions_facts import Supersede, facts_taken_in, supersede
from yanlian.apps.chains.intake.facts import MAKERS, BadRow, Maker, Whom
from yanlian.apps.chains.intake.kinds import file_of
from yanlian.apps.people.models import User
from yanlian.apps.registry.actions_bulk import lock_registry
from yanlian.apps.registry.imports.files import arrived
from yanlian.apps.registry.imports.plan import Plan, find_plan
from yanlian.apps.registry.imports.rows import Fault, Row, read_row
from yanlian.base.refusal import Language, Refused

# Rows read so far, and the share of the file.
Progress = Callable[[int, float], None]

CHUNK = 900
# Answers kept; beyond it refused rows are only counted.
MOST_ANSWERS = 10_000


@dataclass(frozen=True, slots=True)
class Answered:
    """Why a row was refused: its number as a person counts, the column's header (empty: the row as a whole)."""

    row: int
    column: str
    code: str
    data: Mapping[str, object]

    def reason(self, language: Language) -> str:
        """The sentence with what to do."""
        return Refused(self.code, **self.data).text(language)


@dataclass(slots=True)
class Taken:
    """What became of a file's rows. `changed`: the same fact stood there with other values, which it replaced."""

    kind: str
    file: str
    sha256: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    unused: tuple[str, ...] = ()
    answers: list[Answered] = field(default_factory=list)


def take_in(
    source: Path | BinaryIO, kind: str, *, by: User | None = None, name: str = "", progress: Progress | None = None
) -> Taken:
    """Take in a CSV or XLSX file of one kind (`FILES`): good rows are stored, bad ones answered.

    The same rows again add nothing. Another value for the same fact (as `files.yaml` keys it, in the words of the same
    source) replaces the one that stood. Raises `Refused` when the file as a whole cannot be read; nothing is stored.
    """
    mapping = file_of(kind)
    shown = name or (source.name if isinstance(source, Path) else kind)
    with arrived(source, Path(shown).name) as file:
        plan, _ = find_plan(file, mapping)
        taken = Taken(kind, file.name, file.sha256, unused=plan.unused)
        with transaction.atomic():
            lock_registry()
            _Intake(plan, taken, progress).run()
            facts_taken_in(
                kind, file.name, file.sha256, (taken.added, taken.changed, taken.unchanged, taken.refused), by
            )
    return taken


class _Intake:
    def __init__(self, plan: Plan, taken: Taken, progress: Progress | None) -> None:
        self.plan, self.taken, self.progress = plan, taken, progress
        self.fields = [column.field.key for column in plan.columns]
        # Hash of a fact's key → the row where it first stood and the hash of what that said.
        self.seen: dict[int, tuple[int, int]] = {}

    def run(self) -> None:
        chunk: list[Row] = []
        for number, cells, faults in self.plan.table.rows(self.plan.cell_kinds, self._tell):
            if number <= self.plan.header_row:
                continue
            self.taken.read += 1
            chunk.append(read_row(self.plan, "", number, cells, faults))
            if len(chunk) >= CHUNK:
                self._store(chunk)
                chunk = []
        self._store(chunk)
        self._tell(1.0)

    def _tell(self, share: float) -> None:
        if self.progress is not None:
            self.progress(self.taken.read, share)

    def _store(self, rows: Sequence[Row]) -> None:
        maker = MAKERS[self.taken.kind]
        whom = maker.resolve(rows, self.fields)
        made = []
        for row in rows:
            found = None if row.refused else self._made(maker, row, whom)
            if row.refused:
                self._answer(row)
            elif found is not None:
                made.append(found)
        self._count(supersede(maker.model, made, maker.key))

    def _made(self, maker: Maker, row: Row, whom: Whom) -> models.Model | None:
        """The row as a fact; None when it is refused or says again what an earlier row says."""
        values = dict(zip(self.fields, row.values, strict=True))
        try:
            made = maker.make(row, values, whom)
        except BadRow as bad:
            header = self.plan.field_headers[self.fields.index(bad.field)] if bad.field else self._whom_header()
            row.faults.append(Fault(header, bad.refusal.code, bad.refusal.data))
            return None
        key = hash(tuple(getattr(made, one) for one in maker.key))
        said = hash((row.reference, row.name, *(str(one) for one in row.values)))
        first, what = self.seen.setdefault(key, (row.number, said))
        if first == row.number:
            return made
        if what != said:
            row.faults.append(Fault("", "chain_row_repeated", {"first": first}))
        else:
            self.taken.unchanged += 1
        return None

    def _whom_header(self) -> str:
        places = [place for place in (self.plan.uscc, self.plan.code) if place >= 0]
        return self.plan.headers[places[0]]

    def _answer(self, row: Row) -> None:
        self.taken.refused += 1
        for fault in row.faults:
            if not fault.warning and len(self.taken.answers) < MOST_ANSWERS:
                self.taken.answers.append(Answered(row.number, fault.column, fault.code, fault.data))

    def _count(self, done: Supersede) -> None:
        self.taken.added += done.added
        self.taken.changed += done.changed
        self.taken.unchanged += done.unchanged
