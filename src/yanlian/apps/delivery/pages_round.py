"""One round: its steps, its entries with search and filters, and the verbs that move many entries at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.accounts import masked as masked_account
from yanlian.apps.delivery.acting import done, note
from yanlian.apps.delivery.actions_after import close, close_round
from yanlian.apps.delivery.actions_clear import Cleared, clear, hold, release
from yanlian.apps.delivery.actions_move import Moved, ids_in
from yanlian.apps.delivery.actions_publish import confirm, expire
from yanlian.apps.delivery.budgets import OVER
from yanlian.apps.delivery.machine import FINAL, VERBS, acceptance_ends
from yanlian.apps.delivery.models import Entitlement, Round
from yanlian.apps.delivery.overview import round_steps
from yanlian.apps.delivery.pages import ROUNDS
from yanlian.apps.delivery.permissions import is_finance, parties
from yanlian.apps.delivery.queries import Overview
from yanlian.apps.delivery.recheck import recheck
from yanlian.apps.delivery.sharing import payers_text, sums_by_payer
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.people.models import User
from yanlian.apps.policies.results import clause_titles, period_text
from yanlian.apps.policies.titles import document_title, document_titles
from yanlian.apps.registry.pages import fictional_badge, shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.numbers import number, wan
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import EXPORT, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import english, say, t

S = Entitlement.State
# Verbs that the batch bar offers, in the order of the way. Those with a reason ask for it.
BATCH_VERBS = ("confirm", "clear", "hold", "release", "expire", "close")
WITH_REASON = frozenset({"hold", "release"})


def overview_of(request: HttpRequest, pk: int) -> Overview:
    """The round with its totals, if this user may see it; 404 otherwise."""
    found = queries.round_overview(request.user, pk)
    if found is None:
        raise Http404(str(pk))
    return found


def _checkbox(row: Entitlement) -> str:
    return format_html(
        '<input type="checkbox" name="id" value="{}" form="batch" data-fen="{}" aria-label="{}">',
        row.pk,
        row.amount_fen,
        t("选择 {name}", "Choose {name}", name=shown_name(row.entity)),
    )


def _bank(row: Entitlement) -> str:
    return masked_account(row.bank_account) if row.bank_account else ""


CHOOSE: Column[Entitlement] = Column("choose", ("选", "Choose"), _checkbox, sortable=False)
BANK: Column[Entitlement] = Column("bank", ("收款账户", "Account"), _bank, Kind.CODE, sortable=False)
ENTRIES: Listing[Entitlement] = Listing(
    title=("兑现事项", "Entries"),
    file_name="entries",
    search_hint=("按主体名称、代码、条款或事项搜索", "Search by name, code, clause or matter"),
    first_order="entity",
    columns=(
        Column("entity", ("主体", "Beneficiary"), lambda row: shown_name(row.entity), main=True,
               link=lambda row: reverse("entitlement", args=[row.pk]), badge=lambda row: fictional_badge(row.entity)),
        Column("clause", ("条款", "Clause"), lambda row: row.clause, Kind.CODE),
        Column("title", ("条款名称", "Title"), lambda row: clause_titles().get(row.clause, ""), sortable=False),
        Column("matter", ("事项", "Matter"), lambda row: row.matter),
        Column("period", ("所属年度", "Period"), lambda row: period_text(row.period)),
        Column("amount", ("金额", "Amount"), lambda row: row.amount_fen, Kind.MONEY),
        Column("payers", ("各级分担", "Shared by"), payers_text, sortable=False),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="entitlement"),
        Column("on", ("状态日期", "Since"), lambda row: row.state_on, Kind.DATE),
        Column("why", ("暂缓原因", "Held for"), lambda row: "；".join(row.held_for), sortable=False),
    ),
    filters=(Filter("state", ("状态", "State"), word_choices("entitlement")),),
    empty=("本批次没有事项。", "This round has no entries."),
)  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """A verb as the batch bar offers it: how many entries it can move now."""

    verb: str
    title: str
    count: int
    asks_reason: bool


def offered(user: User, overview: Overview) -> list[Offered]:
    """The verbs this user may do here on many entries at once, that some entry waits for."""
    if overview.round.state != Round.State.OPEN or not permits(user, Permission.HANDLE_ROUNDS):
        return []
    counts = {verb: total.count for verb, total in queries.verbs_for_round(user, overview).items()}
    if "expire" in counts:
        waiting = overview.round.entitlements.filter(state__in=VERBS["expire"].before).select_related("publicity")
        counts["expire"] = sum(acceptance_ends(row) < days.today() for row in waiting)
    return [
        Offered(verb, t(VERBS[verb].zh, VERBS[verb].en), counts[verb], verb in WITH_REASON)
        for verb in BATCH_VERBS
        if counts.get(verb)
    ]


@page(owner="delivery", permission=Permission.SEE_ROUNDS)
def one_round(request: HttpRequest, pk: int) -> HttpResponseBase:
    """一个批次."""
    return _show(request, overview_of(request, pk))


def _show(request: HttpRequest, overview: Overview, **more: object) -> HttpResponseBase:
    user, round_ = signed_in(request), overview.round
    verbs = offered(user, overview)
    entries = Entitlement.objects.filter(round=round_).select_related("run")
    shares = sums_by_payer(entries.exclude(state__in=OVER).iterator(chunk_size=2000))
    columns = _columns(request, overview, may_choose=bool(verbs), shared=bool(shares))
    listed = FromDatabase(
        Entitlement.objects.filter(round=round_).select_related("entity", "bank_account", "run"),
        search=("entity__name__icontains", "entity__code__iexact", "clause__icontains", "matter__icontains"),
        filters={"state": lambda value: Q(state=value)},
        orders={
            "entity": "entity__name",
            "clause": "clause",
            "matter": "matter",
            "period": "period",
            "amount": "amount_fen",
            "state": "state",
            "on": "state_on",
        },
    )
    dated = [(t("测算", "Run"), f"#{round_.run_id} {round_.run.as_of}"), (t("批次", "Round"), f"#{round_.pk}")]
    asks = any(one.asks_reason for one in verbs)
    context = {
        **_context(overview),
        "verbs": verbs,
        "asks_reason": asks,
        **_ways(user, overview),
        **more,
        "shares": shares,
    }
    listing = replace(ENTRIES, columns=columns)
    return show(request, listing, listed, template="delivery/round.html", dated=dated, more=context)


def _columns(
    request: HttpRequest, overview: Overview, *, may_choose: bool, shared: bool
) -> tuple[Column[Entitlement], ...]:
    """A sheet has every column and no boxes to tick; the page leaves out what the others say or what is empty."""
    columns = tuple(one for one in ENTRIES.columns if shared or one.key != "payers")
    if request.GET.get(EXPORT) != "xlsx":
        spare = {"clause"} if S.HELD in overview.by_state else {"clause", "why"}
        columns = tuple(one for one in columns if one.key not in spare)
        if may_choose:
            columns = (CHOOSE, *columns)
    return (*columns, BANK) if is_finance(request.user) else columns


def _context(overview: Overview) -> dict[str, object]:
    round_ = overview.round
    return {
        "title": round_.title,
        "crumbs": [(say(ROUNDS.title), reverse("rounds")), (round_.title, None)],
        "round": round_,
        "department": department_name(round_.department),
        "document": document_title(document_titles(), round_.document),
        "steps": round_steps(overview),
        "sums": [(state, overview.by_state[state]) for state in S.values if state in overview.by_state],
        "whole": overview.total,
        "notices": list(round_.publicities.order_by("sequence")),
        "payment_files": list(round_.payment_files.order_by("pk")),
        "objections": queries.open_objections(round_.pk),
    }


def _ways(user: User, overview: Overview) -> dict[str, object]:
    """The pages that lead on: publish, send, close the round; only where this user may and something waits."""
    is_open = overview.round.state == Round.State.OPEN and permits(user, Permission.HANDLE_ROUNDS)
    mine = queries.verbs_for_round(user, overview) if is_open else {}
    who = parties(user, overview.round.department)
    return {
        "to_publish": mine.get("publish"),
        "to_send": mine.get("send"),
        "may_close_round": bool(
            is_open and VERBS["close"].parties & who and overview.by_state and set(overview.by_state) <= set(FINAL)
        ),
        "sees_files": is_finance(user) or "platform" in who,
        "answers_objections": "lead" in who,
    }


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("POST",))
def do_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One verb for the chosen entries, or for all that wait for it. Back to the round with what it did."""
    overview = overview_of(request, pk)
    verb = request.POST.get("verb", "")
    try:
        if verb not in BATCH_VERBS:
            raise Refused("verb_unknown", found=verb[:40])
        result = _do(request, overview.round, verb)
    except Refused as refusal:
        return _show(request, overview, refusals=shown(refusal))
    messages.add_message(request, messages.INFO, result, extra_tags="good")
    query = request.POST.get("query", "")
    return redirect(reverse("round", args=[pk]) + (f"?{query}" if query else ""))


def _do(request: HttpRequest, round_: Round, verb: str) -> str:
    user, on = signed_in(request), days.today()
    ids = _chosen(request, round_, verb)
    if verb == "clear":
        # The check evaluates dossiers and takes its time: it holds no lock and so stands outside a transaction.
        cleared = clear(round_.pk, recheck(on), user, on, ids)
        note(request, "entries_moved", "round", round_.pk, _told_cleared(cleared))
        return _said_cleared(cleared)
    reason = request.POST.get("reason", "")
    acts: dict[str, Callable[[], Moved]] = {
        "confirm": lambda: confirm(round_.pk, user, on, ids),
        "expire": lambda: expire(round_.pk, user, on),
        "close": lambda: close(round_.pk, user, on, ids),
        "hold": lambda: hold(ids, reason, user, on),
        "release": lambda: release(ids, reason, user, on),
    }
    moved = done(request, "entries_moved", "round", round_.pk, acts[verb], told_moved)
    return said_moved(moved)


def _chosen(request: HttpRequest, round_: Round, verb: str) -> list[int]:
    """The ticked entries, which must be of this round; or all that wait for the verb when the person asked for all."""
    if request.POST.get("scope") == "all" or verb == "expire":
        return ids_in(round_, VERBS[verb].before)
    ids = [int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdigit() and len(one) < 19]
    if not ids:
        raise Refused("no_entry_chosen")
    return ids_in(round_, (), ids)


def told_moved(moved: Moved) -> dict[str, object]:
    """What a verb did, for the log of actions."""
    return {
        "what": moved.verb,
        "count": moved.count,
        "sum_fen": moved.sum_fen,
        "entries": [row.pk for row in moved.rows][:100],
    }


def said_moved(moved: Moved) -> str:
    """What a verb did, in a sentence; entries that it left alone are said to be."""
    step = VERBS[moved.verb]
    said = t(
        "{verb}：{n}项，合计{fen}万元。",
        "{verb}: {n} entries, CNY {fen} × 10,000.",
        verb=t(step.zh, step.en),
        n=number(moved.count),
        fen=wan(moved.sum_fen),
    )
    already = sum(one.code == "already" for one in moved.others)
    others = len(moved.others) - already
    if already:
        said += (" " if english() else "") + t("{n}项此前已办。", "{n} were done before.", n=number(already))
    if others:
        said += (" " if english() else "") + t(
            "{n}项当前状态不能办理，未变动。", "{n} are in a state this verb does not start from; unchanged.",
            n=number(others),
        )  # fmt: skip
    return said


def _told_cleared(cleared: Cleared) -> dict[str, object]:
    return {"what": "clear", "cleared": len(cleared.cleared), "held": len(cleared.held), "left": len(cleared.others)}


def _said_cleared(cleared: Cleared) -> str:
    return t(
        "当日核验：通过{n}项，合计{fen}万元；暂缓{held}项；未变动{left}项。通过的须于今日送银行付款。",
        "Check of the day: {n} passed, CNY {fen} × 10,000; {held} put on hold; {left} unchanged. "
        "What passed must go to the bank today.",
        n=number(len(cleared.cleared)),
        fen=wan(sum(row.amount_fen for row in cleared.cleared)),
        held=number(len(cleared.held)),
        left=number(len(cleared.others)),
    )


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("POST",))
def close_whole_round(request: HttpRequest, pk: int) -> HttpResponseBase:
    """办结批次, when nothing in it is left to do."""
    overview = overview_of(request, pk)
    try:
        done(request, "round_closed", "round", pk, lambda: close_round(pk, signed_in(request), days.today()))
    except Refused as refusal:
        return _show(request, overview, refusals=shown(refusal))
    messages.success(request, t("批次已办结。", "The round is closed."), extra_tags="good")
    return redirect("round", pk)
