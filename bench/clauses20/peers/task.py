"""What every peer does: take the task from the command line, measure itself, print one JSON line.

    python peers/<engine>_peer.py --rows N --data DIR --mode loaded|end_to_end --out FILE [--answers FILE.npy]
        [--copies 1] [--threads 1]

Mode `loaded`: the inputs are in the engine's own form in memory; only the evaluation is measured, three times, and the
least counts (the first also pays for memory never touched before; all three are told). Mode `end_to_end`: once, from
opening the Parquet files to the closed Parquet file of amounts. Both come after a warm-up on 1,000 rows (imports,
compilation), which is told apart. CPU seconds are user + system of the process, its threads and its children. A peer
needs the standard library, NumPy and its own engine, pyarrow where it reads files with it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from parameters import CLAUSES

WARM_ROWS = 1000
TIMES = 3
Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """One measured run."""

    rows: int
    data: Path
    mode: str
    out: Path
    answers: Path | None
    copies: int
    threads: int

    @property
    def enterprises(self) -> Path:
        return self.data / f"ent_{self.rows}.parquet"

    @property
    def patents(self) -> Path:
        return self.data / f"pat_{self.rows}.parquet"


class Peer(Protocol):
    """An engine. The three types in between are its own."""

    version: str

    def load(self, task: Task, rows: int) -> object:
        """Read the first rows into the engine's own form in memory."""

    def evaluate(self, loaded: object) -> object:
        """All clauses of all copies."""

    def write(self, outcome: object, out: Path) -> None:
        """Amounts by enterprise and clause (and reason codes, where it has them) as Parquet."""

    def totals(self, outcome: object) -> dict[str, int]:
        """Sum in fen of each clause of copy 0."""

    def payable(self, outcome: object) -> np.ndarray | None:
        """What each enterprise is paid by all copies together, in fen; None when the engine keeps sums only."""

    def total(self, outcome: object) -> int:
        """Sum of what is paid, in fen."""


@dataclass(frozen=True)
class Spent:
    """Seconds of a step."""

    user: float
    system: float
    wall: float

    @property
    def cpu(self) -> float:
        return self.user + self.system


def now() -> Spent:
    """Seconds of this process so far, its threads and finished children included."""
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Spent(sum(one.ru_utime for one in used), sum(one.ru_stime for one in used), time.perf_counter())


def peak_bytes() -> int:
    """Most memory this process ever had, plus that of its largest child.

    Linux keeps `ru_maxrss` over `exec`, so a small process started by a large one would show the memory of the other;
    there the kernel's own high-water mark of the address space is read.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text("utf-8").splitlines()
        own = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), own)
    return own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _RSS_UNIT


_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def spent_on(step: Callable[[], Result]) -> tuple[Result, Spent]:
    """A step's result and its seconds."""
    start = now()
    result = step()
    end = now()
    return result, Spent(end.user - start.user, end.system - start.system, end.wall - start.wall)


def read_task(arguments: list[str] | None = None) -> Task:
    """The task from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mode", choices=("loaded", "end_to_end"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return Task(**vars(parser.parse_args(arguments)))


def run(make: Callable[[Task], Peer]) -> None:
    """Measure a peer and print the JSON line."""
    task = read_task()
    peer, making = spent_on(lambda: make(task))
    _, warming = spent_on(lambda: peer.evaluate(peer.load(task, min(WARM_ROWS, task.rows))))
    stages: dict[str, Spent] = {}
    times: list[Spent] = []
    if task.mode == "loaded":
        loaded, outcome = peer.load(task, task.rows), None
        for _ in range(TIMES):
            del outcome
            outcome, spent = spent_on(lambda: peer.evaluate(loaded))
            times.append(spent)
        stages["evaluate"] = min(times, key=lambda spent: spent.cpu)
    else:
        loaded, stages["load"] = spent_on(lambda: peer.load(task, task.rows))
        outcome, stages["evaluate"] = spent_on(lambda: peer.evaluate(loaded))
        _, stages["write"] = spent_on(lambda: peer.write(outcome, task.out))
    peak = peak_bytes()
    payable = peer.payable(outcome)
    if task.answers is not None and payable is not None:
        np.save(task.answers, np.asarray(payable, dtype=np.int64))
    told = report(task, peer.version, stages, peak)
    told["evaluations_cpu"] = [spent.cpu for spent in times]
    told["warm_cpu"] = making.cpu + warming.cpu
    told["total_fen"] = peer.total(outcome)
    told["clause_fen"] = peer.totals(outcome)
    assert tuple(told["clause_fen"]) == CLAUSES
    print(json.dumps(told))


def report(task: Task, version: str, stages: dict[str, Spent], peak: int) -> dict[str, object]:
    """The measured part of the JSON line."""
    return {
        "version": version,
        "mode": task.mode,
        "rows": task.rows,
        "cpu": sum(stage.cpu for stage in stages.values()),
        "wall": sum(stage.wall for stage in stages.values()),
        "stages": {name: {"cpu": stage.cpu, **asdict(stage)} for name, stage in stages.items()},
        "process_cpu": now().cpu,
        "peak_bytes": peak,
    }
