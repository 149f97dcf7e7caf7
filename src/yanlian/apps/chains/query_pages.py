"""上下游查询: tiers up or down from a firm, paths between two firms, common suppliers or customers.

A question stands in the address; each answer is a list with search, order, paging and export, one row a step with the
supply link that says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args
from urllib.parse import quote

from django.db.models import Q
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.chains.evidence import MOST_PATHS, common_partners, paths_between
from yanlian.apps.chains.query_rows import (
    COMMON,
    PATHS,
    TIERS,
    Row,
    common_rows,
    path_rows,
    tier_rows,
    tier_tree,
)
from yanlian.apps.chains.tree_chart import tree
from yanlian.apps.chains.walking import BREADTH, FOLLOWED, Walk, walk
from yanlian.apps.people.access import Permission, page
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.walks import Direction
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Listing
from yanlian.ui.words import english, say, t

TITLE = ("上下游查询", "Suppliers and customers")
MOST_TIERS, MOST_STEPS, MOST_FIRMS = 4, 6, 5
_CHOICES = 10
# Rows of the chart's table twin; the list below it has all.
_TWIN = 200


@page(owner="chains", permission=Permission.SEE_CHAINS)
def queries(request: HttpRequest) -> HttpResponseBase:
    """The three questions; a complete one leads to its answer, a name that fits several firms is asked back."""
    given = request.GET
    context: dict[str, object] = {
        "title": say(TITLE),
        "crumbs": [(say(TITLE), None)],
        "given": given,
        "tiers": range(1, MOST_TIERS + 1),
        "steps": range(1, MOST_STEPS + 1),
    }
    if not given.get("ask"):
        return render(request, "chains/queries.html", context)
    typed = [one.strip() for one in given.getlist("firm") for one in one.replace("，", ",").split(",") if one.strip()]
    found = [(one, _firms(one)) for one in typed[:MOST_FIRMS]]
    if len(typed) >= (1 if given["ask"] == "tiers" else 2) and all(len(some) == 1 for _, some in found):
        return redirect(_answer(given["ask"], [some[0] for _, some in found], given))
    context["unclear"] = [
        (one, [(firm, _again(given, typed, one, firm)) for firm in some]) for one, some in found if len(some) != 1
    ]
    context["too_few"] = len(typed) < (1 if given["ask"] == "tiers" else 2)
    return render(request, "chains/queries.html", context)


def _firms(typed: str) -> list[Entity]:
    """The firm with this code or name, else those whose name holds the words."""
    organisations = Entity.objects.exclude(kind=Entity.Kind.PERSON)
    exact = list(organisations.filter(Q(code=typed) | Q(uscc=typed) | Q(name=typed))[:2])
    if len(exact) == 1:
        return exact
    named = Q(name__icontains=typed) | Q(pk__in=Entity.objects.filter(aliases__name__icontains=typed).values("pk"))
    return list(organisations.filter(named).order_by("name")[:_CHOICES])


def _again(given: QueryDict, typed: Sequence[str], unclear: str, firm: Entity) -> str:
    """The same question with one of the firms that a name fits."""
    asked = given.copy()
    asked.setlist("firm", [firm.code if one == unclear else one for one in typed])
    return "?" + asked.urlencode()


def _answer(ask: str, firms: Sequence[Entity], given: Mapping[str, str]) -> str:
    direction = given.get("direction", "up")
    direction = direction if direction in get_args(Direction) else "up"
    count = given.get("count", "3")
    number = int(count) if count.isascii() and count.isdigit() else 3
    if ask == "paths":
        return reverse("chain-paths", args=[firms[0].code, firms[1].code, min(max(number, 1), MOST_STEPS)])
    if ask == "common":
        return reverse("chain-common", args=[direction, "+".join(quote(one.code) for one in firms)])
    return reverse("chain-tiers", args=[firms[0].code, direction, min(max(number, 1), MOST_TIERS)])


def _entity(code: str) -> Entity:
    found = Entity.objects.exclude(kind=Entity.Kind.PERSON).filter(code=code).first()
    if found is None:
        raise Http404(code)
    return found


def _direction(text: str) -> Direction:
    if text not in get_args(Direction):
        raise Http404(text)
    return "up" if text == "up" else "down"


@page(owner="chains", permission=Permission.SEE_CHAINS)
def tiers(request: HttpRequest, code: str, direction: str, count: int) -> HttpResponseBase:
    """k tiers up or down, with the links of each step."""
    entity, way = _entity(code), _direction(direction)
    if not 1 <= count <= MOST_TIERS:
        raise Http404(str(count))
    found = walk([entity.pk], way, count)
    rows = tier_rows(found, way, request.user)
    title = (
        t("{name}：上游{n}层", "{name}: {n} tiers up", name=entity.name, n=count)
        if way == "up"
        else t("{name}：下游{n}层", "{name}: {n} tiers down", name=entity.name, n=count)
    )
    other = "down" if way == "up" else "up"
    links = [
        (
            t("改看下游", "See customers") if way == "up" else t("改看上游", "See suppliers"),
            reverse("chain-tiers", args=[code, other, count]),
        )
    ]
    links += [
        (t("{n}层", "Tiers: {n}", n=n), reverse("chain-tiers", args=[code, direction, n]))
        for n in range(1, MOST_TIERS + 1)
        if n != count
    ]
    chart = None
    if rows:
        summary = t(
            "从{name}出发逐层的{what}，每家企业画在最先遇到的一层。",
            "{what} of {name} tier by tier; each firm where it is met first.",
            name=entity.name,
            what=t("供应商", "Suppliers") if way == "up" else t("客户", "Customers"),
        )

        drawn = [[str(one.place), one.supplier.name, one.customer.name, one.product, one.said] for one in rows[:_TWIN]]
        head = [
            t("层", "Tier"),
            t("供应商", "Supplier"),
            t("客户", "Customer"),
            t("产品", "Product"),
            t("来源", "Source"),
        ]
        chart = tree("tiers", title, summary, tier_tree(found, entity.pk, request.user), head, drawn)
    more = {"chart": chart, "left_out": _left_out(found), "links": links}
    return _listed(request, TIERS, rows, title, more)


def _left_out(found: Walk) -> list[str]:
    said = []
    if found.more:
        said.append(
            t(
                "{n}家企业各只显示交易额最大的{b}个伙伴，另有{m}个未显示。",
                "Of {n} firms only the {b} largest partners are shown; {m} more are not.",
                n=len(found.more),
                b=BREADTH,
                m=sum(found.more.values()),
            )
        )
    for tier, firms in found.unfollowed.items():
        said.append(
            t(
                "第{tier}层只从前{f}家继续查询，另有{n}家未展开。",
                "Of tier {tier} only {f} firms were followed; {n} were not.",
                tier=tier,
                f=FOLLOWED,
                n=firms,
            )
        )
    return said


@page(owner="chains", permission=Permission.SEE_CHAINS)
def paths(request: HttpRequest, supplier: str, customer: str, longest: int) -> HttpResponseBase:
    """All simple paths from one firm down to another."""
    one, other = _entity(supplier), _entity(customer)
    if not 1 <= longest <= MOST_STEPS or one.pk == other.pk:
        raise Http404(str(longest))
    found = paths_between(one.pk, other.pk, longest)
    title = t("{a} 到 {b} 的供应路径", "Paths from {a} to {b}", a=one.name, b=other.name)
    left_out = []
    if found.cut:
        left_out.append(
            t(
                "路径超过{n}条或网络过大，未全部列出；短的在前。",
                "More than {n} paths, or too large a network: not all are listed, the shortest first.",
                n=MOST_PATHS,
            )
        )
    turned = reverse("chain-paths", args=[customer, supplier, longest])
    more = {
        "left_out": left_out,
        "links": [(t("反方向", "The other way round"), turned)],
        "lead": t("{n}条路径，最长{k}步", "{n} paths of at most {k} steps", n=len(found.paths), k=longest),
    }
    return _listed(request, PATHS, path_rows(found, request.user), title, more)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def common(request: HttpRequest, direction: str, codes: str) -> HttpResponseBase:
    """Direct suppliers or customers that all firms asked about share."""
    way = _direction(direction)
    firms = [_entity(code) for code in codes.split("+")[:MOST_FIRMS]]
    try:
        found = common_partners([one.pk for one in firms], way)
    except Refused as refusal:
        raise Http404(refusal.text("en" if english() else "zh")) from refusal
    names = t("、", ", ").join(one.name for one in firms)
    title = (
        t("共同供应商：{names}", "Common suppliers of {names}", names=names)
        if way == "up"
        else t("共同客户：{names}", "Common customers of {names}", names=names)
    )
    other = "down" if way == "up" else "up"
    word = t("改看共同客户", "Common customers") if way == "up" else t("改看共同供应商", "Common suppliers")
    more = {
        "links": [(word, reverse("chain-common", args=[other, codes]))],
        "lead": t("共{n}家", "{n} firms", n=len(found)),
    }
    return _listed(request, COMMON, common_rows(found, [one.pk for one in firms], way, request.user), title, more)


def _listed(
    request: HttpRequest, listing: Listing[Row], rows: Sequence[Row], title: str, more: Mapping[str, object]
) -> HttpResponseBase:
    found = FromMemory(
        rows,
        search=lambda one: (one.supplier.name, one.customer.name, one.product, one.said),
        orders={column.key: column.value for column in listing.columns if column.sortable},
    )
    crumbs = [(say(TITLE), reverse("chain-queries")), (title, None)]
    context = {"crumbs": crumbs, "page_title": title, "charts": "chart" in more, **more}
    dated = [(t("问题", "Question"), title)]
    return show(request, listing, found, template="chains/walk.html", dated=dated, more=context)
