"""Purchases of a chain's firms, wherever the seller is: links between local firms, and ties of firms outside.

What is known, not what there is: a purchase that nobody reported is in no sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yanlian.apps.chains.models import OutsideFirm, OutsideTie, Placement, SupplyLink
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.segments import Firm, Stand
from yanlian.engine.chain.segments.candidates import Outside, Tie, TieKind, segments_made
from yanlian.engine.chain.template.model import Chain

FEN, PPM = 100, 1_000_000
_KINDS: dict[str, TieKind] = {
    "supplies": "supplies",
    "buys": "buys",
    "owns": "owns",
    "owned": "owned",
    "branch": "branch",
}


def outside_key(pk: int) -> str:
    """The id of an outside firm among those of local ones, which are their keys."""
    return f"o{pk}"


def outside_firms(chain: Chain) -> list[Outside]:
    """Every outside firm that is known, with its ties to local firms and where those stand in this chain."""
    stands: dict[int, list[str]] = {}
    rows = Placement.objects.filter(chain=chain.id, state=Placement.State.CONFIRMED)
    for entity, segment in rows.values_list("entity_id", "segment"):
        stands.setdefault(entity, []).append(segment)
    ties: dict[int, list[Tie]] = {}
    for one in OutsideTie.objects.order_by("pk"):
        held = tuple(stands.get(one.entity_id, ()))
        ties.setdefault(one.firm_id, []).append(Tie(_KINDS[one.kind], str(one.entity_id), held, one.product))
    return [
        Outside(
            outside_key(one.pk),
            one.name,
            tuple(str(product) for product in one.products),
            one.scope,
            revenue=None if one.revenue_fen is None else one.revenue_fen / FEN,
            growth=None if one.growth_ppm is None else one.growth_ppm / PPM,
            branches=one.branches,
            ties=tuple(ties.get(one.pk, ())),
        )
        for one in OutsideFirm.objects.order_by("pk")
    ]


def makers_outside(chain: Chain, firms: Sequence[Outside]) -> list[Firm]:
    """Outside firms as the engine counts firms: they stand where a product of the segment is among their products."""
    made = segments_made(chain.segments, firms)
    return [
        Firm(firm.id, tuple(map(Stand, made[firm.id])), local=False, output=firm.revenue)
        for firm in firms
        if made[firm.id]
    ]


def links_of(chain: Chain, firms: Sequence[Firm], year: int | None = None) -> Links:
    """What the firms given are known to buy from each other, in yuan; of one year, else of the last that has any.

    A link whose sum is not known weighs nought: that the two trade is kept.
    """
    place = {one.id: at for at, one in enumerate(firms)}
    wanted = year or SupplyLink.objects.order_by("-year").values_list("year", flat=True).first()
    # Both ends are asked for by a subquery: a chain may have more firms than a statement takes parameters.
    standing = Placement.objects.filter(chain=chain.id, state=Placement.State.CONFIRMED).values("entity")
    rows = SupplyLink.objects.filter(supplier__in=standing, customer__in=standing, year=wanted)
    pairs = [
        (str(supplier), str(customer), (amount or 0) / FEN)
        for supplier, customer, amount in rows.values_list("supplier_id", "customer_id", "amount_fen")
    ]
    traded = OutsideTie.objects.filter(kind__in=(OutsideTie.Kind.SUPPLIES, OutsideTie.Kind.BUYS))
    for firm, entity, kind, amount in traded.values_list("firm_id", "entity_id", "kind", "amount_fen"):
        ends = (outside_key(firm), str(entity))
        supplier, customer = ends if kind == OutsideTie.Kind.SUPPLIES else ends[::-1]
        pairs.append((supplier, customer, (amount or 0) / FEN))
    kept = [(place[one], place[other], value) for one, other, value in pairs if one in place and other in place]
    return Links(
        [one.id for one in firms],
        np.array([one[0] for one in kept], dtype=np.int32),
        np.array([one[1] for one in kept], dtype=np.int32),
        np.array([one[2] for one in kept], dtype=np.float64),
    )
