"""龙头生态圈: the list of parents with offspring, and the tree of one of them."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.chains.called import called_column
from yanlian.apps.chains.ecosystem import Ecosystem, Member, ecosystems, members
from yanlian.apps.chains.stakes import percent_of
from yanlian.apps.chains.tree_chart import Branch, tree
from yanlian.apps.people.access import Permission, need_entity, page, permits
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.ui.charts import Chart
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import english, say, t


def _counts(one: Ecosystem) -> str:
    return " / ".join(str(count) for count in one.generations)


LIST: Listing[Ecosystem] = Listing(
    title=("龙头生态圈", "Ecosystems"),
    columns=(
        Column(
            "name",
            ("母体", "Parent"),
            lambda one: one.parent.name,
            main=True,
            link=lambda one: reverse("ecosystem", args=[one.parent.code]),
            badge=lambda one: one.parent.badge,
        ),
        Column("offspring", ("孵化企业（家）", "Offspring"), lambda one: one.offspring, Kind.COUNT),
        Column("generations", ("各代家数", "By generation"), _counts, sortable=False),
        Column("held", ("直接持股企业（家）", "Firms held"), lambda one: one.held, Kind.COUNT),
        Column("chains", ("所在产业链", "Chains"), lambda one: one.chains, sortable=False),
    ),
    search_hint=("按名称或产业链搜索", "Search by name or chain"),
    first_order="-offspring",
    empty=("还没有登记孵化关系。", "No relation of incubation is recorded."),
    file_name="ecosystems",
    calibre=(
        (
            "孵化关系取自登记的关系及其原文；一家企业由几方孵化的，各方都计入，每方只计一次，按最近一代计。",
            "Incubation is what recorded relations say; who was incubated by several counts once for each.",
        ),
    ),
)
MEMBERS: Listing[Member] = Listing(
    title=("生态圈成员", "Members"),
    columns=(
        called_column("name", ("名称", "Name"), lambda one: one.who, main=True),
        Column("way", ("方式", "Way"), lambda one: one.way),
        Column("through", ("来自", "Through"), lambda one: one.through),
        Column("share", ("母体持股（%）", "By the parent (%)"), lambda one: percent_of(one.share_ppm), Kind.COUNT),
        Column("fields", ("所在产业链", "Chains"), lambda one: one.fields, sortable=False),
        Column("quote", ("原文", "Wording"), lambda one: one.quote, sortable=False),
        Column("source", ("来源", "Source"), lambda one: one.source, sortable=False),
    ),
    search_hint=("按名称、来源或原文搜索", "Search by name, source or wording"),
    empty=("没有登记孵化或持股关系。", "Neither offspring nor holdings are recorded."),
    file_name="ecosystem",
)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def ecosystem_list(request: HttpRequest) -> HttpResponseBase:
    """All parents. Relations that run in a circle are told instead."""
    try:
        found = ecosystems(request.user, timezone.localdate())
    except Refused as refusal:
        context = {"title": say(LIST.title), "refused": refusal.text("en" if english() else "zh")}
        return render(request, "chains/ecosystem.html", context)
    rows = FromMemory(
        found,
        search=lambda one: (one.parent.name, one.parent.code, one.chains),
        orders={column.key: column.value for column in LIST.columns if column.sortable},
    )
    return show(request, LIST, rows, more={"crumbs": [(say(LIST.title), None)]})


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def ecosystem(request: HttpRequest, code: str) -> HttpResponseBase:
    """One parent: the office sees every one, an enterprise its own."""
    need_entity(request.user, code)
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    name = shown_name(entity)
    above = [(say(LIST.title), reverse("ecosystems"))] if permits(request.user, Permission.SEE_CHAINS) else []
    context: dict[str, object] = {
        "title": t("{name}生态圈", "Ecosystem of {name}", name=name),
        "crumbs": [*above, (name, None)],
        "entity": entity,
        "charts": True,
    }
    try:
        found, root = members(code, request.user, timezone.localdate())
    except Refused as refusal:
        return render(
            request, "chains/ecosystem.html", context | {"refused": refusal.text("en" if english() else "zh")}
        )
    rows = FromMemory(
        found,
        search=lambda one: (one.who.name, one.who.code, one.source, one.quote, one.fields),
        orders={column.key: column.value for column in MEMBERS.columns if column.sortable},
    )
    more = {
        **context,
        "figures": _figures(found),
        "chart": _chart(name, found, root) if found else None,
    }
    return show(request, MEMBERS, rows, template="chains/ecosystem.html", more=more)


def _figures(found: list[Member]) -> list[tuple[str, int]]:
    last = max((one.generation for one in found), default=0)
    counts = [
        (t("孵化第{n}代（家）", "Generation {n}", n=place), sum(one.generation == place for one in found))
        for place in range(1, last + 1)
    ]
    return [*counts, (t("仅持股（家）", "Held only"), sum(not one.generation for one in found))]


def _chart(name: str, found: list[Member], root: Branch) -> Chart:
    summary = t(
        "{name}孵化和持股的企业，从左到右逐代；绿色为孵化，棕色为持股。",
        "Firms that {name} incubated and holds, generation by generation from the left; green incubated, brown held.",
        name=name,
    )
    head = (t("名称", "Name"), t("方式", "Way"), t("来自", "Through"), t("所在产业链", "Chains"))
    rows = [(one.who.name, one.way, one.through, one.fields or "-") for one in found]
    return tree("ecosystem", t("生态圈", "Ecosystem"), summary, root, head, rows)
