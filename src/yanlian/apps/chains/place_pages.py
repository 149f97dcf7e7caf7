"""A firm's place in its chains: its segments, its suppliers and customers, and what it needs that nobody here makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.chains.faulty import CHAINS
from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement, ProductText, SupplyLink
from yanlian.apps.chains.names import chain_title, place_words, segment_title
from yanlian.apps.chains.placement_evidence import evidence_text
from yanlian.apps.chains.state import GONE
from yanlian.apps.people.access import Permission, need_entity, page, permits, signed_in
from yanlian.apps.registry.models import FOREVER, Entity, Registration
from yanlian.apps.registry.pages import dossier_href, shown_name
from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.ui import numbers
from yanlian.ui.words import say, t

LINKS_SHOWN = 30


@dataclass(frozen=True)
class Standing:
    """One segment the firm stands on, with what speaks for it."""

    chain: Chain
    segment: Segment
    title: str
    place: str
    placement: Placement
    evidence: str


@dataclass(frozen=True)
class Beside:
    """A segment next to the firm's own, along an edge, and how many firms here stand on it."""

    chain: Chain
    edge: Edge
    title: str
    segment: Segment
    firms: int


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def firm_place(request: HttpRequest, code: str) -> HttpResponse:
    """Where one firm stands. The office sees every firm, an enterprise its own."""
    need_entity(request.user, code)
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    chains = {one.id: one for one in chains_in_use()}
    standing = _standing(entity, chains)
    own = [one for one in standing if one.placement.state != Placement.State.REJECTED]
    counts = _counts({one.chain.id for one in own})
    name = shown_name(entity)
    office = permits(request.user, Permission.SEE_CHAINS)
    context = {
        "title": t("{name}在链上的位置", "{name}: place in the chain", name=name),
        "crumbs": [
            (say(CHAINS), reverse("chains")) if office else (name, dossier_href(entity)),
            (t("企业位置", "Place of a firm"), None),
        ],
        "entity": entity,
        "name": name,
        "standing": standing,
        "products": [
            {"text": one.text, "source": one.source, "share": _share(one.revenue_share_ppm)}
            for one in ProductText.objects.filter(entity=entity)
        ],
        "suppliers": _links(entity, "customer"),
        "customers": _links(entity, "supplier"),
        "inputs": _beside(own, counts, upstream=True),
        "outputs": _beside(own, counts, upstream=False),
        "office": office,
        "offered": [] if standing else _offered(chains),
    }
    return render(request, "chains/place.html", context)


@page(owner="chains", permission=Permission.SEE_OWN_BENEFITS)
def my_place(request: HttpRequest) -> HttpResponseBase:
    """To the place of the entity one speaks for."""
    code = signed_in(request).entity_code
    if not code:
        raise Http404("my-place")
    return redirect("firm-place", code=code)


def _standing(entity: Entity, chains: dict[str, Chain]) -> list[Standing]:
    found = []
    for one in Placement.objects.filter(entity=entity).order_by("state", "chain", "segment"):
        chain = chains.get(one.chain)
        segment = chain.by_id.get(one.segment) if chain else None
        if chain is not None and segment is not None:
            found.append(
                Standing(
                    chain,
                    segment,
                    segment_title(segment),
                    f"{chain_title(chain)} · {place_words(segment)}",
                    one,
                    evidence_text(one),
                )
            )
    return found


def _offered(chains: dict[str, Chain]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every segment by chain with the address where one reports that a firm is missing there."""
    return [
        (
            chain_title(chain),
            [(segment_title(one), reverse("report-placement", args=[chain.id, one.id])) for one in chain.segments],
        )
        for chain in chains.values()
    ]


def _counts(chains: set[str]) -> dict[str, int]:
    """Confirmed firms here on each segment of some chains."""
    gone = Registration.objects.filter(replaced_at=FOREVER, status__in=GONE).values("entity")
    rows = Placement.objects.filter(chain__in=chains, state=Placement.State.CONFIRMED).exclude(entity__in=gone)
    counts: dict[str, int] = {}
    for segment in rows.values_list("segment", flat=True):
        counts[segment] = counts.get(segment, 0) + 1
    return counts


def _beside(own: Sequence[Standing], counts: dict[str, int], *, upstream: bool) -> list[Beside]:
    """What flows into (or out of) the firm's segments, the missing first."""
    found: dict[tuple[str, str], Beside] = {}
    for one in own:
        edges = one.chain.inputs(one.segment.id) if upstream else one.chain.outputs(one.segment.id)
        for edge in edges:
            other = one.chain.by_id[edge.supplier if upstream else edge.customer]
            key = (other.id, edge.product)
            found[key] = Beside(one.chain, edge, segment_title(other), other, counts.get(other.id, 0))
    return sorted(found.values(), key=lambda one: (one.firms > 0, -one.edge.essential, one.segment.id))


def _links(entity: Entity, side: str) -> dict[str, object]:
    """Its links as customer or as supplier: the largest, how many in all, and what they sum to."""
    rows = SupplyLink.objects.filter(Q(**{side: entity})).select_related("supplier", "customer")
    year = rows.order_by("-year").values_list("year", flat=True).first()
    rows = rows.filter(year=year).order_by("-amount_fen", "pk") if year else rows.none()
    lines = []
    for link in rows[:LINKS_SHOWN]:
        other = link.supplier if side == "customer" else link.customer
        lines.append((link, other, shown_name(other), reverse("firm-place", args=[other.code])))
    total = sum(amount or 0 for amount in rows.values_list("amount_fen", flat=True))
    return {"lines": lines, "count": rows.count(), "year": year, "total": numbers.headline(total) if total else None}


def _share(ppm: int | None) -> str | None:
    return None if ppm is None else numbers.percent(Decimal(ppm) / 1_000_000)
