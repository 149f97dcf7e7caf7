"""Which facts an evaluation read: the raw material of an explanation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from yanlian.engine.dossier.schema import Field, RecordKind


@dataclass(frozen=True, slots=True)
class FactRead:
    """One fact as it was read: of which record, with which value, from which source."""

    record: RecordKind | None
    field: Field
    value: object
    # Words that name the record among its kind: the values of its key fields.
    row_key: tuple[str, ...] = ()
    source: str = ""
    recorded: date | None = None

    @property
    def name(self) -> str:
        """Chinese name, record and field."""
        return f"{self.record.zh}.{self.field.zh}" if self.record else self.field.zh


@dataclass(slots=True)
class Trace:
    """Collects what is read, in order, each fact once."""

    reads: dict[tuple[object, ...], FactRead] = field(default_factory=dict)

    def add(self, identity: tuple[object, ...], read: FactRead) -> None:
        """Note one reading; a second reading of the same fact adds nothing."""
        self.reads.setdefault(identity, read)

    def take(self) -> list[FactRead]:
        """What was read since the last call, and start anew."""
        found = list(self.reads.values())
        self.reads = {}
        return found


def telling(reads: Iterable[FactRead]) -> list[FactRead]:
    """The readings that tell something: without records of which a filter only asked when they belong to.

    `税务年报[年度 = 2024][1].研发费用` looks at the year of every return; a person wants to see the one that was
    taken. Where nothing else was read of any record of the kind, the periods are what the rule asked for, and all stay.
    """
    found = list(reads)
    more = {(r.record.key, r.row_key) for r in found if r.record and r.field.key != r.record.period}
    kinds = {kind for kind, _ in more}
    return [
        r
        for r in found
        if r.record is None or not r.record.many or r.record.key not in kinds or (r.record.key, r.row_key) in more
    ]
