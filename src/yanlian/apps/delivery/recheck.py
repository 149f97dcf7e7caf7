"""The check on the day of payment: gates and vetoes of each entitlement's clause, again, on the latest snapshot.

Only gates and vetoes: the event and its figures were judged by the run and stand. A gate or veto that cannot be decided
because a department has not delivered up to the day holds the payment too, and says who has to deliver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.conf import settings

from yanlian.apps.delivery.actions_clear import VetoCheck
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Dossier, Schema, open_snapshot
from yanlian.engine.feel import Missing
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.evaluate import Verdicts, ask
from yanlian.engine.policy.occurrence import occurrences
from yanlian.engine.policy.scope import DossierScope


def recheck(on: date) -> VetoCheck:
    """The check for a day. Raises `Refused("snapshot_missing")` when there is no snapshot at all."""

    def check(rows: Sequence[Entitlement]) -> Mapping[int, Sequence[str]]:
        record = SnapshotRecord.objects.order_by("-moment", "-pk").first()
        if record is None:
            raise Refused("snapshot_missing", folder="snapshots", missing="snapshot")
        snapshot = open_snapshot(settings.DATA / record.folder)
        packs = packs_in_use(on)
        # Documents out of force still pay what fell due while they were in force: only tests are asked here.
        evaluator = Evaluator(packs, on, any_status=True)
        clauses = {one.id: one for one in packs.clauses}
        found: dict[int, Sequence[str]] = {}
        for row in rows:
            dossier = snapshot.find(row.entity.code)
            clause = clauses.get(row.clause)
            if dossier is None:
                found[row.pk] = ["最新快照中没有该主体"]
            elif clause is None:
                found[row.pk] = [f"政策包中没有条款{row.clause}"]
            else:
                found[row.pk] = _reasons(evaluator, dossier, snapshot.coverage, clause, row.matter, on)
        return found

    return check


def _reasons(
    evaluator: Evaluator,
    row: Mapping[str, object],
    coverage: Coverage,
    clause: CompiledClause,
    matter: str,
    on: date,
) -> list[str]:
    schema = evaluator.packs.schema
    frame = evaluator.frame(Dossier(row, schema, coverage, on))
    verdicts = _verdicts(frame, clause, matter, on)
    said = [f"不再满足：{label}" for label in verdicts.failed]
    said += [f"须人工判定：{label}" for label in verdicts.nulls]
    return said + [_lack(one, schema) for one in sorted(verdicts.missing, key=lambda one: (one.fact, one.period))]


def _verdicts(frame: DossierScope, clause: CompiledClause, matter: str, on: date) -> Verdicts:
    """Tests that hang on the event are asked for the event that the entitlement names, if it is still there."""
    below = frame.layer(clause.document.home, on)
    tests = [test for test in clause.tests if test.kind in ("gate", "veto")]
    event = next((one for one in occurrences(clause, below) if one.matter == matter and not one.open), None)
    if event is not None:
        return ask(tests, event.scope)
    return ask([test for test in tests if test.inherited and not test.floating], below)


def _lack(missing: Missing, schema: Schema) -> str:
    period = f"（{missing.period}）" if missing.period else ""
    return f"核验缺少{schema.holder_name(missing.holder, 'zh')}数据：{missing.fact}{period}"
