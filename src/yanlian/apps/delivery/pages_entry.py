"""One entitlement: what it is, how far it came, everything that happened to it, and the verbs for it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.accounts import masked as masked_account
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_after import reclaim, refund
from yanlian.apps.delivery.actions_clear import hold, release
from yanlian.apps.delivery.actions_move import Moved
from yanlian.apps.delivery.actions_publish import correct, reopen
from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import Entitlement, Event
from yanlian.apps.delivery.pages import ROUNDS
from yanlian.apps.delivery.pages_round import said_moved, told_moved
from yanlian.apps.delivery.permissions import entitlements_visible_to, may_see_bank_data
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.policies.results import period_text
from yanlian.apps.policies.titles import title_of, titles, why_href
from yanlian.apps.registry.pages import shown_name
from yanlian.base.money import parse_fen
from yanlian.base.refusal import Refused
from yanlian.ui.numbers import yuan
from yanlian.ui.refusals import shown
from yanlian.ui.words import say, t

# What is done to one entry at a time, always with a reason (a refund with the bank's reference).
SINGLE_VERBS = ("hold", "release", "correct", "reopen", "reclaim", "refund")


@dataclass(frozen=True)
class EventLine:
    """One event as the page tells it. Bank data and names of objectors never stand in events."""

    event: Event
    title: str
    who: str
    facts: str


def entry_of(request: HttpRequest, pk: int) -> Entitlement:
    """The entitlement, if this user may see it; 404 otherwise."""
    rows = entitlements_visible_to(request.user).select_related(
        "entity", "round__run", "publicity", "bank_account", "run"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    return row


@page(owner="delivery", permission=Permission.SEE_ROUNDS)
def entitlement(request: HttpRequest, pk: int) -> HttpResponse:
    """一项权益."""
    # A list of what is to be returned leads here with reason and sum filled in; nothing happens before it is sent.
    given = {key: request.GET.get(key, "")[:2000] for key in ("reason", "reclaim_amount")}
    return _show(request, entry_of(request, pk), given={"chosen": request.GET.get("verb", ""), **given})


def _show(request: HttpRequest, row: Entitlement, **more: object) -> HttpResponse:
    user = signed_in(request)
    may = permits(user, Permission.HANDLE_ROUNDS)
    mine = [verb for verb in queries.verbs_for_entitlement(user, row) if verb in SINGLE_VERBS] if may else []
    shows_bank = row.bank_account is not None and may_see_bank_data(user, row.entity.code)
    title = f"{shown_name(row.entity)}：{row.clause}"
    context = {
        "title": title,
        "crumbs": [
            (say(ROUNDS.title), reverse("rounds")),
            (row.round.title, reverse("round", args=[row.round_id])),
            (shown_name(row.entity), None),
        ],
        "row": row,
        "name": shown_name(row.entity),
        "clause": title_of(titles(), row.clause),
        "period": period_text(row.period),
        "department": department_name(row.department),
        "steps": next((one.steps for one in queries.benefits(user, row.entity.code) if one.entitlement == row), []),
        "why_href": why_href(row.run_id, row.entity.code, row.clause, row.matter),
        "may_correct": "correct" in mine,
        "may_reclaim": "reclaim" in mine,
        "account": masked_account(row.bank_account) if shows_bank and row.bank_account else "",
        "bank": row.bank_account if shows_bank else None,
        "events": [_line(event) for event in queries.history(user, row.pk)],
        "verbs": [(verb, t(VERBS[verb].zh, VERBS[verb].en)) for verb in mine],
        "payments": list(row.payments.select_related("file").order_by("pk")),
        "dated": [(t("测算", "Run"), f"#{row.run_id} {row.run.as_of}")],
    }
    return render(request, "delivery/entitlement.html", {**context, **more})


def _line(event: Event) -> EventLine:
    step = VERBS.get(event.verb)
    data = event.data
    facts = []
    if "amount_before_fen" in data:
        facts.append(f"{yuan(data['amount_before_fen'])} → {yuan(data['amount_fen'])}")
    elif "amount_fen" in data:
        facts.append(yuan(data["amount_fen"]))
    if data.get("reason"):
        facts.append(str(data["reason"]))
    facts += [str(one) for one in data.get("reasons", [])]
    if data.get("file"):
        facts.append(t("付款文件 {file}", "Payment file {file}", file=data["file"]))
    if data.get("reference"):
        facts.append(t("流水号 {ref}", "Reference {ref}", ref=data["reference"]))
    return EventLine(
        event=event,
        title=t(step.zh, step.en) if step else event.verb,
        who=event.by.shown_name if event.by else t("系统或公众", "System or public"),
        facts=t("；", "; ").join(facts),
    )


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("POST",))
def do_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One verb on one entitlement, with its reason."""
    row = entry_of(request, pk)
    verb = request.POST.get("verb", "")
    try:
        moved = _do(request, row, verb)
    except Refused as refusal:
        given = {"chosen": verb, "reason": request.POST.get("reason", ""), "amount": request.POST.get("amount", "")}
        given["reclaim_amount"] = request.POST.get("reclaim_amount", "")
        return _show(request, row, refusals=shown(refusal), given=given)
    messages.success(request, said_moved(moved), extra_tags="good")
    return redirect("entitlement", pk)


def _sum_to_reclaim(request: HttpRequest) -> int | None:
    """Fen to take back; None for everything that was paid."""
    written = request.POST.get("reclaim_amount", "").strip()
    return parse_fen(written) if written else None


def _do(request: HttpRequest, row: Entitlement, verb: str) -> Moved:
    user, on = signed_in(request), days.today()
    reason = request.POST.get("reason", "")[:2000]
    acts: dict[str, Callable[[], Moved]] = {
        "hold": lambda: hold([row.pk], reason, user, on),
        "release": lambda: release([row.pk], reason, user, on),
        "correct": lambda: correct(row.pk, parse_fen(request.POST.get("amount", "")), reason, user, on),
        "reopen": lambda: reopen(row.pk, reason, user, on),
        "reclaim": lambda: reclaim(row.pk, reason, user, on, _sum_to_reclaim(request)),
        "refund": lambda: refund(row.pk, reason, user, on),
    }
    if verb not in acts:
        raise Refused("verb_unknown", found=verb[:40])
    log = "entry_corrected" if verb == "correct" else "entries_moved"
    return done(request, log, "entitlement", row.pk, acts[verb], told_moved)
