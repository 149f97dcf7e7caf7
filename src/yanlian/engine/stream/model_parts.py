"""Finished blocks of a run of a model as files, and the output put together from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

from yanlian.engine.feel.dmn.rows import Tally

_TALLY = b"tally"
# Parts in a row group of the output: a hundred thousand rows.
_PARTS = 10


def write_part(part: Path, results: pa.RecordBatch, tally: Tally) -> None:
    """Write a block's results; the file appears under its name only when it is whole."""
    counts = {"rows": tally.rows, "unread": tally.unread, "unfit": tally.unfit, "nulls": tally.nulls}
    facts = {**counts, "reasons": dict(tally.reasons), "told": tally.told}
    noted = results.schema.with_metadata({_TALLY: json.dumps(facts).encode()})
    making = part.with_suffix(".tmp")
    with pa.OSFile(str(making), "wb") as sink:
        options = ipc.IpcWriteOptions(compression="lz4")
        with ipc.new_file(sink, noted, options=options) as writer:
            writer.write_batch(results.replace_schema_metadata(noted.metadata))
    making.replace(part)


def read_tally(part: Path) -> Tally | None:
    """What a finished block came to; nothing if it is not there or not whole."""
    if not part.exists():
        return None
    try:
        with pa.memory_map(str(part)) as source:
            metadata = ipc.open_file(source).schema.metadata
            found = json.loads(metadata[_TALLY])
    except (pa.ArrowException, OSError, KeyError, ValueError):
        return None
    told = [(int(line), str(reasons)) for line, reasons in found.pop("told")]
    return Tally(**{**found, "reasons": Counter(found["reasons"]), "told": told})


def assemble(parts: Sequence[Path], schema: pa.Schema, out: Path) -> None:
    """Write the output from the parts in order, a row group at a time; it appears under its name when it is whole."""
    making = out.with_name(f".writing-{out.name}")
    try:
        if out.suffix.lower() == ".csv":
            _write_csv(parts, schema, making)
        else:
            with pq.ParquetWriter(making, schema, compression="zstd") as file:
                for table in _groups(parts, schema):
                    file.write_table(table, row_group_size=max(table.num_rows, 1))
        making.replace(out)
    finally:
        making.unlink(missing_ok=True)


def _groups(parts: Sequence[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    for first in range(0, len(parts), _PARTS):
        tables = []
        for part in parts[first : first + _PARTS]:
            with pa.OSFile(str(part)) as source:
                tables.append(ipc.open_file(source).read_all().replace_schema_metadata(schema.metadata))
        yield pa.concat_tables(tables).combine_chunks()


def _write_csv(parts: Sequence[Path], schema: pa.Schema, making: Path) -> None:
    nested = [i for i, one in enumerate(schema) if pa.types.is_nested(one.type)]
    for i in nested:
        schema = schema.set(i, pa.field(schema.names[i], pa.string()))
    with pc.CSVWriter(making, schema, write_options=pc.WriteOptions(quoting_style="needed")) as file:
        for table in _groups(parts, schema):
            for i in nested:
                table = table.set_column(i, schema.field(i), _as_text(table.column(i)))
            file.write_table(table)


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    """Lists and structs as JSON, which a cell of CSV can hold."""
    texts = [None if one is None else json.dumps(one, ensure_ascii=False, default=str) for one in column.to_pylist()]
    return pa.array(texts, type=pa.string())
