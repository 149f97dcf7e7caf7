"""The bank's return: each payment of a file becomes paid or returned, once; every row of the return is answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db import transaction
from django.utils import timezone

from yanlian.apps.delivery.actions_move import chunks, lock_desk, move
from yanlian.apps.delivery.models import BankReturn, Payment, PaymentFile
from yanlian.apps.delivery.permissions import require
from yanlian.apps.ledger.actions import Settling, settle_many
from yanlian.apps.ledger.bank_return import ReturnRow, parse_return
from yanlian.apps.ledger.models import Transfer
from yanlian.apps.people.models import User
from yanlian.base.money import parse_fen
from yanlian.base.refusal import Refused

S = Payment.State
STATUS: dict[str, str] = {
    "成功": S.PAID,
    "付款成功": S.PAID,
    "交易成功": S.PAID,
    "success": S.PAID,
    "失败": S.RETURNED,
    "付款失败": S.RETURNED,
    "交易失败": S.RETURNED,
    "退回": S.RETURNED,
    "退票": S.RETURNED,
    "failed": S.RETURNED,
}
# The bank has not decided yet: nothing changes.
WAITING = frozenset({"处理中", "待处理", "processing"})
TOTAL = "合计"
_REFERENCE = re.compile(r"[0-9A-Za-z\-_]{1,100}\Z", re.ASCII)


@dataclass(frozen=True)
class RowAnswer:
    """What one row was answered; `code` is a refusal's code when it was refused, with `data` for its sentence."""

    row: int
    number: str
    answer: Literal["paid", "returned", "already", "waiting", "refused"]
    code: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ReturnReport:
    """A return file as it was taken in; paid, returned and outstanding sums are those of the whole payment file."""

    file: str
    rows: list[RowAnswer]
    paid_fen: int
    returned_fen: int
    outstanding_fen: int
    outstanding: int

    def count(self, answer: str) -> int:
        """How many rows were answered so."""
        return sum(row.answer == answer for row in self.rows)


def import_return(file_number: str, name: str, content: bytes, by: User | None, on: date) -> ReturnReport:
    """Take in the bank's return for one payment file. The same return twice changes nothing.

    Rows that do not fit (unknown number, other amount, unknown status, no reference, contradiction) are refused one
    by one and change nothing; the others count. The whole file is refused when a row belongs to another payment file
    (`return_other_file`), when its total does not match its rows (`return_total_differs`), or when it cannot be read.
    """
    rows = parse_return(name, content)
    with transaction.atomic():
        lock_desk(by)
        file = PaymentFile.objects.filter(number=file_number).first()
        if file is None:
            raise Refused("payment_file_unknown", found=file_number[:50])
        require("pay", by, file.round.department)
        rows = _without_total(name, rows)
        payments = {row.number: row for row in Payment.objects.filter(file=file).order_by("pk")}
        _refuse_other_files(name, rows, payments, file)
        answers, settled = _judge(rows, payments)
        _settle(file, settled, by, on)
        report = _report(file, answers)
        digest = hashlib.sha256(content).hexdigest()
        BankReturn.objects.get_or_create(file=file, sha256=digest, defaults=_kept(name, report, by))
        return report


@dataclass(frozen=True)
class _Settled:
    payment: Payment
    state: str
    reference: str
    reason: str


def _judge(rows: Sequence[ReturnRow], payments: Mapping[str, Payment]) -> tuple[list[RowAnswer], list[_Settled]]:
    """An answer for each row, and the payments that the good ones settle. Rows that contradict each other all fall."""
    said: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        said.setdefault(row.number, set()).add((row.status, row.reference, row.amount))
    answers: list[RowAnswer] = []
    settled: dict[str, _Settled] = {}
    for row in rows:
        payment = payments.get(row.number)
        if payment is None:
            answers.append(RowAnswer(row.row, row.number[:50], "refused", "return_number_unknown"))
            continue
        if row.status.lower() in WAITING and len(said[row.number]) == 1 and payment.state == S.SENT:
            answers.append(RowAnswer(row.row, row.number, "waiting"))
            continue
        try:
            state = _state_said(row, payment)
            if len(said[row.number]) > 1:
                raise Refused("return_row_twice", found=row.number)
            if payment.state != S.SENT and (payment.state, payment.bank_reference) != (state, row.reference):
                raise Refused("return_contradicts", found=row.status, expected=payment.get_state_display())
        except Refused as refused:
            answers.append(RowAnswer(row.row, row.number, "refused", refused.code, refused.data))
            continue
        if payment.state != S.SENT or row.number in settled:
            answers.append(RowAnswer(row.row, row.number, "already"))
            continue
        settled[row.number] = _Settled(payment, state, row.reference, row.reason)
        answers.append(RowAnswer(row.row, row.number, "paid" if state == S.PAID else "returned"))
    return answers, list(settled.values())


def _state_said(row: ReturnRow, payment: Payment) -> str:
    """The state a row reports, if the row is in order."""
    state = STATUS.get(row.status.lower())
    if state is None:
        raise Refused("return_status_unknown", found=row.status[:50])
    if parse_fen(row.amount) != payment.amount_fen:
        raise Refused("return_amount_differs", found=row.amount[:50], expected_fen=payment.amount_fen)
    if state == S.PAID and not row.reference:
        raise Refused("return_reference_missing")
    if row.reference and not _REFERENCE.match(row.reference):
        raise Refused("return_reference_unreadable", found=row.reference[:50])
    return state


def _without_total(name: str, rows: Sequence[ReturnRow]) -> list[ReturnRow]:
    """The rows without those of totals; a total must match the rows it stands under."""
    plain = [row for row in rows if row.number != TOTAL]
    for total in rows:
        if total.number == TOTAL and (_sum(plain) is None or _fen(total.amount) != _sum(plain)):
            raise Refused(
                "return_total_differs", file=name, row=total.row, expected=total.amount[:50], found=_sum(plain)
            )
    return plain


def _sum(rows: Sequence[ReturnRow]) -> int | None:
    """The sum of the rows' amounts; None when one cannot be read, and then no total matches."""
    fens = [_fen(row.amount) for row in rows]
    return sum(fen for fen in fens if fen is not None) if None not in fens else None


def _fen(text: str) -> int | None:
    try:
        return parse_fen(text)
    except Refused:
        return None


def _refuse_other_files(
    name: str, rows: Sequence[ReturnRow], payments: Mapping[str, Payment], file: PaymentFile
) -> None:
    unknown = [row.number for row in rows if row.number not in payments]
    for chunk in chunks(unknown):
        other = Payment.objects.filter(number__in=chunk).select_related("file").order_by("pk").first()
        if other is not None:
            raise Refused(
                "return_other_file", file=name, expected=file.number, found=other.file.number, number=other.number
            )


def _settle(file: PaymentFile, settled: Sequence[_Settled], by: User | None, on: date) -> None:
    """Entitlements, ledger and payments, in the order in which locks are taken everywhere."""
    for state, verb in ((S.PAID, "pay"), (S.RETURNED, "return")):
        group = [one for one in settled if one.state == state]
        data_of = {
            one.payment.entitlement_id: {
                "payment": one.payment.number,
                "reference": one.reference,
                "reason": one.reason,
            }
            for one in group
        }
        changes = {} if state == S.PAID else {"cleared_on": None}
        moved = move(verb, list(data_of), by, on, data={"file": file.number}, data_of=data_of, changes=changes)
        if moved.count != len(group):
            raise Refused("changed_meanwhile", expected=len(group), found=moved.count)
    wishes = [
        Settling(
            key=f"{one.payment.reservation.key}:{'post' if one.state == S.PAID else 'void'}",
            pending=one.payment.reservation.key,
            kind=Transfer.Kind.POST if one.state == S.PAID else Transfer.Kind.VOID,
        )
        for one in settled
    ]
    for one, answer in zip(settled, settle_many(wishes, by), strict=True):
        changed = Payment.objects.filter(pk=one.payment.pk, state=S.SENT).update(
            state=one.state,
            settlement=answer.transfer,
            settled_on=on,
            bank_reference=one.reference,
            reason=one.reason,
        )
        if changed != 1:
            raise Refused("changed_meanwhile", expected=1, found=changed)


def _report(file: PaymentFile, answers: list[RowAnswer]) -> ReturnReport:
    fen = dict.fromkeys(S, 0)
    outstanding = 0
    for state, amount in Payment.objects.filter(file=file).values_list("state", "amount_fen"):
        fen[S(state)] += amount
        outstanding += state == S.SENT
    assert sum(fen.values()) == file.sum_fen, "payments add up to their file"
    return ReturnReport(file.number, answers, fen[S.PAID], fen[S.RETURNED], fen[S.SENT], outstanding)


def _kept(name: str, report: ReturnReport, by: User | None) -> dict[str, object]:
    return {
        "name": name[:200],
        "made_at": timezone.now(),
        "by": by,
        "rows": len(report.rows),
        "paid": report.count("paid"),
        "returned": report.count("returned"),
        "already": report.count("already"),
        "refused": report.count("refused"),
        "answers": [
            {"row": row.row, "number": row.number, "answer": row.answer, "code": row.code} for row in report.rows
        ],
    }
