"""A run: dossiers through an evaluator into a folder of parts, which can be left at any moment and gone on with.

The folder holds `manifest.json` (whose run it is; at the end its totals) and one Parquet file for each unit of work.
The same dossiers and rules give the same bytes, with any number of workers, uninterrupted or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from yanlian.engine.dossier.overlay import open_dossiers, relative_to
from yanlian.engine.stream.folder import MANIFEST, Manifest, claim, locked
from yanlian.engine.stream.parts import PartNote, check_part, read_note, sweep, write_whole
from yanlian.engine.stream.progress import Progress
from yanlian.engine.stream.seam import EvaluatorMaker, Report, merged
from yanlian.engine.stream.units import Reading, Unit, units_of
from yanlian.engine.stream.workers import Carrier, Job, finished_units

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to. dossiers: evaluated, in this run or before it was interrupted; resumed: of them before;
    outcomes: rows written; seconds: of this session alone."""

    path: Path
    dossiers: int
    outcomes: int
    resumed: int
    report: Report
    seconds: float


@dataclass(frozen=True, slots=True)
class Work:
    """Units with the evaluator and the reading that they need. An incremental run has two of these."""

    maker: EvaluatorMaker
    reading: Reading
    units: Sequence[Unit]


def run(
    dossiers: Path,
    maker: EvaluatorMaker,
    out: Path,
    *,
    workers: int = 1,
    progress: Tell | None = None,
    carrier: Carrier = finished_units,
) -> RunResult:
    """Evaluate all dossiers into the folder `out`, or go on with the same run where it was left. `carrier`: who
    evaluates the units; the parts are the same.

    Refused: a folder of another run or that another process works in, dossiers that cannot be read, a full disk.
    """
    source = open_dossiers(dossiers)
    with locked(out):
        asked = manifest_of(maker, source.hash, relative_to(dossiers, out))
        reading = reading_of(maker, dossiers)
        units = units_of(source.sizes(), maker.unit_rows)
        return carry_out(out, claim(out, asked), [Work(maker, reading, units)], workers, progress, carrier)


def manifest_of(maker: EvaluatorMaker, dossiers_hash: str, dossiers: str) -> Manifest:
    """The manifest that a run begins with."""
    cut = f"{maker.unit_rows}/{maker.batch_rows}"
    identity = {**maker.facts, "dossiers": dossiers_hash, "cut": cut, "evaluator": maker.identity}
    return Manifest(identity, maker.clause_hashes, maker.schema, dossiers, maker.batch_rows, maker.unit_rows)


def reading_of(maker: EvaluatorMaker, dossiers: Path, picked: Path | None = None) -> Reading:
    """How the maker's evaluators want their dossiers."""
    # Absolute: a worker process may stand elsewhere.
    return Reading(dossiers.resolve(), maker.columns, maker.dictionaries, maker.batch_rows, picked)


def carry_out(
    out: Path,
    found: Manifest,
    works: Sequence[Work],
    workers: int,
    progress: Tell | None,
    carrier: Carrier = finished_units,
) -> RunResult:
    """Do what is not finished yet of a run in a claimed and locked folder, and finish its manifest."""
    started = time.monotonic()
    sweep(out)
    if found.state == "finished":
        for note in found.parts:
            check_part(out, note)
        _forget_notes(out, found.parts)
        return _result(out, found, found.totals["dossiers"], started)
    notes = {u.name: known for work in works for u in work.units if (known := read_note(out, u.name))}
    resumed = sum(note.dossiers for note in notes.values())
    total = sum(unit.rows for work in works for unit in work.units) - resumed
    done = 0
    if progress is not None:
        progress(Progress(0, total, 0.0))
    for work in works:
        todo = [unit for unit in work.units if unit.name not in notes]
        # Closed at once when this is left: nothing may be under way after that.
        with closing(carrier(Job(work.maker, work.reading, out.resolve()), todo, workers)) as parts:
            for part in parts:
                notes[part.name] = part
                done += part.dossiers
                if progress is not None:
                    progress(Progress(done, total, time.monotonic() - started))
    return _result(out, finish(out, found, [notes[u.name] for w in works for u in w.units]), resumed, started)


def finish(out: Path, manifest: Manifest, parts: Sequence[PartNote]) -> Manifest:
    """Write the finished manifest; the notes of the parts stand in it from then on."""
    totals = {"dossiers": sum(part.dossiers for part in parts), "outcomes": sum(part.rows for part in parts)}
    report = merged(part.report for part in parts)
    done = replace(manifest, state="finished", parts=tuple(parts), totals=totals, report=report)
    write_whole(out / MANIFEST, done.text())
    _forget_notes(out, parts)
    return done


def _forget_notes(out: Path, parts: Sequence[PartNote]) -> None:
    for part in parts:
        (out / f"{part.name}.json").unlink(missing_ok=True)


def _result(out: Path, manifest: Manifest, resumed: int, started: float) -> RunResult:
    totals = manifest.totals
    seconds = time.monotonic() - started
    return RunResult(out, totals["dossiers"], totals["outcomes"], resumed, manifest.report, seconds)
