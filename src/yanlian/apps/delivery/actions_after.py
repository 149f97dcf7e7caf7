"""After payment: close entries and rounds, claw back, record what came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from yanlian.apps.delivery.actions_move import Moved, ids_in, lock_desk, lock_entitlements, lock_round, move, record
from yanlian.apps.delivery.machine import FINAL, VERBS
from yanlian.apps.delivery.models import Entitlement, Payment, Round
from yanlian.apps.delivery.permissions import require
from yanlian.apps.ledger.actions import Entry, open_account, post, reserve
from yanlian.apps.ledger.models import Account
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

CLAWBACK = "clawback"


def close(round_id: int, by: User | None, on: date, ids: Iterable[int] | None = None) -> Moved:
    """Close what was paid."""
    with transaction.atomic():
        round_ = lock_round(round_id, closed_too=True)
        require("close", by, round_.department)
        return move("close", ids_in(round_, VERBS["close"].before, ids), by, on)


def close_round(round_id: int, by: User | None, on: date) -> Round:
    """Close a round in which nothing is left to do; refused with `round_unfinished` otherwise. Once is enough."""
    with transaction.atomic():
        round_ = lock_round(round_id, closed_too=True)
        require("close", by, round_.department)
        if round_.state == Round.State.CLOSED:
            return round_
        unfinished = Entitlement.objects.filter(round=round_).exclude(state__in=FINAL).count()
        if unfinished:
            raise Refused("round_unfinished", round=round_.title, found=unfinished)
        Round.objects.filter(pk=round_.pk, state=Round.State.OPEN).update(state=Round.State.CLOSED)
        record(round_, "close", by, on, {})
        round_.state = Round.State.CLOSED
        return round_


def reclaim(entitlement_id: int, reason: str, by: User | None, on: date, amount_fen: int | None = None) -> Moved:
    """Claw a payment back, or a part of it: opens a receivable, a reservation from the clawback account into the budget
    that paid. Refused: `reason_missing`; `reclaim_sum` for more than was paid, or nothing."""
    if not reason.strip():
        raise Refused("reason_missing", verb=VERBS["reclaim"].zh, verb_en=VERBS["reclaim"].en)
    with transaction.atomic():
        row = _held_with_desk(entitlement_id, by)
        require("reclaim", by, row.department)
        fen = row.amount_fen if amount_fen is None else amount_fen
        if not 0 < fen <= row.amount_fen:
            raise Refused("reclaim_sum", found_fen=fen, most_fen=row.amount_fen)
        data: dict[str, object] = {"reason": reason.strip()}
        moved = move("reclaim", [row.pk], by, on, data=data if fen == row.amount_fen else {**data, "amount_fen": fen})
        if moved.rows:
            paid = Payment.objects.select_related("reservation__debit").get(entitlement=row, state=Payment.State.PAID)
            open_account(CLAWBACK, "追回款", Account.Kind.CLAWBACK, by)
            memo = f"{row.clause} {row.period}"
            reserve(Entry(f"reclaim:{row.pk}", CLAWBACK, paid.reservation.debit.code, fen, memo), by)
        return moved


def refund(entitlement_id: int, reference: str, by: User | None, on: date) -> Moved:
    """The money came back: the receivable is posted and the budget has it again."""
    if not reference.strip():
        raise Refused("return_reference_missing")
    with transaction.atomic():
        row = _held_with_desk(entitlement_id, by)
        moved = move("refund", [row.pk], by, on, data={"reference": reference.strip()[:100]})
        if moved.rows:
            post(f"reclaim:{row.pk}:post", f"reclaim:{row.pk}", by)
        return moved


def _held_with_desk(entitlement_id: int, by: User | None) -> Entitlement:
    lock_desk(by)
    found = Entitlement.objects.filter(pk=entitlement_id).values_list("round", flat=True).first()
    if found is None:
        raise Refused("entitlement_unknown", found=entitlement_id)
    lock_round(found, closed_too=True)
    return lock_entitlements([entitlement_id])[0]
