"""Beneficiaries' bank accounts: the only module that reads a number in full; everybody else gets it masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from yanlian.apps.delivery.models import BankAccount, Payment
from yanlian.apps.delivery.permissions import Visitor, parties
from yanlian.apps.ledger.bank_file import Line
from yanlian.base.refusal import Refused

_NUMBER = re.compile(r"\d{8,32}\Z", re.ASCII)


def masked(account: BankAccount) -> str:
    """All but the last four digits hidden: **** **** 1234."""
    return f"**** **** {account.number_in_full[-4:]}"


def full_number(account: BankAccount, by: Visitor) -> str:
    """The number itself, for finance and for the beneficiary; refused with `not_allowed` for everybody else."""
    if not {"finance", "beneficiary"} & parties(by, "", account.entity.code):
        raise Refused("not_allowed", verb="查看账号", verb_en="See the account number", department="fin")
    return account.number_in_full


def readable_number(text: str) -> str:
    """The digits of an account number as a person wrote it; refused with `account_number_unreadable`."""
    digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text[:100]))
    if not _NUMBER.match(digits):
        # The number itself is not repeated: refusals end up in logs.
        raise Refused("account_number_unreadable", found=len(digits))
    return digits


def same_name(holder: str, name: str) -> bool:
    """Equal names: full-width and half-width forms are one, blanks do not count; nothing else is forgiven."""
    return _plain(holder) == _plain(name)


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def stands_as(account: BankAccount, holder: str, bank: str, number: str) -> bool:
    """Whether an account says exactly this."""
    return (account.holder, account.bank, account.number_in_full) == (holder, bank, number)


def file_lines(payments: Iterable[Payment]) -> list[Line]:
    """Payments as lines of a payment file, numbers in full. Only for making the file that goes to the bank."""
    return [
        Line(
            number=payment.number,
            sequence=payment.sequence,
            payee=payment.payee,
            payee_code=payment.payee_code,
            account=payment.bank_account.number_in_full,
            bank=payment.bank_account.bank,
            amount_fen=payment.amount_fen,
            purpose=payment.purpose,
        )
        for payment in payments
    ]
