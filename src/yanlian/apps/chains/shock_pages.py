"""冲击推演: a firm, segment or product loses capacity; who is hit next, how much, through which link, what helps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement
from yanlian.apps.chains.names import chain_title, segment_title
from yanlian.apps.chains.risk_draws import spread_of
from yanlian.apps.chains.risk_economy import Here, economy_here
from yanlian.apps.people.access import Permission, page
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.index import EPSILON
from yanlian.engine.chain.risk.relief import second_source, substitutes
from yanlian.engine.chain.risk.scenario import Hit, Told, shock_of_group, tell
from yanlian.ui.charts import Chart, Series, columns
from yanlian.ui.refusals import shown
from yanlian.ui.words import t

_SHOWN, _HELPERS, _STEPS = 60, 8, 15
_SHARES = (100, 75, 50, 25, 10)


@dataclass(frozen=True)
class Line:
    """A firm that is hit: when, how much, by which half, through whom and what."""

    tier: int
    entity: Entity
    loss: Decimal
    lost_fen: int
    way: str
    partner: Entity | None
    product: str


@dataclass(frozen=True)
class Helper:
    """Who could stand in: capacity beside the lost sales, customers that it serves already, what is gained."""

    entity: Entity
    capacity: Decimal | None
    ties: int
    customers: int
    depends: bool
    gained: Decimal | None


@page(owner="chains", permission=Permission.SEE_CHAINS)
def shock(request: HttpRequest) -> HttpResponse:
    """The form, and the story of the shock that the address asks for. Nothing is kept."""
    title = t("冲击推演", "Shock simulator")
    context: dict[str, object] = {
        "title": title,
        "crumbs": [(t("断链风险", "Chain-break risk"), reverse("chain-risk")), (title, None)],
        "given": request.GET,
        "shares": _SHARES,
        "segments": _segments(),
    }
    try:
        here = economy_here()
        context |= {"products": here.products, "here": here}
        if any(request.GET.get(name) for name in ("firm", "segment", "product")):
            context |= _told(here, request)
    except Refused as refusal:
        context["refusals"] = shown(refusal)
    return render(request, "chains/shock.html", context)


def _segments() -> list[tuple[str, str]]:
    return [
        (one.id, f"{chain_title(chain)} · {segment_title(one)}") for chain in chains_in_use() for one in chain.segments
    ]


def _hit(here: Here, request: HttpRequest) -> list[int]:
    """Places of the firms that the address names. Refused: risk_nobody."""
    firm, segment, product = (request.GET.get(name, "").strip() for name in ("firm", "segment", "product"))
    if firm:
        wanted = Entity.objects.filter(code=firm) | Entity.objects.filter(name=firm)
        pks = list(wanted.values_list("pk", flat=True)[:2])
    elif segment:
        confirmed = Placement.objects.filter(segment=segment, state=Placement.State.CONFIRMED)
        pks = list(confirmed.values_list("entity_id", flat=True))
    else:
        pks = sorted({here.entities[ends[0]] for ends, name in here.product_of.items() if name == product})
    found = [here.place[pk] for pk in pks if pk in here.place]
    if not found:
        raise Refused("risk_nobody", found=(firm or segment or product)[:60])
    return found


def _told(here: Here, request: HttpRequest) -> dict[str, object]:
    share = request.GET.get("share", "100")
    per_cent = int(share) if share in {str(one) for one in _SHARES} else 100
    places = _hit(here, request)
    told = tell(here.economy, shock_of_group(here.economy, places, per_cent / 100), EPSILON)
    entities = Entity.objects.in_bulk(
        {here.entities[at] for one in told.hits for at in (one.firm, one.partner) if at >= 0}
    )
    lines = [_line(here, one, entities) for one in told.hits]
    return {
        "told": told,
        "per_cent": per_cent,
        "epsilon": f"{EPSILON:g}",
        "lost": _ratio(told.cascade.esri),
        "spread": spread_of(here, places, per_cent / 100),
        "lost_fen": round(told.cascade.esri * here.total_fen),
        "lines": lines[:_SHOWN],
        "more": max(0, len(lines) - _SHOWN),
        "reached": len(lines),
        "chart": _chart(told),
        "charts": True,
        "helpers": _helpers(here, places[0]) if len(places) == 1 else [],
        "one": entities[here.entities[places[0]]] if len(places) == 1 else None,
    }


def _line(here: Here, hit: Hit, entities: dict[int, Entity]) -> Line:
    partner = entities[here.entities[hit.partner]] if hit.partner >= 0 else None
    ends = (hit.partner, hit.firm) if hit.way == "inputs" else (hit.firm, hit.partner)
    product = here.product_of.get(ends, "")
    return Line(
        hit.tier,
        entities[here.entities[hit.firm]],
        _ratio(hit.loss),
        round(hit.loss * here.revenue_fen[hit.firm]),
        hit.way,
        partner,
        product,
    )


def _ratio(share: float) -> Decimal:
    return Decimal(str(round(share * 100, 3)))


def _chart(told: Told) -> Chart:
    # A nearly closed network comes to rest after hundreds of steps: the first ones and the last are drawn.
    drawn = [one for one in range(len(told.lost)) if one < _STEPS or one == len(told.lost) - 1]
    steps = [str(at) if at else t("冲击", "Shock") for at in drawn]
    title = t("逐级传导：累计营收损失", "Step by step: revenue lost so far")
    summary = t(
        "每一级传导之后全部企业营收损失的比例；一级不等于一段时间。",
        "Share of the revenue of all firms lost after each step; a step is no span of time.",
    )
    return columns(
        "shock",
        title,
        summary,
        "%",
        steps,
        [Series(t("累计损失", "Lost so far"), [_ratio(told.lost[at]) for at in drawn])],
    )


def _helpers(here: Here, lost: int) -> list[Helper]:
    """Who could stand in, with what the economy gains if half of the largest link comes from there instead."""
    economy = here.economy
    mine = [(float(economy.weight[at]), int(economy.customer[at])) for at in (economy.supplier == lost).nonzero()[0]]
    found = substitutes(economy, lost)[:_HELPERS]
    entities = Entity.objects.in_bulk([here.entities[one.firm] for one in found])
    helpers = []
    for one in found:
        customer = max(mine)[1] if mine else -1
        gained = None
        if customer >= 0 and customer != one.firm:
            gained = _ratio(second_source(economy, (lost, customer), one.firm, 0.5, EPSILON).gained)
        capacity = Decimal(str(round(one.capacity, 1))) if mine else None
        helpers.append(Helper(entities[here.entities[one.firm]], capacity, one.ties, one.customers, one.hit, gained))
    return helpers
