"""对账: do ledger, payments and payment files tell one story; what differs is named. And granting budgets."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.reconcile import reconcile
from yanlian.apps.ledger.actions import grant_budget
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.policies.titles import document_titles
from yanlian.base.money import parse_fen
from yanlian.base.periods import parse_year
from yanlian.base.refusal import Refused
from yanlian.ui.numbers import yuan
from yanlian.ui.refusals import shown
from yanlian.ui.words import t


@page(owner="delivery", permission=Permission.SEE_LEDGER)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """对账."""
    title = t("对账", "Reconciliation")
    found = reconcile()
    context = {
        "title": title,
        "crumbs": [(t("资金台账", "Ledger"), reverse("ledger")), (title, None)],
        "found": found,
        "dated": [(t("对账日", "As of"), str(days.today()))],
    }
    return render(request, "delivery/reconciliation.html", context)


@page(owner="delivery", permission=Permission.PAY, methods=("GET", "POST"))
def grant(request: HttpRequest) -> HttpResponse:
    """下达预算: give the budget of a document and year an amount, by the number of the paper that grants it."""
    title = t("下达预算", "Grant a budget")
    context = {
        "title": title,
        "crumbs": [(t("资金台账", "Ledger"), reverse("ledger")), (title, None)],
        "documents": sorted(document_titles().items(), key=lambda one: one[1]),
        "given": request.POST,
        "year": days.today().year,
    }
    if request.method != "POST":
        return render(request, "delivery/grant.html", context)
    try:
        answer_fen, already = _grant(request)
    except Refused as refusal:
        return render(request, "delivery/grant.html", {**context, "refusals": shown(refusal)})
    text = t("已下达{fen}。", "{fen} was granted.", fen=yuan(answer_fen))
    if already:
        text = t(
            "该文号的预算此前已下达（{fen}），没有重复。", "This grant stood already ({fen}).", fen=yuan(answer_fen)
        )
    messages.success(request, text, extra_tags="good")
    return redirect("ledger")


def _grant(request: HttpRequest) -> tuple[int, bool]:
    document = request.POST.get("document", "")
    if document not in document_titles():
        raise Refused("form_changed", found=document[:40])
    year, fen = parse_year(request.POST.get("year", "")), parse_fen(request.POST.get("amount", ""))
    paper = request.POST.get("paper", "").strip()
    if not paper or len(paper) > 100:
        raise Refused("paper_missing")
    # The paper's number names the grant: the same paper twice is one grant.
    key = f"grant:{document}:{year}:{hashlib.sha256(paper.encode()).hexdigest()[:24]}"
    answer = done(
        request,
        "budget_granted",
        "document",
        document,
        lambda: grant_budget(key, document, year, fen, signed_in(request)),
        lambda answer: {"year": year, "amount_fen": fen, "paper": paper, "already": answer.already},
    )
    return answer.transfer.amount_fen, answer.already
