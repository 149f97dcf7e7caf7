"""An incremental run written in full: the same parts, byte for byte, that a run from scratch would have written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from yanlian.engine.dossier.groups import ID, Dossiers, ids_of
from yanlian.engine.dossier.overlay import open_dossiers, relative_to
from yanlian.engine.stream.cursor import Cursor
from yanlian.engine.stream.folder import claim, locked
from yanlian.engine.stream.parts import PartNote, PartWriter, naming_disk_faults, note_part, sweep
from yanlian.engine.stream.read import ENTITY, PART, RunReader, open_run
from yanlian.engine.stream.run import finish
from yanlian.engine.stream.settled import CHANGED, SETTLEMENT


def compact(run: Path, out: Path, *, each: Callable[[int, int], None] | None = None) -> RunReader:
    """Write the outcomes of `run` into the folder `out` in the form of a full run. `each` is told (done, all) dossiers.

    Its report is empty: nothing was evaluated.
    """
    reader = open_run(run)
    source = run / reader.manifest.dossiers
    dossiers = open_dossiers(source)
    identity = {key: value for key, value in reader.manifest.identity.items() if key != "base"}
    asked = replace(
        reader.manifest,
        identity=identity,
        dossiers=relative_to(source, out),
        state="running",
        base="",
        redone=(),
        parts=(),
        totals={},
        report={},
    )
    with locked(out):
        found = claim(out, asked)
        if found.state != "finished":
            sweep(out)
            finish(out, asked, list(_parts(reader, dossiers, out, each)))
    if (run / SETTLEMENT).exists() and not (out / SETTLEMENT).exists():
        with naming_disk_faults(out):
            # The settlement last: where it stands, all of it stands.
            for name in (CHANGED, SETTLEMENT):
                making = out / f".making-{name}"
                shutil.copyfile(run / name, making)
                making.replace(out / name)
    return open_run(out)


def _parts(
    reader: RunReader, dossiers: Dossiers, out: Path, each: Callable[[int, int], None] | None
) -> Iterator[PartNote]:
    manifest = reader.manifest
    outcomes = Cursor(reader.tables(), reader.schema, ENTITY)
    ids = Cursor((pa.table({ID: one}) for one in ids_of(dossiers)), pa.schema([(ID, pa.string())]), ID)
    cut = _cut(ids, manifest.batch_rows, manifest.unit_rows)
    done = 0
    for number, unit in enumerate(cut):
        name = f"{PART}-{number:06d}"
        with PartWriter(out, name, reader.schema) as part:
            for last, _ in unit:
                for batch in outcomes.upto(last).combine_chunks().to_batches():
                    part.write(batch)
        count = sum(rows for _, rows in unit)
        done += count
        if each is not None:
            each(done, dossiers.rows)
        yield note_part(out, name, count, part.rows, {})


def _cut(ids: Cursor, batch_rows: int, unit_rows: int) -> Iterator[list[tuple[str, int]]]:
    """For each unit the last id of each of its batches, with how many dossiers the batch has."""
    unit: list[tuple[str, int]] = []
    in_batch = in_unit = 0
    last = ""
    for table in ids.rest():
        for key in table.column(ID).to_pylist():
            last = key
            in_batch, in_unit = in_batch + 1, in_unit + 1
            if in_batch == batch_rows or in_unit == unit_rows:
                unit.append((last, in_batch))
                in_batch = 0
            if in_unit == unit_rows:
                yield unit
                unit, in_unit = [], 0
    if in_batch:
        unit.append((last, in_batch))
    if unit:
        yield unit
