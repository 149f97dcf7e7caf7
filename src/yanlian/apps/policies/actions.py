"""The only writers of runs: evaluate a snapshot under the packs in use, keep the outcomes in Parquet and here."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils import timezone

import yanlian
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import pack_folders, packs_in_use
from yanlian.apps.registry.models import Entity
from yanlian.engine.dossier import Snapshot
from yanlian.engine.stream import Progress, interpreter, read_outcomes, stream

ENGINE = f"interpreter {yanlian.__version__}"
_ROWS_PER_INSERT = 2_000


@dataclass(slots=True)
class _Totals:
    """Counts and sums over the outcomes of a run, kept while they stream by."""

    by_outcome: Counter[str] = field(default_factory=Counter)
    clauses: dict[str, Counter[str]] = field(default_factory=dict)
    amount_fen: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        names = batch.column("clause").to_pylist()
        kinds = batch.column("kind").to_pylist()
        amounts = batch.column("amount_fen").to_pylist()
        for clause, kind, fen in zip(names, kinds, amounts, strict=True):
            self.by_outcome[kind] += 1
            one = self.clauses.setdefault(clause, Counter())
            one[kind] += 1
            one["amount_fen"] += fen
            self.amount_fen += fen


def run_policies(
    snapshot: Snapshot,
    as_of: date,
    *,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Run, bool]:
    """Evaluate and record; returns the run and whether it was made now.

    A run that is complete for the same snapshot, packs, day and engine is returned as it is. One that was cut off (a
    killed process) is done again from the start: its outcomes appear in the database in one transaction or not at all.
    """
    packs = packs_in_use()
    key = {"snapshot_hash": snapshot.info.hash, "pack_hash": packs.hash, "as_of": as_of, "engine": ENGINE}
    name = hashlib.sha256("|".join(str(part) for part in key.values()).encode()).hexdigest()[:16]
    folder = Path("runs") / name
    run, _ = Run.objects.get_or_create(**key, defaults={"made_at": timezone.now(), "folder": folder.as_posix()})
    file = settings.DATA / folder / "outcomes.parquet"
    if run.state == Run.State.COMPLETE and file.exists():
        return run, False
    totals = _Totals()
    result = stream(
        snapshot,
        interpreter(pack_folders(), snapshot.info.path, as_of),
        file,
        workers=workers or os.cpu_count() or 1,
        progress=progress,
        each=totals.add,
    )
    _record(run, file, totals, result.dossiers, round(result.seconds * 1000))
    return run, True


def preview_policies(snapshot: Snapshot, as_of: date, *, progress: Callable[[Progress], None] | None = None) -> Run:
    """What the packs would give with drafts counted in: totals only, nothing is kept, nothing can be paid from it."""
    totals = _Totals()
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        result = stream(
            snapshot,
            interpreter(pack_folders(), snapshot.info.path, as_of, with_drafts=True),
            Path(folder) / "outcomes.parquet",
            workers=os.cpu_count() or 1,
            progress=progress,
            each=totals.add,
        )
    run = Run(snapshot_hash=snapshot.info.hash, pack_hash=packs_in_use().hash, as_of=as_of, engine=ENGINE)
    _total(run, totals, result.dossiers, round(result.seconds * 1000))
    return run


def _total(run: Run, totals: _Totals, dossiers: int, milliseconds: int) -> None:
    run.entities = dossiers
    run.clauses = len(totals.clauses)
    run.by_outcome = dict(totals.by_outcome)
    run.by_clause = {clause: dict(counts) for clause, counts in totals.clauses.items()}
    run.amount_fen = totals.amount_fen
    run.seconds_ms = milliseconds


def _record(run: Run, file: Path, totals: _Totals, dossiers: int, milliseconds: int) -> None:
    """The outcomes and totals of a finished run enter the database together."""
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.state == Run.State.COMPLETE:
            # Another process finished the same run meanwhile, with the same bytes.
            run.refresh_from_db()
            return
        Outcome.objects.filter(run=run).delete()
        keys = dict(Entity.objects.values_list("code", "pk"))
        for rows in read_outcomes(file):
            Outcome.objects.bulk_create(
                (_outcome(run, keys, row) for row in rows if row["kind"] != Outcome.Kind.NOT_APPLICABLE),
                batch_size=_ROWS_PER_INSERT,
            )
        run.state = Run.State.COMPLETE
        run.finished_at = timezone.now()
        _total(run, totals, dossiers, milliseconds)
        run.save()


def _outcome(run: Run, keys: dict[str, int], row: dict[str, object]) -> Outcome:
    return Outcome(
        run=run,
        entity_id=keys[cast("str", row["entity"])],
        clause=cast("str", row["clause"]),
        document=cast("str", row["document"]),
        department=cast("str", row["department"]),
        matter=cast("str", row["matter"]),
        period=cast("str", row["period"]),
        event_on=cast("date | None", row["event_on"]),
        kind=cast("str", row["kind"]),
        amount_fen=cast("int", row["amount_fen"]),
        clause_fen=cast("int", row["clause_fen"]),
        delivery=cast("str", row["delivery"]),
        reason=cast("dict[str, object]", row["reason"]),
    )
