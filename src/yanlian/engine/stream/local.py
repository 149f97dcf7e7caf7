"""Streaming into one file: worker processes take row groups, results are written in the order of the snapshot.

Memory is bounded by the number of workers times the size of a row group, whatever the size of the snapshot. The output
file appears under its name only when it is whole.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.engine.dossier import Snapshot
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA
from yanlian.engine.stream.progress import Progress
from yanlian.engine.stream.seam import BatchEvaluator, EvaluatorMaker


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What a stream did."""

    dossiers: int
    outcomes: int
    seconds: float


_evaluate: BatchEvaluator | None = None


def _start_worker(maker: EvaluatorMaker) -> None:
    global _evaluate  # one evaluator for the life of a worker process
    _evaluate = maker.make()


def _one_group(part: Path, group: int) -> tuple[int, pa.RecordBatch]:
    assert _evaluate is not None
    return _evaluated(_evaluate, part, group)


def _evaluated(evaluate: BatchEvaluator, part: Path, group: int) -> tuple[int, pa.RecordBatch]:
    table = pq.ParquetFile(part).read_row_group(group).combine_chunks()
    batches = [evaluate(batch) for batch in table.to_batches()]
    merged = pa.Table.from_batches(batches, schema=OUTCOME_SCHEMA).combine_chunks().to_batches()
    return table.num_rows, merged[0] if merged else pa.RecordBatch.from_pylist([], schema=OUTCOME_SCHEMA)


def _results(
    groups: list[tuple[Path, int]], maker: EvaluatorMaker, workers: int
) -> Iterator[tuple[int, pa.RecordBatch]]:
    if workers <= 1 or len(groups) <= 1:
        evaluate = maker.make()
        for part, group in groups:
            yield _evaluated(evaluate, part, group)
        return
    # Spawned, not forked: the caller may hold database connections and threads.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(maker,)
    ) as pool:
        waiting: deque[Future[tuple[int, pa.RecordBatch]]] = deque()
        todo = iter(groups)
        for part, group in todo:
            waiting.append(pool.submit(_one_group, part, group))
            if len(waiting) >= workers * 2:
                break
        while waiting:
            result = waiting.popleft().result()
            for part, group in todo:
                waiting.append(pool.submit(_one_group, part, group))
                break
            yield result


def stream(
    snapshot: Snapshot,
    maker: EvaluatorMaker,
    out: Path,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    each: Callable[[pa.RecordBatch], None] | None = None,
) -> StreamResult:
    """Evaluate all dossiers of a snapshot and write the outcomes to `out` (Parquet).

    `each` is called with every batch of outcomes in order (to keep totals, to fill a database); `progress` after each
    row group. The same snapshot and the same rules give the same bytes, with any number of workers.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    making = out.with_name(f".making-{out.name}")
    started = time.monotonic()
    done = written = 0
    try:
        with pq.ParquetWriter(making, OUTCOME_SCHEMA, compression="zstd") as file:
            for rows, batch in _results(snapshot.groups(), maker, workers):
                file.write_batch(batch)
                if each is not None:
                    each(batch)
                done += rows
                written += batch.num_rows
                if progress is not None:
                    progress(Progress(done, snapshot.info.rows, time.monotonic() - started))
        making.rename(out)
    finally:
        making.unlink(missing_ok=True)
    return StreamResult(done, written, time.monotonic() - started)
