"""What tests of delivery pages do by pages: the steps from a run to money, each as the person in charge clicks it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from tests.web.paying import AFTER, CLAUSE, DAY, Paying

from yanlian.apps.delivery import days
from yanlian.apps.delivery.models import Entitlement, Payment, PaymentFile, Publicity, Round
from yanlian.apps.people.models import User
from yanlian.ui.numbers import yuan_plain


@contextmanager
def on(day: date) -> Iterator[None]:
    """Pages take this day for today."""
    with patch.object(days, "today", lambda: day):
        yield


def client_of(user: User) -> Client:
    """A client that checks CSRF tokens nowhere, as Django's test client does, signed in."""
    client = Client()
    client.force_login(user)
    return client


def draft(paying: Paying) -> Round:
    with on(DAY):
        answer = client_of(paying.official).post("/rounds/new", {"run": paying.run.pk, "clause": [CLAUSE]})
    assert answer.status_code == 302, answer.content.decode()
    return Round.objects.get()


def do_all(user: User, round_: Round, verb: str, day: date, reason: str = "") -> HttpResponseBase:
    with on(day):
        return client_of(user).post(f"/rounds/{round_.pk}/do", {"verb": verb, "scope": "all", "reason": reason})


def totals(round_: Round, state: str) -> dict[str, str]:
    """Count, sum in fen and the sum as a person types it."""
    amounts = list(Entitlement.objects.filter(round=round_, state=state).values_list("amount_fen", flat=True))
    return {"count": str(len(amounts)), "sum_fen": str(sum(amounts)), "typed": yuan_plain(sum(amounts))}


def publish(paying: Paying, round_: Round) -> Publicity:
    do_all(paying.official, round_, "confirm", DAY)
    with on(DAY):
        client_of(paying.official).post(
            f"/rounds/{round_.pk}/publish", {**totals(round_, "confirmed"), "sequence": "1", "working_days": "5"}
        )
    return Publicity.objects.get(round=round_)


def accept(user: User, row: Entitlement) -> HttpResponseBase:
    """Account, check, receipt: the last answer."""
    client = client_of(user)
    with on(AFTER):
        number = "6222 0000 1111 2222 333"
        given = {"id": row.pk, "holder": row.entity.name, "bank": "虚构银行崂山支行", "number": number}
        answer = client.post("/my/account", given)
        assert answer.status_code == 302, answer.content.decode()
        account = answer["Location"].rsplit("account=", 1)[1]
        answer = client.post("/my/check", {"id": row.pk, "account": account, "agreed": "1"})
        assert answer.status_code == 302, answer.content.decode()
        return client.get(answer["Location"])


def pay(paying: Paying, round_: Round) -> PaymentFile:
    do_all(paying.finance, round_, "clear", AFTER)
    with on(AFTER):
        number = f"YL{AFTER:%Y%m%d}-{round_.pk}-1"
        client_of(paying.finance).post(f"/rounds/{round_.pk}/send", {**totals(round_, "cleared"), "number": number})
    return PaymentFile.objects.get(round=round_)


def bank_return(file: PaymentFile, status: str = "成功") -> SimpleUploadedFile:
    """What the bank sends back: every payment with one status."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["付款编号", "状态", "金额", "银行流水号", "原因"])
    for one in Payment.objects.filter(file=file):
        amount = yuan_plain(one.amount_fen).replace(",", "")
        writer.writerow([one.number, status, amount, f"LS{one.sequence:06d}", "" if status == "成功" else "账号有误"])
    return SimpleUploadedFile("回单.csv", text.getvalue().encode("gb18030"), content_type="text/csv")


def settle(paying: Paying, file: PaymentFile, status: str = "成功") -> HttpResponseBase:
    with on(AFTER):
        return client_of(paying.finance).post(f"/payments/{file.number}/", {"file": bank_return(file, status)})
