"""异议办理: the lead department reads objections to its lists and answers each once."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_objection import decide_objection
from yanlian.apps.delivery.models import Objection
from yanlian.apps.delivery.permissions import objections_visible_to, parties
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.policies.titles import title_of, titles
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


def _about(row: Objection) -> str:
    if row.entitlement is not None:
        return shown_name(row.entitlement.entity)
    return shown_name(row.entity) if row.entity else t("未登录的单位或个人", "Someone without a login")


def _number(row: Objection) -> str:
    return t("异议{n}号", "Objection no. {n}", n=row.pk)


OBJECTIONS: Listing[Objection] = Listing(
    title=("异议办理", "Objections"),
    file_name="objections",
    search_hint=("按异议人、条款或内容搜索", "Search by objector, clause or text"),
    first_order="-filed",
    columns=(
        Column("number", ("编号", "No."), _number, main=True, sortable=False,
               link=lambda row: reverse("objection", args=[row.pk])),
        Column("kind", ("类型", "Kind"), lambda row: row.kind, Kind.WORD, words="objection_kind"),
        Column("about", ("涉及主体", "About"), _about, sortable=False),
        Column("clause", ("条款", "Clause"), lambda row: row.clause, Kind.CODE),
        Column("round", ("批次", "Round"), lambda row: row.round.title, sortable=False),
        Column("filed", ("提出日期", "Filed on"), lambda row: row.filed_on, Kind.DATE),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="objection"),
        Column("decided", ("答复日期", "Answered on"), lambda row: row.decided_on, Kind.DATE),
    ),
    filters=(
        Filter("state", ("状态", "State"),
               word_choices("objection")),
        Filter("kind", ("类型", "Kind"),
               word_choices("objection_kind")),
    ),
    empty=("没有异议。公示期内任何单位和个人都可以提出。",
           "There are no objections. Anyone may file one during publicity."),
    calibre=(("异议人姓名和联系方式仅供承办人员核实，不得外传。",
              "Objectors' names and contacts are for the officials in charge only."),),
)  # fmt: skip


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS)
def objections(request: HttpRequest) -> HttpResponseBase:
    """异议办理: those to the rounds of one's own department."""
    listed = FromDatabase(
        objections_visible_to(request.user).select_related("round", "entitlement__entity", "entity"),
        search=("name__icontains", "clause__icontains", "text__icontains"),
        filters={"state": lambda value: Q(state=value), "kind": lambda value: Q(kind=value)},
        orders={
            "kind": "kind",
            "clause": "clause",
            "filed": "filed_at",
            "state": "state",
            "decided": "decided_on",
        },
    )
    return show(request, OBJECTIONS, listed, more={"crumbs": [(say(OBJECTIONS.title), None)]})


@page(owner="delivery", permission=Permission.HANDLE_ROUNDS, methods=("GET", "POST"))
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection, and its answer."""
    rows = objections_visible_to(request.user).select_related(
        "round", "publicity", "entitlement__entity", "entity", "decided_by"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    context: dict[str, object] = {
        "title": _number(row),
        "crumbs": [(say(OBJECTIONS.title), reverse("objections")), (_number(row), None)],
        "row": row,
        "about": _about(row),
        "clause": title_of(titles(), row.clause),
        "may_answer": row.state == Objection.State.OPEN and "lead" in parties(request.user, row.round.department),
        "given": request.POST,
    }
    if request.method != "POST":
        return render(request, "delivery/objection.html", context)
    decision = request.POST.get("decision", "")
    try:
        if decision not in ("uphold", "dismiss"):
            raise Refused("decision_missing")
        answer = request.POST.get("answer", "")[:5000]
        done(
            request,
            "objection_decided",
            "objection",
            pk,
            lambda: decide_objection(pk, answer, signed_in(request), days.today(), uphold=decision == "uphold"),
            lambda decided: {"state": decided.state},
        )
    except Refused as refusal:
        return render(request, "delivery/objection.html", {**context, "refusals": shown(refusal)})
    messages.success(request, t("已答复。", "The objection was answered."), extra_tags="good")
    return redirect("objection", pk)
