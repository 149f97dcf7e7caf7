"""产业链: the list of chains, the map of one, and its segments as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.chains.faulty import CHAINS
from yanlian.apps.chains.filling import filling_of
from yanlian.apps.chains.gaps import first_gaps
from yanlian.apps.chains.in_use import chain_or_404, chains_in_use
from yanlian.apps.chains.map_chart import chain_map
from yanlian.apps.chains.names import chain_title, lane_title, place_words, segment_title
from yanlian.apps.chains.state import ChainState, Reference, SegmentState, chain_state
from yanlian.apps.people.access import Permission, page, permits
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import Text, say, t, words


@dataclass(frozen=True)
class Row:
    """A segment with its state, for the table."""

    segment: Segment
    state: SegmentState
    chain: Chain


@page(owner="chains", permission=Permission.SEE_CHAINS)
def chains(request: HttpRequest) -> HttpResponse:
    """The chains in use, each with how many segments are strong, weak or missing here."""
    states = [chain_state(one) for one in chains_in_use()]
    grades = list(words("segment_grade"))
    lines = [
        {"chain": one.chain, "title": chain_title(one.chain), "state": one, "counts": [one.count(g) for g in grades],
         "pending": sum(each.pending for each in one.segments.values())}
        for one in states
    ]  # fmt: skip
    context = {
        "title": say(CHAINS),
        "crumbs": [(say(CHAINS), None)],
        "lines": lines,
        "grades": list(words("segment_grade").items()),
    }
    return render(request, "chains/chains.html", context)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def chain(request: HttpRequest, chain_id: str) -> HttpResponse:
    """One chain: what it lacks here, why and whom to call; its map; where to go on."""
    found = chain_or_404(chain_id)
    state = chain_state(found, request.GET.get("area", ""))
    chart, layout = chain_map(state)
    context = {
        **chain_context(found, None),
        "state": state,
        "counts": [(code, state.count(code)) for code in words("segment_grade")],
        "gaps": first_gaps(filling_of(state)),
        "lacking": sum(one.lacks for one in state.segments.values()),
        "pending": sum(one.pending for one in state.segments.values()),
        "chart": chart,
        "layout": layout,
        "charts": True,
        "dated": dated(state),
        "may_edit": permits(request.user, Permission.EDIT_CHAINS),
        "tabs": tabs(found, "chain"),
    }
    return render(request, "chains/chain.html", context)


def chain_context(found: Chain, here: str | None) -> dict[str, object]:
    """Title and crumbs of a page below a chain; `here` is the page's own name."""
    title = chain_title(found)
    crumbs: list[tuple[str, str | None]] = [(say(CHAINS), reverse("chains"))]
    crumbs.append((title, reverse("chain", args=[found.id]) if here else None))
    if here:
        crumbs.append((here, None))
    return {"title": here or title, "chain": found, "chain_title": title, "crumbs": crumbs}


def tabs(found: Chain, current: str) -> list[tuple[str, str, bool]]:
    """The pages of one chain."""
    pages: Sequence[tuple[str, Text]] = (
        ("chain", ("链图与缺口", "Map and gaps")),
        ("chain-gaps", ("补链清单", "What to fill")),
        ("chain-leaders", ("链主企业", "Leaders")),
        ("chain-chokepoints", ("关键节点", "Chokepoints")),
        ("chain-segments", ("环节表", "Segments")),
        ("chain-grades", ("环节评级", "Grades")),
        ("chain-compare", ("区域对比", "Compare areas")),
        ("chain-sheet", ("一页纸", "One page")),
    )
    return [(reverse(name, args=[found.id]), say(title), name == current) for name, title in pages]


def dated(state: ChainState) -> list[tuple[str, str]]:
    """What dates the figures of a chain's pages."""
    found = [(t("链条模板", "Template"), state.chain.stated.isoformat())]
    if state.year:
        found.append((t("企业数据年度", "Year of the firms' figures"), str(state.year)))
    if state.reference:
        found.append((t("对照区", "Compared with"), reference_words(state.reference)))
    return found


def reference_words(one: Reference) -> str:
    """The area with the year and source of its figures."""
    mark = t("（虚构数据）", " (fictional figures)") if one.fictional else ""
    return t("{area}{mark}，{year}年", "{area}{mark}, {year}", area=one.area, mark=mark, year=one.year)


def _href(row: Row) -> str:
    return reverse("chain-segment", args=[row.chain.id, row.segment.id])


SEGMENTS: Listing[Row] = Listing(
    title=("环节表", "Segments"),
    file_name="segments",
    search_hint=("按环节、产品或行业代码搜索", "Search by segment, product or industry code"),
    columns=(
        Column("title", ("环节", "Segment"), lambda row: segment_title(row.segment), main=True, link=_href),
        Column("place", ("位置", "Position"), lambda row: place_words(row.segment), sortable=False),
        Column("group", ("分组", "Group"), lambda row: lane_title(row.chain, row.segment.group)),
        Column("grade", ("等级", "Grade"), lambda row: row.state.grade, Kind.STATUS, words="segment_grade"),
        Column("firms", ("本区企业（家）", "Firms here"), lambda row: row.state.firms, Kind.COUNT),
        Column("pending", ("待确认（家）", "To confirm"), lambda row: row.state.pending, Kind.COUNT),
        Column("there", ("对照区企业（家）", "Firms in the reference area"),
               lambda row: row.state.graded.figures.reference.firms, Kind.COUNT),
        Column("output", ("本区产出", "Output here"), lambda row: _fen(row), Kind.MONEY),
        Column("needed", ("缺它停产的本区企业（家）", "Firms here that stop without it"),
               lambda row: row.state.needed_by, Kind.COUNT),
    ),
    filters=(
        Filter("grade", ("等级", "Grade"), word_choices("segment_grade")),
        Filter("position", ("位置", "Position"), word_choices("position")),
    ),
    page_size=100,
    calibre=(
        ("企业数只计已确认的归位；一家企业站在几个环节，产出按环节平均分摊。",
         "Only confirmed placements count; the output of a firm on several segments is shared equally among them."),
        ("样例企业及其数据均为虚构。", "Sample firms and their figures are fictional."),
    ),
)  # fmt: skip


def _fen(row: Row) -> int | None:
    output = row.state.graded.figures.here.output
    return None if output is None else round(output * 100)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def segments(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """The map's twin: every segment with its grade and figures."""
    found = chain_or_404(chain_id)
    state = chain_state(found, request.GET.get("area", ""))
    order = {code: place for place, code in enumerate(words("segment_grade"))}
    rows = FromMemory(
        [Row(found.by_id[key], one, found) for key, one in state.segments.items()],
        search=lambda row: [
            row.segment.title, row.segment.title_en, row.segment.group,
            row.chain.groups.get(row.segment.group, ""), *row.segment.industries,
            *(name for one in row.segment.products for name in (one.name, *one.aliases)),
        ],
        filters={
            "grade": lambda row, value: row.state.grade == value,
            "position": lambda row, value: row.segment.position == value,
        },
        orders={
            "title": lambda row: segment_title(row.segment),
            "group": lambda row: lane_title(row.chain, row.segment.group),
            "grade": lambda row: order[row.state.grade],
            "firms": lambda row: row.state.firms,
            "pending": lambda row: row.state.pending,
            "there": lambda row: row.state.graded.figures.reference.firms,
            "output": _fen,
            "needed": lambda row: row.state.needed_by,
        },
    )  # fmt: skip
    more = {**chain_context(found, say(SEGMENTS.title)), "tabs": tabs(found, "chain-segments")}
    return show(request, SEGMENTS, rows, template="chains/listing.html", dated=dated(state), more=more)
