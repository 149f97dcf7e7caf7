"""交叉持股: circles of firms that hold each other, and the holdings inside one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.chains.called import Called, called
from yanlian.apps.chains.computing import Waiting, wait_page
from yanlian.apps.chains.control_group_pages import CROSS, TITLE, dated, group_tabs
from yanlian.apps.chains.held import Direct, around, names_delivered
from yanlian.apps.chains.query_rows import few
from yanlian.apps.chains.stakes import Facts, facts_of, notices, percent_of
from yanlian.apps.chains.whole_ownership import CrossHolding, Whole, whole_ownership
from yanlian.apps.people.access import Anyone, Permission, need_entity, page, permits
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.holdings import WHOLE, cross_holdings
from yanlian.engine.chain.network.ownership import held_by_itself
from yanlian.ui.list_page import show
from yanlian.ui.numbers import rate
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import say, t

_OWN = (
    "经环持有自身：各条回到自身的路径上持股比例乘积之和（Baldone、Brioschi、Paleari 1997）；没有外部出资与之对应。",
    "Held by itself: products of shares along the routes that come back to it; no capital from outside stands behind.",
)
_FORMULA = (
    "公式：1 − 1/V，V 为 (I − A)⁻¹ 的对角元，A 为直接持股。",
    "Formula: 1 − 1/V, V on the diagonal of (I − A)⁻¹, A the direct shares (Baldone, Brioschi and Paleari 1997).",
)
_CLOSED = (
    "闭环：环内股份全部由环内企业持有，最终权益无法计算，多半是来源有误或漏了股东。",
    "Closed: they own each other wholly, so nobody outside owns them; most likely a holder is missing.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One circle in the list."""

    circle: CrossHolding
    firms: Sequence[Called]
    way: str

    @property
    def first(self) -> Called:
        """The firm by which the circle is addressed."""
        return self.firms[0]


LIST: Listing[Row] = Listing(
    title=CROSS,
    file_name="cross-holdings",
    search_hint=("按企业名称或代码搜索", "Search by firm or code"),
    first_order="-own",
    columns=(
        Column("name", ("企业", "Firms"), lambda row: few([one.name for one in row.firms], "家"), main=True,
               link=lambda row: reverse("cross-holding", args=[row.first.code]), badge=lambda row: row.first.badge),
        Column("count", ("环内企业（家）", "Firms in it"), lambda row: len(row.firms), Kind.COUNT),
        Column("way", ("最短的环（直接持股）", "Shortest circle (direct shares)"), lambda row: row.way, Kind.PROSE,
               sortable=False),
        Column("own", ("经环持有自身，最大（%）", "Held by itself, most (%)"),
               lambda row: percent_of(row.circle.own_ppm), Kind.COUNT),
        Column("closed", ("闭环", "Closed"), lambda row: row.circle.closed, Kind.FLAG),
    ),
    empty=(
        "没有交叉持股或循环持股。判断需要持股关系（股东、被持股企业、比例、起始日期、来源）。",
        "No firms hold each other in a circle. Holdings are needed to tell (holder, firm, share, since, source).",
    ),
    calibre=(
        ("环：从一家企业沿持股出发又回到它；互相可达的企业算一个环（强连通分量，Tarjan 1972）。",
         "A circle: along holdings from a firm back to it; firms that reach each other are one (Tarjan 1972)."),
        _OWN,
        _FORMULA,
        _CLOSED,
    ),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def cross_holding_list(request: HttpRequest) -> HttpResponseBase:
    """All circles of the registry."""
    context: dict[str, object] = {
        "title": say(CROSS),
        "crumbs": [(say(TITLE), reverse("control-groups")), (say(CROSS), None)],
        "tabs": group_tabs("cross-holdings"),
        "lead": t("哪些企业绕一圈持有自己。", "Which firms hold themselves round a circle."),
    }
    try:
        found = whole_ownership(timezone.localdate())
    except Waiting as waiting:
        return wait_page(request, waiting, context)
    rows = FromMemory(
        _rows(found, request.user),
        search=lambda row: [text for one in row.firms for text in (one.name, one.code)],
        orders={column.key: column.value for column in LIST.columns if column.sortable},
    )
    return show(request, LIST, rows, template="chains/listing.html", dated=dated(found), more=context)


def _rows(found: Whole, user: Anyone) -> list[Row]:
    codes = {code for one in found.circles for code in one.firms}
    names = called(codes, user, names_delivered(codes))
    rows = []
    for one in found.circles:
        steps = [f"{names[code].name} →({rate(share)}) " for code, share in one.way]
        rows.append(Row(one, [names[code] for code in one.firms], "".join(steps) + names[one.way[0][0]].name))
    return rows


@dataclass(frozen=True, slots=True)
class Inner:
    """One holding inside a circle."""

    holder: Called
    held: Called
    share_ppm: int
    own_ppm: int | None
    since: date | None
    source: str


INNER: Listing[Inner] = Listing(
    title=("环内持股", "Holdings inside the circle"),
    file_name="cross-holding",
    search_hint=("按企业或来源搜索", "Search by firm or source"),
    columns=(
        Column("holder", ("持有方", "Holder"), lambda row: row.holder.name, main=True,
               link=lambda row: row.holder.href, badge=lambda row: row.holder.badge),
        Column("held", ("被持有方", "Held"), lambda row: row.held.name,
               link=lambda row: row.held.href, badge=lambda row: row.held.badge),
        Column("share", ("直接持股（%）", "Direct (%)"), lambda row: percent_of(row.share_ppm), Kind.COUNT),
        Column("own", ("持有方经环持有自身（%）", "Holder's part of itself (%)"), lambda row: percent_of(row.own_ppm),
               Kind.COUNT),
        Column("since", ("起始", "Since"), lambda row: row.since, Kind.DATE),
        Column("source", ("来源", "Source"), lambda row: row.source, sortable=False),
        Column("evidence", ("证据", "Evidence"), lambda row: t("股权", "ownership") if row.held.href else None,
               link=lambda row: reverse("ownership", args=[row.held.code]) if row.held.href else None, sortable=False),
    ),
    empty=("没有持股。", "No holding."),
    calibre=(_OWN, _FORMULA, _CLOSED),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def cross_holding(request: HttpRequest, code: str) -> HttpResponseBase:
    """The circle that a firm stands in: the office sees every one, an enterprise its own."""
    need_entity(request.user, code)
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    day = timezone.localdate()
    facts = facts_of(around(code, day), request.user)
    group = next((one for one in cross_holdings(facts.around.holdings) if facts.number in one), ())
    if not group:
        raise Http404(code)
    title = t("{name}所在的持股环", "Circle of holdings of {name}", name=shown_name(entity))
    above: list[tuple[str, str | None]] = []
    if permits(request.user, Permission.SEE_CHAINS):
        above = [(say(TITLE), reverse("control-groups")), (say(CROSS), reverse("cross-holdings"))]
    rows = FromMemory(
        _inner(facts, group),
        search=lambda row: (row.holder.name, row.held.name, row.source),
        orders={column.key: column.value for column in INNER.columns if column.sortable},
    )
    more: dict[str, object] = {
        "title": title,
        "page_title": title,
        "crumbs": [*above, (title, None)],
        "notices": notices(facts),
        "entity": entity,
        "head": None,
    }
    dated_by = [(t("持股有效日", "Holdings in force on"), day.isoformat())]
    return show(request, INNER, rows, template="chains/control_group.html", dated=dated_by, more=more)


def _inner(facts: Facts, group: Sequence[int]) -> list[Inner]:
    owners = facts.around.holdings.owners
    inside = {owners[one] for one in group}
    try:
        solved = held_by_itself(facts.around.holdings, group)
        own = {owners[one]: round(float(part) * WHOLE) for one, part in zip(group, solved, strict=True)}
    except Refused:
        own = {}
    told = [one for one in facts.around.direct if one.share_ppm and {one.holder, one.held} <= inside]
    return [_row(facts, one, own.get(one.holder)) for one in sorted(told, key=lambda one: (one.holder, one.held))]


def _row(facts: Facts, one: Direct, own_ppm: int | None) -> Inner:
    return Inner(facts.names[one.holder], facts.names[one.held], one.share_ppm or 0, own_ppm, one.since, one.source)
