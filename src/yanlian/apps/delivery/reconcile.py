"""Reconcile: the ledger, the payments and the payment files must tell one story; what differs is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from yanlian.apps.delivery.actions_move import BANK
from yanlian.apps.delivery.models import Entitlement, Payment, PaymentFile
from yanlian.apps.delivery.payment_file import digest, lines_of
from yanlian.apps.ledger.models import Account, Transfer
from yanlian.apps.ledger.queries import balances, open_reservations, total_fen

S = Payment.State
_LEDGER = {S.SENT: None, S.PAID: Transfer.Kind.POST, S.RETURNED: Transfer.Kind.VOID}
_ENTITLEMENT = {
    S.SENT: (Entitlement.State.SENT,),
    S.PAID: (
        Entitlement.State.PAID,
        Entitlement.State.CLOSED,
        Entitlement.State.RECLAIMED,
        Entitlement.State.REFUNDED,
    ),
}


@dataclass(frozen=True)
class FileAccount:
    """One payment file: what was sent, what became of it, and what does not match (empty when all is well)."""

    file: PaymentFile
    sent_fen: int
    paid_fen: int
    returned_fen: int
    outstanding_fen: int
    faults: list[str]


@dataclass(frozen=True)
class Reconciliation:
    """All files, and what does not match across them. Faults are Chinese sentences, shown as they are."""

    files: list[FileAccount]
    faults: list[str]

    @property
    def is_clean(self) -> bool:
        return not self.faults and not any(file.faults for file in self.files)


def reconcile() -> Reconciliation:
    """Compare ledger, payments, entitlements and files. Reads only; cost: every payment once.

    The payment desk is held meanwhile, so that a payment under way is seen whole or not at all.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).filter(code=BANK).first()
        files = [_file(file) for file in PaymentFile.objects.select_related("round").order_by("pk")]
        return Reconciliation(files, _across(files))


def _across(files: Sequence[FileAccount]) -> list[str]:
    faults = []
    if total_fen():
        faults.append(f"台账各账户余额合计应为0，实为{total_fen()}分")
    sent = sum(file.outstanding_fen for file in files)
    paid = sum(file.paid_fen for file in files)
    bank = balances([BANK]).get(BANK)
    if (bank.reserved_in_fen if bank else 0) != sent:
        faults.append(f"台账在途{bank.reserved_in_fen if bank else 0}分，付款文件在途{sent}分")
    if (bank.balance_fen if bank else 0) != paid:
        faults.append(f"台账已付{bank.balance_fen if bank else 0}分，付款文件已付{paid}分")
    strays = open_reservations().filter(credit__code=BANK, payment__isnull=True).count()
    if strays:
        faults.append(f"有{strays}笔预留没有对应的付款")
    lost = Entitlement.objects.filter(state=Entitlement.State.SENT).exclude(payments__state=S.SENT).count()
    if lost:
        faults.append(f"有{lost}条权益在付款中却没有在途付款")
    return faults


def _file(file: PaymentFile) -> FileAccount:
    faults = []
    fen = dict.fromkeys(S, 0)
    payments = list(
        Payment.objects.filter(file=file)
        .select_related("reservation", "settlement", "entitlement")
        .order_by("sequence")
    )
    for payment in payments:
        fen[S(payment.state)] += payment.amount_fen
        faults += _payment(payment)
    total = sum(fen.values())
    if (len(payments), total) != (file.count, file.sum_fen):
        faults.append(f"文件登记{file.count}笔{file.sum_fen}分，实有{len(payments)}笔{total}分")
    if digest(lines_of(file)) != file.sha256:
        faults.append("文件内容与送出时的校验值不一致")
    return FileAccount(file, total, fen[S.PAID], fen[S.RETURNED], fen[S.SENT], faults)


def _payment(payment: Payment) -> list[str]:
    faults = []
    state = S(payment.state)
    if payment.reservation.amount_fen != payment.amount_fen:
        faults.append(f"{payment.number}：付款{payment.amount_fen}分，预留{payment.reservation.amount_fen}分")
    kind = payment.settlement.kind if payment.settlement else None
    if kind != _LEDGER[state]:
        faults.append(f"{payment.number}：付款状态为{payment.get_state_display()}，台账为{kind or '预留'}")
    if payment.settlement and payment.settlement.pending_id != payment.reservation_id:
        faults.append(f"{payment.number}：台账了结的是另一笔预留")
    if state in _ENTITLEMENT and payment.entitlement.state not in _ENTITLEMENT[state]:
        stands = payment.entitlement.get_state_display()
        faults.append(f"{payment.number}：付款状态为{payment.get_state_display()}，权益状态为{stands}")
    return faults
