"""A snapshot that holds only what differs from an older one: rows changed or added, ids removed, where the base lies.

When one dossier in a hundred changed, scattered over all groups, even decoding the groups costs more than evaluating
the changes. An overlay is as large as the change; read as a whole it gives the rows of the newer snapshot, in the order
of ids. Its folder holds `overlay.json` (written last; there is no manifest.json, so that nobody takes it for a whole
snapshot), `changes.parquet` (ids and what happened to each) and `layer-*.parquet` (the rows).
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.groups import ID, Dossiers, PartFiles, WholeDossiers, open_whole, plain
from yanlian.engine.dossier.layout_hash import hash_rows
from yanlian.engine.dossier.snapshot import open_snapshot

MANIFEST = "overlay.json"
CHANGES = "changes.parquet"
LAYER = "layer-{:05d}.parquet"
CHANGED, ADDED, REMOVED = 0, 1, 2
CHANGES_SCHEMA = pa.schema([pa.field(ID, pa.string(), nullable=False), pa.field("what", pa.int8(), nullable=False)])


class OverlayDossiers:
    """The rows of an overlay laid over those of its base. A group is a group of the base with what changed in it."""

    def __init__(self, path: Path, dictionaries: Sequence[str] = ()) -> None:
        data = json.loads((path / MANIFEST).read_text("utf-8"))
        self.path = path
        self.hash: str = data["hash"]
        self.moment = datetime.fromisoformat(data["moment"])
        self.rows = int(data["rows"])
        self.coverage = Coverage.from_data(data["coverage"])
        self.base_hash: str = data["base_hash"]
        self.base: Dossiers = open_dossiers(path / data["base"], dictionaries)
        if self.base.hash != self.base_hash:
            raise Refused("overlay_base", folder=str(path), expected=self.base_hash[:16], found=self.base.hash[:16])
        self.changes = pq.read_table(path / CHANGES).combine_chunks()
        self._layer = PartFiles(sorted(path.glob("layer-*.parquet")), dictionaries)
        self._ids: list[str] = self.changes.column(ID).to_pylist()
        self._what: list[int] = self.changes.column("what").to_pylist()
        self._bounds: list[int] | None = None

    def bounds(self) -> list[int]:
        """Where the changes of each group end: a group takes what lies up to its last id, the last group the rest."""
        if self._bounds is None:
            last = [last for _, last in ranges_of(self.base)]
            self._bounds = [bisect_right(self._ids, one) for one in last[:-1]] + [len(self._ids)]
        return self._bounds

    def _slice(self, group: int) -> tuple[int, int]:
        bounds = self.bounds()
        return (bounds[group - 1] if group else 0), bounds[group]

    def sizes(self) -> list[int]:
        """How many dossiers each group holds."""
        found: list[int] = []
        for group, size in enumerate(self.base.sizes() or [0]):
            low, high = self._slice(group)
            what = self._what[low:high]
            found.append(size + what.count(ADDED) - what.count(REMOVED))
        return found

    def read(self, group: int, columns: Sequence[str] | None = None) -> pa.Table:
        """A group of the base, with the rows of this layer in it."""
        low, high = self._slice(group)
        if not self.base.sizes():
            return self._layer.select(self.changes.column(ID).combine_chunks(), columns)
        if low == high:
            return self.base.read(group, columns)
        ids = self.changes.column(ID).slice(low, high - low).combine_chunks()
        asked = None if columns is None else [ID, *(c for c in columns if c != ID)]
        base = self.base.read(group, asked)
        kept = base.filter(pc.invert(pc.is_in(plain(base.column(ID)), value_set=ids)))
        merged = _in_order([kept, self._layer.select(ids, asked)])
        return merged if columns is None else merged.select(list(columns))

    def select(self, ids: pa.Array, columns: Sequence[str] | None = None) -> pa.Table:
        """The dossiers with these ids: those of the layer from it alone, only the others from the base."""
        asked = None if columns is None else [ID, *(c for c in columns if c != ID)]
        ours = pc.is_in(ids, value_set=self.changes.column(ID).combine_chunks())
        found = self._layer.select(ids.filter(ours), asked)
        rest = ids.filter(pc.invert(ours))
        if len(rest):
            found = _in_order([found, self.base.select(rest, asked)])
        return found if columns is None else found.select(list(columns))

    def hashes(self, group: int) -> NDArray[np.uint64]:
        """The row hashes of a group, worked out from its rows."""
        return hash_rows(self.read(group))


def _in_order(tables: list[pa.Table]) -> pa.Table:
    merged = pa.concat_tables([one for one in tables if one.num_rows] or tables[:1])
    return merged.take(pc.sort_indices(plain(merged.column(ID))))


def ranges_of(dossiers: Dossiers) -> list[tuple[str, str]]:
    """First and last id of every group; groups of an overlay lie where those of its base lie."""
    while isinstance(dossiers, OverlayDossiers):
        dossiers = dossiers.base
    assert isinstance(dossiers, WholeDossiers)
    return dossiers.ranges()


def is_overlay(path: Path) -> bool:
    """Whether a folder is an overlay."""
    return (path / MANIFEST).exists()


def open_dossiers(path: Path, dictionaries: Sequence[str] = ()) -> Dossiers:
    """Dossiers to read: a whole snapshot or an overlay. `Refused("snapshot_missing")` when the folder is neither."""
    return OverlayDossiers(path, dictionaries) if is_overlay(path) else open_whole(path, dictionaries)


def files_of(path: Path) -> list[Path]:
    """The Parquet files that hold the rows of a snapshot or overlay, those of its base included (rows that the overlay
    replaces stand in them too)."""
    if not is_overlay(path):
        return open_snapshot(path).parts()
    base = path / json.loads((path / MANIFEST).read_text("utf-8"))["base"]
    return [*files_of(base), *sorted(path.glob("layer-*.parquet"))]


def find_dossier(dossiers: Dossiers, entity_id: str) -> dict[str, object] | None:
    """The dossier of one entity in storage form."""
    found: list[dict[str, object]] = dossiers.select(pa.array([entity_id])).to_pylist()
    return found[0] if found else None


def changes_between(older: Dossiers, newer: Dossiers) -> pa.Table | None:
    """What happened since `older` (in the form of CHANGES_SCHEMA), read from layers alone; None when `newer` does not
    lie over it."""
    layers: list[pa.Table] = []
    here = newer
    while here.hash != older.hash:
        if not isinstance(here, OverlayDossiers):
            return None
        layers.append(here.changes)
        here = here.base
    if not layers:
        return CHANGES_SCHEMA.empty_table()
    if len(layers) == 1:
        return layers[0]
    return _joined(layers)


def _joined(layers: Sequence[pa.Table]) -> pa.Table:
    """Several layers as one, the newest first: added and then removed is nothing, removed and then added is changed."""
    state: dict[str, int | None] = {}
    for layer in reversed(layers):
        for key, what in zip(layer.column(ID).to_pylist(), layer.column("what").to_pylist(), strict=True):
            before = state.get(key)
            if before == ADDED:
                state[key] = None if what == REMOVED else ADDED
            elif before == REMOVED and what == ADDED:
                state[key] = CHANGED
            else:
                state[key] = what
    kept = sorted((key, what) for key, what in state.items() if what is not None)
    return pa.table({ID: [k for k, _ in kept], "what": [w for _, w in kept]}, schema=CHANGES_SCHEMA)


def relative_to(target: Path, folder: Path) -> str:
    """A path as seen from a folder, so that both can be moved together."""
    return Path(os.path.relpath(target.resolve(), folder.resolve())).as_posix()
