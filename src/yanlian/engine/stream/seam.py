"""The seam between moving dossiers and judging them: what an evaluator is, and what can be sent to where it works."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import pyarrow as pa

# Counts that add up: dossiers, outcomes by kind, dossiers that the interpreter judged and why.
Report = dict[str, int]


class BatchEvaluator(Protocol):
    """Dossiers in, outcomes out, both as Arrow batches; the outcomes in the order of the dossiers.

    `report` says what the last call came to. One evaluator is never called by two threads at a time.
    """

    report: Report

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch: ...


class EvaluatorMaker(Protocol):
    """Something small that can be pickled, sent to a worker, and makes the evaluator there (one for each worker).

    schema: of its batches of outcomes. threads: whether evaluators may work in threads of one process (they leave the
    interpreter's lock); otherwise workers are processes. identity: a hash of everything that decides the outcomes but
    the dossiers; facts: the same in words (engine, form, version, as_of, drafts, packs, …), to name what differs.
    clause_hashes: for each clause that is run, in the order of its outcomes, a hash of everything that decides its
    outcomes for a given row; clauses that stacking or caps tie together change together.
    columns: those of a dossier that are needed (None: all); dictionaries: paths of string columns to be read as
    dictionaries. batch_rows: dossiers handed over at a time; unit_rows: dossiers in one part of a run. Both decide how
    files are cut, so they are the same for every run of an engine and form.
    """

    @property
    def schema(self) -> pa.Schema: ...
    @property
    def threads(self) -> bool: ...
    @property
    def identity(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, str]: ...
    @property
    def clause_hashes(self) -> Mapping[str, str]: ...
    @property
    def columns(self) -> tuple[str, ...] | None: ...
    @property
    def dictionaries(self) -> tuple[str, ...]: ...
    @property
    def batch_rows(self) -> int: ...
    @property
    def unit_rows(self) -> int: ...

    def make(self) -> BatchEvaluator:
        """The evaluator, in the process or thread that will use it."""
        ...

    def only(self, clauses: Collection[str]) -> EvaluatorMaker:
        """The same for some clauses, which must be whole components (see clause_hashes)."""
        ...


def merged(reports: Iterable[Mapping[str, int]]) -> Report:
    """Several reports as one."""
    total: Report = {}
    for report in reports:
        for key, count in report.items():
            total[key] = total.get(key, 0) + count
    return dict(sorted(total.items()))
