"""招商线索: the leads that officials follow, from a gap of the chain to a firm that settles."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.chains.actions_lead import Step, begin_lead, move_lead
from yanlian.apps.chains.in_use import chain_or_404, chains_in_use, segment_or_404
from yanlian.apps.chains.models import Lead, OutsideFirm
from yanlian.apps.chains.names import chain_title, segment_title
from yanlian.apps.chains.outside import Maker, makers_of
from yanlian.apps.people.access import CHAIN_DEPARTMENTS, Permission, page, permits, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.people.models import User
from yanlian.apps.registry.pages import fictional_badge
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, words

FIRMS_OFFERED = 60


def segment_of(row: Lead) -> str:
    """The lead's segment by name; its id where the template no longer has it."""
    for chain in chains_in_use():
        if chain.id == row.chain and row.segment in chain.by_id:
            return segment_title(chain.by_id[row.segment])
    return row.segment


def _badge(row: Lead) -> str | None:
    return None if row.firm is None else fictional_badge(row.firm)


def _chains() -> list[Choice]:
    return [Choice(one.id, chain_title(one)) for one in chains_in_use()]


LEADS: Listing[Lead] = Listing(
    title=("招商线索", "Leads"),
    file_name="leads",
    search_hint=("按企业、环节或下一步搜索", "Search by firm, segment or next step"),
    first_order="due",
    columns=(
        Column("name", ("企业", "Firm"), lambda row: row.name, main=True, badge=_badge,
               link=lambda row: reverse("lead", args=[row.pk])),
        Column("place", ("所在地", "Place"), lambda row: row.firm.place if row.firm else None, sortable=False),
        Column("segment", ("所补环节", "Segment"), segment_of),
        Column("stage", ("阶段", "Stage"), lambda row: row.stage, Kind.STATUS, words="lead"),
        Column("next", ("下一步", "Next step"), lambda row: row.next_step or None, sortable=False),
        Column("due", ("期限", "Due"), lambda row: row.due_on, Kind.DATE),
        Column("owner", ("承办人", "Owner"), lambda row: row.owner.shown_name if row.owner else None),
        Column("changed", ("最近办理", "Last moved"), lambda row: row.changed_at, Kind.DATE),
    ),
    filters=(
        Filter("stage", ("阶段", "Stage"), word_choices("lead")),
        Filter("chain", ("产业链", "Chain"), _chains),
    ),
    empty=("还没有线索。在环节页的候选企业旁可以新建。", "There are no leads. Begin one on a segment's page."),
    calibre=(("样例企业为虚构。", "Sample firms are fictional."),),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def leads(request: HttpRequest) -> HttpResponseBase:
    """All leads, with how many stand at each stage."""
    listed = FromDatabase(
        Lead.objects.select_related("firm", "owner"),
        search=("name__icontains", "next_step__icontains", "segment__icontains", "firm__place__icontains"),
        filters={"stage": lambda value: Q(stage=value), "chain": lambda value: Q(chain=value)},
        orders={
            "name": "name", "segment": "segment", "stage": "stage", "due": "due_on", "owner": "owner__username",
            "changed": "changed_at",
        },
    )  # fmt: skip
    found = dict(Lead.objects.values_list("stage").annotate(number=Count("pk")).order_by())
    more = {
        "crumbs": [(say(LEADS.title), None)],
        "stages": [(code, found.get(code, 0)) for code in words("lead")],
        "may_edit": permits(request.user, Permission.EDIT_CHAINS),
    }
    return show(request, LEADS, listed, template="chains/leads.html", more=more)


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("GET", "POST"))
def new_lead(request: HttpRequest, chain_id: str, segment_id: str) -> HttpResponse:
    """Begin a lead for a segment: a candidate from the list, or a firm by name."""
    chain = chain_or_404(chain_id)
    segment = segment_or_404(chain, segment_id)
    title = t("新建线索：{segment}", "New lead: {segment}", segment=segment_title(segment))
    makers: list[Maker] = makers_of(chain, [segment])[segment.id][:FIRMS_OFFERED]
    context: dict[str, object] = {
        "title": title,
        "crumbs": [(say(LEADS.title), reverse("leads")), (title, None)],
        "chain": chain,
        "segment": segment,
        "segment_title": segment_title(segment),
        "makers": makers,
        "owners": _owners(),
        "given": request.POST or request.GET,
        "me": signed_in(request).username,
    }
    if request.method != "POST":
        return render(request, "chains/new_lead.html", context)
    try:
        firm = OutsideFirm.objects.filter(code=request.POST.get("firm", "")).first()
        step = Step(Lead.Stage.FOUND, _owner(request.POST), request.POST.get("next_step", ""), _due(request.POST))
        made = begin_lead(
            chain.id,
            segment.id,
            signed_in(request),
            firm=firm,
            name=request.POST.get("name", ""),
            reason=request.POST.get("reason", ""),
            step=step,
        )
    except Refused as refusal:
        return render(request, "chains/new_lead.html", {**context, "refusals": shown(refusal)})
    messages.success(request, t("线索已建立。", "The lead was begun."), extra_tags="good")
    return redirect("lead", made.pk)


@page(owner="chains", permission=Permission.SEE_CHAINS, methods=("GET", "POST"))
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """One lead: the firm, why it is wanted, its history, and the next step."""
    row = get_object_or_404(Lead.objects.select_related("firm", "owner"), pk=pk)
    may_edit = permits(request.user, Permission.EDIT_CHAINS)
    context: dict[str, object] = {
        "title": row.name,
        "crumbs": [(say(LEADS.title), reverse("leads")), (row.name, None)],
        "row": row,
        "segment_title": segment_of(row),
        "ties": row.firm.ties.select_related("entity") if row.firm else [],
        "events": row.events.select_related("by", "owner").order_by("-at", "-pk"),
        "stages": list(words("lead").items()),
        "owners": _owners(),
        "may_edit": may_edit,
        "given": request.POST,
    }
    if request.method != "POST":
        return render(request, "chains/lead.html", context)
    if not may_edit:
        return redirect("lead", pk)
    try:
        given = request.POST
        stage, next_step, note = given.get("stage", ""), given.get("next_step", ""), given.get("note", "")
        version = int(given.get("version", "0") or 0)
        move_lead(pk, version, Step(stage, _owner(given), next_step, _due(given), note), signed_in(request))
    except Refused as refusal:
        return render(request, "chains/lead.html", {**context, "refusals": shown(refusal)})
    messages.success(request, t("已办理。", "Done."), extra_tags="good")
    return redirect("lead", pk)


def _owners() -> list[tuple[str, str]]:
    """Officials who may follow leads, by login, with their department."""
    rows = User.objects.filter(role=User.Role.OFFICIAL, department__in=CHAIN_DEPARTMENTS, is_active=True)
    return [
        (one.username, f"{one.shown_name} · {department_name(one.department)}") for one in rows.order_by("username")
    ]


def _owner(given: QueryDict) -> User | None:
    login = given.get("owner", "")
    if not login:
        return None
    found = User.objects.filter(
        username=login, role=User.Role.OFFICIAL, department__in=CHAIN_DEPARTMENTS, is_active=True
    ).first()
    if found is None:
        raise Refused("lead_owner", found=login[:60])
    return found


def _due(given: QueryDict) -> date | None:
    text = given.get("due_on", "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("lead_due", found=text[:40]) from None
