"""Measures as a long table, one row for each location and product, written in blocks and in one piece or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity.measures import Measures
from yanlian.engine.chain.complexity.table import Columns, Grid
from yanlian.engine.chain.links import Floats

_AT_ONCE = 500_000  # rows of a block


def blocks(grid: Grid, found: Measures, columns: Columns) -> Iterator[pa.Table]:
    """The whole rectangle of locations × products, in the names the input has; what is not defined is left empty."""
    products = len(grid.products)
    step = max(1, _AT_ONCE // products)
    names, across = pa.array(grid.locations), pa.array(grid.products)
    for first in range(0, len(grid.locations), step):
        rows = range(first, min(first + step, len(grid.locations)))
        of_row, of_column = (
            np.repeat(np.arange(rows.start, rows.stop), products),
            np.tile(np.arange(products), len(rows)),
        )
        part = slice(rows.start, rows.stop)
        data: dict[str, pa.Array] = (
            {} if columns.time is None else {columns.time: pa.array([grid.period] * len(of_row))}
        )
        data |= {columns.location: names.take(pa.array(of_row)), columns.product: across.take(pa.array(of_column))}
        data[columns.value] = pa.array(grid.values[part].ravel())
        data |= {
            "diversity": pa.array(found.diversity[of_row].astype(np.int32)),
            "ubiquity": pa.array(found.ubiquity[of_column].astype(np.int32)),
            "rca": _known(found.rca[part]),
            "mcp": pa.array(found.present[part].ravel().astype(np.int8)),
            "density": _known(found.density[part]),
            "distance": _known(1 - found.density[part]),
            "eci": _known(found.eci[of_row]),
            "pci": _known(found.pci[of_column]),
            "coi": _known(found.coi[of_row]),
            "cog": _known(found.cog[part]),
        }
        yield pa.table(data)


def _known(numbers: Floats) -> pa.Array:
    return pa.array(numbers.ravel(), from_pandas=True)


def write(file: Path, tables: Iterable[pa.Table]) -> int:
    """Write CSV or Parquet by the extension; the file appears when it is whole. Answers the number of rows."""
    kind = file.suffix.lower()
    if kind not in {".csv", ".parquet"}:
        raise Refused("complexity_format", file=file.name)
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as fault:
        raise Refused("complexity_written", file=str(file), why=fault.strerror or str(fault)) from None
    os.close(handle)
    try:
        count = _written(name, kind, tables)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)
    return count


def _written(name: str, kind: str, tables: Iterable[pa.Table]) -> int:
    count, writer = 0, None
    try:
        for table in tables:
            if writer is None:
                writer = (pa_csv.CSVWriter if kind == ".csv" else pq.ParquetWriter)(name, table.schema)
            writer.write_table(table)
            count += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return count
