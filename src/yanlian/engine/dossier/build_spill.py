"""Rows of any order put aside by stretches of ids, so that a stretch at a time is in memory: the way to bounded memory.

A stretch ("bucket") is a run of ranks. Rows go to an Arrow file for each bucket as they are read, and come back sorted
by rank, rows of one rank in the order in which they were read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier.build_ids import Ranks

_RANK = "#rank"


class Spill:
    """The rows of one table on their way. `nulls` counts the empty cells of each column."""

    def __init__(self, folder: Path, columns: Sequence[pa.Field], bucket_rows: int) -> None:
        self._folder = folder
        self._schema = pa.schema([pa.field(_RANK, pa.int64()), *columns])
        self._bucket_rows = bucket_rows
        self._files: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
        self.nulls: dict[str, int] = {column.name: 0 for column in columns}
        folder.mkdir(parents=True)

    def write(self, ranks: Ranks, columns: Sequence[pa.Array]) -> None:
        """Put rows aside. Ranks must be valid."""
        if not len(ranks):
            return
        batch = pa.RecordBatch.from_arrays([pa.array(ranks), *columns], schema=self._schema)
        for name in self.nulls:
            self.nulls[name] += batch.column(name).null_count
        buckets = ranks // self._bucket_rows
        first, last = int(buckets.min()), int(buckets.max())
        if first == last:
            self._file(first).write_batch(batch)
            return
        order = np.argsort(buckets, kind="stable")
        batch = batch.take(pa.array(order))
        ends = np.searchsorted(buckets[order], np.arange(first, last + 2))
        for bucket in range(first, last + 1):
            start, end = int(ends[bucket - first]), int(ends[bucket - first + 1])
            if end > start:
                self._file(bucket).write_batch(batch.slice(start, end - start))

    def _file(self, bucket: int) -> pa.ipc.RecordBatchStreamWriter:
        if bucket not in self._files:
            self._files[bucket] = pa.ipc.new_stream(self._path(bucket), self._schema)
        return self._files[bucket]

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{bucket:05d}.arrow"

    def finish(self) -> None:
        """No more rows come."""
        for file in self._files.values():
            file.close()

    def read(self, bucket: int) -> tuple[Ranks, pa.Table]:
        """The ranks of a bucket's rows, ascending, and their columns; once, since their room is given back."""
        if bucket not in self._files:
            table = self._schema.empty_table()
        else:
            with pa.OSFile(str(self._path(bucket)), "rb") as file, pa.ipc.open_stream(file) as rows:
                table = rows.read_all()
            self._path(bucket).unlink()
        ranks = table.column(_RANK).to_numpy()
        if (ranks[1:] < ranks[:-1]).any():
            order = np.argsort(ranks, kind="stable")
            table, ranks = table.take(pa.array(order)), ranks[order]
        return ranks, table.drop_columns([_RANK]).combine_chunks()
