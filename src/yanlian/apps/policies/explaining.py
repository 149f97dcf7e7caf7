"""Why: one dossier of a run's own snapshot evaluated again with a trace; it must give what the run stored."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_of
from yanlian.apps.policies.settling import settled
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Snapshot, open_snapshot
from yanlian.engine.policy import Evaluator, Explanation, explain


def snapshot_of(run: Run) -> Snapshot:
    """The snapshot that a run read. Raises `Refused("snapshot_missing")`."""
    record = SnapshotRecord.objects.get(hash=run.snapshot_hash)
    return open_snapshot(settings.DATA / record.folder)


def explain_outcome(run: Run, entity_code: str, clause: str, matter: str | None = None) -> Explanation:
    """The complete derivation of one outcome of a run, with what budgets and quotas made of it.

    Raises `Refused`: `packs_changed` when the packs of the run were not kept and are no longer in use,
    `entity_not_in_snapshot`, `explanation_differs` when the result is not the stored one (which would be
    a fault of ours and stops payment).
    """
    packs = packs_of(run)
    snapshot = snapshot_of(run)
    row = snapshot.find(entity_code)
    if row is None:
        raise Refused("entity_not_in_snapshot", entity=entity_code, snapshot=snapshot.info.hash[:12])
    explanation = explain(Evaluator(packs, run.as_of), row, snapshot.coverage, clause, matter)
    explanation = replace(explanation, outcome=settled(run, explanation.outcome))
    stored = Outcome.objects.filter(run=run, entity__code=entity_code, clause=clause)
    if matter is not None:
        stored = stored.filter(matter=matter)
    for outcome in stored.filter(matter=explanation.outcome.matter, period=explanation.outcome.period):
        if (outcome.kind, outcome.amount_fen) != (explanation.outcome.kind, explanation.outcome.amount_fen):
            raise Refused("explanation_differs", run=run.pk, entity=entity_code, clause=clause)
    return explanation
