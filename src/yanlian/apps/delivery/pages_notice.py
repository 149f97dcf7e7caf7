"""公示: the notices that anyone may read, and the form for an objection in the real name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_objection import Filing, file_objection
from yanlian.apps.delivery.models import Entitlement, Objection, Publicity
from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.people.actions import address_of
from yanlian.apps.people.departments import department_name
from yanlian.apps.people.models import AuditEntry, User
from yanlian.apps.policies.results import period_text
from yanlian.apps.policies.titles import ClauseTitle, document_title, document_titles, title_of, titles
from yanlian.apps.registry.pages import fictional_badge, shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase, FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t

# The whole list is on one page, so that it prints as one paper; longer lists are paged on the screen.
PAGE_SIZE = 200
WHOLE = 100_000
# One address may file this many objections an hour.
MOST_OBJECTIONS = 20


@dataclass(frozen=True)
class NoticeRow:
    """One notice in the public list."""

    publicity: Publicity
    title: str
    state: str


def state_of(publicity: Publicity, on: date) -> Literal["coming", "running", "over"]:
    """Word of ui/words.yaml, group notice."""
    if on < publicity.starts_on:
        return "coming"
    return "running" if on <= publicity.ends_on else "over"


def notice_title(publicity: Publicity) -> str:
    """What stands at its head: 关于……拟兑现名单的公示."""
    name = document_title(document_titles(), publicity.round.document)
    again = t("（第{n}次）", " (no. {n})", n=publicity.sequence) if publicity.sequence > 1 else ""
    return t("关于{name}拟兑现名单的公示{again}", "Publicity of the list for {name}{again}", name=name, again=again)


NOTICES: Listing[NoticeRow] = Listing(
    title=("公示公告", "Public notices"),
    file_name="notices",
    search_hint=("按标题或部门搜索", "Search by title or department"),
    first_order="-starts",
    columns=(
        Column("title", ("公示", "Notice"), lambda row: row.title, main=True,
               link=lambda row: reverse("notice", args=[row.publicity.pk])),
        Column("department", ("牵头部门", "Lead department"),
               lambda row: department_name(row.publicity.round.department)),
        Column("starts", ("开始日期", "From"), lambda row: row.publicity.starts_on, Kind.DATE),
        Column("ends", ("截止日期", "To"), lambda row: row.publicity.ends_on, Kind.DATE),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="notice"),
        Column("count", ("事项数", "Entries"), lambda row: row.publicity.count, Kind.COUNT),
        Column("sum", ("金额", "Amount"), lambda row: row.publicity.sum_fen, Kind.MONEY),
    ),
    filters=(
        Filter("state", ("状态", "State"), word_choices("notice")),
    ),
    empty=("目前没有公示。", "There are no notices at present."),
)  # fmt: skip


@page(owner="delivery", permission=Permission.PUBLIC)
def notices(request: HttpRequest) -> HttpResponseBase:
    """公示公告: all notices; the names only while a notice is public."""
    today = days.today()
    rows = [
        NoticeRow(one, notice_title(one), state_of(one, today))
        for one in Publicity.objects.select_related("round").order_by("-starts_on", "-pk")
    ]
    listed = FromMemory(
        rows,
        search=lambda row: (row.title, department_name(row.publicity.round.department)),
        filters={"state": lambda row, value: row.state == value},
        orders={column.key: column.value for column in NOTICES.columns},
    )
    return show(request, NOTICES, listed, more={"crumbs": [(say(NOTICES.title), None)]})


def _object_href(row: Entitlement) -> str:
    return reverse("object", args=[row.publicity_id]) + f"?entry={row.pk}"


def lines(publicity: Publicity) -> Listing[Entitlement]:
    """The list of a notice: name, clause, amount in 万元. Persons are masked and have no code."""
    known = titles()
    return Listing(
        title=("公示名单", "List"),
        file_name=f"notice-{publicity.pk}",
        search_hint=("按名称或条款编号搜索", "Search by name or clause"),
        page_size=PAGE_SIZE,
        columns=(
            Column("name", ("名称", "Name"), lambda row: shown_name(row.entity), main=True,
                   badge=lambda row: fictional_badge(row.entity)),
            Column("code", ("统一社会信用代码", "USCC"), lambda row: row.entity.uscc, Kind.CODE, sortable=False),
            Column("clause", ("条款", "Clause"), lambda row: title_of(known, row.clause).title),
            Column("article", ("依据", "Article"), lambda row: title_of(known, row.clause).article or row.clause,
                   sortable=False),
            Column("period", ("所属年度", "Period"), lambda row: period_text(row.period), sortable=False),
            Column("amount", ("金额", "Amount"), lambda row: row.amount_fen, Kind.MONEY),
            Column("object", ("异议", "Objection"), lambda _: t("提出异议", "Object"), sortable=False,
                   link=_object_href),
        ),
        empty=("名单为空。", "The list is empty."),
    )  # fmt: skip


@page(owner="delivery", permission=Permission.PUBLIC)
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One notice, as it is printed: text, list, three doors, department and date."""
    publicity = _publicity(pk)
    today = days.today()
    state = state_of(publicity, today)
    rows = queries.notice_lines(publicity.pk, today)
    standing = rows.aggregate(fen=Sum("amount_fen"))["fen"]
    context = {
        "title": notice_title(publicity),
        "crumbs": [(say(NOTICES.title), reverse("notices")), (notice_title(publicity), None)],
        "publicity": publicity,
        "round": publicity.round,
        "state": state,
        "department": department_name(publicity.round.department),
        "document": document_title(document_titles(), publicity.round.document),
        "gone": publicity.count - rows.count() if state == "running" else 0,
        "standing_fen": int(standing or 0),
        "may_see_round": permits(request.user, Permission.SEE_ROUNDS),
    }
    if state != "running":
        return render(request, "delivery/notice_over.html", context)
    listed = FromDatabase(
        rows,
        search=("entity__name__icontains", "entity__uscc__iexact", "clause__icontains"),
        orders={"name": "entity__name", "clause": "clause", "amount": "amount_fen"},
    )
    listing = lines(publicity)
    if request.GET.get("whole") == "1":
        listing = replace(listing, page_size=WHOLE)
    if request.GET.get("export") == "xlsx":
        # A sheet needs no door to the objection form.
        listing = replace(listing, columns=listing.columns[:-1])
    dated = [(t("公示期", "Publicity"), f"{publicity.starts_on} – {publicity.ends_on}")]
    return show(request, listing, listed, template="delivery/notice.html", dated=dated, more=context)


def _publicity(pk: int) -> Publicity:
    found = Publicity.objects.select_related("round__run").filter(pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    return found


@page(owner="delivery", permission=Permission.PUBLIC)
def object_somewhere(request: HttpRequest) -> HttpResponse:
    """From a clause to the notice on which one can object to it now; if there is none, what else one can do."""
    clause = request.GET.get("clause", "")[:40]
    running = [one for one in queries.notices(days.today()) if clause in one.round.clauses]
    if len(running) == 1:
        return redirect(reverse("object", args=[running[0].pk]) + f"?clause={clause}")
    context = {
        "title": t("提出异议", "Object"),
        "crumbs": [(say(NOTICES.title), reverse("notices")), (t("提出异议", "Object"), None)],
        "clause": title_of(titles(), clause) if clause else None,
        "running": [(one, notice_title(one)) for one in running],
    }
    return render(request, "delivery/object_somewhere.html", context)


@page(owner="delivery", permission=Permission.PUBLIC, methods=("GET", "POST"))
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """提出异议: real name, contact and facts; against an entry, or because one is missing from the list."""
    publicity = _publicity(pk)
    given = request.POST if request.method == "POST" else request.GET
    entry = _entry(publicity, given.get("entry", ""))
    title = t("提出异议", "Object")
    context = {
        "title": title,
        "crumbs": [
            (say(NOTICES.title), reverse("notices")),
            (notice_title(publicity), reverse("notice", args=[pk])),
            (title, None),
        ],
        "publicity": publicity,
        "entry": entry,
        "entry_name": shown_name(entry.entity) if entry else "",
        "entry_clause": title_of(titles(), entry.clause) if entry else None,
        "clauses": _clauses(publicity),
        "given": given,
        "is_over": state_of(publicity, days.today()) != "running",
    }
    if request.method != "POST":
        return render(request, "delivery/object.html", context)
    try:
        objection = _file(request, publicity, entry)
    except Refused as refusal:
        return render(request, "delivery/object.html", {**context, "refusals": shown(refusal)})
    receipt = {**context, "title": t("异议已收到", "Your objection was received"), "objection": objection}
    return render(request, "delivery/object_done.html", receipt)


def _clauses(publicity: Publicity) -> list[ClauseTitle]:
    known = titles()
    return [title_of(known, clause) for clause in publicity.round.clauses]


def _entry(publicity: Publicity, text: str) -> Entitlement | None:
    """The entry objected to, if it stands in this notice while it is public."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return queries.notice_lines(publicity.pk, days.today()).filter(pk=int(text)).first()


def _file(request: HttpRequest, publicity: Publicity, entry: Entitlement | None) -> Objection:
    user = request.user if isinstance(request.user, User) else None
    filing = Filing(
        name=request.POST.get("name", ""),
        contact=request.POST.get("contact", ""),
        text=request.POST.get("text", ""),
        evidence=request.POST.get("evidence", ""),
        entitlement=entry.pk if entry else None,
        clause="" if entry else request.POST.get("clause", ""),
    )
    since = timezone.now() - timedelta(hours=1)
    filed = AuditEntry.objects.filter(verb="objection_filed", address=address_of(request), at__gt=since)
    if filed.count() >= MOST_OBJECTIONS:
        raise Refused("objections_too_many", most=MOST_OBJECTIONS)
    return done(
        request,
        "objection_filed",
        "publicity",
        publicity.pk,
        lambda: file_objection(publicity.pk, filing, user, days.today()),
        lambda objection: {"objection": objection.pk, "about": objection.kind},
    )
