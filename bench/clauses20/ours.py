"""This project's own engine, measured as the peers are: the pack of twenty clauses, no rule by hand.

    ours.py --rows N --data DIR --mode loaded|end_to_end --out FILE [--answers FILE.npy] [--copies 1] [--threads 1]

The contract is that of `peers/task.py`: one JSON line. Before anything is measured the tables of DIR become dossiers
(`dossiers.yaml`; their ids are the numbers of the enterprises), once, kept beside them; what that costs is told apart
(`build_cpu`, null when they were there). `loaded`: the dossiers are Arrow batches in memory; from there to batches of
outcomes with a reason for every enterprise and clause, on one thread. `end_to_end`: from the dossiers in Parquet to a
finished run of outcomes in Parquet. ENGINE and FORM name the engine of `yanlian evaluate` and the form of its outcomes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

from clauses20.copied_pack import PACK, write_copies
from parameters import CLAUSES
from task import TIMES, WARM_ROWS, Spent, Task, peak_bytes, read_task, report, spent_on

import yanlian
from yanlian.engine.dossier.build import build_dossiers
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.policy import load_packs
from yanlian.engine.stream import BatchEvaluator, EvaluatorMaker, evaluate, read_run
from yanlian.engine.stream.engines import maker_for
from yanlian.engine.stream.kernel import KernelEvaluator
from yanlian.engine.stream.sheet import LOWERED, clauses_of

HERE = Path(__file__).resolve().parent
ENGINE, FORM = "kernel", "sheet"
AS_OF = date(2026, 3, 31)


def dossiers_of(task: Task) -> tuple[Path, float | None]:
    """The tables as a snapshot of dossiers, and the CPU seconds of making it."""
    mapping = HERE / "dossiers.yaml"
    made_by = hashlib.sha256(mapping.read_bytes() + (PACK / "pack.yaml").read_bytes()).hexdigest()[:8]
    folder = task.data / f"dossiers_{task.rows}_{made_by}"
    if folder.exists():
        return folder, None
    files = {"ent.parquet": task.enterprises, "pat.parquet": task.patents}
    schema = load_packs([PACK]).schema
    _, spent = spent_on(lambda: build_dossiers(mapping, folder, schema, files=files))
    return folder, spent.cpu


def batches_of(dossiers: Path, maker: EvaluatorMaker) -> Iterator[pa.RecordBatch]:
    """The dossiers as the evaluator wants them."""
    source = open_dossiers(dossiers, maker.dictionaries)
    for group in range(len(source.sizes())):
        table = source.read(group, maker.columns)
        for at in range(0, table.num_rows, maker.batch_rows):
            yield from table.slice(at, maker.batch_rows).combine_chunks().to_batches()


def outcomes_of(evaluator: BatchEvaluator, batches: Iterable[pa.RecordBatch]) -> int:
    """What is measured in mode `loaded`. A batch of outcomes is let go when it is there, as a run does that writes it:
    its memory is used again."""
    return sum(evaluator(batch).num_rows for batch in batches)


def loaded(dossiers: Path, maker: EvaluatorMaker) -> tuple[list[pa.RecordBatch], list[Spent], Spent]:
    """Evaluate several times: the outcomes, each time's seconds, those of making the evaluator and warming up."""
    batches = list(batches_of(dossiers, maker))
    evaluator, warming = spent_on(lambda: _warm(maker, batches[0]))
    times: list[Spent] = []
    for _ in range(TIMES):
        rows, spent = spent_on(lambda: outcomes_of(evaluator, batches))
        assert rows == sum(batch.num_rows for batch in batches)
        times.append(spent)
    return [evaluator(batch) for batch in batches], times, warming


def _warm(maker: EvaluatorMaker, batch: pa.RecordBatch) -> BatchEvaluator:
    evaluator = maker.make()
    evaluator(batch.slice(0, WARM_ROWS))
    if isinstance(evaluator, KernelEvaluator):
        # What a run of many rows comes to by itself: the others' compilers have done all they can as well.
        evaluator.improve(wait=True)
    return evaluator


def end_to_end(dossiers: Path, pack: Path, maker: EvaluatorMaker, task: Task, out: Path) -> tuple[Spent, Spent]:
    """A whole run into a folder: its seconds, those of warming up."""
    _, warming = spent_on(lambda: _warm(maker, next(batches_of(dossiers, maker))))
    _, spent = spent_on(lambda: evaluate([pack], dossiers, AS_OF, out, engine=ENGINE, form=FORM, workers=task.threads))
    return spent, warming


def answers(batches: Iterable[pa.RecordBatch], rows: int) -> tuple[dict[str, int], np.ndarray]:
    """Sum of each clause of copy 0 alone, and what each enterprise is paid, in fen, from sheets."""
    alone: dict[str, int] = {}
    paid = np.zeros(rows, np.int64)
    for batch in batches:
        clauses = [one.id for one in clauses_of(batch.schema)]
        place = batch.column("entity").cast(pa.int64()).to_numpy() - 1
        fen = {clause: batch.column(f"{clause}:fen").to_numpy() for clause in clauses}
        for clause, amounts in fen.items():
            alone[clause] = alone.get(clause, 0) + int(amounts.sum())
            paid[place] += amounts
        taken = batch.column(LOWERED)
        owners, entries = pc.list_parent_indices(taken).to_numpy(), taken.flatten()
        for row, n, whole in zip(
            owners.tolist(), entries.field("clause").to_pylist(), entries.field("alone").to_pylist(), strict=True
        ):
            alone[clauses[n]] += whole - int(fen[clauses[n]][row])
    return {name: alone[name] if name in alone else alone[f"{name}-0"] for name in CLAUSES}, paid


def main() -> None:
    """Measure and print the JSON line."""
    task = read_task()
    scratch = Path(mkdtemp(dir=task.out.parent))
    pack = PACK if task.copies == 1 else write_copies(task.copies, scratch)
    dossiers, building = dossiers_of(task)
    maker, making = spent_on(lambda: maker_for(ENGINE, [pack], dossiers, AS_OF, form=FORM))
    found: Iterable[pa.RecordBatch]
    if task.mode == "loaded":
        found, times, warming = loaded(dossiers, maker)
        stages = {"evaluate": min(times, key=lambda spent: spent.cpu)}
        peak = peak_bytes()
    else:
        spent, warming = end_to_end(dossiers, pack, maker, task, scratch / "run")
        times, stages = [], {"run": spent}
        peak = peak_bytes()
        found = read_run(scratch / "run").batches()
    sums, paid = answers(found, task.rows)
    if task.answers is not None:
        np.save(task.answers, paid)
    told = report(task, f"{yanlian.__version__} {ENGINE}", stages, peak)
    told |= {
        "evaluations_cpu": [spent.cpu for spent in times],
        "warm_cpu": making.cpu + warming.cpu,
        "build_cpu": building,
        "total_fen": int(paid.sum()),
        "clause_fen": sums,
    }
    print(json.dumps(told))
    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
