"""股权与控制: holders and holdings of one organisation, indirect shares with their route, who controls it and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.chains.called import called_column
from yanlian.apps.chains.control_group_pages import controlled_with
from yanlian.apps.chains.held import Direct, around
from yanlian.apps.chains.stakes import (
    Facts,
    Side,
    Stake,
    branches,
    facts_of,
    notices,
    percent_of,
    related_lines,
    stakes,
    verdict,
)
from yanlian.apps.chains.tree_chart import tree
from yanlian.apps.people.access import Permission, need_entity, page, permits
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.engine.chain.network.holdings import cross_holdings
from yanlian.ui.charts import Chart
from yanlian.ui.list_page import show
from yanlian.ui.numbers import iso, rate
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import say, t

_SHOWN = 10
TITLE = ("股权与控制", "Ownership and control")


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def ownership(request: HttpRequest, code: str) -> HttpResponse:
    """The office sees every organisation, an enterprise its own."""
    entity, facts = _asked(request, code)
    holders, holdings = stakes(facts, "holders"), stakes(facts, "holdings")
    name = shown_name(entity)
    context = {
        "title": t("{name}：股权与控制", "{name}: ownership and control", name=name),
        "crumbs": [*_crumbs(request, entity), (say(TITLE), None)],
        "entity": entity,
        "verdict": verdict(facts),
        "notices": notices(facts),
        "tables": [
            (t("股东", "Holders"), "ownership-holders", holders[:_SHOWN], len(holders)),
            (t("对外持股", "Holdings"), "ownership-holdings", holdings[:_SHOWN], len(holdings)),
        ],
        "drawn": [_chart(facts, side) for side in ("holders", "holdings") if _has(facts, side)],
        "charts": True,
        "related": related_lines(facts, request.user),
        "differing": [_line(facts, one) for one in facts.around.differing],
        "group": controlled_with(facts),
        "crossed": _is_crossed(facts),
        "day": timezone.localdate(),
    }
    return render(request, "chains/ownership.html", context)


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def holders(request: HttpRequest, code: str) -> HttpResponseBase:
    """All holders, direct and indirect."""
    return _listed(request, code, "holders")


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def holdings(request: HttpRequest, code: str) -> HttpResponseBase:
    """All firms that it holds, directly and through others."""
    return _listed(request, code, "holdings")


def _asked(request: HttpRequest, code: str) -> tuple[Entity, Facts]:
    need_entity(request.user, code)
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    return entity, facts_of(around(code, timezone.localdate()), request.user)


def _is_crossed(facts: Facts) -> bool:
    """Whether the organisation stands in a circle of cross-holdings."""
    return any(facts.number in one for one in cross_holdings(facts.around.holdings))


def _crumbs(request: HttpRequest, entity: Entity) -> list[tuple[str, str | None]]:
    registry: list[tuple[str, str | None]] = []
    if permits(request.user, Permission.SEE_ENTITIES):
        registry = [(t("企业名录", "Registry"), reverse("entities"))]
    return [*registry, (shown_name(entity), reverse("dossier", args=[entity.code]))]


def _has(facts: Facts, side: Side) -> bool:
    code = facts.around.code
    return any((one.held if side == "holders" else one.holder) == code for one in facts.around.direct)


def _line(facts: Facts, one: Direct) -> tuple[str, str, str, str]:
    return facts.name(one.holder), facts.name(one.held), rate(one.share_ppm), one.source


def _chart(facts: Facts, side: Side) -> Chart:
    firm = facts.name(facts.around.code)
    if side == "holders":
        title = t("股东结构", "Holders")
        summary = t(
            "{firm}的股东及股东的股东，线旁为直接持股比例；最多画四层。",
            "Holders of {firm} and their holders, with direct shares; four tiers at most.",
            firm=firm,
        )
    else:
        title = t("对外持股", "Holdings")
        summary = t(
            "{firm}持有的企业及其再持有的企业，线旁为直接持股比例；最多画四层。",
            "Firms held by {firm} and what those hold, with direct shares; four tiers at most.",
            firm=firm,
        )
    head = (
        t("持有方", "Holder"),
        t("被持有方", "Held"),
        t("直接持股", "Direct share"),
        t("起始", "Since"),
        t("来源", "Source"),
    )
    rows = [
        (facts.name(one.holder), facts.name(one.held), rate(one.share_ppm), iso(one.since), one.source)
        for one in facts.around.direct
    ]
    return tree(f"owners-{side}", title, summary, branches(facts, side), head, rows)


def _columns(side: Side) -> Sequence[Column[Stake]]:
    who = ("股东", "Holder") if side == "holders" else ("被持股企业", "Firm held")
    return (
        called_column("name", who, lambda one: one.other, main=True),
        Column("code", ("编号", "Code"), lambda one: None if one.other.person else one.other.code, Kind.CODE),
        Column("way", ("方式", "Way"), lambda one: one.way),
        Column("direct", ("直接持股（%）", "Direct (%)"), lambda one: percent_of(one.direct_ppm), Kind.COUNT),
        Column("share", ("穿透持股（%）", "Integrated (%)"), lambda one: percent_of(one.share_ppm), Kind.COUNT),
        Column("route", ("主要路径", "Main route"), lambda one: one.route, sortable=False),
        Column("since", ("起始", "Since"), lambda one: one.since, Kind.DATE),
        Column("source", ("来源", "Source"), lambda one: one.source, sortable=False),
    )


_CALIBRE = (
    (
        "穿透持股为各条路径比例乘积之和，交叉持股求解计算，不重复计入回到自身的路径；比例未知的不向下计算。",
        "Integrated: products of shares summed over all routes, cross-holdings solved; unstated ones pass nothing on.",
    ),
    ("个人股东姓名已脱敏。", "Names of persons are masked."),
)
HOLDERS: Listing[Stake] = Listing(
    title=("股东", "Holders"),
    columns=_columns("holders"),
    search_hint=("按名称或编号搜索", "Search by name or code"),
    first_order="-share",
    empty=("没有登记股东。", "No holder is recorded."),
    file_name="holders",
    calibre=_CALIBRE,
)
HOLDINGS: Listing[Stake] = Listing(
    title=("对外持股", "Holdings"),
    columns=_columns("holdings"),
    search_hint=("按名称或编号搜索", "Search by name or code"),
    first_order="-share",
    empty=("没有登记对外持股。", "No holding is recorded."),
    file_name="holdings",
    calibre=_CALIBRE,
)


def _listed(request: HttpRequest, code: str, side: Side) -> HttpResponseBase:
    entity, facts = _asked(request, code)
    listing = HOLDERS if side == "holders" else HOLDINGS
    rows = FromMemory(
        stakes(facts, side),
        search=lambda one: (one.other.name, "" if one.other.person else one.other.code),
        orders={column.key: column.value for column in listing.columns if column.sortable},
    )
    above = (say(TITLE), reverse("ownership", args=[code]))
    crumbs = [*_crumbs(request, entity), above, (say(listing.title), None)]
    return show(request, listing, rows, more={"crumbs": crumbs, "lead": shown_name(entity)})
