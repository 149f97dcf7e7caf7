"""Dossiers from flat tables, without a database: a mapping, tables in Parquet or CSV, a snapshot that others can open.

The way: ids (all in memory, sorted) → each table is read once, its cells become stored figures, its rows are put
aside by stretches of ids → stretch by stretch the rows become dossiers in Parquet. Memory is bounded by a stretch and
the ids.
Every fault in every table is found before anything is written; the folder appears only when it is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.arrow import arrow_field
from yanlian.engine.dossier.build_fault import FaultList
from yanlian.engine.dossier.build_ids import Ids, Ranks, read_ids
from yanlian.engine.dossier.build_mapping import ChildTable, ColumnMap, DossierMap, RecordMap, TableFile, read_mapping
from yanlian.engine.dossier.build_parts import Assembly, Share
from yanlian.engine.dossier.build_source import count_rows, read_blocks
from yanlian.engine.dossier.build_spill import Spill
from yanlian.engine.dossier.build_values import Place, stored_column
from yanlian.engine.dossier.layout import BUILT_ROWS_PER_GROUP, parquet_options, write_hashes
from yanlian.engine.dossier.layout_digest import ContentDigest
from yanlian.engine.dossier.layout_hash import hash_rows
from yanlian.engine.dossier.schema import Schema
from yanlian.engine.dossier.snapshot import SnapshotInfo, write_manifest

# Told what is being done, how many rows of it are done, and of how many (0 where that is not known before).
Progress = Callable[[str, int, int], None]
_GROUPS_PER_PART = 4
# A file is open for each stretch and table: so many at most, whatever the number of entities.
_MOST_PARTS = 128


def build_dossiers(
    mapping: Path,
    out: Path,
    schema: Schema,
    *,
    files: Mapping[str, Path] | None = None,
    compression: str = "none",
    progress: Progress | None = None,
) -> SnapshotInfo:
    """Build the snapshot `out` as the file `mapping` says (docs/reference/dossiers.md).

    `schema`: the fact schema, with what packs add (`load_packs(…).schema`). `files`: other paths for files the mapping
    names. `compression`: none (reads fastest), lz4 or zstd. Raises `DossierFaults` with what is wrong in rows, and
    `Refused` for what is wrong with the mapping, a file, or an `out` that exists already.
    """
    if out.exists():
        raise Refused("dossiers_out", folder=str(out))
    told = read_mapping(mapping, schema, files)
    making = out.with_name(f".making-{out.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        info = _Build(told, schema, making, progress or (lambda *_: None)).run(compression)
        making.rename(out)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return SnapshotInfo(info.hash, info.moment, info.rows, out)


class _Build:
    def __init__(self, mapping: DossierMap, schema: Schema, making: Path, progress: Progress) -> None:
        self.mapping = mapping
        self.schema = schema
        self.making = making
        self.progress = progress
        self.faults = FaultList()
        self._spills = 0
        self._part_rows = BUILT_ROWS_PER_GROUP

    def run(self, compression: str) -> SnapshotInfo:
        self.progress(self.mapping.file.name, 0, count_rows(self.mapping.file))
        ids = read_ids(self.mapping.file, self.mapping.id, self.faults)
        groups = -(-len(ids) // BUILT_ROWS_PER_GROUP)
        self._part_rows = BUILT_ROWS_PER_GROUP * max(_GROUPS_PER_PART, -(-groups // _MOST_PARTS))
        assembly = self._entities(ids)
        for child in self.mapping.children:
            share = self._child(child, ids)
            assembly.shares.setdefault(child.record.kind.key, []).append(share)
        self.faults.stop_if_any()
        return self._write(assembly, compression)

    def _spill(self, columns: Sequence[pa.Field]) -> Spill:
        self._spills += 1
        return Spill(self.making / f"spill-{self._spills:03d}", columns, self._part_rows)

    def _record_spill(self, record: RecordMap) -> Spill:
        return self._spill([arrow_field(column.field) for column in record.columns])

    def _entities(self, ids: Ids) -> Assembly:
        """Read the table of entities: its own columns and the records that stand in it."""
        mapping = self.mapping
        own = [self._plain(name, column) for name, column in mapping.own.items()]
        if mapping.kind_column:
            own.append(self._plain("kind", mapping.kind_column))
        own_spill = self._spill([arrow_field(column.field) for column in own])
        shares = [Share(record, self._record_spill(record), whole=True) for record in mapping.records]
        names = [column.column for column in (*own, *(one for share in shares for one in share.record.columns))]
        done, total = 0, count_rows(mapping.file)
        for batch in read_blocks(mapping.file, [mapping.id, *names], self.faults):
            ranks = ids.rank_of(batch.column(mapping.id))
            own_columns = self._stored(batch, own, mapping.file, done)
            if mapping.kind_column:
                self._note_no_kind(batch, own_columns[-1], done)
            own_spill.write(ranks, own_columns)
            for share in shares:
                share.spill.write(ranks, self._stored(batch, share.record.columns, mapping.file, done))
            done += batch.num_rows
            self.progress(mapping.file.name, done, total)
        own_spill.finish()
        found: dict[str, list[Share]] = {}
        for share in shares:
            share.spill.finish()
            found.setdefault(share.record.kind.key, []).append(share)
        return Assembly(mapping, ids, own_spill, found)

    def _plain(self, name: str, column: str) -> ColumnMap:
        return ColumnMap(self.schema.entity[name], column, 0, {}, ())

    def _note_no_kind(self, batch: pa.RecordBatch, kinds: pa.Array, done: int) -> None:
        column = self.mapping.kind_column
        empty = batch.column(column).is_null().to_numpy(zero_copy_only=False)
        for row in self.faults.rows(empty):
            expected = " / ".join(self.schema.entity["kind"].values)
            self.faults.add(
                "dossiers_cell",
                file=self.mapping.file.name,
                row=done + row + 1,
                column=column,
                found="",
                expected=expected,
            )

    def _stored(
        self, batch: pa.RecordBatch, columns: Sequence[ColumnMap], file: TableFile, done: int
    ) -> list[pa.Array]:
        place = Place(file.name, done)
        return [stored_column(batch.column(one.column), one, place, self.faults) for one in columns]

    def _child(self, child: ChildTable, ids: Ids) -> Share:
        """Read a table whose rows belong to entities."""
        spill = self._record_spill(child.record)
        seen = None if child.record.kind.many else np.zeros(len(ids), bool)
        names = [child.owner, *(column.column for column in child.record.columns)]
        done, total = 0, count_rows(child.file)
        for batch in read_blocks(child.file, names, self.faults):
            owners = batch.column(child.owner)
            ranks = ids.rank_of(owners)
            good = ranks >= 0
            self._note_owners(child, owners, ~good, done)
            if seen is not None:
                self._note_twice(child, owners, ranks, seen, done)
            stored = self._stored(batch, child.record.columns, child.file, done)
            if good.all():
                spill.write(ranks, stored)
            done += batch.num_rows
            self.progress(child.file.name, done, total)
        spill.finish()
        return Share(child.record, spill, whole=False)

    def _note_owners(self, child: ChildTable, owners: pa.Array, bad: NDArray[np.bool_], done: int) -> None:
        for row in self.faults.rows(bad):
            found = str(owners[row].as_py() if owners[row].is_valid else "")
            self.faults.add(
                "dossiers_owner_unknown", file=child.file.name, row=done + row + 1, column=child.owner, found=found
            )

    def _note_twice(
        self,
        child: ChildTable,
        owners: pa.Array,
        ranks: Ranks,
        seen: NDArray[np.bool_],
        done: int,
    ) -> None:
        known = np.flatnonzero(ranks >= 0)
        _, firsts = np.unique(ranks[known], return_index=True)
        first = np.zeros(len(ranks), bool)
        first[known[firsts]] = True
        again = (ranks >= 0) & (~first | seen[np.maximum(ranks, 0)])
        for row in self.faults.rows(again):
            self.faults.add(
                "dossiers_record_twice",
                file=child.file.name,
                row=done + row + 1,
                record=child.record.kind.zh,
                found=str(owners[row].as_py()),
            )
        seen[ranks[known]] = True

    def _write(self, assembly: Assembly, compression: str) -> SnapshotInfo:
        total, content = len(assembly.ids), ContentDigest()
        schema = assembly.schema(self.schema)
        for bucket, first in enumerate(range(0, total, self._part_rows)):
            last = min(first + self._part_rows, total)
            rows = assembly.part(schema, bucket, first, last)
            self._write_part(self.making / f"part-{bucket:05d}.parquet", rows, compression, content)
            self.progress("dossiers", last, total)
        for spilled in self.making.glob("spill-*"):
            shutil.rmtree(spilled)
        mapping = self.mapping
        digest = write_manifest(self.making, content, mapping.moment, total, BUILT_ROWS_PER_GROUP, mapping.coverage)
        return SnapshotInfo(digest, mapping.moment, total, self.making)

    @staticmethod
    def _write_part(path: Path, rows: pa.Table, compression: str, content: ContentDigest) -> None:
        hashes = []
        with pq.ParquetWriter(path, rows.schema, **parquet_options(rows.schema, compression)) as file:
            for batch in rows.to_batches(max_chunksize=BUILT_ROWS_PER_GROUP):
                content.update(batch)
                hashes.append(hash_rows(batch))
                file.write_batch(batch, row_group_size=BUILT_ROWS_PER_GROUP)
        write_hashes(path, np.concatenate(hashes))
