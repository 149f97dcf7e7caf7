"""The hand-written fused loop, compiled by Numba (`numba_source.py`), and the bar that our kernel has to reach.

    numba_peer.py reasons|totals …      the variant, then the usual arguments

`reasons` writes an amount and a reason code by enterprise and clause into arrays that were made and touched before;
`totals` only adds and writes nothing. The patents lie in memory by owner, as lists in Arrow do; counting them is part
of the evaluation. Columns of amounts, as Arrow and Parquet want them; rows of amounts were about a seventh faster in a
trial, before turning them. Compilation (cache off) is the warm-up, told apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from columns import Columns, enterprises, patents, write_amounts
from numba_source import COLUMNS, source
from parameters import CLAUSES, INVENTION, PCT, YEAR_FIRST, YEAR_LAST
from task import Task, run


@numba.njit(nogil=True)
def count(first, last, offsets, kinds, days, inventions, pct):
    """Inventions and PCT patents of 2025 of each enterprise."""
    for i in range(first, last):
        one, other = 0, 0
        for j in range(offsets[i], offsets[i + 1]):
            if YEAR_FIRST <= days[j] <= YEAR_LAST:
                one += kinds[j] == INVENTION
                other += kinds[j] == PCT
        inventions[i] = one
        pct[i] = other


@numba.njit
def by_owner(owners, kinds, days, rows):
    """The patents in the order of their owners: where each owner's begin, kinds, days."""
    offsets = np.zeros(rows + 1, np.int64)
    for owner in owners:
        offsets[owner] += 1
    for i in range(rows):
        offsets[i + 1] += offsets[i]
    place = offsets.copy()
    kinds_found, days_found = np.empty_like(kinds), np.empty_like(days)
    for j in range(owners.size):
        at = place[owners[j] - 1]
        place[owners[j] - 1] = at + 1
        kinds_found[at], days_found[at] = kinds[j], days[j]
    return offsets, kinds_found, days_found


@dataclass
class Loaded:
    """Columns, patents by owner, and the arrays that are filled."""

    ent: Columns
    offsets: np.ndarray
    kinds: np.ndarray
    days: np.ndarray
    counts: tuple[np.ndarray, np.ndarray]
    amounts: np.ndarray
    codes: np.ndarray
    payable: np.ndarray
    sums: np.ndarray


class Numba:
    """The peer."""

    version = numba.__version__

    def __init__(self, task: Task, *, reasons: bool) -> None:
        self.reasons, self.copies, self.threads = reasons, task.copies, task.threads
        names: dict[str, Callable[..., None]] = {}
        exec(source(task.copies, reasons=reasons), {"np": np, "min": min, "max": max}, names)  # our own text
        self.loop = numba.njit(nogil=True)(names["loop"])
        self.pool = ThreadPoolExecutor(task.threads)

    def load(self, task: Task, rows: int) -> Loaded:
        ent, pat = enterprises(task, rows), patents(task, rows)
        owned = by_owner(pat["eid"], pat["ptype"], pat["gdate"], rows)
        clauses = 20 * self.copies if self.reasons else 0
        return Loaded(
            ent,
            *owned,
            (np.full(rows, 0), np.full(rows, 0)),
            # full(), not zeros(): the memory is touched now.
            np.full((clauses, rows), 0),
            np.full((clauses, rows), 0, np.uint8),
            np.full(rows if self.reasons else 0, 0),
            np.zeros(20 * self.copies + 1, np.int64),
        )

    def evaluate(self, loaded: Loaded) -> Loaded:
        rows = loaded.offsets.size - 1
        loaded.sums[:] = 0
        borders = np.linspace(0, rows, self.threads + 1).astype(int).tolist()
        parts = [np.zeros_like(loaded.sums) for _ in range(self.threads)]
        jobs = [self._part(loaded, *job) for job in zip(borders[:-1], borders[1:], parts, strict=True)]
        if self.threads == 1:
            jobs[0]()
        else:
            list(self.pool.map(lambda job: job(), jobs))
        loaded.sums[:] = sum(parts)
        return loaded

    def _part(self, loaded: Loaded, first: int, last: int, sums: np.ndarray) -> Callable[[], None]:
        def job() -> None:
            count(first, last, loaded.offsets, loaded.kinds, loaded.days, *loaded.counts)
            columns = [loaded.ent[name] for name in COLUMNS]
            self.loop(first, last, *columns, *loaded.counts, loaded.amounts, loaded.codes, loaded.payable, sums)

        return job

    def write(self, outcome: Loaded, out: Path) -> None:
        columns: dict[str, np.ndarray] = {}
        for copy in range(self.copies if self.reasons else 0):
            for number, name in enumerate(CLAUSES):
                columns[f"{name}_{copy}"] = outcome.amounts[20 * copy + number]
                columns[f"{name}_{copy}_reason"] = outcome.codes[20 * copy + number]
        write_amounts(out, outcome.ent["eid"], {**columns, **({"payable": outcome.payable} if self.reasons else {})})

    def totals(self, outcome: Loaded) -> dict[str, int]:
        sums = outcome.amounts[:20].sum(axis=1) if self.reasons else outcome.sums[:20]
        return dict(zip(CLAUSES, map(int, sums), strict=True))

    def payable(self, outcome: Loaded) -> np.ndarray | None:
        return outcome.payable if self.reasons else None

    def total(self, outcome: Loaded) -> int:
        return int(outcome.sums[-1])


if __name__ == "__main__":
    variant = sys.argv.pop(1)
    run(lambda task: Numba(task, reasons=variant == "reasons"))
