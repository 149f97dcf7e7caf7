"""Units through evaluators: in this thread, in threads (evaluators that leave the interpreter's lock) or in processes.

Results come in the order of finishing. At most a few units are in memory, whatever the size of the dossiers. When the
caller leaves early, units under way are given up at their next batch and leave nothing behind.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.stream.ahead import ahead
from yanlian.engine.stream.parts import PartNote, PartWriter, note_part
from yanlian.engine.stream.seam import BatchEvaluator, EvaluatorMaker, merged
from yanlian.engine.stream.units import Reading, Unit, UnitReader

Batches = Iterable[pa.RecordBatch]


class GivenUp(Exception):
    """A unit was left because the run stops."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with each unit. Small, and can be sent to another process."""

    maker: EvaluatorMaker
    reading: Reading
    out: Path


# Evaluates units somewhere and writes their parts: (job, units, workers) → each one's note as soon as it is finished.
Carrier = Callable[[Job, list[Unit], int], Generator[PartNote, None, None]]


def finished_units(job: Job, units: list[Unit], workers: int) -> Generator[PartNote, None, None]:
    """Evaluate units and write their parts; each one's note as soon as it is finished."""
    if not units:
        return
    if workers <= 1 or len(units) == 1:
        yield from _here(job, units)
    elif job.maker.threads:
        yield from _in_threads(job, units, workers)
    else:
        yield from _in_processes(job, units, min(workers, len(units)))


def _make_part(evaluate: BatchEvaluator, job: Job, unit: Unit, batches: Batches, stop: _Stop) -> PartNote:
    """One unit: evaluated batch by batch, written, noted."""
    reports = []
    with PartWriter(job.out, unit.name, job.maker.schema) as part:
        for batch in batches:
            if stop.is_set():
                raise GivenUp
            part.write(evaluate(batch))
            reports.append(evaluate.report)
    return note_part(job.out, unit.name, unit.rows, part.rows, merged(reports))


_Stop = threading.Event | ProcessEvent


def _here(job: Job, units: list[Unit]) -> Iterator[PartNote]:
    evaluate, reader = job.maker.make(), job.reading.open()
    never = threading.Event()
    for unit in units:
        # Decoding the next batch overlaps with evaluating this one.
        with closing(ahead(reader.batches(unit))) as batches:
            yield _make_part(evaluate, job, unit, batches, never)


def _in_threads(job: Job, units: list[Unit], workers: int) -> Iterator[PartNote]:
    stop = threading.Event()
    own = threading.local()
    making = threading.Lock()

    def work(unit: Unit) -> PartNote:
        if not hasattr(own, "tools"):
            # One after the other: the first may compile what the others then find in the cache.
            with making:
                own.tools = (job.maker.make(), job.reading.open())
        evaluate, reader = own.tools
        return _make_part(evaluate, job, unit, reader.batches(unit), stop)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="evaluate")
    try:
        yield from _flowing((pool.submit(work, unit) for unit in units), workers + 1)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _in_processes(job: Job, units: list[Unit], workers: int) -> Iterator[PartNote]:
    # Spawned, not forked: the caller may hold database connections and threads.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(job, stop))
    try:
        yield from _flowing((_submitted(pool, unit) for unit in units), workers + 1)
    except BrokenProcessPool:
        raise Refused("run_worker") from None
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, unit: Unit) -> Future[PartNote]:
    with _no_interrupt():
        return pool.submit(_one_unit, unit)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Workers are started by the first unit and inherit what is blocked here: Ctrl-C does not reach one that is only
    half started. The caller gets it a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _flowing(futures: Iterator[Future[PartNote]], room: int) -> Iterator[PartNote]:
    """Results as they finish; the next future is asked for (and so its unit read) only when there is room."""
    waiting: set[Future[PartNote]] = set()
    for future in futures:
        waiting.add(future)
        if len(waiting) >= room:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                yield one.result()
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for one in done:
            yield one.result()


# In a worker process

_job: Job
_stop: ProcessEvent
# Made with the first unit, not at the start: a worker that cannot even start could not say why.
_tools: tuple[BatchEvaluator, UnitReader] | None = None


def _start_worker(job: Job, stop: ProcessEvent) -> None:
    global _job, _stop  # for the life of a worker process
    # Ctrl-C reaches the whole group: the caller decides what becomes of the units under way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_caller, daemon=True).start()
    _job, _stop = job, stop


def _end_with_caller() -> None:
    """A caller that was killed cannot tell its workers to stop."""
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


def _one_unit(unit: Unit) -> PartNote:
    global _tools
    if _stop.is_set():
        raise GivenUp
    if _tools is None:
        _tools = (_job.maker.make(), _job.reading.open())
    evaluate, reader = _tools
    return _make_part(evaluate, _job, unit, reader.batches(unit), _stop)
