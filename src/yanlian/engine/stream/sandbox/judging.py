"""Clauses over dossiers that are held in memory: outcomes counted by kind, and every amount that is due.

Programs are those of brief.py: an outcome that is unknown is only counted. The interpreter judges a dossier where they
cannot tell an amount (two events of one clause, payments made before, what the compiler does not know); how often is
told. Of an event that may exist undelivered nothing is due; whether it is unknown or already ruled out is asked of the
interpreter only when counts must be `exact`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.engine.dossier import Coverage, Schema
from yanlian.engine.dossier.columns import Layout, OutsideRange, Strings
from yanlian.engine.native.tiers import Tiers
from yanlian.engine.policy import Evaluator, Outcome
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.plan import ASK, ASKED, ELIGIBLE, MANUAL, NOT_APPLICABLE, OPEN, OUT, UNKNOWN, planned
from yanlian.engine.policy.scope import base_names
from yanlian.engine.stream.components import components
from yanlian.engine.stream.kernel_programs import Few, Outputs, Programs
from yanlian.engine.stream.sandbox.held import Batch, Held

Ints: TypeAlias = npt.NDArray[np.int64]
# Told how many dossiers are done of how many; may raise, and then the question is given up.
Tell: TypeAlias = Callable[[int, int], None]
NO_DAY = int(np.iinfo(np.int32).min)
_EPOCH = date(1970, 1, 1).toordinal()
_KINDS = {MANUAL: "manual", NOT_APPLICABLE: "not_applicable", ELIGIBLE: "eligible", UNKNOWN: "unknown", OPEN: "open"}
_LOWEST = OUT
_TELL_EVERY = 200


@dataclass(frozen=True, slots=True, eq=False)
class ClauseFigures:
    """What a clause comes to. `kinds`: outcomes by kind (`open`: unknown, or perhaps already ruled out); `rows`, `fen`,
    `days`: of each eligible outcome its dossier's number, what is due and the day of its event (NO_DAY without one), by
    dossier; `interpreted`: dossiers that the interpreter judged; `left`: why parts of it are always left to it."""

    kinds: Mapping[str, int]
    rows: Ints
    fen: Ints
    days: Ints
    interpreted: int
    left: tuple[str, ...] = ()

    @property
    def total_fen(self) -> int:
        """What is due in all."""
        return int(self.fen.sum())


@dataclass(slots=True)
class _Growing:
    """The figures of a clause while batches come in."""

    kinds: Counter[str] = field(default_factory=Counter)
    rows: list[Ints] = field(default_factory=list)
    fen: list[Ints] = field(default_factory=list)
    days: list[Ints] = field(default_factory=list)
    told: list[tuple[int, int, int]] = field(default_factory=list)
    interpreted: int = 0

    def finished(self, left: tuple[str, ...]) -> ClauseFigures:
        """In the order of dossiers; outcomes of one dossier as they were told."""
        told = np.array(self.told, np.int64).reshape(-1, 3)
        parts = [np.concatenate([*parts, told[:, n]]) for n, parts in enumerate((self.rows, self.fen, self.days))]
        order = np.argsort(parts[0], kind="stable")
        rows, fen, days = (part[order] for part in parts)
        return ClauseFigures(dict(self.kinds), rows, fen, days, self.interpreted, left)


class Judge:
    """Judges clauses on one day over held dossiers. Not to be used by two threads at a time."""

    def __init__(self, held: Held, schema: Schema, as_of: date, district: str) -> None:
        self.held = held
        self.as_of = as_of
        self._schema = schema
        self._base = base_names(as_of, district)
        self._layouts: dict[bool, Layout] = {}

    @property
    def coverage(self) -> Coverage:
        """What was delivered."""
        return self.held.coverage

    def judge(
        self,
        evaluator: Evaluator,
        *,
        only: Iterable[str] | None = None,
        cache: Path | None = None,
        exact: bool = False,
        tell: Tell | None = None,
    ) -> dict[str, ClauseFigures]:
        """The figures of these clauses (whole components; None: all) by id. `cache`: where code is kept."""
        wanted = None if only is None else set(only)
        clauses = [one for one in evaluator.clauses if wanted is None or one.id in wanted]
        if not clauses:
            return {}
        work = _Work(self, clauses, evaluator, cache, exact=exact, tell=tell)
        for batch in self.held.batches():
            work.batch(batch)
        return work.finished()

    def layout(self, schema: pa.Schema, *, narrow: bool) -> Layout:
        """The columns of the dossiers. `narrow`: with the ranges of their statistics."""
        found = self._layouts.get(narrow)
        if found is None:
            ranges = self.held.ranges if narrow else None
            trusted = narrow and self.held.trusted
            found = Layout(schema, self._schema, self.coverage, self.as_of, ranges, trusted=trusted)
            self._layouts[narrow] = found
        return found

    def programs(
        self, clauses: Sequence[CompiledClause], schema: pa.Schema, cache: Path | None, *, narrow: bool, brief: bool
    ) -> Programs:
        """Compiled programs of clauses, ready to run."""
        strings = Strings()
        layout = self.layout(schema, narrow=narrow)
        tied = components(clauses)
        plan = planned(clauses, tied, layout, strings, self._schema, self.coverage, self.as_of, self._base, brief=brief)
        few = [program for one in plan.details for program in (one.stacked, one.capped) if program is not None]
        return Programs(plan, Tiers([*plan.programs, *few], cache).kernels, layout, strings)


class _Work:
    """One question going through the batches."""

    def __init__(
        self,
        judge: Judge,
        clauses: Sequence[CompiledClause],
        evaluator: Evaluator,
        cache: Path | None,
        *,
        exact: bool,
        tell: Tell | None,
    ) -> None:
        self.judge = judge
        self.clauses = clauses
        self.evaluator = evaluator
        self.cache = cache
        self.exact = exact
        self.tell = tell
        self.tied = components(clauses)
        self.growing = {one.id: _Growing() for one in clauses}
        self.made: dict[bool, Programs] = {}

    def batch(self, batch: Batch) -> None:
        """Take a batch into account."""
        if self.tell is not None:
            self.tell(batch.start, self.judge.held.rows)
        outputs, few = self._run(batch)
        for some in few:
            _lower(outputs, some)
        asked = self._asked(outputs)
        for clause in self.clauses:
            self._count(batch, clause.id, outputs)
        self._interpret(batch, asked)

    def _run(self, batch: Batch) -> tuple[Outputs, list[Few]]:
        try:
            return self._programs(batch, narrow=True).run(batch.rows)
        except OutsideRange:
            return self._programs(batch, narrow=False).run(batch.rows)

    def _programs(self, batch: Batch, *, narrow: bool) -> Programs:
        found = self.made.get(narrow)
        if found is None:
            found = self.judge.programs(self.clauses, batch.rows.schema, self.cache, narrow=narrow, brief=True)
            self.made[narrow] = found
        return found

    def _asked(self, outputs: Outputs) -> dict[int, set[str]]:
        """Which clauses the interpreter must judge, by row; their codes say so afterwards."""
        asked: dict[int, set[str]] = {}
        for component in self.tied:
            flags = outputs.get(f"{component[0]}{ASKED}")
            rows = np.flatnonzero(flags) if flags is not None else np.zeros(0, np.int64)
            if self.exact:
                open_ = np.any([outputs[f"{one}:code"] <= OPEN for one in component], axis=0)
                rows = np.union1d(rows, np.flatnonzero(open_))
            for one in component:
                outputs[f"{one}:code"][rows] = ASK
                self.growing[one].interpreted += len(rows)
            for row in rows.tolist():
                asked.setdefault(row, set()).update(component)
        return asked

    def _count(self, batch: Batch, clause: str, outputs: Outputs) -> None:
        growing, code = self.growing[clause], outputs[f"{clause}:code"]
        counts = np.bincount(np.minimum(code, 1).astype(np.int64) - _LOWEST, minlength=2 - _LOWEST)
        for value, kind in _KINDS.items():
            growing.kinds[kind] += int(counts[value - _LOWEST])
        growing.kinds["not_eligible"] += int(counts[1 - _LOWEST] + counts[OUT - _LOWEST])
        rows = np.flatnonzero(code == ELIGIBLE)
        days = outputs.get(f"{clause}:day")
        growing.rows.append(rows + batch.start)
        growing.fen.append(outputs[f"{clause}:fen"][rows].astype(np.int64))
        growing.days.append(np.full(len(rows), NO_DAY, np.int64) if days is None else days[rows].astype(np.int64))

    def _interpret(self, batch: Batch, asked: Mapping[int, set[str]]) -> None:
        rows = sorted(asked)
        for at in range(0, len(rows), _TELL_EVERY):
            some = rows[at : at + _TELL_EVERY]
            for row, dossier in zip(some, self.judge.held.dossiers(batch, some), strict=True):
                for one in self.evaluator.evaluate(dossier, self.judge.coverage, only=asked[row]):
                    self._told(batch.start + row, one)
            if self.tell is not None:
                self.tell(batch.start + batch.rows.num_rows * at // len(rows), self.judge.held.rows)

    def _told(self, row: int, one: Outcome) -> None:
        growing = self.growing[one.clause]
        growing.kinds[one.kind] += 1
        if one.kind == "eligible":
            day = NO_DAY if one.event_on is None else one.event_on.toordinal() - _EPOCH
            growing.told.append((row, one.amount_fen, day))

    def finished(self) -> dict[str, ClauseFigures]:
        """The figures by clause."""
        left = next((made.plan.left for made in self.made.values()), {})
        why = {clause: tuple(dict.fromkeys(one.reason for one in told)) for clause, told in left.items()}
        return {clause: growing.finished(why.get(clause, ())) for clause, growing in self.growing.items()}


def _lower(outputs: Outputs, some: Few) -> None:
    """What stacking and caps took away: amounts become what is due."""
    for name, lost in some.outputs.items():
        clause, _, what = name.rpartition(":")
        if what == "lost":
            here = np.flatnonzero(lost)
            outputs[f"{clause}:fen"][some.rows[here]] = some.outputs[f"{clause}:due"][here]
