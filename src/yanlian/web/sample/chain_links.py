"""Supply links among the sample's fictional firms: along the chain's edges, few sell to many, no yuan sold twice.

Who sells is drawn with preferential attachment (Barabási and Albert 1999): the more customers and the more revenue, the
likelier the next one. What a firm buys stays within its cost, what it sells within its revenue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from yanlian.apps.chains.models import SupplyLink
from yanlian.engine.chain.template.model import Chain, Edge
from yanlian.web.sample.chain_firms import YEAR, Firm, Stands, rng_of

SOURCE = "样例购销合同数据（虚构）"
# Part of a firm's cost that it buys from, and of its revenue that it sells to firms of the district.
_BOUGHT, _SOLD = 0.5, 0.85
_MOST_INPUTS, _MOST_SUPPLIERS = 4, 2
_LEAST_FEN = 1_000_000
_AMOUNT_UNKNOWN = 0.12


def draw_links(chain: Chain, stands: Sequence[Stands], at: datetime) -> list[SupplyLink]:
    """Links of one chain. Inputs that nobody here makes are bought elsewhere and give none."""
    rng = rng_of("links", chain.id)
    on: dict[str, list[Firm]] = defaultdict(list)
    for one in stands:
        for segment in one.segments:
            on[segment.id].append(one.firm)
    customers: dict[int, int] = defaultdict(int)
    left = {one.firm.pk: int(one.firm.revenue_fen * _SOLD) for one in stands}
    links: list[SupplyLink] = []
    # Large buyers first, as they find their suppliers first.
    for one in sorted(stands, key=lambda each: -each.firm.cost_fen):
        edges = [edge for segment in one.segments for edge in chain.inputs(segment.id) if on[edge.supplier]]
        edges.sort(key=lambda edge: (-edge.essential, edge.supplier))
        edges = edges[:_MOST_INPUTS]
        budget = one.firm.cost_fen * _BOUGHT
        parts = (rng.dirichlet(np.ones(max(len(edges), 1) * _MOST_SUPPLIERS)) * budget).tolist()
        for at_edge, edge in enumerate(edges):
            for supplier, part in zip(
                _sellers(on[edge.supplier], one.firm, customers, rng), parts[at_edge * _MOST_SUPPLIERS :], strict=False
            ):
                amount = min(int(part), left[supplier.pk] // 2) // _LEAST_FEN * _LEAST_FEN
                if amount < _LEAST_FEN:
                    continue
                left[supplier.pk] -= amount
                customers[supplier.pk] += 1
                links.append(_link(edge, supplier, one.firm, amount, at, rng))
    return links


def _sellers(firms: Sequence[Firm], buyer: Firm, customers: dict[int, int], rng: np.random.Generator) -> list[Firm]:
    others = [firm for firm in firms if firm.pk != buyer.pk and firm.revenue_fen > 0]
    if not others:
        return []
    weights = np.array([(customers[firm.pk] + 1) * float(firm.revenue_fen) ** 0.5 for firm in others])
    wanted = min(1 + int(rng.random() < 0.4), len(others))
    chosen = rng.choice(len(others), size=wanted, replace=False, p=weights / weights.sum())
    return [others[int(index)] for index in chosen]


def _link(
    edge: Edge, supplier: Firm, customer: Firm, amount: int, at: datetime, rng: np.random.Generator
) -> SupplyLink:
    return SupplyLink(
        supplier_id=supplier.pk,
        customer_id=customer.pk,
        product=edge.product[:300],
        year=YEAR,
        amount_fen=None if rng.random() < _AMOUNT_UNKNOWN else amount,
        source=SOURCE,
        confidence=SupplyLink.Confidence.C,
        valid_from=date(YEAR, 1, 1),
        valid_to=date(YEAR, 12, 31),
        recorded_at=at,
    )
