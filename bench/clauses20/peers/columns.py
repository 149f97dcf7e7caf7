"""The tables as NumPy columns, and amounts written as a Parquet table with one column a clause."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from task import Task

Columns = dict[str, np.ndarray]


def enterprises(task: Task, rows: int) -> Columns:
    """The first enterprises: money in fen, areas in 0.01 m², dates as days since 1970 (0: none)."""
    return _read(task.enterprises, rows, task.threads)


def patents(task: Task, rows: int) -> Columns:
    """The patents of the first enterprises, in the order of the file; the owners count from 1."""
    found = _read(task.patents, None, task.threads)
    if rows == task.rows:
        return found
    wanted = found["eid"] <= rows
    return {name: _fixed(column[wanted]) for name, column in found.items()}


def write_amounts(out: Path, eid: np.ndarray, columns: Mapping[str, np.ndarray]) -> None:
    """Write columns by enterprise."""
    pq.write_table(pa.table({"eid": eid, **columns}), out, compression="zstd")


def _read(file: Path, rows: int | None, threads: int) -> Columns:
    pa.set_cpu_count(threads)
    pa.set_io_thread_count(threads)
    source = pq.ParquetFile(file)
    if rows is None or rows == source.metadata.num_rows:
        table = source.read(use_threads=threads > 1)
    else:
        table = pa.Table.from_batches([next(source.iter_batches(batch_size=rows))])
    return {name: plain(table[name]) for name in table.column_names}


def plain(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """A column as NumPy: dates as days since 1970."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    return _fixed(column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False))


def _fixed(column: np.ndarray) -> np.ndarray:
    # Views of Arrow memory are read-only, copies are not; Numba would compile once for either.
    column.flags.writeable = False
    return column
