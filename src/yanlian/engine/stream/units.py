"""Units of work: a run of dossiers of fixed length, whatever the layout of the files they lie in; each gives one part.

Units are cut by counting dossiers in the order of their ids, so that a snapshot, the same snapshot as an overlay, and
any other layout of the same rows give the same parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.engine.dossier.groups import ID, Dossiers
from yanlian.engine.dossier.overlay import open_dossiers


@dataclass(frozen=True, slots=True)
class Unit:
    """One part's work. `pieces`: (group, first row, rows) of the dossiers; `picked`: (first, count) of the ids that a
    reader was made for, instead."""

    name: str
    rows: int
    pieces: tuple[tuple[int, int, int], ...] = ()
    picked: tuple[int, int] | None = None


def units_of(sizes: Sequence[int], unit_rows: int, prefix: str = "part") -> list[Unit]:
    """All dossiers, cut every `unit_rows`."""
    units: list[Unit] = []
    pieces: list[tuple[int, int, int]] = []
    room = unit_rows
    for group, size in enumerate(sizes):
        at = 0
        while at < size:
            taken = min(room, size - at)
            pieces.append((group, at, taken))
            at += taken
            room -= taken
            if not room:
                units.append(_unit(prefix, len(units), pieces))
                pieces, room = [], unit_rows
    if pieces:
        units.append(_unit(prefix, len(units), pieces))
    return units


def picked_units(count: int, unit_rows: int, prefix: str) -> list[Unit]:
    """`count` picked ids, cut every `unit_rows`."""
    starts = range(0, count, unit_rows)
    return [
        Unit(_name(prefix, n), size, picked=(at, size))
        for n, at in enumerate(starts)
        for size in (min(unit_rows, count - at),)
    ]


def _unit(prefix: str, number: int, pieces: list[tuple[int, int, int]]) -> Unit:
    return Unit(_name(prefix, number), sum(taken for _, _, taken in pieces), tuple(pieces))


def _name(prefix: str, number: int) -> str:
    return f"{prefix}-{number:06d}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Where units are read from: what a worker needs to open the dossiers itself. `picked`: a file of ids."""

    dossiers: Path
    columns: tuple[str, ...] | None
    dictionaries: tuple[str, ...]
    batch_rows: int
    picked: Path | None = None

    def open(self) -> UnitReader:
        """A reader for this process and thread."""
        return UnitReader(self, open_dossiers(self.dossiers, self.dictionaries))


class UnitReader:
    """Reads units as batches of dossiers. The group read last is kept: the next unit may begin in it."""

    def __init__(self, reading: Reading, dossiers: Dossiers) -> None:
        self._reading = reading
        self._dossiers = dossiers
        self._last: tuple[int, pa.Table] | None = None
        self._ids: pa.Array | None = None

    def batches(self, unit: Unit) -> Iterator[pa.RecordBatch]:
        """The dossiers of a unit, cut every `batch_rows`; of whole groups one is in memory at a time."""
        waiting: list[pa.Table] = []
        room = self._reading.batch_rows
        for table in self._tables(unit):
            at = 0
            while at < table.num_rows:
                taken = table.slice(at, room)
                waiting.append(taken)
                at += taken.num_rows
                room -= taken.num_rows
                if not room:
                    yield _one_batch(waiting)
                    waiting, room = [], self._reading.batch_rows
        if waiting:
            yield _one_batch(waiting)

    def _tables(self, unit: Unit) -> Iterator[pa.Table]:
        if unit.picked is None:
            for group, at, rows in unit.pieces:
                yield self._group(group).slice(at, rows)
            return
        first, count = unit.picked
        for at in range(first, first + count, self._reading.batch_rows):
            ids = self._picked().slice(at, min(self._reading.batch_rows, first + count - at))
            found = self._dossiers.select(ids, self._reading.columns)
            assert found.num_rows == len(ids)
            yield found

    def _group(self, group: int) -> pa.Table:
        if self._last is None or self._last[0] != group:
            self._last = None
            self._last = (group, self._dossiers.read(group, self._reading.columns))
        return self._last[1]

    def _picked(self) -> pa.Array:
        if self._ids is None:
            assert self._reading.picked is not None
            self._ids = pq.read_table(self._reading.picked, columns=[ID]).column(ID).combine_chunks()
        return self._ids


def _one_batch(tables: list[pa.Table]) -> pa.RecordBatch:
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables)
    (batch,) = table.combine_chunks().to_batches()
    return batch
