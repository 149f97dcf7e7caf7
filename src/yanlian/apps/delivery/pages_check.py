"""Check before you submit: publishing a list and sending payments, each with its count and sum, the sum typed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_pay import Sent, cleared_today, next_number, send
from yanlian.apps.delivery.actions_publish import ACCEPT_DAYS, WORKING_DAYS, Published, publish
from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import Entitlement, Round
from yanlian.apps.delivery.pages import ROUNDS
from yanlian.apps.delivery.pages_round import overview_of
from yanlian.apps.delivery.permissions import parties
from yanlian.apps.ledger.queries import balances
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.policies.titles import document_title, document_titles, title_of, titles
from yanlian.base.money import parse_fen
from yanlian.base.periods import add_working_days
from yanlian.base.refusal import Refused
from yanlian.ui.numbers import capitals, number, yuan
from yanlian.ui.refusals import shown
from yanlian.ui.words import say, t

LONGEST_PUBLICITY = 60


@dataclass(frozen=True)
class Part:
    """One line of the check: a clause, how many entries, how much."""

    clause: str
    title: str
    count: int
    sum_fen: int


@dataclass(frozen=True)
class Budget:
    """The budget a payment draws on. `available_fen` is None while none was granted: then nothing limits it."""

    document: str
    wanted_fen: int
    available_fen: int | None

    @property
    def is_short(self) -> bool:
        return self.available_fen is not None and self.available_fen < self.wanted_fen


def _parts(rows: list[Entitlement]) -> list[Part]:
    known = titles()
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        count, fen = sums.get(row.clause, (0, 0))
        sums[row.clause] = (count + 1, fen + row.amount_fen)
    return [Part(clause, title_of(known, clause).title, *sums[clause]) for clause in sorted(sums)]


def _need(request: HttpRequest, round_: Round, verb: str) -> None:
    """Who may not do the verb does not see its check page either."""
    if not VERBS[verb].parties & parties(signed_in(request), round_.department):
        raise Http404(verb)


def _base(round_: Round, title: str, rows: list[Entitlement]) -> dict[str, object]:
    fen = sum(row.amount_fen for row in rows)
    crumbs = [
        (say(ROUNDS.title), reverse("rounds")),
        (round_.title, reverse("round", args=[round_.pk])),
        (title, None),
    ]
    return {
        "title": title,
        "crumbs": crumbs,
        "round": round_,
        "document": document_title(document_titles(), round_.document),
        "parts": _parts(rows),
        "count": len(rows),
        "sum_fen": fen,
        "capitals": capitals(fen),
    }


def _expected(request: HttpRequest) -> tuple[int, int]:
    """Count and fen that the person saw; the typed sum must be that sum. Refused: `typed_sum_differs`."""
    count, fen = (_whole(request.POST.get(name, "")) for name in ("count", "sum_fen"))
    typed = request.POST.get("typed", "").strip()
    if parse_fen(typed) != fen:
        raise Refused("typed_sum_differs", found=typed[:40], expected=yuan(fen))
    return count, fen


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused("form_changed", found=text[:40])
    return int(text)


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("GET", "POST"))
def publish_check(request: HttpRequest, pk: int) -> HttpResponse:
    """公示前核对."""
    overview = overview_of(request, pk)
    round_ = overview.round
    _need(request, round_, "publish")
    refusals = []
    if request.method == "POST":
        try:
            return _publish(request, round_)
        except Refused as refusal:
            refusals = shown(refusal)
    rows = list(
        Entitlement.objects.filter(round=round_, state__in=VERBS["publish"].before)
        .select_related("entity")
        .order_by("clause", "entity__name", "pk")
    )
    last = round_.publicities.aggregate(last=Max("sequence"))["last"] or 0
    today = days.today()
    asked = request.POST.get("working_days", str(WORKING_DAYS))
    working_days = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:3]) <= LONGEST_PUBLICITY else 0
    end = add_working_days(today, working_days or WORKING_DAYS)
    context = {
        **_base(round_, t("公示前核对", "Check before publishing"), rows),
        "refusals": refusals,
        "sequence": last + 1,
        "rows": rows,
        "starts_on": today,
        "ends_on": end.day,
        "calendar_known": end.official,
        "accept_until": end.day + timedelta(days=ACCEPT_DAYS),
        "working_days": working_days or WORKING_DAYS,
        "accept_days": ACCEPT_DAYS,
    }
    return render(request, "delivery/publish_check.html", context)


def _publish(request: HttpRequest, round_: Round) -> HttpResponse:
    count, fen = _expected(request)
    sequence = _whole(request.POST.get("sequence", ""))
    working_days = _whole(request.POST.get("working_days", str(WORKING_DAYS)))
    if not 1 <= working_days <= LONGEST_PUBLICITY:
        raise Refused("publicity_days", found=working_days)
    published = done(
        request,
        "round_published",
        "round",
        round_.pk,
        lambda: publish(
            round_.pk, sequence, count, fen, signed_in(request), days.today(), working_days=working_days
        ),
        _told_published,
    )  # fmt: skip
    publicity = published.publicity
    messages.success(
        request,
        t(
            "已公示{n}项，合计{fen}，至{end}止。",
            "{n} entries are public, {fen} in all, until {end}.",
            n=number(publicity.count),
            fen=yuan(publicity.sum_fen),
            end=publicity.ends_on,
        ),
        extra_tags="good",
    )
    return redirect("notice", publicity.pk)


def _told_published(published: Published) -> dict[str, object]:
    publicity = published.publicity
    return {
        "publicity": publicity.pk,
        "count": publicity.count,
        "sum_fen": publicity.sum_fen,
        "already": published.already,
    }


@page(owner="delivery", permission=Permission.PAY, methods=("GET", "POST"))
def send_check(request: HttpRequest, pk: int) -> HttpResponse:
    """拨付前核对: only what was checked today can be sent today."""
    round_ = overview_of(request, pk).round
    _need(request, round_, "send")
    refusals = []
    if request.method == "POST":
        try:
            return _send(request, round_)
        except Refused as refusal:
            refusals = shown(refusal)
    today = days.today()
    with transaction.atomic():
        rows = cleared_today(round_, today)
    stale = Entitlement.objects.filter(round=round_, state__in=VERBS["send"].before).exclude(cleared_on=today)
    context = {
        **_base(round_, t("拨付前核对", "Check before paying"), rows),
        "refusals": refusals,
        "rows": rows,
        "number": next_number(round_, today),
        "on": today,
        "stale": stale.aggregate(count=Count("pk"), fen=Sum("amount_fen")),
        "budgets": _budgets(rows, today),
    }
    return render(request, "delivery/send_check.html", context)


def _budgets(rows: list[Entitlement], on: date) -> list[Budget]:
    wanted: dict[str, int] = {}
    for row in rows:
        wanted[row.document] = wanted.get(row.document, 0) + row.amount_fen
    codes = {document: f"budget:{document}:{on.year}" for document in wanted}
    found = balances(list(codes.values()))
    names = document_titles()
    lines = []
    for document, fen in sorted(wanted.items()):
        balance = found.get(codes[document])
        available = balance.available_fen if balance is not None and balance.account.limited else None
        lines.append(Budget(document_title(names, document), fen, available))
    return lines


def _send(request: HttpRequest, round_: Round) -> HttpResponse:
    count, fen = _expected(request)
    file_number = request.POST.get("number", "")
    sent = done(
        request,
        "payments_sent",
        "round",
        round_.pk,
        lambda: send(round_.pk, file_number, count, fen, signed_in(request), days.today()),
        _told_sent,
    )
    messages.success(
        request,
        t(
            "已生成付款文件{number}：{n}笔，合计{fen}。请下载后送银行。",
            "Payment file {number} was made: {n} payments, {fen}. Download it and hand it to the bank.",
            number=sent.file.number,
            n=number(sent.file.count),
            fen=yuan(sent.file.sum_fen),
        ),
        extra_tags="good",
    )
    return redirect("payment-file", sent.file.number)


def _told_sent(sent: Sent) -> dict[str, object]:
    return {"file": sent.file.number, "count": sent.file.count, "sum_fen": sent.file.sum_fen, "already": sent.already}
