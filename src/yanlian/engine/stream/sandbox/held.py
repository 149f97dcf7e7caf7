"""Dossiers held open in memory, ready for programs and, one by one, for the interpreter."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow as pa

from yanlian.engine.dossier import Coverage
from yanlian.engine.dossier.overlay import files_of, open_dossiers
from yanlian.engine.dossier.statistics import Bounds, ranges_of
from yanlian.engine.stream.kernel import text_columns

BATCH_ROWS = 65_536
# Beyond this dossiers are read from their files again for each question.
BYTES_MAX = 2 << 30
_KEPT_ROWS = 20_000

Row = Mapping[str, object]
Ranges = Mapping[tuple[str, str], Bounds]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some dossiers; `start`: the number of the first among all."""

    start: int
    rows: pa.RecordBatch


class Held:
    """All dossiers of a data set. Dictionaries of texts are unified, so that every batch has the same schema."""

    def __init__(self, dossiers: Path, *, bytes_max: int = BYTES_MAX) -> None:
        files = files_of(dossiers)
        self.path = dossiers
        self._source = open_dossiers(dossiers, text_columns(files))
        self.hash: str = self._source.hash
        self.coverage: Coverage = self._source.coverage
        self.ranges: Ranges = ranges_of(files)
        self.rows: int = sum(self._source.sizes())
        # Whether values surely lie within the ranges: they come from the very files.
        self.trusted = True
        self._bytes_max = bytes_max
        self._batches: list[Batch] | None = None
        self._one_by_one: OrderedDict[int, Row] = OrderedDict()

    def batches(self) -> Iterator[Batch]:
        """In order; from memory when there is room."""
        if self._batches is not None:
            yield from self._batches
            return
        kept: list[Batch] | None = []
        size = 0
        for batch in self._read():
            size += batch.rows.nbytes
            if kept is not None:
                kept.append(batch)
            if size > self._bytes_max:
                kept = None
            yield batch
        self._batches = kept

    @property
    def in_memory(self) -> bool:
        """Whether questions need no file any more."""
        return self._batches is not None

    def _read(self) -> Iterator[Batch]:
        start, waiting, size = 0, [], 0
        groups = len(self._source.sizes())
        for number in range(groups):
            waiting.append(self._source.read(number))
            size += waiting[-1].num_rows
            if size >= BATCH_ROWS or number == groups - 1:
                batch = _one(waiting)
                yield Batch(start, batch)
                start += batch.num_rows
                waiting, size = [], 0

    def dossiers(self, batch: Batch, rows: Sequence[int]) -> list[Row]:
        """Dossiers of a batch as the interpreter reads them; those asked for last are kept."""
        missing = [row for row in rows if batch.start + row not in self._one_by_one]
        if missing:
            found = cast("list[Row]", batch.rows.take(pa.array(missing, pa.int64())).to_pylist())
            for row, dossier in zip(missing, found, strict=True):
                self._one_by_one[batch.start + row] = dossier
        answer = [self._one_by_one[batch.start + row] for row in rows]
        while len(self._one_by_one) > _KEPT_ROWS:
            self._one_by_one.popitem(last=False)
        return answer


def _one(tables: list[pa.Table]) -> pa.RecordBatch:
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables)
    (batch,) = table.unify_dictionaries().combine_chunks().to_batches()
    return batch
