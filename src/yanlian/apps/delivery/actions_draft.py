"""Draft lists: turn the eligible outcomes of a run into entitlements, each key once for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from yanlian.apps.delivery.actions_move import BATCH, chunks, record
from yanlian.apps.delivery.budgets import require_room
from yanlian.apps.delivery.machine import UNPAID
from yanlian.apps.delivery.models import Entitlement, Event, Round
from yanlian.apps.delivery.permissions import require
from yanlian.apps.people.models import User
from yanlian.apps.policies.agreeing import require_usable
from yanlian.apps.policies.models import Outcome, Run
from yanlian.base.refusal import Refused

# MANUAL is never drafted by itself: a person decides it first.
DELIVERIES = ("AUTO", "INSTANT", "APPLY")
Key = tuple[str, int, str, str]


@dataclass(frozen=True)
class Already:
    """A key that has its entitlement: where it stands, and whether the run now gives another amount."""

    entitlement: int
    clause: str
    entity: int
    state: str
    round: int
    amount_fen: int
    run_fen: int
    outcome: int

    @property
    def differs(self) -> bool:
        """Unpaid, and the later run gives another amount: to be corrected by hand, never silently."""
        return self.amount_fen != self.run_fen and self.state in UNPAID


@dataclass(frozen=True)
class Draft:
    """What drafting did. `round` is None when every key stood already.

    `gone` are unpaid entitlements of the same clauses and periods that this run no longer gives: to be looked at.
    """

    round: Round | None
    added: int
    added_fen: int
    already: list[Already] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    @property
    def differs(self) -> list[Already]:
        return [row for row in self.already if row.differs]


def draft_round(
    run_id: int,
    by: User | None,
    on: date,
    *,
    department: str,
    document: str = "",
    clauses: Sequence[str] = (),
    title: str = "",
) -> Draft:
    """Draft a round of one lead department from a run: a whole document, or some clauses, or all that it leads.

    Repeating it adds nothing: keys that have an entitlement are answered in `already`. Refused: `run_unknown`,
    `run_not_complete`, `run_differs`, `run_unchecked`, `not_allowed`; `budget_exceeded`, `quota_exceeded` when what was
    drafted since the run leaves no room.
    """
    with transaction.atomic():
        # Drafts from one run wait for each other; those from different runs meet at the unique key.
        run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
        if run is None:
            raise Refused("run_unknown", run=run_id)
        require_usable(run)
        require("draft", by, department)
        outcomes = _due(run, department, document, clauses)
        standing = _standing(outcomes)
        fresh = [row for row in outcomes if _key(row) not in standing]
        require_room(run, fresh)
        added: list[Entitlement] = []
        round_: Round | None = None
        if fresh:
            round_, added = _add(run, fresh, by, on, department, document, title)
            standing = _standing(outcomes)
        new = {row.pk for row in added}
        already = [_already(standing[_key(row)], row) for row in outcomes if standing[_key(row)].pk not in new]
        return Draft(round_, len(added), sum(row.amount_fen for row in added), already, _gone(outcomes, standing))


def _add(
    run: Run, fresh: Sequence[Outcome], by: User | None, on: date, department: str, document: str, title: str
) -> tuple[Round | None, list[Entitlement]]:
    """Insert round and entitlements; a key that another writer took meanwhile is left to it."""
    mark = transaction.savepoint()
    round_ = Round.objects.create(
        title=title or f"{document or '政策'}兑现（{run.as_of.isoformat()}）",
        department=department,
        document=document,
        run=run,
        made_at=timezone.now(),
        made_by=by,
    )
    # In the order of the key, so that two inserts of the same keys wait in one direction only.
    rows = [_entitlement(row, run, round_, on) for row in sorted(fresh, key=_key)]
    Entitlement.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    added = list(Entitlement.objects.filter(round=round_).order_by("pk"))
    if not added:
        transaction.savepoint_rollback(mark)
        return None, []
    transaction.savepoint_commit(mark)
    round_.clauses = sorted({row.clause for row in added})
    Round.objects.filter(pk=round_.pk).update(clauses=round_.clauses)
    record(round_, "draft", by, on, {"run": run.pk, "count": len(added), "sum_fen": sum(r.amount_fen for r in added)})
    now = timezone.now()
    Event.objects.bulk_create(
        [
            Event(
                round=round_,
                entitlement=row,
                verb="draft",
                after=row.state,
                on=on,
                made_at=now,
                by=by,
                data={"outcome": row.outcome_id, "amount_fen": row.amount_fen},
            )
            for row in added
        ],
        batch_size=BATCH,
    )
    return round_, added


def _due(run: Run, department: str, document: str, clauses: Sequence[str]) -> list[Outcome]:
    rows = (
        Outcome.objects.filter(
            run=run,
            kind=Outcome.Kind.ELIGIBLE,
            amount_fen__gt=0,
            delivery__in=DELIVERIES,
            department=department,
        )
        .select_related("entity")
        .order_by("clause", "entity_id", "matter", "period")
    )
    if document:
        rows = rows.filter(document=document)
    if clauses:
        rows = rows.filter(clause__in=list(clauses))
    # What must be applied for and has not been is due to nobody yet.
    return [row for row in rows if "apply_by" not in row.reason]


def _standing(outcomes: Sequence[Outcome]) -> dict[Key, Entitlement]:
    """Entitlements of the clauses met, whatever round, document and department they were drafted in."""
    clauses = sorted({row.clause for row in outcomes})
    rows = [row for chunk in chunks(clauses) for row in Entitlement.objects.filter(clause__in=chunk).order_by("pk")]
    return {(row.clause, row.entity_id, row.matter, row.period): row for row in rows}


def _gone(outcomes: Sequence[Outcome], standing: Mapping[Key, Entitlement]) -> list[int]:
    due = {_key(row) for row in outcomes}
    asked = {(row.clause, row.period) for row in outcomes}
    return sorted(
        row.pk
        for key, row in standing.items()
        if key not in due and (row.clause, row.period) in asked and row.state in UNPAID
    )


def _key(row: Outcome) -> Key:
    return (row.clause, row.entity_id, row.matter, row.period)


def _already(standing: Entitlement, outcome: Outcome) -> Already:
    return Already(
        entitlement=standing.pk,
        clause=standing.clause,
        entity=standing.entity_id,
        state=standing.state,
        round=standing.round_id,
        amount_fen=standing.amount_fen,
        run_fen=outcome.amount_fen,
        outcome=outcome.pk,
    )


def _entitlement(row: Outcome, run: Run, round_: Round, on: date) -> Entitlement:
    return Entitlement(
        clause=row.clause,
        document=row.document,
        department=row.department,
        entity_id=row.entity_id,
        matter=row.matter,
        period=row.period,
        event_on=row.event_on,
        amount_fen=row.amount_fen,
        run=run,
        outcome=row,
        round=round_,
        state_on=on,
    )
