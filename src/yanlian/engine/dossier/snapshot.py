"""All dossiers at one recorded moment: an immutable Parquet data set with a content hash.

The hash is over the rows themselves (in the order of entity ids), not over the bytes of the files, so the same data
give the same hash whatever the version of the Parquet writer and the size of row groups (`layout_digest.py`). A folder
holds `manifest.json` (written last: a folder without it is not a snapshot), part files of bounded row groups, and
beside each `part-NNNNN.parquet` a `hashes-NNNNN.npy`: 128 bits for the content of each row, in the order of the rows,
as an array of shape (rows, 2) of 64-bit words. `row_hashes(part)` of `layout.py` reads it; `layout_hash.py` says what
exactly is hashed. Two rows with the same hash have the same content, so what differs between two snapshots is found
without reading the rows.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.layout import parquet_options, row_hashes, write_hashes
from yanlian.engine.dossier.layout_digest import ContentDigest
from yanlian.engine.dossier.layout_hash import hash_rows
from yanlian.engine.dossier.schema import Schema

MANIFEST = "manifest.json"
# 1: the hash was over Arrow messages of each row group; such snapshots stay as they are and can still be verified.
FORMAT = 2
ROWS_PER_GROUP = 2_000
_ROWS_PER_PART = 100_000


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What a snapshot is: its content hash, the moment it shows, its rows and where it lies."""

    hash: str
    moment: datetime
    rows: int
    path: Path


class SnapshotWriter:
    """Writes rows in the order of their ids into a folder that appears only when it is whole.

    Use as a context manager; leaving it by an exception leaves nothing behind.
    """

    def __init__(self, folder: Path, schema: Schema, moment: datetime) -> None:
        """`folder`: where snapshots lie; the snapshot becomes a sub-folder named by the start of its hash."""
        self.folder = folder
        self.moment = moment
        self._arrow = dossier_schema(schema)
        self._digest = ContentDigest()
        self._hashes: list[NDArray[np.uint64]] = []
        self._rows = 0
        self._part = 0
        self._buffer: list[Mapping[str, object]] = []
        self._file: pq.ParquetWriter | None = None
        self._in_part = 0
        self._last_id = ""
        self._making = folder / f".making-{moment:%Y%m%dT%H%M%S}"
        shutil.rmtree(self._making, ignore_errors=True)
        self._making.mkdir(parents=True)

    def write(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Add rows in storage form, ids ascending."""
        for row in rows:
            key = str(row["id"])
            if key <= self._last_id:
                raise ValueError(f"snapshot rows must come in the order of their ids: {key!r} after {self._last_id!r}")
            self._last_id = key
            self._buffer.append(row)
            if len(self._buffer) >= ROWS_PER_GROUP:
                self._flush()

    def _flush(self) -> None:
        if not self._buffer:
            return
        batch = pa.RecordBatch.from_pylist(cast("list[dict[str, object]]", self._buffer), schema=self._arrow)
        self._digest.update(batch)
        if self._file is not None and self._in_part >= _ROWS_PER_PART:
            self._end_part()
            self._part += 1
        if self._file is None:
            self._in_part = 0
            self._file = pq.ParquetWriter(self._part_path(), self._arrow, **parquet_options(self._arrow, "lz4"))
        self._file.write_batch(batch, row_group_size=ROWS_PER_GROUP)
        self._hashes.append(hash_rows(batch))
        self._rows += len(self._buffer)
        self._in_part += len(self._buffer)
        self._buffer = []

    def _part_path(self) -> Path:
        return self._making / f"part-{self._part:05d}.parquet"

    def _end_part(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            write_hashes(self._part_path(), np.concatenate(self._hashes))
            self._hashes = []

    def close(self, coverage: Coverage) -> SnapshotInfo:
        """Finish: the manifest is written, and the folder gets its name in one step."""
        self._flush()
        self._end_part()
        digest = write_manifest(self._making, self._digest, self.moment, self._rows, ROWS_PER_GROUP, coverage)
        final = self.folder / digest[:16]
        if final.exists():
            # The same content is there already: keep the older files, they are the same rows.
            shutil.rmtree(self._making)
        else:
            self._making.rename(final)
        return SnapshotInfo(digest, self.moment, self._rows, final)

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            if self._file is not None:
                self._file.close()
            shutil.rmtree(self._making, ignore_errors=True)


def write_manifest(
    folder: Path, content: ContentDigest, moment: datetime, rows: int, rows_per_group: int, coverage: Coverage
) -> str:
    """Write what a folder of parts is, which makes it a snapshot; returns its hash."""
    deliveries = coverage.as_data()
    digest = _whole_hash(content.hexdigest(), coverage, moment)
    manifest = {
        "format": FORMAT,
        "hash": digest,
        "moment": moment.isoformat(),
        "rows": rows,
        "rows_per_group": rows_per_group,
        "coverage": deliveries,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return digest


def _whole_hash(content: str, coverage: Coverage, moment: datetime) -> str:
    told = [content, json.dumps(coverage.as_data(), sort_keys=True), moment.isoformat()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _content(batch: pa.RecordBatch) -> bytes:
    """The bytes that stood for the rows in format 1: Arrow's message of the batch, values without schema or notes."""
    return cast("bytes", batch.serialize().to_pybytes())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot to read."""

    info: SnapshotInfo
    coverage: Coverage
    format: int = FORMAT

    def parts(self) -> list[Path]:
        """The Parquet files in order."""
        return sorted(self.info.path.glob("part-*.parquet"))

    def groups(self) -> list[tuple[Path, int]]:
        """All row groups in order: the units of work of a run."""
        return [(part, n) for part in self.parts() for n in range(pq.ParquetFile(part).metadata.num_row_groups)]

    def rows(self) -> Iterator[dict[str, object]]:
        """All dossiers in storage form, one row group in memory at a time."""
        for part, group in self.groups():
            yield from read_group(part, group)

    def find(self, entity_id: str) -> dict[str, object] | None:
        """The dossier of one entity; row groups whose id range excludes it are not read."""
        for part in self.parts():
            file = pq.ParquetFile(part)
            for group in range(file.metadata.num_row_groups):
                statistics = file.metadata.row_group(group).column(0).statistics
                if (
                    statistics is not None
                    and statistics.has_min_max
                    and not statistics.min <= entity_id <= statistics.max
                ):
                    continue
                for row in read_group(part, group):
                    if row["id"] == entity_id:
                        return row
        return None

    def verify(self) -> None:
        """Refuse when the rows do not give the hash of the manifest (a file was changed)."""
        found = self._hash_of_rows() if self.format > 1 else self._hash_of_messages()
        if found != self.info.hash:
            raise Refused("snapshot_changed", folder=str(self.info.path))

    def _hash_of_rows(self) -> str:
        digest = ContentDigest()
        for part in self.parts():
            file = pq.ParquetFile(part)
            kept = row_hashes(part)
            done = 0
            for group in range(file.metadata.num_row_groups):
                rows = file.read_row_group(group)
                digest.update(rows)
                if not np.array_equal(hash_rows(rows), kept[done : done + rows.num_rows]):
                    raise Refused("snapshot_changed", folder=str(self.info.path))
                done += rows.num_rows
        return _whole_hash(digest.hexdigest(), self.coverage, self.info.moment)

    def _hash_of_messages(self) -> str:
        digest = hashlib.sha256()
        for part, group in self.groups():
            # Built anew from values: buffers read from Parquet may be laid out otherwise than those written.
            schema = pq.ParquetFile(part).schema_arrow
            digest.update(_content(pa.RecordBatch.from_pylist(read_group(part, group), schema=schema)))
        digest.update(json.dumps(self.coverage.as_data(), sort_keys=True).encode())
        digest.update(self.info.moment.isoformat().encode())
        return digest.hexdigest()


def read_group(part: Path, group: int) -> list[dict[str, object]]:
    """The dossiers of one row group, in storage form."""
    return cast("list[dict[str, object]]", pq.ParquetFile(part).read_row_group(group).to_pylist())


def open_snapshot(path: Path) -> Snapshot:
    """Open a snapshot folder. Raises `Refused("snapshot_missing")` when it is not there or not whole."""
    manifest = path / MANIFEST
    if not manifest.exists():
        raise Refused("snapshot_missing", folder=str(path), missing=MANIFEST)
    data = json.loads(manifest.read_text(encoding="utf-8"))
    info = SnapshotInfo(data["hash"], datetime.fromisoformat(data["moment"]), int(data["rows"]), path)
    return Snapshot(info, Coverage.from_data(data["coverage"]), int(data.get("format", 1)))
