"""A loop in Python over Decimal, row by row (`../oracle.py`): the plain exact way.

The runner gives it the first rows of a table only and scales. The oracle is written for reading, not for speed. Rows
and lists of patents lie in memory as Python values.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from columns import write_amounts
from parameters import CLAUSES
from task import Task, run

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from oracle import Paid, Row, patents_by_owner, pay

Loaded = list[tuple[Row, list]]
Outcome = list[tuple[int, Paid]]


class DecimalLoop:
    """The peer."""

    version = platform.python_version()

    def __init__(self, task: Task) -> None:
        if task.copies != 1:
            raise SystemExit("decimal: the oracle knows one copy of the set")

    def load(self, task: Task, rows: int) -> Loaded:
        first = next(pq.ParquetFile(task.enterprises).iter_batches(batch_size=rows))
        grants = pq.read_table(task.patents, use_threads=False)
        owned = patents_by_owner(grants.filter(pc.less_equal(grants["eid"], rows)))
        return [(row, owned.get(row["eid"], [])) for row in first.to_pylist()]

    def evaluate(self, loaded: Loaded) -> Outcome:
        return [(row["eid"], pay(row, grants)) for row, grants in loaded]

    def write(self, outcome: Outcome, out: Path) -> None:
        amounts = {name: np.array([paid.alone[name] for _, paid in outcome]) for name in CLAUSES}
        write_amounts(out, np.array([eid for eid, _ in outcome]), {**amounts, "payable": self.payable(outcome)})

    def totals(self, outcome: Outcome) -> dict[str, int]:
        return {name: sum(paid.alone[name] for _, paid in outcome) for name in CLAUSES}

    def payable(self, outcome: Outcome) -> np.ndarray:
        return np.array([paid.total for _, paid in outcome])

    def total(self, outcome: Outcome) -> int:
        return sum(paid.total for _, paid in outcome)


if __name__ == "__main__":
    pa.set_cpu_count(1)
    run(DecimalLoop)
