"""Send cleared entitlements to the bank: reservations in the ledger, payments, and the payment file, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from yanlian.apps.delivery.accounts import same_name
from yanlian.apps.delivery.actions_move import (
    BANK,
    BATCH,
    chunks,
    ids_in,
    lock_desk,
    lock_entitlements,
    lock_round,
    move,
)
from yanlian.apps.delivery.actions_publish import check
from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import BankAccount, Entitlement, Payment, PaymentFile, Round
from yanlian.apps.delivery.payment_file import digest, lines_of
from yanlian.apps.delivery.permissions import require
from yanlian.apps.delivery.runs_used import require_usable_runs
from yanlian.apps.ledger.actions import Answer, Entry, budget_account, reserve_many
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused


@dataclass(frozen=True)
class Sent:
    """The payment file that stands; `already` when it stood before this call."""

    file: PaymentFile
    already: bool


def send(round_id: int, number: str, expected_count: int, expected_fen: int, by: User | None, on: date) -> Sent:
    """Send everything of the round that was cleared today as the payment file `number` (proposed by the check page).

    Count and sum are what the official saw; the same call again is answered with the file that stands. Refused:
    `check_differs`, `nothing_to_send`, `payment_file_number`, `account_overdrawn` (budget); nothing is sent then.
    """
    with transaction.atomic():
        lock_desk(by)
        standing = PaymentFile.objects.filter(number=number, round_id=round_id).first()
        if standing is not None:
            require("send", by, standing.round.department)
            check(expected_count, expected_fen, standing.count, standing.sum_fen)
            return Sent(standing, already=True)
        round_ = lock_round(round_id)
        require("send", by, round_.department)
        lock_entitlements(ids_in(round_, VERBS["send"].before))
        rows = cleared_today(round_, on)
        if not rows:
            raise Refused("nothing_to_send", round=round_.title, on=on)
        check(expected_count, expected_fen, len(rows), sum(row.amount_fen for row in rows))
        require_usable_runs(rows)
        if number != next_number(round_, on):
            raise Refused("payment_file_number", found=number[:50], expected=next_number(round_, on))
        return Sent(_send(round_, number, rows, by, on), already=False)


def next_number(round_: Round, on: date) -> str:
    """The number of the round's next payment file."""
    return f"YL{on:%Y%m%d}-{round_.pk}-{PaymentFile.objects.filter(round=round_).count() + 1}"


def cleared_today(round_: Round, on: date) -> list[Entitlement]:
    """What may be sent on this day, in the order of the file: by clause, then by the entity's code."""
    cleared = Entitlement.objects.filter(round=round_, state__in=VERBS["send"].before, cleared_on=on)
    return list(cleared.select_related("entity", "bank_account").order_by("clause", "entity__code", "pk"))


def _send(round_: Round, number: str, rows: Sequence[Entitlement], by: User | None, on: date) -> PaymentFile:
    accounts = {row.pk: _account(row) for row in rows}
    # Before the ledger, so that the states are taken by compare-and-set first.
    move("send", [row.pk for row in rows], by, on, data={"file": number})
    file = PaymentFile.objects.create(
        number=number,
        round=round_,
        made_on=on,
        made_at=timezone.now(),
        by=by,
        count=len(rows),
        sum_fen=sum(row.amount_fen for row in rows),
        sha256="",
    )
    answers = _reserve(rows, by, on)
    payments = [
        Payment(
            number=f"{number}-{at:05d}",
            file=file,
            sequence=at,
            entitlement=row,
            bank_account=accounts[row.pk],
            payee=row.entity.name,
            payee_code=row.entity.uscc or row.entity.code,
            purpose=f"政策兑现 {row.clause} {row.period}",
            amount_fen=row.amount_fen,
            reservation=answer.transfer,
        )
        for at, (row, answer) in enumerate(zip(rows, answers, strict=True), start=1)
    ]
    Payment.objects.bulk_create(payments, batch_size=BATCH)
    file.sha256 = digest(lines_of(file))
    PaymentFile.objects.filter(pk=file.pk, sha256="").update(sha256=file.sha256)
    return file


def _account(row: Entitlement) -> BankAccount:
    account = row.bank_account
    if account is None or not same_name(account.holder, row.entity.name):
        raise Refused("account_name_differs", expected=row.entity.name, found=account.holder if account else "-")
    return account


def _reserve(rows: Sequence[Entitlement], by: User | None, on: date) -> list[Answer]:
    """One reservation an entitlement and attempt; the key makes the ledger itself refuse a second one."""
    attempts = _attempts([row.pk for row in rows])
    budgets = {row.document: budget_account(row.document, on.year, by).code for row in rows}
    entries = [
        Entry(
            key=f"entitlement:{row.pk}:{attempts.get(row.pk, 0) + 1}",
            debit=budgets[row.document],
            credit=BANK,
            amount_fen=row.amount_fen,
            memo=f"{row.clause} {row.period}",
        )
        for row in rows
    ]
    answers = reserve_many(entries, by)
    if any(answer.already for answer in answers):
        # The attempt was sent already: what we read at the start is not what stands.
        raise Refused("changed_meanwhile", expected=len(rows), found=sum(not answer.already for answer in answers))
    return answers


def _attempts(ids: Sequence[int]) -> dict[int, int]:
    """Earlier payments of each entitlement (all returned, or it would not be cleared)."""
    counted: dict[int, int] = {}
    for chunk in chunks(ids):
        counted.update(
            Payment.objects.filter(entitlement__in=chunk)
            .order_by()
            .values_list("entitlement")
            .annotate(n=Count("pk"))
            .values_list("entitlement", "n")
        )
    return counted
