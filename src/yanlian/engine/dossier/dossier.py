"""One dossier as rules see it: names in Chinese (or the English keys) and FEEL values, unknown where not delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from yanlian.engine.dossier.coverage import Coverage, Gap
from yanlian.engine.dossier.row import UNDELIVERED, PhantomRow, Row
from yanlian.engine.dossier.schema import RecordKind, Schema
from yanlian.engine.dossier.trace import FactRead, Trace
from yanlian.engine.feel import IncompleteList


class Dossier(Mapping[str, object]):
    """A view of one snapshot row on one day. Records dated after `as_of` are not seen.

    `row` is {id, uscc, name, kind, <record key>: {…} or [{…}, …]} in storage form (fen, ppm, hundredths, dates), and
    `refused`: kinds of record of which a row about this entity was refused, so that what is there may not be all.
    Of a kind with many records, periods that no complete delivery covers make the list incomplete. Of a kind of which
    one counts, absence is always unknown (worked cases, which deliver everything, say null).
    """

    __slots__ = ("_entity", "_made", "as_of", "coverage", "row", "schema", "trace")

    def __init__(
        self,
        row: Mapping[str, object],
        schema: Schema,
        coverage: Coverage,
        as_of: date,
        trace: Trace | None = None,
    ) -> None:
        self.row = row
        self.schema = schema
        self.coverage = coverage
        self.as_of = as_of
        self.trace = trace
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        made = self._made
        if name in made:
            return made[name]
        kind = self.schema.names.get(name)
        value = self._entity_value(name) if kind is None else self._records(kind)
        made[name] = value
        return value

    def _entity_value(self, name: str) -> object:
        for field in self.schema.entity.values():
            if name in (field.zh, field.key):
                value = self.row.get(field.key)
                if self.trace is not None:
                    self.trace.add(("entity", field.key), FactRead(None, field, value))
                return value
        raise KeyError(name)

    def _records(self, kind: RecordKind) -> object:
        stored = self.row.get(kind.key)
        if stored is None and self.row.get("kind") not in kind.of:
            # A person has no registration, and that is no lack.
            return [] if kind.many else None
        if stored is UNDELIVERED:
            return self._nothing_delivered(kind)
        if kind.many:
            return self._many(kind, cast("Sequence[Mapping[str, object]]", stored or ()))
        if stored is not None:
            return Row(kind, cast("Mapping[str, object]", stored), self.trace)
        # Every firm is registered somewhere: a register that does not name it leaves unknown what it says of it.
        return None if self.coverage.everything else self._nothing_delivered(kind)

    def _nothing_delivered(self, kind: RecordKind) -> object:
        if kind.many:
            return IncompleteList((), self._phantoms(kind, ((None, self.as_of),), ()), bounded=True)
        return _UnknownRecord(kind, self.trace)

    def _many(self, kind: RecordKind, stored: Sequence[Mapping[str, object]]) -> list[object]:
        rows: list[object] = [Row(kind, one, self.trace) for one in stored if self._seen(kind, one)]
        gaps = self._gaps(kind)
        if not gaps:
            return rows
        phantoms = self._phantoms(kind, gaps, stored)
        return IncompleteList(rows, phantoms, bounded=True) if phantoms else rows

    def _seen(self, kind: RecordKind, stored: Mapping[str, object]) -> bool:
        when = stored.get(kind.period) if kind.period else None
        if isinstance(when, date):
            return when <= self.as_of
        return not isinstance(when, int) or when <= self.as_of.year

    def _gaps(self, kind: RecordKind) -> tuple[Gap, ...]:
        if kind.key in cast("Sequence[str]", self.row.get("refused") or ()):
            return ((None, self.as_of),)
        since = None
        if kind.local:
            registration = self.row.get("registration")
            if isinstance(registration, Mapping):
                moved = registration.get("moved_in_on")
                since = moved if isinstance(moved, date) else None
        return self.coverage.gaps(kind.key, self.as_of, since)

    def _phantoms(
        self, kind: RecordKind, gaps: Sequence[Gap], stored: Sequence[Mapping[str, object]]
    ) -> list[PhantomRow]:
        if kind.period is None or kind.fields[kind.period].type != "year":
            return [PhantomRow(kind, low, high, f"{low or ''}—{high}", self.trace) for low, high in gaps]
        # A year is delivered when all its days are. Where a year can have only one record, a year that has it lacks
        # nothing more.
        single = kind.key_fields == (kind.period,)
        known = sorted({year for one in stored if isinstance(year := one.get(kind.period), int)}) if single else []
        made: list[PhantomRow] = []
        for low, high in gaps:
            for first, last in _years_without(None if low is None else low.year, high.year, known):
                text = str(last) if first == last else f"{first or ''}—{last}"
                made.append(
                    PhantomRow(kind, None if first is None else Decimal(first), Decimal(last), text, self.trace)
                )
        return made

    def __iter__(self) -> Iterator[str]:
        yield from (field.zh for field in self.schema.entity.values())
        yield from (kind.zh for kind in self.schema.records.values())

    def __len__(self) -> int:
        return len(self.schema.entity) + len(self.schema.records)

    def __contains__(self, name: object) -> bool:
        return name in self.schema.names or any(name in (f.zh, f.key) for f in self.schema.entity.values())


class _UnknownRecord(Row):
    """The one record of a kind when nobody delivered it: each of its fields is unknown."""

    __slots__ = ()

    def __init__(self, kind: RecordKind, trace: Trace | None) -> None:
        super().__init__(kind, {}, trace)


def _years_without(first: int | None, last: int, known: Sequence[int]) -> Iterator[tuple[int | None, int]]:
    """The stretches of years from `first` (None: open) to `last` that hold none of the known years."""
    start = first
    for year in known:
        if year > last or (start is not None and year < start):
            continue
        if start is None or start <= year - 1:
            yield start, year - 1
        start = year + 1
    if start is None or start <= last:
        yield start, last
