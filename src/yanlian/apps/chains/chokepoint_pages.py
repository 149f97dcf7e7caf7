"""关键节点: firms without which others lose every known way of supply, of the district and of each chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yanlian.apps.chains.called import Called, entities_called
from yanlian.apps.chains.chokepoints import MOST_ROWS, Choke, Chokepoints, chokepoints
from yanlian.apps.chains.computing import Waiting, wait_page
from yanlian.apps.chains.evidence import links_of
from yanlian.apps.chains.faulty import CHAINS
from yanlian.apps.chains.in_use import chain_or_404, chains_in_use
from yanlian.apps.chains.map_pages import tabs
from yanlian.apps.chains.models import Placement, RiskFigure
from yanlian.apps.chains.names import chain_title, segment_title
from yanlian.apps.chains.query_rows import few
from yanlian.apps.chains.risk_known import newest_ranking
from yanlian.apps.chains.risk_pages import per_cent
from yanlian.apps.people.access import Anyone, Permission, page
from yanlian.apps.registry.models import Entity
from yanlian.engine.chain.template.model import Chain
from yanlian.ui.list_page import show
from yanlian.ui.numbers import number
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import Text, say, t

TITLE = ("关键节点", "Chokepoints")
_PARTS = 500
# Steps of the paths that a row offers to look at.
_STEPS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One chokepoint with what the page says of it."""

    rank: int
    firm: Called
    choke: Choke
    share: Decimal
    stands: str
    risk: Decimal | None
    href: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A firm that a chokepoint cuts off: the last firm on the way to it, what it buys there directly."""

    firm: Called
    stands: str
    last: Called
    product: str | None
    source: str | None
    paths: str | None


def _calibre(chain: Chain | None) -> Sequence[Text]:
    zh, en = ("本链中下游企业", "the chain's other firms") if chain else ("本区企业", "firms here")
    most = number(MOST_ROWS)
    return (
        (
            f"断供企业：没有它，从源头出发的已知供应路径一条也到不了的{zh}；即支配树中它下面的企业。",
            f"Cuts off: {en} that no known path from the sources reaches without it, below it in the dominator tree.",
        ),
        (
            "公式：断供企业数(v) = |{w ≠ v：从源头到w的每条路径都经过v}|；占比 = 断供企业数 ÷ 从源头可供到的企业数。",
            "Formula: cut off(v) = |{w ≠ v: every path from a source to w passes v}|; share = that ÷ firms reached.",
        ),
        ("算法：Lengauer、Tarjan 1979。", "Algorithm: Lengauer and Tarjan 1979."),
        (
            "只看区内企业之间已知的供应关系；区外供货不在其中。不分投入品：另有供应别的料的企业，也算还有来路。",
            "Known links between firms here only. Whatever flows: a supplier of something else counts as a way.",
        ),
        ("停产损失取自“断链风险”。", "“Lost if it stops” is from chain-break risk."),
        (f"最多列出{most}家，断供多的在前。", f"At most {most} are listed, the greatest."),
    )


def _listing(chain: Chain | None) -> Listing[Row]:
    return Listing(
        title=TITLE,
        file_name="chokepoints",
        search_hint=("按企业名称、代码或环节搜索", "Search by firm, code or segment"),
        first_order="rank",
        columns=(
            Column("rank", ("位次", "Rank"), lambda row: row.rank, Kind.COUNT),
            Column("name", ("企业", "Firm"), lambda row: row.firm.name, main=True,
                   link=lambda row: row.firm.href, badge=lambda row: row.firm.badge),
            Column("code", ("代码", "Code"), lambda row: row.firm.code, Kind.CODE, sheet_only=True),
            Column("stands", ("所在环节", "Segments"), lambda row: row.stands),
            Column("cut", ("断供企业（家）", "Cuts off (firms)"), lambda row: row.choke.cut_off, Kind.COUNT,
                   link=lambda row: row.href),
            Column("share", ("占可供到企业（%）", "Of firms reached (%)"), lambda row: row.share, Kind.COUNT),
            Column("customers", ("直接客户（家）", "Direct customers"), lambda row: row.choke.customers, Kind.COUNT),
            Column("suppliers", ("直接供应商（家）", "Direct suppliers"), lambda row: row.choke.suppliers, Kind.COUNT),
            Column("risk", ("停产损失（%）", "Lost if it stops (%)"),
                   lambda row: None if row.risk is None else str(row.risk), Kind.COUNT,
                   link=lambda row: None if row.risk is None else f"{reverse('chain-shock')}?firm={row.firm.code}"),
        ),
        empty=("没有关键节点：每家企业都有不止一条来路。", "None: every firm has more than one way of supply."),
        calibre=_calibre(chain),
    )  # fmt: skip


CUTS: Listing[Cut] = Listing(
    title=("断供企业", "Firms cut off"),
    file_name="cut-off",
    search_hint=("按企业、环节、产品或来源搜索", "Search by firm, segment, product or source"),
    columns=(
        Column("name", ("企业", "Firm"), lambda row: row.firm.name, main=True,
               link=lambda row: row.firm.href, badge=lambda row: row.firm.badge),
        Column("stands", ("所在环节", "Segments"), lambda row: row.stands),
        Column("last", ("最后一道关口", "Last chokepoint before it"), lambda row: row.last.name,
               link=lambda row: row.last.href),
        Column("product", ("从本企业直接购买", "Bought from this firm directly"), lambda row: row.product),
        Column("source", ("来源", "Source"), lambda row: row.source, sortable=False),
        Column("paths", ("证据", "Evidence"), lambda row: t("供应路径", "paths") if row.paths else None,
               link=lambda row: row.paths, sortable=False),
    ),
    empty=("没有它，其他企业仍有别的来路。", "Without it every other firm still has another way of supply."),
    calibre=(
        (
            "没有本企业，这些企业就没有任何已知的来路；“最后一道关口”是所有来路在到达它之前最后都要经过的企业。",
            "Without this firm no known way leads to these. The last chokepoint is the last firm that all ways pass.",
        ),
    ),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def district_chokepoints(request: HttpRequest) -> HttpResponseBase:
    """Of all firms with links."""
    return _listed(request, None)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def chain_chokepoints(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """Of one chain, from its upstream firms to the others."""
    return _listed(request, chain_or_404(chain_id))


@page(owner="chains", permission=Permission.SEE_CHAINS)
def district_chokepoint(request: HttpRequest, code: str) -> HttpResponseBase:
    """Whom one firm cuts off in the district."""
    return _one(request, None, code)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def chain_chokepoint(request: HttpRequest, chain_id: str, code: str) -> HttpResponseBase:
    """Whom one firm cuts off in a chain."""
    return _one(request, chain_or_404(chain_id), code)


def context_of(chain: Chain | None, here: str | None = None) -> dict[str, object]:
    """Title, crumbs and tabs; `here`: the name of a page below the list."""
    if chain is None:
        above: list[tuple[str, str | None]] = []
        found: dict[str, object] = {}
        href = reverse("chokepoints")
    else:
        found = {"chain": chain, "tabs": tabs(chain, "chain-chokepoints")}
        above = [(say(CHAINS), reverse("chains")), (chain_title(chain), reverse("chain", args=[chain.id]))]
        href = reverse("chain-chokepoints", args=[chain.id])
    crumbs = [*above, (say(TITLE), href if here else None), *([(here, None)] if here else [])]
    return {**found, "title": here or say(TITLE), "page_title": here or say(TITLE), "crumbs": crumbs}


def _listed(request: HttpRequest, chain: Chain | None) -> HttpResponseBase:
    context = context_of(chain)
    try:
        found = chokepoints(chain)
    except Waiting as waiting:
        return wait_page(request, waiting, context)
    if found is None or not found.reached:
        return render(request, "chains/chokepoints_none.html", {**context, "links": found is not None})
    listing = _listing(chain)
    rows = FromMemory(
        _rows(found, chain, request.user),
        search=lambda row: (row.firm.name, row.firm.code, row.stands),
        orders={**{one.key: one.value for one in listing.columns if one.sortable}, "risk": lambda row: row.risk},
    )
    more = {
        **context,
        "found": found,
        "chain_links": [(chain_title(one), reverse("chain-chokepoints", args=[one.id])) for one in chains_in_use()],
    }
    dated = [(t("供应关系年度", "Links of"), str(found.year))]
    return show(request, listing, rows, template="chains/chokepoints.html", dated=dated, more=more)


def _rows(found: Chokepoints, chain: Chain | None, user: Anyone) -> list[Row]:
    chokes = found.rows()
    keys = [one.entity for one in chokes]
    names, stands, risks = entities_called(keys, user), standing(keys, chain), _risks(keys)
    return [
        Row(
            rank,
            names[one.entity],
            one,
            (Decimal(100 * one.cut_off) / found.reached).quantize(Decimal("0.1")),
            stands.get(one.entity, ""),
            risks.get(one.entity),
            _href(chain, names[one.entity].code),
        )
        for rank, one in enumerate(chokes, 1)
    ]


def _href(chain: Chain | None, code: str) -> str:
    return reverse("chokepoint", args=[code]) if chain is None else reverse("chain-chokepoint", args=[chain.id, code])


def standing(keys: Sequence[int], chain: Chain | None) -> Mapping[int, str]:
    """Of each entity the segments it stands on: of one chain, or of all with the chain's name."""
    chains = {one.id: one for one in ([chain] if chain else chains_in_use())}
    found: dict[int, list[str]] = {}
    for start in range(0, len(keys), _PARTS):
        rows = Placement.objects.filter(
            entity__in=keys[start : start + _PARTS], chain__in=chains, state=Placement.State.CONFIRMED
        )
        for entity, named, segment in rows.order_by("chain", "segment").values_list("entity_id", "chain", "segment"):
            if one := chains[named].by_id.get(segment):
                title = segment_title(one)
                found.setdefault(entity, []).append(title if chain else f"{chain_title(chains[named])}·{title}")
    return {entity: few(titles) for entity, titles in found.items()}


def _risks(keys: Sequence[int]) -> dict[int, Decimal]:
    """Of each entity what its stop would cost, as computed last."""
    ranking = newest_ranking()
    found: dict[int, Decimal] = {}
    for start in range(0, len(keys), _PARTS) if ranking else ():
        rows = RiskFigure.objects.filter(ranking=ranking, entity__in=keys[start : start + _PARTS])
        found |= {entity: per_cent(ppb) for entity, ppb in rows.values_list("entity_id", "esri_ppb")}
    return found


def _one(request: HttpRequest, chain: Chain | None, code: str) -> HttpResponseBase:
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    title = t("没有{name}，谁会断供", "Cut off without {name}", name=entity.name)
    context = context_of(chain, title)
    try:
        found = chokepoints(chain)
    except Waiting as waiting:
        return wait_page(request, waiting, context)
    if found is None or found.place(entity.pk) is None:
        raise Http404(code)
    rows = FromMemory(
        _cuts(found, entity, chain, request.user),
        search=lambda row: (row.firm.name, row.firm.code, row.stands, row.product or "", row.source or ""),
        orders={column.key: column.value for column in CUTS.columns if column.sortable},
    )
    before = entities_called(found.above(entity.pk), request.user)
    more = {
        **context,
        "before": [before[key] for key in found.above(entity.pk)],
        "entity": entity,
        "reached": bool(found.found.reached[found.place(entity.pk) or 0]),
    }
    dated = [(t("供应关系年度", "Links of"), str(found.year))]
    return show(request, CUTS, rows, template="chains/chokepoint.html", dated=dated, more=more)


def _cuts(found: Chokepoints, entity: Entity, chain: Chain | None, user: Anyone) -> list[Cut]:
    below = found.below(entity.pk)[:MOST_ROWS]
    keys = [firm for firm, _ in below]
    names = entities_called({*keys, *(last for _, last in below)}, user)
    stands = standing(keys, chain)
    said = {
        pair: links
        for start in range(0, len(keys), _PARTS)
        for pair, links in links_of([(entity.pk, firm) for firm in keys[start : start + _PARTS]]).items()
    }
    rows = []
    for firm, last in below:
        links = said[entity.pk, firm]
        sources = few([one.source for one in links]) if links else None
        paths = reverse("chain-paths", args=[entity.code, names[firm].code, _STEPS])
        product = few([one.product for one in links]) if links else None
        rows.append(Cut(names[firm], stands.get(firm, ""), names[last], product, sources, paths))
    return rows
