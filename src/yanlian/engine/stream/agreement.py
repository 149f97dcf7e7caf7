"""Two engines must agree: which dossiers of a run the interpreter judges again, and what differs from it.

The choice is decided by a hash of the run's identity, so that the same run asks the same dossiers and nobody can say
beforehand which. A small run is judged again as a whole.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.stream.seam import BatchEvaluator

# Dossiers judged again, whatever they are, and besides of each clause so many that are eligible.
MOST = 200
ELIGIBLE_EACH = 2
# Differences that are kept to be shown; all are counted.
SHOWN = 20
_AT_A_TIME = 2_000
_KEY = ("entity", "clause", "matter", "period")
_SAID = ("kind", "amount_fen", "clause_fen", "event_on", "document", "department", "delivery", "reason")

Row = Mapping[str, object]
_Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored and what the interpreter says. what: a column of the outcome, or `missing` (only the interpreter
    has this outcome) or `extra` (only the run has it); then the kind stands on the one side that has it."""

    entity: str
    clause: str
    matter: str
    period: str
    what: str
    stored: str
    judged: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of judging again. outcomes: how many were compared; differences: how many there are; first: some."""

    dossiers: int
    outcomes: int
    differences: int
    first: tuple[Difference, ...]


@dataclass(slots=True)
class Sample:
    """Chooses dossiers while the outcomes of a run go by. Memory: a few thousand ids, whatever the size of the run."""

    seed: str
    _any: list[_Place] = field(default_factory=list)
    _eligible: dict[str, list[_Place]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at a batch of outcomes (OUTCOME_SCHEMA)."""
        entities = batch.column("entity").dictionary_encode()
        ids = cast("list[str]", entities.dictionary.to_pylist())
        places = [(self._number(one), one) for one in ids]
        # An entity's outcomes may go on in the next batch.
        self._any = heapq.nsmallest(MOST, {*self._any, *places})
        rows = np.flatnonzero(pc.equal(batch.column("kind"), "eligible").to_numpy(zero_copy_only=False))
        clauses = batch.column("clause").take(pa.array(rows)).dictionary_encode()
        codes = clauses.indices.to_numpy()
        positions = entities.indices.to_numpy()[rows]
        numbers = np.array([number for number, _ in places], np.uint64)[positions]
        for row in _first_of_each(codes, numbers):
            clause = str(clauses.dictionary[int(codes[row])])
            found = {*self._eligible.get(clause, ()), places[int(positions[row])]}
            self._eligible[clause] = heapq.nsmallest(ELIGIBLE_EACH, found)

    def chosen(self) -> list[str]:
        """Ids in their order."""
        every = [self._any, *self._eligible.values()]
        return sorted({entity for places in every for _, entity in places})

    def _number(self, entity: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed}|{entity}".encode()).digest()[:8])


def _first_of_each(codes: npt.NDArray[np.int32], numbers: npt.NDArray[np.uint64]) -> list[int]:
    """Rows with the least numbers of each code."""
    order = np.lexsort((numbers, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    groups = np.split(order, starts[1:])
    return [int(row) for group in groups for row in group[:ELIGIBLE_EACH]]


def judged_again(dossiers: Path, evaluate: BatchEvaluator, ids: Sequence[str]) -> list[dict[str, object]]:
    """What an evaluator says of these dossiers, `reason` decoded."""
    opened = open_dossiers(dossiers)
    found: list[dict[str, object]] = []
    for at in range(0, len(ids), _AT_A_TIME):
        some = pa.array(ids[at : at + _AT_A_TIME], pa.string())
        table = opened.select(some)
        assert table.num_rows == len(some), "a run knows a dossier that the snapshot does not"
        for batch in table.combine_chunks().to_batches():
            found += _rows(evaluate(batch))
    return found


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    for row in cast("list[dict[str, object]]", batch.to_pylist()):
        yield {**row, "reason": json.loads(cast("str", row["reason"])) if row["reason"] else {}}


def agreement(stored: Iterable[Row], judged: Iterable[Row], asked: Sequence[str]) -> Agreement:
    """Compare the stored outcomes of the dossiers `asked` with what was judged again; rows have the columns of
    OUTCOME_SCHEMA, `reason` decoded."""
    here, there = _by_key(stored), _by_key(judged)
    found: list[Difference] = []
    for key in sorted({*here, *there}):
        found += _differences(key, here.get(key, []), there.get(key, []))
    compared = sum(max(len(here.get(key, ())), len(there.get(key, ()))) for key in {*here, *there})
    return Agreement(len(asked), compared, len(found), tuple(found[:SHOWN]))


_Key = tuple[str, str, str, str]


def _by_key(rows: Iterable[Row]) -> dict[_Key, list[Row]]:
    found: dict[_Key, list[Row]] = {}
    for row in rows:
        entity, clause, matter, period = (str(row[name]) for name in _KEY)
        found.setdefault((entity, clause, matter, period), []).append(row)
    return found


def _differences(key: _Key, here: Sequence[Row], there: Sequence[Row]) -> Iterator[Difference]:
    for stored, judged in zip(here, there, strict=False):
        for name in _SAID:
            if stored[name] != judged[name]:
                yield Difference(*key, name, _text(stored[name]), _text(judged[name]))
    for row in here[len(there) :]:
        yield Difference(*key, "extra", _text(row["kind"]), "")
    for row in there[len(here) :]:
        yield Difference(*key, "missing", "", _text(row["kind"]))


def _text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
