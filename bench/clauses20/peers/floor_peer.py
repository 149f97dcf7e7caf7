"""The floor: no rule at all. `loaded` sums every buffer of the decoded columns once; `end_to_end` also decodes them.

Nothing that looks at every figure can be faster. Totals are those of nobody: all zero.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from parameters import CLAUSES
from task import Task, run

WORD = 8


class Floor:
    """The peer."""

    version = pa.__version__

    def __init__(self, task: Task) -> None:
        pa.set_cpu_count(task.threads)
        pa.set_io_thread_count(task.threads)

    def load(self, task: Task, rows: int) -> list[np.ndarray]:
        """The memory of all columns of both tables as words of 64 bits."""
        threads = task.threads > 1
        tables = [pq.read_table(file, use_threads=threads) for file in (task.enterprises, task.patents)]
        buffers = [
            buffer
            for table in tables
            for column in table.columns
            for chunk in column.chunks
            for buffer in chunk.buffers()
            if buffer is not None
        ]
        return [np.frombuffer(buffer, np.int64, buffer.size // WORD) for buffer in buffers]

    def evaluate(self, loaded: list[np.ndarray]) -> int:
        return sum(int(words.sum()) for words in loaded)

    def write(self, outcome: int, out: Path) -> None:
        """Nothing is found, nothing is written."""

    def totals(self, outcome: int) -> dict[str, int]:
        return dict.fromkeys(CLAUSES, 0)

    def payable(self, outcome: int) -> None:
        return None

    def total(self, outcome: int) -> int:
        return 0


if __name__ == "__main__":
    run(Floor)
