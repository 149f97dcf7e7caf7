"""The lead department's verbs on a round: confirm the list, publish it, let silence expire, correct, reopen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yanlian.apps.delivery.actions_move import Moved, ids_in, lock_entitlements, lock_round, move, record
from yanlian.apps.delivery.machine import VERBS, acceptance_ends
from yanlian.apps.delivery.models import Entitlement, Publicity, Round
from yanlian.apps.delivery.permissions import require
from yanlian.apps.delivery.runs_used import require_usable_runs
from yanlian.apps.people.models import User
from yanlian.apps.policies.agreeing import require_usable
from yanlian.apps.policies.models import Outcome
from yanlian.base.periods import add_working_days
from yanlian.base.refusal import Refused

WORKING_DAYS = 5
# Days the beneficiary has after publicity to confirm its account.
ACCEPT_DAYS = 15


@dataclass(frozen=True)
class Published:
    """The notice that stands; `already` when it stood before this call."""

    publicity: Publicity
    already: bool


def confirm(round_id: int, by: User | None, on: date, ids: Iterable[int] | None = None) -> Moved:
    """The lead department confirms the draft list, or the entries named."""
    with transaction.atomic():
        round_ = lock_round(round_id)
        require("confirm", by, round_.department)
        return move("confirm", ids_in(round_, VERBS["confirm"].before, ids), by, on)


def publish(
    round_id: int,
    sequence: int,
    expected_count: int,
    expected_fen: int,
    by: User | None,
    on: date,
    *,
    working_days: int = WORKING_DAYS,
    accept_days: int = ACCEPT_DAYS,
) -> Published:
    """Publish every confirmed entry of the round as its notice number `sequence` (1, 2 …; the check page proposes it).

    Count and sum are what the official saw; when the list has changed since, nothing is published
    (`check_differs`). The same call again is answered with the notice that stands.
    """
    if working_days < 1 or accept_days < 1:
        raise Refused("publicity_days", found=min(working_days, accept_days))
    with transaction.atomic():
        round_ = lock_round(round_id)
        require("publish", by, round_.department)
        standing = Publicity.objects.filter(round=round_, sequence=sequence).first()
        if standing is not None:
            check(expected_count, expected_fen, standing.count, standing.sum_fen)
            return Published(standing, already=True)
        last = Publicity.objects.filter(round=round_).aggregate(last=Max("sequence"))["last"] or 0
        if sequence != last + 1:
            raise Refused("publicity_sequence", found=sequence, expected=last + 1)
        rows = lock_entitlements(ids_in(round_, VERBS["publish"].before))
        if not rows:
            raise Refused("nothing_to_publish", round=round_.title)
        check(expected_count, expected_fen, len(rows), sum(row.amount_fen for row in rows))
        require_usable_runs(rows)
        end = add_working_days(on, working_days)
        publicity = Publicity.objects.create(
            round=round_,
            sequence=sequence,
            starts_on=on,
            ends_on=end.day,
            working_days=working_days,
            calendar_known=end.official,
            accept_until=end.day + timedelta(days=accept_days),
            count=len(rows),
            sum_fen=sum(row.amount_fen for row in rows),
            made_at=timezone.now(),
            by=by,
        )
        record(round_, "publish", by, on, {"publicity": publicity.pk, "count": len(rows), "sum_fen": publicity.sum_fen})
        move(
            "publish",
            [r.pk for r in rows],
            by,
            on,
            data={"publicity": publicity.pk},
            changes={"publicity_id": publicity.pk},
        )
        return Published(publicity, already=False)


def check(expected_count: int, expected_fen: int, count: int, fen: int) -> None:
    """What the person saw before pressing the button must be what is there now."""
    if (expected_count, expected_fen) != (count, fen):
        raise Refused(
            "check_differs", expected_count=expected_count, expected_fen=expected_fen, found_count=count, found_fen=fen
        )


def expire(round_id: int, by: User | None, on: date) -> Moved:
    """Entries whose beneficiary did not confirm within the days given: silence is a waiver."""
    with transaction.atomic():
        round_ = lock_round(round_id)
        require("expire", by, round_.department)
        waiting = Entitlement.objects.filter(round=round_, state__in=VERBS["expire"].before)
        late = [row.pk for row in waiting.select_related("publicity") if acceptance_ends(row) < on]
        return move("expire", late, by, on)


def correct(
    entitlement_id: int, amount_fen: int, reason: str, by: User | None, on: date, outcome_id: int | None = None
) -> Moved:
    """Another amount before payment, with the reason; it must be confirmed and published again.

    With `outcome_id` the amount is that of a later run's outcome for the same key, which the entitlement then follows.
    """
    with transaction.atomic():
        row = _one(entitlement_id)
        if not reason.strip():
            raise Refused("reason_missing", verb=VERBS["correct"].zh, verb_en=VERBS["correct"].en)
        if amount_fen <= 0:
            raise Refused("amount_not_positive", found=amount_fen)
        changes: dict[str, object] = {"amount_fen": amount_fen, **_AGAIN}
        if outcome_id is not None:
            outcome = _same_key(row, outcome_id, amount_fen)
            changes |= {"outcome_id": outcome.pk, "run_id": outcome.run_id}
        data = {"amount_before_fen": row.amount_fen, "amount_fen": amount_fen, "reason": reason.strip()}
        if row.state == VERBS["correct"].after and row.amount_fen == amount_fen:
            require("correct", by, row.department)
            return move("correct", [], by, on)
        return move("correct", [row.pk], by, on, data=data, changes=changes)


def reopen(entitlement_id: int, reason: str, by: User | None, on: date) -> Moved:
    """Take up again what was rejected, waived or expired by mistake: it is confirmed and published anew."""
    with transaction.atomic():
        row = _one(entitlement_id)
        Round.objects.filter(pk=row.round_id, state=Round.State.CLOSED).update(state=Round.State.OPEN)
        if not reason.strip():
            raise Refused("reason_missing", verb=VERBS["reopen"].zh, verb_en=VERBS["reopen"].en)
        return move("reopen", [row.pk], by, on, data={"reason": reason.strip()}, changes=_AGAIN)


# What an entry loses when it goes back to the beginning. The account stays known but must be confirmed again.
_AGAIN: dict[str, object] = {
    "publicity_id": None,
    "bank_account_id": None,
    "cleared_on": None,
    "held_for": [],
    "held_by_hand": False,
}


def _one(entitlement_id: int) -> Entitlement:
    """One entitlement under its round's lock."""
    row = Entitlement.objects.filter(pk=entitlement_id).first()
    if row is None:
        raise Refused("entitlement_unknown", found=entitlement_id)
    lock_round(row.round_id, closed_too=True)
    return lock_entitlements([entitlement_id])[0]


def _same_key(row: Entitlement, outcome_id: int, amount_fen: int) -> Outcome:
    outcome = (
        Outcome.objects.select_related("run")
        .filter(
            pk=outcome_id,
            kind=Outcome.Kind.ELIGIBLE,
            clause=row.clause,
            entity_id=row.entity_id,
            matter=row.matter,
            period=row.period,
            amount_fen=amount_fen,
        )
        .first()
    )
    if outcome is None:
        raise Refused("outcome_differs", outcome=outcome_id, found=amount_fen)
    require_usable(outcome.run)
    return outcome
