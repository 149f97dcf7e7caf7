"""The only writers of runs: evaluate a snapshot under the packs in use, keep the outcomes in Parquet and here.

What another engine than the interpreter says is compared with the interpreter on a sample before anybody may use it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction
from django.utils import timezone

import yanlian
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.policies.agreeing import as_data, compared, told_by_interpreter
from yanlian.apps.policies.explaining import snapshot_of
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import loaded, pack_folders, packs_in_use, packs_of
from yanlian.apps.policies.settling import OUTCOMES
from yanlian.apps.policies.versions.actions import keep_rules
from yanlian.apps.registry.actions_bulk import insert_rows
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Snapshot
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.settlement.claims import Payment
from yanlian.engine.stream import Progress, RunReader, RunResult, read_run
from yanlian.engine.stream.agreement import Sample
from yanlian.engine.stream.engines import maker_for
from yanlian.engine.stream.interpreter import ENGINE as INTERPRETER
from yanlian.engine.stream.kernel import ENGINE as KERNEL
from yanlian.engine.stream.run import run as run_stream
from yanlian.engine.stream.settle import settle_run

ENGINES = (KERNEL, INTERPRETER)
_ROWS_PER_INSERT = 10_000
_COPIED = ("clause", "document", "department", "matter", "period", "kind", "amount_fen", "clause_fen", "delivery")
# In the counts of a clause, beside its outcomes.
_FEN = "amount_fen"


@dataclass(slots=True)
class _Totals:
    """Counts by outcome and sums in fen for each clause of a run, kept while its outcomes stream by."""

    clauses: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        rows = pa.Table.from_batches([batch]).group_by(["clause", "kind"], use_threads=False)
        for one in rows.aggregate([("amount_fen", "count"), ("amount_fen", "sum")]).to_pylist():
            clause = self.clauses.setdefault(one["clause"], Counter())
            clause[one["kind"]] += one["amount_fen_count"]
            clause[_FEN] += one["amount_fen_sum"]


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A finished run in its folder: its totals, and what the interpreter says of the dossiers chosen from it."""

    result: RunResult
    reader: RunReader
    totals: _Totals
    asked: Sequence[str]
    judged: Sequence[Mapping[str, object]]


def run_policies(
    snapshot: Snapshot,
    as_of: date,
    *,
    engine: str = "",
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    known_at: datetime | None = None,
    promised: Callable[[], Sequence[Payment]] = tuple,
) -> tuple[Run, bool]:
    """Evaluate and record; returns the run and whether it was made now. `engine`: that of the settings if empty.

    The packs are those in force on the as-of date; with `known_at` without what was put into force after that moment.

    A run that was recorded for the same snapshot, packs, day and engine is returned as it is. One that was cut off (a
    killed process) goes on where it was left: its outcomes appear in the database in one transaction or not at all.
    A run of which the interpreter says anything else (state `differs`) is kept to be looked at; nobody can use it.
    `promised`: asked for what the district is bound to pay already, which budgets and quotas count as gone.
    """
    folders = pack_folders(as_of, known_at)
    packs = loaded(folders)
    name = _engine(engine)
    said = f"{name} {yanlian.__version__}"
    key = {"snapshot_hash": snapshot.info.hash, "pack_hash": packs.hash, "as_of": as_of, "engine": said}
    digest = hashlib.sha256("|".join(str(part) for part in key.values()).encode()).hexdigest()[:16]
    folder = Path("runs") / digest
    run, _ = Run.objects.get_or_create(**key, defaults={"made_at": timezone.now(), "folder": folder.as_posix()})
    out = settings.DATA / folder / OUTCOMES
    if run.state in Run.RECORDED and out.exists():
        return run, False
    keep_rules(packs, as_of, known_at)
    maker = maker_for(name, folders, snapshot.info.path, as_of)
    cores = workers or os.cpu_count() or 1
    result = run_stream(snapshot.info.path, maker, out, workers=cores, progress=progress)
    settled = settle_run(out, packs, dossiers=snapshot.info.path, promised=promised())
    result = replace(result, report={**result.report, **settled})
    _record(run, _evaluated(result, snapshot, run, packs))
    return run, True


def preview_policies(
    snapshot: Snapshot, as_of: date, *, engine: str = "", progress: Callable[[Progress], None] | None = None
) -> Run:
    """What the packs would give with drafts counted in: totals only, nothing is kept, nothing can be paid from it."""
    name = _engine(engine)
    maker = maker_for(name, pack_folders(as_of), snapshot.info.path, as_of, drafts=True)
    totals = _Totals()
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        out = Path(folder) / OUTCOMES
        result = run_stream(snapshot.info.path, maker, out, workers=os.cpu_count() or 1, progress=progress)
        settle_run(out, loaded(pack_folders(as_of)), dossiers=snapshot.info.path)
        for batch in read_run(out).outcomes():
            totals.add(batch)
    said = f"{name} {yanlian.__version__}"
    run = Run(snapshot_hash=snapshot.info.hash, pack_hash=packs_in_use(as_of).hash, as_of=as_of, engine=said)
    _total(run, totals, result)
    return run


def check_run(run_id: int, by: User | None) -> Run:
    """Compare what a run stored with the interpreter once more. One that differs is not used any more.

    Refused: `run_unknown`, `packs_changed` when the packs of the run were not kept and are no longer in use,
    `run_absent` when its folder is gone. A run that was found to differ once stays so.
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise Refused("run_unknown", run=run_id)
    packs = packs_of(run)
    if run.state not in Run.RECORDED:
        raise Refused("run_not_complete", run=run.pk, state=run.state)
    reader = read_run(settings.DATA / run.folder / OUTCOMES)
    sample = Sample(reader.manifest.identity["evaluator"])
    for batch in reader.outcomes():
        sample.add(batch)
    asked = sample.chosen()
    judged = told_by_interpreter(packs, snapshot_of(run), run.as_of, asked, reader.settlement)
    with transaction.atomic():
        found = compared(run, asked, judged)
        run.agreement = as_data(found)
        Run.objects.filter(pk=run.pk).update(agreement=run.agreement)
        if found.differences:
            Run.objects.filter(pk=run.pk, state=Run.State.COMPLETE).update(state=Run.State.DIFFERS)
        _log(run, by)
    run.refresh_from_db()
    return run


def _engine(asked: str) -> str:
    """That of the settings if none is asked for. The application runs where it stands: not on a cluster."""
    name = asked or str(settings.ENGINE)
    if name not in ENGINES:
        raise Refused("run_engine", found=name, expected=", ".join(ENGINES))
    return name


def _evaluated(result: RunResult, snapshot: Snapshot, run: Run, packs: PackSet) -> _Evaluated:
    """Read what was written, and ask the interpreter about a sample of it (unless it is the interpreter's own)."""
    reader, totals = read_run(result.path), _Totals()
    sample = Sample(reader.manifest.identity["evaluator"])
    for batch in reader.outcomes():
        totals.add(batch)
        sample.add(batch)
    asked = [] if run.engine.startswith(f"{INTERPRETER} ") else sample.chosen()
    judged = told_by_interpreter(packs, snapshot, run.as_of, asked, reader.settlement)
    return _Evaluated(result, reader, totals, asked, judged)


def _total(run: Run, totals: _Totals, result: RunResult) -> None:
    run.entities = result.dossiers
    run.clauses = len(totals.clauses)
    run.by_clause = {clause: dict(counts) for clause, counts in totals.clauses.items()}
    whole = sum(totals.clauses.values(), Counter())
    run.amount_fen = whole.pop(_FEN, 0)
    run.by_outcome = dict(whole)
    run.seconds_ms = round(result.seconds * 1000)
    run.report = dict(result.report)


def _record(run: Run, evaluated: _Evaluated) -> None:
    """The outcomes and totals of a finished run enter the database together, with what the comparison gave."""
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.state in Run.RECORDED:
            # Another process finished the same run meanwhile, with the same bytes.
            run.refresh_from_db()
            return
        Outcome.objects.filter(run=run).delete()
        _insert(run, evaluated.reader)
        run.state = Run.State.COMPLETE
        run.identity = dict(evaluated.reader.manifest.identity)
        _total(run, evaluated.totals, evaluated.result)
        if evaluated.asked:
            found = compared(run, evaluated.asked, evaluated.judged)
            run.agreement = as_data(found)
            run.state = Run.State.DIFFERS if found.differences else Run.State.COMPLETE
            _log(run, None)
        run.finished_at = timezone.now()
        run.save()


def _insert(run: Run, reader: RunReader) -> None:
    """All outcomes but those that do not apply, a few thousand at a time: as Python values they are many times as
    large."""
    keys = dict(Entity.objects.values_list("code", "pk"))
    for batch in reader.outcomes():
        kept = batch.filter(pc.not_equal(batch.column("kind"), Outcome.Kind.NOT_APPLICABLE))
        for at in range(0, kept.num_rows, _ROWS_PER_INSERT):
            some = kept.slice(at, _ROWS_PER_INSERT)
            entities = [keys[code] for code in some.column("entity").to_pylist()]
            # Days and reasons are texts in the file, or become texts, as databases take them.
            days = some.column("event_on").cast(pa.string()).to_pylist()
            reasons = some.column("reason").fill_null("{}").to_pylist()
            columns = [some.column(name).to_pylist() for name in _COPIED]
            rows = list(zip(repeat(run.pk), entities, days, reasons, *columns, strict=False))
            insert_rows(Outcome, ("run_id", "entity_id", "event_on", "reason", *_COPIED), rows)


def _log(run: Run, by: User | None) -> None:
    counts = {what: run.agreement[what] for what in ("dossiers", "outcomes", "differences")}
    record("run_checked", by=by, kind="run", key=str(run.pk), **counts)
