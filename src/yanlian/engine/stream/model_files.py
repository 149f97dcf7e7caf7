"""Tables in files as Arrow batches, for running a model over their rows: CSV, JSON lines and Parquet, block by block.

Every row keeps the line it stands on (of a Parquet file its number); a row that cannot be read keeps its line and says
why, and the rows after it are read. Memory is bounded by the block, whatever the size of the file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.rows import FAULT, JSON, LINE
from yanlian.engine.feel.dmn.rows_cells import read_json

BLOCK_ROWS = 10_000
FORMATS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_DELIMITERS = (",", "\t", ";")
_CHUNK = 1 << 20
_MAX_LINE = 16 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows: its format, the hash of its content, how many rows it has (of text: about), and for CSV how it is
    written."""

    path: Path
    format: str
    digest: str
    rows: int
    encoding: str = ""
    delimiter: str = ""


def look_at(path: Path) -> Source:
    """What a file is; one pass over its bytes."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise Refused("dmn_rows_format", found=path.name, expected=" ".join(FORMATS))
    with path.open("rb") as file:
        digest, lines = _pass_over(file)
        if kind == "parquet":
            return Source(path, kind, digest, _parquet(path).metadata.num_rows)
        if kind == "jsonl":
            return Source(path, kind, digest, lines)
        encoding = _encoding(file)
        file.seek(0)
        head = file.read(16_384).decode(encoding, errors="ignore")
    return Source(path, kind, digest, max(lines - 1, 0), encoding, _delimiter(head))


def _pass_over(file: BinaryIO) -> tuple[str, int]:
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    return digest.hexdigest(), lines + (last != b"\n")


def _encoding(file: BinaryIO) -> str:
    """UTF-8, or GB 18030 where the whole file is that; bytes that are neither make bad rows."""
    for encoding in ("utf-8", "gb18030"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return "utf-8-sig" if encoding == "utf-8" else encoding
    return "utf-8-sig"


def _delimiter(head: str) -> str:
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused("dmn_rows_file", where=path.name, reason=str(error)[:200]) from None


def keys_of(source: Source) -> tuple[str, ...] | None:
    """The keys of the first lines of JSON, in order; nothing for other formats."""
    if source.format != "jsonl":
        return None
    keys: dict[str, None] = {}
    for batch in blocks(source):
        for text in batch.column(JSON).to_pylist():
            try:
                found = read_json(text or b"")
            except ValueError:
                continue
            keys.update(dict.fromkeys(found) if isinstance(found, dict) else {})
        break
    if not keys:
        raise Refused("dmn_rows_empty", where=source.path.name)
    return tuple(keys)


def schema_of(source: Source) -> pa.Schema:
    """The schema that every block of a file has."""
    own = [pa.field(LINE, pa.int64())]
    if source.format == "parquet":
        return pa.schema([*own, *_parquet(source.path).schema_arrow])
    own.append(pa.field(FAULT, pa.string()))
    if source.format == "jsonl":
        return pa.schema([*own, pa.field(JSON, pa.binary())])
    with source.path.open("rb") as file:
        _, headers = _header(_csv_rows(source, file), source)
    return pa.schema([*own, *(pa.field(name, pa.string()) for name in headers)])


def blocks(source: Source, size: int = BLOCK_ROWS) -> Iterator[pa.RecordBatch]:
    """The rows of a file in order, so many at a time; always the same blocks."""
    return {"csv": _csv_blocks, "jsonl": _json_blocks, "parquet": _parquet_blocks}[source.format](source, size)


# Parquet


def _parquet_blocks(source: Source, size: int) -> Iterator[pa.RecordBatch]:
    schema, done = schema_of(source), 0
    try:
        for batch in _parquet(source.path).iter_batches(batch_size=size):
            lines = pa.array(range(done + 1, done + 1 + batch.num_rows), type=pa.int64())
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays([lines, *batch.columns], schema=schema)
    except (pa.ArrowException, OSError) as error:
        raise Refused("dmn_rows_file", where=source.path.name, reason=str(error)[:200]) from None


# Lines of JSON


def _json_blocks(source: Source, size: int) -> Iterator[pa.RecordBatch]:
    schema = schema_of(source)
    lines: list[int] = []
    faults: list[str | None] = []
    texts: list[bytes | None] = []
    with source.path.open("rb") as file:
        for number, text, fault in _json_lines(file):
            lines.append(number)
            texts.append(text)
            faults.append(fault)
            if len(lines) == size:
                yield pa.RecordBatch.from_arrays([lines, faults, texts], schema=schema)
                lines, faults, texts = [], [], []
    if lines:
        yield pa.RecordBatch.from_arrays([lines, faults, texts], schema=schema)


def _json_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None, str | None]]:
    number = 0
    while line := file.readline(_MAX_LINE):
        number += 1
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            while rest := file.readline(_MAX_LINE):
                if rest.endswith(b"\n"):
                    break
            yield number, None, "dmn_rows_json"
        elif text := line.strip(b" \t\r\n\xef\xbb\xbf" if number == 1 else b" \t\r\n"):
            yield number, text, None


# CSV


def _csv_rows(source: Source, file: BinaryIO) -> Iterator[tuple[int, list[str] | None]]:
    """Rows that are not blank with the line each begins on; nothing for a row that is no CSV."""
    text = io.TextIOWrapper(file, encoding=source.encoding, errors="surrogateescape", newline="")
    # Strict: a quotation mark out of place is told instead of being read in some way.
    reader = csv.reader(text, delimiter=source.delimiter, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield start, None
        else:
            if cells and (cells[0] or any(map(str.strip, cells))):
                yield start, cells
        start = reader.line_num + 1


def _header(rows: Iterator[tuple[int, list[str] | None]], source: Source) -> tuple[int, list[str]]:
    line, cells = next(rows, (0, None))
    if cells is None:
        raise Refused("dmn_rows_empty", where=source.path.name)
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        raise Refused("dmn_rows_file", where=source.path.name, reason="UTF-8, GB 18030") from None
    return line, [" ".join(name.split()) or f"column {number}" for number, name in enumerate(cells, 1)]


def _csv_blocks(source: Source, size: int) -> Iterator[pa.RecordBatch]:
    with source.path.open("rb") as file:
        rows = _csv_rows(source, file)
        _, headers = _header(rows, source)
        fields = [pa.field(LINE, pa.int64()), pa.field(FAULT, pa.string())]
        schema = pa.schema([*fields, *(pa.field(name, pa.string()) for name in headers)])
        empty = [""] * len(headers)
        lines: list[int] = []
        faults: list[str | None] = []
        cells: list[list[str]] = []
        for line, found in rows:
            fault = "dmn_rows_csv" if found is None else None if len(found) == len(headers) else "dmn_rows_cells"
            lines.append(line)
            faults.append(fault)
            cells.append(empty if found is None or fault else found)
            if len(lines) == size:
                yield _csv_batch(lines, faults, cells, schema)
                lines, faults, cells = [], [], []
        if lines:
            yield _csv_batch(lines, faults, cells, schema)


def _csv_batch(lines: list[int], faults: list[str | None], cells: list[list[str]], schema: pa.Schema) -> pa.RecordBatch:
    try:
        columns = [pa.array([cell or None for cell in column], type=pa.string()) for column in zip(*cells, strict=True)]
    except UnicodeEncodeError:
        for number, row in enumerate(cells):
            if any(not _is_text(cell) for cell in row):
                faults[number] = "dmn_rows_encoding"
                cells[number] = [""] * len(row)
        return _csv_batch(lines, faults, cells, schema)
    return pa.RecordBatch.from_arrays([lines, faults, *columns], schema=schema)


def _is_text(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True
