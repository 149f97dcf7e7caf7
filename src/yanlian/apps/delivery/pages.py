"""兑现批次: the list of rounds, and drafting one from a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_draft import DELIVERIES, Draft, draft_round
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.titles import document_title, document_titles, title_of, titles
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.numbers import number, wan
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t

S = Entitlement.State
PAID = (S.PAID, S.CLOSED)


@dataclass(frozen=True)
class RoundRow:
    """A round with the count and sum of its entries."""

    pk: int
    title: str
    department: str
    document: str
    as_of: date
    state: str
    made_at: datetime
    count: int
    sum_fen: int
    paid_fen: int


def _rows(request: HttpRequest) -> list[RoundRow]:
    names = document_titles()
    return [
        RoundRow(
            pk=one.round.pk,
            title=one.round.title,
            department=one.round.department,
            document=document_title(names, one.round.document),
            as_of=one.round.run.as_of,
            state=one.round.state,
            made_at=one.round.made_at,
            count=one.total.count,
            sum_fen=one.total.sum_fen,
            paid_fen=one.of(*PAID).sum_fen,
        )
        for one in queries.rounds(request.user)
    ]


ROUNDS: Listing[RoundRow] = Listing(
    title=("兑现批次", "Rounds of delivery"),
    file_name="rounds",
    search_hint=("按批次名称或文件搜索", "Search by title or document"),
    first_order="-made",
    columns=(
        Column("title", ("批次", "Round"), lambda row: row.title, main=True,
               link=lambda row: reverse("round", args=[row.pk])),
        Column("department", ("牵头部门", "Lead department"), lambda row: department_name(row.department)),
        Column("document", ("政策文件", "Document"), lambda row: row.document),
        Column("as_of", ("测算基准日", "As-of date"), lambda row: row.as_of, Kind.DATE),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="round"),
        Column("count", ("事项数", "Entries"), lambda row: row.count, Kind.COUNT),
        Column("sum", ("金额", "Amount"), lambda row: row.sum_fen, Kind.MONEY),
        Column("paid", ("已到账", "Paid"), lambda row: row.paid_fen, Kind.MONEY),
        Column("made", ("拟定时间", "Drafted at"), lambda row: row.made_at, Kind.INSTANT),
    ),
    filters=(
        Filter("state", ("状态", "State"), word_choices("round")),
    ),
    empty=(
        "还没有兑现批次。测算完成后，由牵头部门拟定。",
        "There are no rounds yet. After a run the lead department drafts one.",
    ),
)  # fmt: skip


@page(owner="delivery", permission=Permission.SEE_ROUNDS)
def rounds(request: HttpRequest) -> HttpResponseBase:
    """兑现批次. Officials see those of their department; finance, administrators and analysts all."""
    listed = FromMemory(
        _rows(request),
        search=lambda row: (row.title, row.document),
        filters={"state": lambda row, value: row.state == value},
        orders={column.key: column.value for column in ROUNDS.columns},
    )
    more = {
        "crumbs": [(say(ROUNDS.title), None)],
        "may_draft": permits(request.user, Permission.HANDLE_ROUNDS),
    }
    return show(request, ROUNDS, listed, template="delivery/rounds.html", more=more)


@dataclass(frozen=True)
class Draftable:
    """What a run gives under one clause that this department leads, and how much of it has no entitlement yet."""

    clause: str
    title: str
    document: str
    document_title: str
    delivery: str
    count: int
    sum_fen: int
    fresh: int
    fresh_fen: int


def draftable(run: Run, department: str) -> list[Draftable]:
    """By document and clause; clauses whose every outcome has its entitlement are listed too, as done."""
    standing = Entitlement.objects.filter(
        clause=OuterRef("clause"), entity=OuterRef("entity"), matter=OuterRef("matter"), period=OuterRef("period")
    )
    due = Outcome.objects.filter(
        run=run, kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0, delivery__in=DELIVERIES, department=department
    )
    grouped = (
        due.annotate(drafted=Exists(standing))
        .order_by("document", "clause")
        .values("document", "clause", "delivery")
        .annotate(
            count=Count("pk"),
            fen=Sum("amount_fen"),
            fresh=Count("pk", filter=Q(drafted=False)),
            fresh_fen=Sum("amount_fen", filter=Q(drafted=False)),
        )
    )
    clauses, documents = titles(), document_titles()
    return [
        Draftable(
            clause=one["clause"],
            title=title_of(clauses, one["clause"]).title,
            document=one["document"],
            document_title=document_title(documents, one["document"]),
            delivery=one["delivery"],
            count=one["count"],
            sum_fen=int(one["fen"] or 0),
            fresh=one["fresh"],
            fresh_fen=int(one["fresh_fen"] or 0),
        )
        for one in grouped
    ]


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("GET", "POST"))
def new_round(request: HttpRequest) -> HttpResponse:
    """拟定批次: choose a run, then the clauses of one's own department."""
    user = signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    runs = list(Run.objects.filter(state=Run.State.COMPLETE).order_by("-as_of", "-made_at")[:50])
    wanted = given.get("run", "")
    run = next((one for one in runs if str(one.pk) == wanted), None)
    if request.method == "POST":
        # The run that the form names or none, never another: it may have been found to differ since it was shown.
        run = run or Run.objects.filter(pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0).first()
    elif run is None and runs:
        run = runs[0]
    context: dict[str, object] = {
        "title": t("拟定兑现批次", "Draft a round"),
        "crumbs": [(say(ROUNDS.title), reverse("rounds")), (t("拟定", "Draft"), None)],
        "runs": runs,
        "run": run,
        "department": department_name(user.department),
        "groups": draftable(run, user.department) if run else [],
        "chosen": given.getlist("clause"),
        "round_title": given.get("title", ""),
    }
    if request.method != "POST":
        return render(request, "delivery/new_round.html", context)
    try:
        if run is None:
            raise Refused("run_unknown", run=wanted)
        draft = _draft(request, run, given.getlist("clause"), given.get("title", "").strip())
    except Refused as refusal:
        return render(request, "delivery/new_round.html", {**context, "refusals": shown(refusal)})
    return _drafted(request, draft)


def _draft(request: HttpRequest, run: Run, clauses: Sequence[str], title: str) -> Draft:
    user = signed_in(request)
    if not clauses:
        raise Refused("no_clause_chosen")
    if len(title) > 200:
        raise Refused("value_too_long", length=len(title), most=200)
    offered = {one.clause: one.document for one in draftable(run, user.department)}
    documents = {offered[clause] for clause in clauses if clause in offered}
    # A round over one document carries its name and its budget's name; one over several carries none.
    document = documents.pop() if len(documents) == 1 else ""
    if not title and document:
        title = f"{document_title(document_titles(), document)[:170]}兑现（{run.as_of}）"
    return done(
        request,
        "round_drafted",
        "run",
        run.pk,
        lambda: draft_round(
            run.pk, user, days.today(),
            department=user.department, document=document, clauses=clauses, title=title,
        ),
        lambda draft: {
            "round": draft.round.pk if draft.round else None,
            "count": draft.added,
            "sum_fen": draft.added_fen,
            "clauses": list(clauses),
        },
    )  # fmt: skip


def _drafted(request: HttpRequest, draft: Draft) -> HttpResponse:
    """On to the round, saying what was added, what stood already, and what needs an eye."""
    if draft.round is None:
        messages.info(
            request,
            t(
                "没有新增：所选条款的{n}项此前都已列入兑现批次，每项只列一次。",
                "Nothing was added: all {n} entries of these clauses stand in a round already.",
                n=number(len(draft.already)),
            ),
        )
    else:
        messages.success(
            request,
            t(
                "已拟定{n}项，合计{fen}万元；另有{m}项此前已列入批次。",
                "{n} entries drafted, CNY {fen} × 10,000 in all; {m} more stand in earlier rounds.",
                n=number(draft.added),
                fen=wan(draft.added_fen),
                m=number(len(draft.already)),
            ),
            extra_tags="good",
        )
    if draft.differs or draft.gone:
        messages.warning(
            request,
            t(
                "请核对：{a}项尚未拨付而本次测算金额不同（事项编号 {ids}），{b}项本次测算不再给出（事项编号 {gone}）。",
                "Look at these: {a} unpaid entries have another amount in this run (no. {ids}); "
                "{b} are no longer given by it (no. {gone}).",
                a=len(draft.differs),
                ids="、".join(str(one.entitlement) for one in draft.differs[:20]) or "-",
                b=len(draft.gone),
                gone="、".join(map(str, draft.gone[:20])) or "-",
            ),
            extra_tags="warn",
        )
    return redirect("round", draft.round.pk) if draft.round else redirect("rounds")
