"""Hand-written NumPy over int64 columns (`exact.py`): amounts by clause, no reason codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from columns import Columns, enterprises, patents, write_amounts
from exact import Amounts, amounts, payable
from parameters import CLAUSES, of_copy
from task import Task, run

Loaded = tuple[Columns, Columns]
Outcome = tuple[np.ndarray, list[Amounts], np.ndarray]


class NumPy:
    """The peer."""

    version = np.__version__

    def __init__(self, task: Task) -> None:
        self.copies = [of_copy(copy) for copy in range(task.copies)]

    def load(self, task: Task, rows: int) -> Loaded:
        return enterprises(task, rows), patents(task, rows)

    def evaluate(self, loaded: Loaded) -> Outcome:
        ent, pat = loaded
        found = [amounts(ent, pat, figures) for figures in self.copies]
        paid = sum((payable(one, figures) for one, figures in zip(found, self.copies, strict=True)), np.int64(0))
        return ent["eid"], found, paid

    def write(self, outcome: Outcome, out: Path) -> None:
        eid, found, paid = outcome
        columns = {f"{name}_{copy}": one[name] for copy, one in enumerate(found) for name in CLAUSES}
        write_amounts(out, eid, {**columns, "payable": paid})

    def totals(self, outcome: Outcome) -> dict[str, int]:
        return {name: int(outcome[1][0][name].sum()) for name in CLAUSES}

    def payable(self, outcome: Outcome) -> np.ndarray:
        return outcome[2]

    def total(self, outcome: Outcome) -> int:
        return int(outcome[2].sum())


if __name__ == "__main__":
    run(NumPy)
