"""A segment's page: what it is, who stands on it and on what evidence, its inputs and outputs, its grade and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.chains.gaps import why, why_maker
from yanlian.apps.chains.in_use import chain_or_404, segment_or_404
from yanlian.apps.chains.map_pages import chain_context, dated
from yanlian.apps.chains.models import Placement
from yanlian.apps.chains.names import lane_title, place_words, segment_title
from yanlian.apps.chains.outside import makers_of
from yanlian.apps.chains.placement_evidence import evidence_text
from yanlian.apps.chains.reasons import reason
from yanlian.apps.chains.state import ChainState, chain_state
from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.registry.pages import fictional_badge
from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import t

MAKERS_SHOWN = 5
FIRMS_SHOWN = 12


@dataclass(frozen=True)
class Flow:
    """What flows in from or out to another segment, and whether firms here stand on it."""

    edge: Edge
    other: Segment
    title: str
    href: str
    grade: str
    firms: int
    sources: Sequence[str]


FIRMS: Listing[Placement] = Listing(
    title=("本区企业", "Firms here"),
    file_name="segment-firms",
    search_hint=("按企业名称或代码搜索", "Search by name or code"),
    first_order="state",
    columns=(
        Column("name", ("企业", "Firm"), lambda row: row.entity.name, main=True,
               link=lambda row: reverse("firm-place", args=[row.entity.code]),
               badge=lambda row: fictional_badge(row.entity)),
        Column("state", ("归位", "Placement"), lambda row: row.state, Kind.STATUS, words="placement"),
        Column("evidence", ("依据（命中的字句）", "Evidence"), lambda row: evidence_text(row), sortable=False),
        Column("source", ("来源", "Source"), lambda row: row.source or None, sortable=False),
        Column("changed", ("办理日期", "Decided on"), lambda row: row.changed_at, Kind.DATE),
    ),
    filters=(Filter("state", ("归位", "Placement"), word_choices("placement")),),
    empty=("还没有企业归位到本环节。", "No firm has been placed here yet."),
    page_size=20,
    calibre=(("“虚构”为生成的示例企业。", "“Fictional” marks generated example firms."),),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def segment(request: HttpRequest, chain_id: str, segment_id: str) -> HttpResponseBase:
    """One segment here."""
    chain = chain_or_404(chain_id)
    found = segment_or_404(chain, segment_id)
    state = chain_state(chain, request.GET.get("area", ""))
    mine = state.segments[found.id]
    makers = makers_of(chain, [found])[found.id]
    context = {
        **chain_context(chain, segment_title(found)),
        "segment": found,
        "place": place_words(found),
        "lane": lane_title(chain, found.group),
        "state": mine,
        "why": why(state, mine),
        "deciding": [reason(one) for one in mine.graded.deciding],
        "missed": [reason(one) for one in mine.graded.missed],
        "inputs": [_flow(state, edge, edge.supplier) for edge in chain.inputs(found.id)],
        "outputs": [_flow(state, edge, edge.customer) for edge in chain.outputs(found.id)],
        "sources": [chain.sources[one] for one in found.sources if one in chain.sources],
        "makers": [(one, why_maker(one)) for one in makers[:MAKERS_SHOWN]],
        "makers_more": max(0, len(makers) - MAKERS_SHOWN),
        "may_edit": permits(request.user, Permission.EDIT_CHAINS),
    }
    rows = FromDatabase(
        _placements(chain, found),
        search=("entity__name__icontains", "entity__code__icontains", "entity__aliases__name__icontains"),
        filters={"state": lambda value: Q(state=value)},
        orders={"name": "entity__name", "state": "state", "changed": "changed_at"},
    )
    return show(request, FIRMS, rows, template="chains/segment.html", dated=dated(state), more=context)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def segment_firms(request: HttpRequest, chain_id: str, segment_id: str) -> HttpResponse:
    """The part of the map page that opens below the map: the firms of one segment."""
    chain = chain_or_404(chain_id)
    found = segment_or_404(chain, segment_id)
    rows = _placements(chain, found).exclude(state=Placement.State.REJECTED)
    shown = rows.order_by("state", "entity__name")[:FIRMS_SHOWN]
    context = {
        "chain": chain,
        "segment": found,
        "segment_title": segment_title(found),
        "place": place_words(found),
        "lines": [
            (one, reverse("firm-place", args=[one.entity.code]), fictional_badge(one.entity), evidence_text(one))
            for one in shown
        ],
        "total": rows.count(),
    }
    return render(request, "chains/segment_firms.html", context)


def _placements(chain: Chain, found: Segment) -> QuerySet[Placement]:
    return Placement.objects.filter(chain=chain.id, segment=found.id).select_related("entity")


def _flow(state: ChainState, edge: Edge, other: str) -> Flow:
    chain = state.chain
    there = chain.by_id[other]
    sources = [
        t("{title}（{day}）", "{title} ({day})", title=one.title, day=edge.stated or t("无日期", "no date"))
        for one in (chain.sources[name] for name in edge.sources if name in chain.sources)
    ]
    found = state.segments[other]
    href = reverse("chain-segment", args=[chain.id, other])
    return Flow(edge, there, segment_title(there), href, found.grade, found.firms, sources)
