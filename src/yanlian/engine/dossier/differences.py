"""What happened between two snapshots, by the content of each row; and an overlay written from it.

Of whole snapshots only the ids and the hashes beside the parts are read; memory is bounded by two groups, and by the
changes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.groups import ID, Dossiers, plain
from yanlian.engine.dossier.layout import BUILT_ROWS_PER_GROUP, parquet_options
from yanlian.engine.dossier.layout_hash import hash_rows
from yanlian.engine.dossier.overlay import (
    ADDED,
    CHANGED,
    CHANGES,
    CHANGES_SCHEMA,
    LAYER,
    MANIFEST,
    REMOVED,
    changes_between,
    open_dossiers,
    relative_to,
)
from yanlian.engine.dossier.snapshot import ROWS_PER_GROUP

_HASHES = pa.schema([pa.field(ID, pa.string()), pa.field("hash", pa.binary(16))])
_GROUPS_PER_PART = 16


def changes_of(older: Dossiers, newer: Dossiers) -> pa.Table:
    """Ids and what happened to each, ascending (CHANGES_SCHEMA): from the overlay when `newer` lies over `older`,
    otherwise by comparing the rows' hashes."""
    known = changes_between(older, newer)
    return known if known is not None else compared(older, newer)


def compared(older: Dossiers, newer: Dossiers) -> pa.Table:
    """The changes found by comparing every row's hash."""
    found = [_compared(left, right) for left, right in _side_by_side(_hashed(older), _hashed(newer))]
    return pa.concat_tables([CHANGES_SCHEMA.empty_table(), *found]).combine_chunks()


def _hashed(dossiers: Dossiers) -> Iterator[pa.Table]:
    for group in range(len(dossiers.sizes())):
        ids = plain(dossiers.read(group, [ID]).column(ID))
        yield pa.table([ids, _binary(dossiers.hashes(group))], schema=_HASHES)


def _binary(hashes: NDArray[np.uint64]) -> pa.Array:
    """Two words a row as 16 bytes a row, which Arrow can compare."""
    buffer = pa.py_buffer(np.ascontiguousarray(hashes))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(hashes), [None, buffer])


def _side_by_side(older: Iterator[pa.Table], newer: Iterator[pa.Table]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Stretches of both sides that cover the same range of ids."""
    left, right = _more(older, None), _more(newer, None)
    while left is not None and right is not None:
        bound = min(_last(left), _last(right))
        (left_now, left), (right_now, right) = _cut(left, bound), _cut(right, bound)
        yield left_now, right_now
        left, right = _more(older, left), _more(newer, right)
    none = _HASHES.empty_table()
    while left is not None:
        yield left, none
        left = _more(older, None)
    while right is not None:
        yield none, right
        right = _more(newer, None)


def _more(side: Iterator[pa.Table], rest: pa.Table | None) -> pa.Table | None:
    while rest is None or not rest.num_rows:
        rest = next(side, None)
        if rest is None:
            return None
    return rest


def _last(table: pa.Table) -> str:
    return str(table.column(ID)[table.num_rows - 1])


def _cut(table: pa.Table, bound: str) -> tuple[pa.Table, pa.Table]:
    upto = int(pc.sum(pc.less_equal(table.column(ID), bound)).as_py() or 0)
    return table.slice(0, upto), table.slice(upto)


def _compared(left: pa.Table, right: pa.Table) -> pa.Table:
    old_ids, new_ids = left.column(ID).combine_chunks(), right.column(ID).combine_chunks()
    at = pc.index_in(new_ids, value_set=old_ids)
    is_new = pc.is_null(at)
    before = left.column("hash").combine_chunks().take(at)
    is_changed = pc.fill_null(pc.not_equal(right.column("hash"), before), fill_value=False)
    is_gone = pc.invert(pc.is_in(old_ids, value_set=new_ids))
    pieces = [
        _changes(new_ids.filter(is_new), ADDED),
        _changes(new_ids.filter(pc.and_(is_changed, pc.invert(is_new))), CHANGED),
        _changes(old_ids.filter(is_gone), REMOVED),
    ]
    return pa.concat_tables(pieces).sort_by(ID)


def _changes(ids: pa.Array | pa.ChunkedArray, what: int) -> pa.Table:
    plain_ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return pa.table([plain_ids, pa.array([what] * len(plain_ids), pa.int8())], schema=CHANGES_SCHEMA)


# Writing


def write_overlay(
    folder: Path,
    base: Path,
    changed: Iterable[pa.RecordBatch],
    removed: Iterable[str],
    coverage: Coverage,
    moment: datetime,
) -> Path:
    """Write what differs from the snapshot (or overlay) `base` into `folder`, under the start of its hash.

    `changed`: rows changed or added, in the columns of the base, ids ascending over all batches; `removed`: ids.
    Returns the overlay's folder, which appears only when it is whole. Refused: ids out of order, a row that is both, a
    removed id that the base does not have.
    """
    older = open_dossiers(base)
    making = folder / f".making-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        ids, content = _write_layers(making, changed)
        changes = _told(older, ids, sorted(set(removed)))
        pq.write_table(changes, making / CHANGES, compression="zstd")
        what = changes.column("what").to_pylist()
        deliveries = coverage.as_data()
        content.update(older.hash.encode())
        content.update(json.dumps([changes.to_pylist(), deliveries, moment.isoformat()]).encode())
        digest = content.hexdigest()
        final = folder / digest[:16]
        manifest = {
            "hash": digest,
            "moment": moment.isoformat(),
            "rows": older.rows + what.count(ADDED) - what.count(REMOVED),
            "coverage": deliveries,
            "base": relative_to(base, final),
            "base_hash": older.hash,
        }
        (making / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        if not final.exists():
            making.rename(final)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return final


def overlay_from(base: Path, newer: Path, folder: Path) -> Path:
    """The overlay over `base` that says the same as the snapshot `newer`."""
    old, new = open_dossiers(base), open_dossiers(newer)
    changes = changes_of(old, new)
    what = changes.column("what")
    present = changes.filter(pc.not_equal(what, REMOVED)).column(ID).combine_chunks()
    gone = changes.filter(pc.equal(what, REMOVED)).column(ID).to_pylist()
    chunks = (present.slice(at, ROWS_PER_GROUP) for at in range(0, len(present), ROWS_PER_GROUP))
    batches = (batch for ids in chunks for batch in new.select(ids).combine_chunks().to_batches())
    return write_overlay(folder, base, batches, gone, new.coverage, new.moment)


def _write_layers(making: Path, changed: Iterable[pa.RecordBatch]) -> tuple[list[str], hashlib._Hash]:
    """Write the rows, in groups as large as those of built snapshots: many small ones cost more to read than rows."""
    ids: list[str] = []
    content = hashlib.sha256()
    for number, groups in enumerate(_by_part(_grouped(changed))):
        file: pq.ParquetWriter | None = None
        try:
            for group in groups:
                ids += plain(group.column(ID)).to_pylist()
                content.update(hash_rows(group).tobytes())
                if file is None:
                    options = parquet_options(group.schema, "zstd")
                    file = pq.ParquetWriter(making / LAYER.format(number), group.schema, **options)
                file.write_table(group, row_group_size=group.num_rows)
        finally:
            if file is not None:
                file.close()
    for before, after in itertools.pairwise(ids):
        if after <= before:
            raise Refused("overlay_order", found=after, expected=before)
    return ids, content


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Rows in groups of the size of built snapshots."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= BUILT_ROWS_PER_GROUP:
            yield pa.Table.from_batches(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()


def _by_part(groups: Iterator[pa.Table]) -> Iterator[Iterator[pa.Table]]:
    """Groups for one file after the other; each must be used up before the next."""
    for first in groups:
        yield itertools.chain([first], itertools.islice(groups, _GROUPS_PER_PART - 1))


def _told(older: Dossiers, ids: list[str], removed: list[str]) -> pa.Table:
    """The changes, each told apart by whether the base has the row."""
    both = sorted(set(ids) & set(removed))
    if both:
        raise Refused("overlay_both", found=both[0])
    everything = pa.array(sorted([*ids, *removed]), pa.string())
    known = set(plain(older.select(everything, [ID]).column(ID)).to_pylist())
    stray = [one for one in removed if one not in known]
    if stray:
        raise Refused("overlay_stray", found=stray[0])
    gone = set(removed)
    what = [REMOVED if one in gone else CHANGED if one in known else ADDED for one in everything.to_pylist()]
    return pa.table([everything, pa.array(what, pa.int8())], schema=CHANGES_SCHEMA)
