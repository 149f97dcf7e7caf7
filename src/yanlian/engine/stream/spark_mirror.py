"""Dossiers at a URL as a folder here in which only what is needed takes room: footers, and the groups of one unit.

A Parquet file is mirrored as a file of the same length with holes: its footer always, the bytes of a row group when a
unit wants them. Everything that reads snapshots then works as it does on a whole folder, and no row is fetched by whom
it does not concern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.snapshot import MANIFEST
from yanlian.engine.stream.parts import SUFFIX
from yanlian.engine.stream.spark_store import UrlStore
from yanlian.engine.stream.units import Reading, Unit

_MAGIC_BYTES = 4
# The last eight bytes of a Parquet file: the footer's length and PAR1.
_TAIL_BYTES = 8
# Footers are rarely longer; one that is costs a second request.
_GUESS_BYTES = 1 << 20


def mirror_footers(store: UrlStore, folder: Path) -> None:
    """Mirror a snapshot without its rows. `Refused("snapshot_missing")` when there is none at the URL."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        sizes = store.sizes()
        if MANIFEST not in sizes:
            raise Refused("snapshot_missing", folder=store.url, missing=MANIFEST)
        (folder / MANIFEST).write_bytes(store.get(MANIFEST))
        for name, size in sizes.items():
            if name.startswith("part-") and name.endswith(SUFFIX):
                _mirror_footer(store, folder / name, size)
    except (OSError, pa.ArrowException) as error:
        raise Refused("dossiers_unreadable", file=store.url, found=str(error).splitlines()[0][:200]) from error


def _mirror_footer(store: UrlStore, file: Path, size: int) -> None:
    tail = store.part_of(file.name, max(0, size - _GUESS_BYTES), min(size, _GUESS_BYTES))
    footer = int.from_bytes(tail[-_TAIL_BYTES:-_MAGIC_BYTES], "little") + _TAIL_BYTES
    if footer > len(tail):
        tail = store.part_of(file.name, max(0, size - footer), min(size, footer))
    with file.open("wb") as sink:
        sink.truncate(size)
        sink.write(store.part_of(file.name, 0, _MAGIC_BYTES))
        sink.seek(size - min(len(tail), footer))
        sink.write(tail[-footer:])


class DossierMirror:
    """Reads units of dossiers at a URL. Of their rows, those of one unit are here at a time."""

    def __init__(self, store: UrlStore, folder: Path, reading: Reading) -> None:
        self._store = store
        self._reading = replace(reading, dossiers=folder)
        mirror_footers(store, folder)
        parts = sorted(folder.glob(f"part-*{SUFFIX}"))
        self._sizes = {part: part.stat().st_size for part in parts}
        self._groups = [(part, group) for part in parts for group in _groups_of(pq.read_metadata(part))]

    def batches(self, unit: Unit) -> Iterator[pa.RecordBatch]:
        """The dossiers of a unit."""
        assert unit.picked is None
        wanted = _spans([self._groups[group] for group, _, _ in unit.pieces])
        try:
            for part, (start, end) in wanted.items():
                content = self._store.part_of(part.name, start, end - start)
                with part.open("rb+") as file:
                    file.seek(start)
                    file.write(content)
            yield from self._reading.open().batches(unit)
        except OSError as error:
            raise Refused("dossiers_unreadable", file=self._store.url, found=str(error)[:200]) from error
        finally:
            for part in wanted:
                _mirror_footer_again(part, self._sizes[part])


def _spans(groups: list[tuple[Path, tuple[int, int]]]) -> dict[Path, tuple[int, int]]:
    """What to fetch of each file: the groups of a unit stand beside each other, so that one request does."""
    found: dict[Path, tuple[int, int]] = {}
    for part, (start, end) in groups:
        known = found.get(part, (start, end))
        found[part] = min(known[0], start), max(known[1], end)
    return found


def _groups_of(metadata: pq.FileMetaData) -> list[tuple[int, int]]:
    """Start and end of each row group's bytes."""
    return [_span(metadata.row_group(number)) for number in range(metadata.num_row_groups)]


def _span(group: pq.RowGroupMetaData) -> tuple[int, int]:
    starts, ends = [], []
    for number in range(group.num_columns):
        column = group.column(number)
        # A dictionary, where there is one, lies before the data.
        start = column.dictionary_page_offset or column.data_page_offset
        start = min(start, column.data_page_offset)
        starts.append(start)
        ends.append(start + column.total_compressed_size)
    return min(starts), max(ends)


def _mirror_footer_again(part: Path, size: int) -> None:
    """Give back the room that rows took."""
    with part.open("rb") as file:
        head = file.read(_MAGIC_BYTES)
        file.seek(size - _TAIL_BYTES)
        footer = int.from_bytes(file.read(_TAIL_BYTES)[:_MAGIC_BYTES], "little") + _TAIL_BYTES
        file.seek(size - footer)
        tail = file.read()
    # A new file: a reader that has the old one mapped keeps what it maps.
    making = part.with_name(f".making-{part.name}")
    with making.open("wb") as sink:
        sink.truncate(size)
        sink.write(head)
        sink.seek(size - footer)
        sink.write(tail)
    making.replace(part)
