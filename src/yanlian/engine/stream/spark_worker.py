"""What a Python process of a Spark executor does: units of work in, finished parts out, one evaluator kept for all.

A unit is read, evaluated and written here, in the executor; Spark itself sees the number of the unit and the note of
its part. A unit that is done twice (an executor was lost, a task was speculated) gives the same bytes twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.stream.kernel import KernelEvaluator, cache_folder
from yanlian.engine.stream.parts import SUFFIX, PartNote, PartWriter, note_part
from yanlian.engine.stream.seam import merged
from yanlian.engine.stream.spark_mirror import DossierMirror
from yanlian.engine.stream.spark_ship import Shipment, check_edition, unpacked
from yanlian.engine.stream.spark_store import FolderStore, Store, UrlStore
from yanlian.engine.stream.units import Unit, UnitReader

UNIT, NOTE = "unit", "note"
NOTES = pa.schema([pa.field(NOTE, pa.string())])
# Before a refusal that crosses from a Python process over Java to the caller, as JSON on one line.
MARK = "yanlian-refused "


class RefusedThere(Exception):
    """A refusal in a form that Java carries: its text."""


def evaluated(sent: tuple[Shipment, Sequence[Unit]], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Numbers of units in, notes of their finished parts out: what `mapInArrow` runs."""
    shipment, units = sent
    for batch in batches:
        for number in batch.column(0).to_pylist():
            note = _refusals_told(shipment, units[number])
            yield pa.RecordBatch.from_pylist([{NOTE: json.dumps(asdict(note))}], schema=NOTES)


def _refusals_told(shipment: Shipment, unit: Unit) -> PartNote:
    try:
        return _tools(shipment).part(unit)
    except Refused as refusal:
        told = {"code": refusal.code, "data": {key: str(value) for key, value in refusal.data.items()}}
        raise RefusedThere(MARK + json.dumps(told)) from refusal


class Tools:
    """All that a process keeps from task to task."""

    def __init__(self, shipment: Shipment) -> None:
        check_edition(shipment.edition)
        self.key = shipment.key
        # In Spark's own folder when it names one: it goes with the application.
        told = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0]
        home = Path(told) if told and Path(told).is_dir() else None
        self._folder = tempfile.TemporaryDirectory(prefix="yanlian-", dir=home, ignore_cleanup_errors=True)
        self._scratch = Path(self._folder.name)
        _settle_cache(home or self._scratch)
        self._maker = unpacked(shipment.maker, shipment.packs, self._scratch / "packs")
        self._evaluate = self._maker.make()
        self._warm = False
        self._store: Store = UrlStore(shipment.out) if shipment.out else FolderStore(shipment.folder)
        self._mirror = None
        self._reader: UnitReader | None = None
        if shipment.dossiers:
            self._mirror = DossierMirror(UrlStore(shipment.dossiers), self._scratch / "dossiers", shipment.reading)
        else:
            self._reader = shipment.reading.open()

    def part(self, unit: Unit) -> PartNote:
        """Make the part of a unit and put it where it belongs; its note comes after it."""
        reports = []
        with PartWriter(self._scratch, unit.name, self._maker.schema) as part:
            for batch in self._batches(unit):
                self._compile_alone(batch.schema)
                part.write(self._evaluate(batch))
                reports.append(self._evaluate.report)
        note = note_part(self._scratch, unit.name, unit.rows, part.rows, merged(reports))
        for name in (f"{unit.name}{SUFFIX}", f"{unit.name}.json"):
            self._store.put(self._scratch / name, name)
            (self._scratch / name).unlink()
        return note

    def _batches(self, unit: Unit) -> Iterator[pa.RecordBatch]:
        if self._mirror is not None:
            yield from self._mirror.batches(unit)
        else:
            assert self._reader is not None
            yield from self._reader.batches(unit)

    def _compile_alone(self, schema: pa.Schema) -> None:
        """Of the processes of a machine one compiles, the others find what it made."""
        if not self._warm and isinstance(self._evaluate, KernelEvaluator):
            with _alone(cache_folder()):
                self._evaluate.sheets(schema, narrow=True)
        self._warm = True


_kept: Tools | None = None


def _tools(shipment: Shipment) -> Tools:
    global _kept  # for the life of a Python process
    if _kept is None or _kept.key != shipment.key:
        _kept = None
        _kept = Tools(shipment)
    return _kept


def _settle_cache(otherwise: Path) -> None:
    """Compiled programs are kept in the user's cache; in Spark's folder where a container has none to write to."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        writable = os.access(cache_folder(), os.W_OK)
    except OSError:
        writable = False
    if not writable:
        os.environ["YANLIAN_KERNELS"] = str(otherwise / "kernels")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process of this machine is in here meanwhile, as far as the system can say so."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".compiling").open("w") as file:
        # Where locks are not to be had, each compiles for itself: slower, not wrong.
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
