"""Reports at a segment: anyone who sees it says what is wrong, chain officials answer."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.chains.actions_report import answer_report, file_report
from yanlian.apps.chains.in_use import chain_or_404, chains_in_use, segment_or_404
from yanlian.apps.chains.map_pages import chain_context
from yanlian.apps.chains.models import Placement, PlacementReport
from yanlian.apps.chains.names import segment_title
from yanlian.apps.people.access import Anyone, Permission, page, permits, signed_in
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, words

FIRMS_OFFERED = 300


def reports_visible_to(user: Anyone) -> QuerySet[PlacementReport]:
    """The office sees every report, an enterprise those it made."""
    rows = PlacementReport.objects.select_related("entity", "made_by", "answered_by")
    if permits(user, Permission.SEE_CHAINS):
        return rows
    return rows.filter(made_by=user) if isinstance(user, User) else rows.none()


def _segment(row: PlacementReport) -> str:
    for chain in chains_in_use():
        if chain.id == row.chain and row.segment in chain.by_id:
            return segment_title(chain.by_id[row.segment])
    return row.segment


def _number(row: PlacementReport) -> str:
    return t("纠错{n}号", "Report no. {n}", n=row.pk)


def _about(row: PlacementReport) -> str | None:
    return shown_name(row.entity) if row.entity else None


REPORTS: Listing[PlacementReport] = Listing(
    title=("归位纠错", "Placement reports"),
    file_name="placement-reports",
    search_hint=("按企业、环节或内容搜索", "Search by firm, segment or text"),
    first_order="-made",
    columns=(
        Column("number", ("编号", "No."), _number, main=True, sortable=False,
               link=lambda row: reverse("placement-report", args=[row.pk])),
        Column("kind", ("问题", "Kind"), lambda row: row.kind, Kind.WORD, words="report_kind"),
        Column("segment", ("环节", "Segment"), _segment),
        Column("about", ("涉及企业", "About"), _about, sortable=False),
        Column("by", ("提交人", "Reported by"), lambda row: row.made_by.shown_name, sortable=False),
        Column("made", ("提交日期", "Reported on"), lambda row: row.made_at, Kind.DATE),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="placement_report"),
        Column("answered", ("答复日期", "Answered on"), lambda row: row.answered_at, Kind.DATE),
    ),
    filters=(
        Filter("state", ("状态", "State"),
               word_choices("placement_report")),
        Filter("kind", ("问题", "Kind"),
               word_choices("report_kind")),
    ),
    empty=("还没有纠错。在环节页或企业位置页可以提交。",
           "There are no reports. They are filed on the page of a segment or of a firm's place."),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def placement_reports(request: HttpRequest) -> HttpResponseBase:
    """归位纠错: all of them for the office, one's own for an enterprise."""
    listed = FromDatabase(
        reports_visible_to(request.user),
        search=("text__icontains", "entity__name__icontains", "segment__icontains"),
        filters={"state": lambda value: Q(state=value), "kind": lambda value: Q(kind=value)},
        orders={
            "kind": "kind", "segment": "segment", "made": "made_at", "state": "state", "answered": "answered_at",
        },
    )  # fmt: skip
    return show(request, REPORTS, listed, more={"crumbs": [(say(REPORTS.title), None)]})


@page(owner="chains", permission=Permission.SEE_OWN_PLACE, methods=("GET", "POST"))
def report_placement(request: HttpRequest, chain_id: str, segment_id: str) -> HttpResponse:
    """Say that a firm is wrongly placed or missing at this segment."""
    chain = chain_or_404(chain_id)
    segment = segment_or_404(chain, segment_id)
    office = permits(request.user, Permission.SEE_CHAINS)
    title = t("纠错：{segment}", "Report: {segment}", segment=segment_title(segment))
    context: dict[str, object] = {
        **chain_context(chain, title),
        "segment": segment,
        "segment_title": segment_title(segment),
        "firms": _offered(chain.id, segment.id) if office else [],
        "kinds": list(words("report_kind").items()),
        "given": request.POST or request.GET,
        "office": office,
    }
    if not office:
        context["crumbs"] = [(t("我在链上的位置", "My place in the chain"), reverse("my-place")), (title, None)]
    if request.method != "POST":
        return render(request, "chains/report.html", context)
    try:
        made = file_report(
            chain.id,
            segment.id,
            request.POST.get("kind", ""),
            request.POST.get("text", ""),
            signed_in(request),
            _entity(request, office=office),
        )
    except Refused as refusal:
        return render(request, "chains/report.html", {**context, "refusals": shown(refusal)})
    messages.success(
        request, t("已提交，产业链条线人员会答复。", "Filed; a chain official will answer."), extra_tags="good"
    )
    return redirect("placement-report", made.pk)


def _offered(chain: str, segment: str) -> list[tuple[str, str]]:
    rows = Placement.objects.filter(chain=chain, segment=segment).exclude(state=Placement.State.REJECTED)
    return list(rows.order_by("entity__name").values_list("entity__code", "entity__name")[:FIRMS_OFFERED])


def _entity(request: HttpRequest, *, office: bool) -> Entity | None:
    """The firm a report is about: whom the office chose, or the enterprise itself."""
    code = request.POST.get("firm", "") if office else signed_in(request).entity_code
    if not code:
        return None
    entity = Entity.objects.filter(code=code).exclude(kind=Entity.Kind.PERSON).first()
    if entity is None:
        raise Http404(code)
    return entity


@page(owner="chains", permission=Permission.SEE_OWN_PLACE, methods=("GET", "POST"))
def placement_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report with its answer; chain officials answer here."""
    row = reports_visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    may_answer = permits(request.user, Permission.EDIT_CHAINS) and row.state == PlacementReport.State.OPEN
    context: dict[str, object] = {
        "title": _number(row),
        "crumbs": [(say(REPORTS.title), reverse("placement-reports")), (_number(row), None)],
        "row": row,
        "segment_title": _segment(row),
        "about": _about(row),
        "may_answer": may_answer,
        "office": permits(request.user, Permission.SEE_CHAINS),
        "given": request.POST,
    }
    if request.method != "POST":
        return render(request, "chains/report_one.html", context)
    if not permits(request.user, Permission.EDIT_CHAINS):
        raise Http404(str(pk))
    try:
        version = int(request.POST.get("version", "0") or 0)
        state, answer = request.POST.get("decision", ""), request.POST.get("answer", "")
        answer_report(pk, state, answer, version, signed_in(request))
    except Refused as refusal:
        return render(request, "chains/report_one.html", {**context, "refusals": shown(refusal)})
    messages.success(request, t("已答复。", "Answered."), extra_tags="good")
    return redirect("placement-report", pk)
