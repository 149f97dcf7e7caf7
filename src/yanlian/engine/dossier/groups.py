"""Dossiers read group by group: a whole snapshot, or (through `overlay.py`) what differs laid over an older one.

A reader keeps its files open and reads only the columns it is asked for; it is made anew in each process or thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.layout import row_hashes
from yanlian.engine.dossier.snapshot import Snapshot, open_snapshot

ID = "id"


class Dossiers(Protocol):
    """Dossiers in the order of their ids, in groups. `hash` names the content."""

    hash: str
    moment: datetime
    rows: int
    coverage: Coverage

    def sizes(self) -> list[int]:
        """How many dossiers each group holds."""
        ...

    def read(self, group: int, columns: Sequence[str] | None = None) -> pa.Table:
        """A group, ids ascending. `columns` None: all."""
        ...

    def select(self, ids: pa.Array, columns: Sequence[str] | None = None) -> pa.Table:
        """The dossiers with these ids (ascending); ids that are not there are left out. Groups without one of them
        are not read."""
        ...

    def hashes(self, group: int) -> NDArray[np.uint64]:
        """128 bits for the content of each row of a group, shape (rows, 2)."""
        ...


class WholeDossiers:
    """The groups of a snapshot that holds every row itself. `dictionaries`: paths of string columns that are read as
    dictionaries."""

    def __init__(self, snapshot: Snapshot, dictionaries: Sequence[str] = ()) -> None:
        self.hash = snapshot.info.hash
        self.moment = snapshot.info.moment
        self.rows = snapshot.info.rows
        self.coverage = snapshot.coverage
        self._files = PartFiles(snapshot.parts(), dictionaries)
        self._hashes: dict[Path, NDArray[np.uint64]] = {}

    def sizes(self) -> list[int]:
        """How many dossiers each group holds."""
        return self._files.sizes()

    def read(self, group: int, columns: Sequence[str] | None = None) -> pa.Table:
        """A group."""
        return self._files.read(group, columns)

    def select(self, ids: pa.Array, columns: Sequence[str] | None = None) -> pa.Table:
        """The dossiers with these ids."""
        return self._files.select(ids, columns)

    def ranges(self) -> list[tuple[str, str]]:
        """First and last id of every group."""
        return self._files.ranges()

    def hashes(self, group: int) -> NDArray[np.uint64]:
        """The row hashes of a group: of those beside its part."""
        part, number = self._files.groups()[group]
        if part not in self._hashes:
            self._hashes = {part: row_hashes(part)}
        metadata = self._files.file(part).metadata
        first = sum(metadata.row_group(n).num_rows for n in range(number))
        return self._hashes[part][first : first + metadata.row_group(number).num_rows]


class PartFiles:
    """Parquet files of rows in the order of ids, as one row of groups. Each file is opened once, when it is needed.
    `key`: the column that holds the ids; an id's rows stand together, in one group."""

    def __init__(self, parts: Sequence[Path], dictionaries: Sequence[str] = (), key: str = ID) -> None:
        self.parts = list(parts)
        self._key = key
        self._dictionaries = list(dictionaries)
        self._open: dict[Path, pq.ParquetFile] = {}
        self._groups: list[tuple[Path, int]] | None = None
        self._ranges: list[tuple[str, str]] | None = None

    def file(self, part: Path) -> pq.ParquetFile:
        """The open file; `Refused("dossiers_unreadable")` when it is not one."""
        if part not in self._open:
            try:
                # Not mapped: what was read of a mapped file counts as the process's memory, which must stay bounded.
                self._open[part] = pq.ParquetFile(part, read_dictionary=self._dictionaries)
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(part, None, error) from error
        return self._open[part]

    def groups(self) -> list[tuple[Path, int]]:
        """File and number of every group."""
        if self._groups is None:
            self._groups = [(p, n) for p in self.parts for n in range(self.file(p).metadata.num_row_groups)]
        return self._groups

    def sizes(self) -> list[int]:
        """Rows of every group."""
        return [self.file(part).metadata.row_group(n).num_rows for part, n in self.groups()]

    def read(self, group: int, columns: Sequence[str] | None) -> pa.Table:
        """A group's rows; `Refused("dossiers_unreadable")` names the file and the group that cannot be read."""
        part, number = self.groups()[group]
        file = self.file(part)
        if columns is not None and (lacking := [c for c in columns if c not in file.schema_arrow.names]):
            raise Refused("dossiers_lack", file=str(part), found=", ".join(lacking))
        try:
            return file.read_row_group(number, columns=None if columns is None else list(columns))
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(part, number, error) from error

    def ranges(self) -> list[tuple[str, str]]:
        """First and last id of every group."""
        if self._ranges is None:
            self._ranges = [self._range(group) for group in range(len(self.groups()))]
        return self._ranges

    def _range(self, group: int) -> tuple[str, str]:
        part, number = self.groups()[group]
        file = self.file(part)
        found = file.metadata.row_group(number).column(file.schema_arrow.names.index(self._key)).statistics
        if found is not None and found.has_min_max:
            return str(found.min), str(found.max)
        ids = self.read(group, [self._key]).column(self._key)
        return str(ids[0]), str(ids[len(ids) - 1])

    def select(self, ids: pa.Array, columns: Sequence[str] | None) -> pa.Table:
        """The rows with these ids."""
        asked = None if columns is None else [self._key, *(c for c in columns if c != self._key)]
        kept: list[pa.Table] = []
        at = 0
        wanted = ids.to_pylist()
        for group, (first, last) in enumerate(self.ranges()):
            while at < len(wanted) and wanted[at] < first:
                at += 1
            if at == len(wanted):
                break
            if wanted[at] > last:
                continue
            table = self.read(group, asked)
            asked_for = pc.is_in(plain(table.column(self._key)), value_set=ids)
            # Groups of an overlay are mostly wanted whole: nothing needs to be copied.
            kept.append(table if pc.all(asked_for).as_py() else table.filter(asked_for))
        if not kept:
            kept = [self._empty(asked)]
        found = pa.concat_tables(kept)
        return found if columns is None else found.select(list(columns))

    def _empty(self, columns: Sequence[str] | None) -> pa.Table:
        if not self.parts:
            return pa.table({self._key: pa.array([], pa.string())})
        table = self.file(self.parts[0]).schema_arrow.empty_table()
        return table if columns is None else table.select(list(columns))


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Strings as strings, also when they were read as a dictionary."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def ids_of(dossiers: Dossiers) -> Iterator[pa.Array]:
    """The ids, group by group."""
    for group in range(len(dossiers.sizes())):
        yield plain(dossiers.read(group, [ID]).column(ID)).combine_chunks()


def open_whole(path: Path, dictionaries: Sequence[str] = ()) -> WholeDossiers:
    """The dossiers of a snapshot folder."""
    return WholeDossiers(open_snapshot(path), dictionaries)


def _unreadable(part: Path, group: int | None, error: Exception) -> Refused:
    where = str(part) if group is None else f"{part} [{group}]"
    return Refused("dossiers_unreadable", file=where, found=str(error).splitlines()[0][:200])
