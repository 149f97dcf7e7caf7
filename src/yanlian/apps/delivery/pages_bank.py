"""付款文件: what was handed to the bank, its download, and the bank's return with an answer to every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.accounts import masked as masked_account
from yanlian.apps.delivery.acting import done, note
from yanlian.apps.delivery.actions_return import ReturnReport, RowAnswer, import_return
from yanlian.apps.delivery.models import Payment, PaymentFile
from yanlian.apps.delivery.pages import ROUNDS
from yanlian.apps.delivery.payment_file import download
from yanlian.apps.delivery.permissions import is_finance, rounds_visible_to
from yanlian.apps.delivery.sharing import sums_by_payer
from yanlian.apps.ledger.bank_return import LARGEST_FILE
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, say, t, words

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Form = Literal["csv", "xlsx"]


@dataclass(frozen=True)
class PaymentLine:
    """One payment with its masked account. A person's name is in full for finance only."""

    payment: Payment
    payee: str
    account: str


@dataclass(frozen=True)
class AnswerLine:
    """One row of the bank's return and what it was answered, in words."""

    answer: RowAnswer
    text: str


def file_of(request: HttpRequest, number: str) -> PaymentFile:
    """The payment file; 404 unless this user sees its round and is finance or administrator."""
    file = PaymentFile.objects.select_related("round", "by").filter(number=number).first()
    if file is None or not rounds_visible_to(request.user).filter(pk=file.round_id).exists():
        raise Http404(number)
    return file


@page(owner="delivery", permission=Permission.SEE_LEDGER, methods=("GET", "POST"))
def payment_file(request: HttpRequest, number: str) -> HttpResponse:
    """付款文件. GET shows it, POST takes in the bank's return."""
    file = file_of(request, number)
    if request.method != "POST":
        return _show(request, file)
    try:
        report = _take_in(request, file)
    except Refused as refusal:
        return _show(request, file, refusals=shown(refusal))
    counts = [(str(one), report.count(code)) for code, one in words("return_answer").items()]
    refused = [_answer(row) for row in report.rows if row.answer == "refused"]
    return _show(request, file, report=report, counts=counts, refused_answers=refused)


def _take_in(request: HttpRequest, file: PaymentFile) -> ReturnReport:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("file_not_chosen")
    if upload.size is None or upload.size > LARGEST_FILE:
        raise Refused("bank_return_large", file=upload.name, found=upload.size, expected=LARGEST_FILE)
    content = upload.read()
    return done(
        request,
        "bank_return_read",
        "payment_file",
        file.number,
        lambda: import_return(file.number, (upload.name or "")[:200], content, signed_in(request), days.today()),
        lambda report: {
            "rows": len(report.rows),
            **{name: report.count(name) for name in ("paid", "returned", "already", "refused")},
        },
    )


def _answer(row: RowAnswer) -> AnswerLine:
    return AnswerLine(row, Refused(row.code, **row.data).text("en" if english() else "zh"))


def _show(request: HttpRequest, file: PaymentFile, **more: object) -> HttpResponse:
    finance = is_finance(request.user)
    payments = Payment.objects.filter(file=file).select_related("bank_account", "entitlement").order_by("sequence")
    payments = payments.select_related("entitlement__entity", "entitlement__run")
    lines = [
        PaymentLine(
            payment=one,
            payee=one.payee if finance else shown_name(one.entitlement.entity),
            account=masked_account(one.bank_account) if finance else "",
        )
        for one in payments
    ]
    returns = list(file.returns.select_related("by"))
    sums = dict.fromkeys(Payment.State.values, 0)
    for line in lines:
        sums[line.payment.state] += line.payment.amount_fen
    title = t("付款文件{number}", "Payment file {number}", number=file.number)
    context = {
        "title": title,
        "crumbs": [
            (say(ROUNDS.title), reverse("rounds")),
            (file.round.title, reverse("round", args=[file.round_id])),
            (file.number, None),
        ],
        "file": file,
        "lines": lines,
        "sums": sums,
        "shares": sums_by_payer(one.entitlement for one in payments),
        "is_finance": finance,
        "returns": returns,
        "refused_before": [
            (one.name, row["row"], row["number"], row["code"])
            for one in returns
            for row in one.answers
            if row["answer"] == "refused"
        ],
        "dated": [(t("制表日", "Made on"), str(file.made_on))],
    }
    return render(request, "delivery/payment_file.html", {**context, **more})


@page(owner="delivery", permission=Permission.PAY)
def download_payment_file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The file for the bank, account numbers in full; every download is in the log."""
    file = file_of(request, number)
    if form not in CONTENT_TYPES:
        raise Http404(form)
    content = download(file.number, signed_in(request), cast("Form", form))
    note(request, "payment_file_downloaded", "payment_file", file.number, {"form": form})
    response = HttpResponse(content, content_type=CONTENT_TYPES[form])
    # The number is ours: letters, digits and hyphens only.
    response["Content-Disposition"] = f'attachment; filename="{file.number}.{form}"'
    return response
