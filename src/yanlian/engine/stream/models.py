"""A DMN model over the rows of a file: worker processes take blocks, finished blocks are kept, the output comes whole.

Blocks are always the same, each gives a file of its own in a folder beside the output, and the output is put together
from these in order: any number of workers, and a run that was stopped and begun again, give the same bytes. The clock
of the rules stands still at the moment when the run began.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context, parent_process
from pathlib import Path

import pyarrow as pa

from yanlian import __version__
from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.rows import Rows, Table, Tally
from yanlian.engine.stream.model_files import BLOCK_ROWS, Source, blocks, keys_of, look_at, schema_of
from yanlian.engine.stream.model_parts import assemble, read_tally, write_part
from yanlian.engine.stream.progress import Progress

_PART = "{:07}.arrow"


@dataclass(frozen=True, slots=True)
class ModelJob:
    """What is to be run: files of models as (name, content), the main one first; decisions by name (all of the main
    model if none); decimal places of numbers (none: numbers as text); the moment that `now()` is."""

    models: tuple[tuple[str, bytes], ...]
    moment: datetime
    decisions: tuple[str, ...] = ()
    decimals: int | None = None

    def rows(self, schema: pa.Schema, keys: tuple[str, ...] | None) -> Rows:
        """The evaluator of batches of this schema."""
        main, *others = (read_model(content, name) for name, content in self.models)
        clock = {"today": lambda: self.moment.date(), "now": lambda: self.moment}
        names = self.decisions or tuple(one.name for one in main.decisions)
        return Rows(program(main, others, clock), names, schema, decimals=self.decimals, keys=keys)


@dataclass(frozen=True, slots=True)
class RowsResult:
    """What a run came to; `resumed` rows were finished by an earlier run of the same."""

    table: Table
    tally: Tally
    resumed: int
    seconds: float


def run_rows(
    job: ModelJob,
    source_path: Path,
    out: Path,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    begun: Callable[[Table], None] | None = None,
) -> RowsResult:
    """Make the decisions of a model for every row of a file and write them to `out` (Parquet or CSV, by its name).

    `begun` is told what the columns mean before the first row, `progress` how far this run has come. What is
    interrupted goes on when the same is asked again; another model, input or choice begins anew.
    """
    if out.suffix.lower() not in {".parquet", ".csv"}:
        raise Refused("dmn_rows_format", found=out.name, expected=".parquet .csv")
    if out.resolve() == source_path.resolve():
        raise Refused("dmn_rows_same", found=out.name)
    source = look_at(source_path)
    schema, keys = schema_of(source), keys_of(source)
    table = job.rows(schema, keys).table
    if begun is not None:
        begun(table)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = out.with_name(f".making-{out.name}")
    job = _resumed(job, source, folder)
    started, tally, resumed, count = time.monotonic(), Tally(), 0, 0
    for count, (found, is_old) in enumerate(_parts(job, source, schema, keys, folder, workers), 1):  # noqa: B007
        tally.add(found)
        resumed += found.rows if is_old else 0
        if progress is not None:
            done, total = tally.rows - resumed, max(source.rows, tally.rows) - resumed
            progress(Progress(done, total, time.monotonic() - started))
    assemble([folder / _PART.format(number) for number in range(count)], table.schema, out)
    shutil.rmtree(folder)
    return RowsResult(table, tally, resumed, time.monotonic() - started)


def _resumed(job: ModelJob, source: Source, folder: Path) -> ModelJob:
    """The job with the moment of the run it goes on with; parts of any other run are thrown away."""
    asked = {
        "version": __version__,
        "models": [[name, hashlib.sha256(content).hexdigest()] for name, content in job.models],
        "input": source.digest,
        "format": source.format,
        "decisions": list(job.decisions),
        "decimals": job.decimals,
        "block": BLOCK_ROWS,
    }
    note = folder / "run.json"
    with suppress(OSError, ValueError):
        found = json.loads(note.read_text("utf-8"))
        if found.get("asked") == asked:
            return replace(job, moment=datetime.fromisoformat(found["moment"]))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    making = note.with_suffix(".tmp")
    making.write_text(json.dumps({"asked": asked, "moment": job.moment.isoformat()}), "utf-8")
    making.replace(note)
    return job


def _parts(
    job: ModelJob, source: Source, schema: pa.Schema, keys: tuple[str, ...] | None, folder: Path, workers: int
) -> Iterator[tuple[Tally, bool]]:
    """The parts in order, each with whether it was there before."""
    todo = ((folder / _PART.format(number), batch) for number, batch in enumerate(blocks(source)))
    if workers <= 1:
        rows = job.rows(schema, keys)
        for part, batch in todo:
            known = read_tally(part)
            yield (_made(rows, batch, part), False) if known is None else (known, True)
        return
    # Spawned, not forked: the caller may hold threads.
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(job, schema, keys)
    )
    waiting: deque[tuple[Future[Tally] | Tally, bool]] = deque()
    try:
        for part, batch in todo:
            known = read_tally(part)
            waiting.append((pool.submit(_one_block, batch, part), False) if known is None else (known, True))
            while len(waiting) > workers * 2:
                yield _waited(*waiting.popleft())
        while waiting:
            yield _waited(*waiting.popleft())
    except BrokenProcessPool:
        raise Refused("dmn_rows_worker") from None
    finally:
        # What is under way is finished and kept; what was not begun is not.
        pool.shutdown(wait=True, cancel_futures=True)


def _waited(part: Future[Tally] | Tally, is_old: bool) -> tuple[Tally, bool]:
    return (part if isinstance(part, Tally) else part.result()), is_old


def _made(rows: Rows, batch: pa.RecordBatch, part: Path) -> Tally:
    results, tally = rows(batch)
    write_part(part, results, tally)
    return tally


_rows: Rows | None = None


def _start_worker(job: ModelJob, schema: pa.Schema, keys: tuple[str, ...] | None) -> None:
    global _rows  # one evaluator for the life of a worker process
    # Ctrl-C reaches the whole group: the caller decides what is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_caller, daemon=True).start()
    _rows = job.rows(schema, keys)


def _end_with_caller() -> None:
    """A caller that was killed cannot tell its workers to stop."""
    caller = parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


def _one_block(batch: pa.RecordBatch, part: Path) -> Tally:
    assert _rows is not None
    return _made(_rows, batch, part)
