"""Two engines must agree or nothing is paid: what a run stored, compared with what the interpreter says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any, cast

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.portions import portions
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Snapshot
from yanlian.engine.policy import Evaluator, PackSet
from yanlian.engine.policy import Outcome as Judged
from yanlian.engine.stream.agreement import Agreement, agreement, judged_again
from yanlian.engine.stream.interpreter import ENGINE as INTERPRETER
from yanlian.engine.stream.interpreter import Interpreting
from yanlian.engine.stream.settled import SettlementFile

_COLUMNS = (
    "clause", "document", "department", "matter", "period", "event_on", "kind", "amount_fen", "clause_fen", "delivery",
    "reason",
)  # fmt: skip


def told_by_interpreter(
    packs: PackSet,
    snapshot: Snapshot,
    as_of: date,
    entities: Sequence[str],
    settlement: SettlementFile | None = None,
) -> list[Mapping[str, object]]:
    """The interpreter's outcomes for these entities under the packs, after the budgets and quotas of the run; those
    that are stored here at all."""
    if not entities:
        return []
    evaluate = Interpreting(Evaluator(packs, as_of), snapshot.coverage)
    judged: list[Mapping[str, object]] = list(judged_again(snapshot.info.path, evaluate, entities))
    if settlement is not None:
        outcomes = [Judged(**cast("dict[str, Any]", row)) for row in judged]
        judged = [_row(one) for one in settlement.outcomes_over(outcomes)]
    return [row for row in judged if row["kind"] != Outcome.Kind.NOT_APPLICABLE]


def _row(one: Judged) -> Mapping[str, object]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


def compared(run: Run, entities: Sequence[str], judged: Sequence[Mapping[str, object]]) -> Agreement:
    """What the database holds of these entities, against what was judged again."""
    return agreement(_stored(run, entities), judged, entities)


def _stored(run: Run, entities: Sequence[str]) -> Iterator[Mapping[str, object]]:
    for some in portions(entities):
        rows = Outcome.objects.filter(run=run, entity__code__in=some).values("entity__code", *_COLUMNS)
        for row in rows:
            yield {**row, "entity": row["entity__code"]}


def as_data(found: Agreement) -> dict[str, object]:
    """The result of a comparison as `Run.agreement` keeps it."""
    return {**asdict(found), "first": [asdict(one) for one in found.first]}


def require_usable(run: Run) -> None:
    """Refuse a run from which nothing may be published or paid: `run_not_complete`, `run_differs`, `run_unchecked`.

    The interpreter is what others are measured by; its own runs need no second engine.
    """
    if run.state == Run.State.DIFFERS:
        raise Refused("run_differs", run=run.pk, as_of=run.as_of, engine=run.engine, found=run.differences)
    if run.state != Run.State.COMPLETE:
        raise Refused("run_not_complete", run=run.pk, state=run.state)
    if not run.engine.startswith(f"{INTERPRETER} ") and not run.agreement:
        raise Refused("run_unchecked", run=run.pk, as_of=run.as_of, engine=run.engine)
