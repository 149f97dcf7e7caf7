"""Parts of a run: Parquet files that appear under their names only when they are whole, each with a note beside it.

The note says how long the part is and what it came to; a part without its note is not finished and is made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.stream.seam import Report
from yanlian.engine.stream.sheet import is_sheet

SUFFIX = ".parquet"
_TEMPORARY = ".making-"


@dataclass(frozen=True, slots=True)
class PartNote:
    """A finished part: how many dossiers it covers, its rows and bytes, and the evaluator's counts."""

    name: str
    dossiers: int
    rows: int
    length: int
    report: Report


class PartWriter:
    """Writes the batches of one part, each as one row group. Left by an exception, nothing stays behind."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self._folder = folder
        self._final = folder / f"{name}{SUFFIX}"
        # Another process that does not know yet that its caller is dead may be making the same part.
        self._making = folder / f"{_TEMPORARY}{os.getpid()}-{name}"
        self._schema = schema
        self._file: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> PartWriter:
        with naming_disk_faults(self._folder):
            self._file = _writer(self._making, self._schema)
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        """Add outcomes."""
        assert self._file is not None
        if batch.num_rows:
            with naming_disk_faults(self._folder):
                self._file.write_batch(batch, row_group_size=batch.num_rows)
            self.rows += batch.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        try:
            with naming_disk_faults(self._folder):
                self._file.close()
                if kind is None:
                    flush(self._making)
                    self._making.replace(self._final)
        finally:
            self._making.unlink(missing_ok=True)


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """How outcomes are written. Sheets are mostly noughts in many columns: there every look at a value costs."""
    if not is_sheet(schema):
        return pq.ParquetWriter(file, schema, compression="zstd")
    return pq.ParquetWriter(
        file,
        schema,
        compression="lz4",
        use_dictionary=False,
        write_statistics=[schema.names[0]],
        # A page for each column of a batch.
        data_page_size=1 << 20,
        write_batch_size=1 << 16,
    )


def note_part(folder: Path, name: str, dossiers: int, rows: int, report: Report) -> PartNote:
    """Note that a part is finished."""
    note = PartNote(name, dossiers, rows, (folder / f"{name}{SUFFIX}").stat().st_size, report)
    # Not waited for: a note that a power cut spoiled only has its part made again.
    write_whole(folder / f"{name}.json", json.dumps(asdict(note), ensure_ascii=False, sort_keys=True), waits=False)
    return note


def read_note(folder: Path, name: str) -> PartNote | None:
    """What a finished part came to; None when it is not finished. `Refused("run_part")` when it was damaged since."""
    try:
        note = PartNote(**json.loads((folder / f"{name}.json").read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    check_part(folder, note)
    return note


def check_part(folder: Path, note: PartNote) -> None:
    """Refuse a part that is not there or not as long as noted."""
    part = folder / f"{note.name}{SUFFIX}"
    found = part.stat().st_size if part.exists() else 0
    if found != note.length:
        raise Refused("run_part", file=str(part), expected=note.length, found=found)


def write_whole(file: Path, text: str, *, waits: bool = True) -> None:
    """Write a small file so that it is there whole or not at all; `waits`: also after a power cut."""
    making = file.with_name(f"{_TEMPORARY}{os.getpid()}-{file.name}")
    try:
        with naming_disk_faults(file.parent), making.open("w", encoding="utf-8") as sink:
            sink.write(text)
            if waits:
                sink.flush()
                os.fsync(sink.fileno())
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)


def flush(file: Path) -> None:
    """Wait until a file's bytes are on the disk: a name must not come before its content."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def sweep(folder: Path) -> None:
    """Remove what a killed run left half made."""
    for left in folder.glob(f"{_TEMPORARY}*"):
        left.unlink(missing_ok=True)


@contextmanager
def naming_disk_faults(folder: Path) -> Iterator[None]:
    """A full disk, a folder that may not be written: said with the folder's name."""
    try:
        yield
    except OSError as error:
        raise Refused("run_disk", folder=str(folder), found=error.strerror or str(error)) from error
