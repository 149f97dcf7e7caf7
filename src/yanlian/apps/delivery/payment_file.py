"""The payment file as bytes, made again from its payments and compared with the hash it was sent with."""

from __future__ import annotations

import hashlib
from typing import Literal

from yanlian.apps.delivery.accounts import file_lines
from yanlian.apps.delivery.models import Payment, PaymentFile
from yanlian.apps.delivery.permissions import Visitor, is_finance
from yanlian.apps.ledger.bank_file import Line, csv_bytes, xlsx_bytes
from yanlian.base.refusal import Refused


def download(number: str, by: Visitor, form: Literal["csv", "xlsx"]) -> bytes:
    """The file for the bank, account numbers in full: finance only. Refused: `not_allowed`, `payment_file_unknown`."""
    if not is_finance(by):
        raise Refused("not_allowed", verb="下载付款文件", verb_en="Download the payment file", department="fin")
    file = PaymentFile.objects.filter(number=number).first()
    if file is None:
        raise Refused("payment_file_unknown", found=number[:50])
    lines = lines_of(file)
    if digest(lines) != file.sha256:
        raise Refused("payment_file_changed", number=number)
    return csv_bytes(lines) if form == "csv" else xlsx_bytes(lines, file.made_at)


def lines_of(file: PaymentFile) -> list[Line]:
    """The lines in order of sequence."""
    return file_lines(Payment.objects.filter(file=file).select_related("bank_account").order_by("sequence"))


def digest(lines: list[Line]) -> str:
    """SHA-256 of the CSV form."""
    return hashlib.sha256(csv_bytes(lines)).hexdigest()
