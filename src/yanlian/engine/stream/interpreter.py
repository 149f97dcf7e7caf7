"""The reference interpreter as a batch evaluator: slow, obviously right, the oracle of every faster one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import pyarrow as pa

from yanlian.engine.dossier import open_snapshot
from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.stream.outcomes import outcome_batch


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What a worker process needs to make its own evaluator: paths and a date, nothing that cannot be sent."""

    packs: tuple[Path, ...]
    snapshot: Path
    as_of: date
    with_drafts: bool = False

    def make(self) -> _Evaluate:
        """Load packs and coverage once in this process."""
        evaluator = Evaluator(load_packs(self.packs), self.as_of, with_drafts=self.with_drafts)
        return _Evaluate(evaluator, self.snapshot)


class _Evaluate:
    def __init__(self, evaluator: Evaluator, snapshot: Path) -> None:
        self._evaluator = evaluator
        self._coverage = open_snapshot(snapshot).coverage

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = cast("list[Mapping[str, object]]", batch.to_pylist())
        return outcome_batch(one for row in rows for one in self._evaluator.evaluate(row, self._coverage))


def interpreter(packs: Sequence[Path], snapshot: Path, as_of: date, *, with_drafts: bool = False) -> Interpreter:
    """The interpreter for these packs on this snapshot."""
    return Interpreter(tuple(packs), snapshot, as_of, with_drafts)
