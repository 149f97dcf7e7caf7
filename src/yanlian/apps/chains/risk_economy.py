"""The district's firms and their supply links as an economy for shocks.

Links of the last year that has any, with their amounts; the kind of input is the product, the market of a supplier its
industry code. How much a customer needs an input is what the chain templates say of an edge with that product between
segments of the two firms (the most that any says); where none says anything the input is not essential. Revenue is that
of the tax return of the year; sales to others in the network stand in where it was not delivered, and how often is
told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Count, Max, Sum

from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement, SupplyLink
from yanlian.apps.registry.models import FOREVER, Entity, Registration, TaxYear
from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.risk.economy import Economy, Told, economy_of
from yanlian.engine.chain.risk.kept import mark_of

FEN = 100


@dataclass(frozen=True)
class Here:
    """The economy with what stands behind it: `entities` by place in it (and back), product names by number."""

    economy: Economy
    entities: tuple[int, ...]
    place: Mapping[int, int]
    products: tuple[str, ...]
    product_of: Mapping[tuple[int, int], str]
    year: int
    links_uncounted: int
    unknown_revenues: int
    mark: str


def economy_here() -> Here:
    """Of the last year with links. Refused: risk_no_links."""
    seen = SupplyLink.objects.aggregate(year=Max("year"), links=Count("pk"), newest=Max("pk"))
    if not seen["links"]:
        raise Refused("risk_no_links")
    returns = TaxYear.objects.filter(replaced_at=FOREVER).aggregate(n=Count("pk"), last=Max("pk"))
    stands = Placement.objects.filter(state=Placement.State.CONFIRMED).aggregate(n=Count("pk"), last=Max("changed_at"))
    return _made(int(seen["year"]), (str(seen), str(returns), str(stands)))


@lru_cache(maxsize=2)
def _made(year: int, state: tuple[str, ...]) -> Here:
    # `state` is only the key of the cache: other facts, another economy.
    rows = links_known(year)
    if not rows:
        raise Refused("risk_no_links")
    entities = tuple(sorted({one for row in rows for one in row[:2]}))
    place = {pk: at for at, pk in enumerate(entities)}
    products = tuple(sorted({row[2] for row in rows}))
    number = {name: at for at, name in enumerate(products)}
    supplier = np.array([place[row[0]] for row in rows], dtype=np.int32)
    customer = np.array([place[row[1]] for row in rows], dtype=np.int32)
    weight = np.array([row[4] / FEN for row in rows], dtype=np.float64)
    codes = dict(Entity.objects.filter(pk__in=SupplyLink.objects.values("supplier")).values_list("pk", "code"))
    codes |= dict(Entity.objects.filter(pk__in=SupplyLink.objects.values("customer")).values_list("pk", "code"))
    essential = essential_of([(row[0], row[1], row[2]) for row in rows])
    told = Told(
        essential=np.array(essential, dtype=np.int8),
        product=np.array([number[row[2]] for row in rows], dtype=np.int32),
        inferred=any(row[3] for row in rows),
    )
    revenue, unknown = revenue_of(
        entities, year, np.bincount(supplier, weights=weight, minlength=len(entities)).tolist()
    )
    made = Links([codes[pk] for pk in entities], supplier, customer, weight)
    economy = economy_of(made, industries_of(entities), np.array(revenue, dtype=np.float64), None, told)
    return Here(
        economy,
        entities,
        place,
        products,
        {(place[row[0]], place[row[1]]): row[2] for row in rows},
        year,
        SupplyLink.objects.filter(year=year, amount_fen=None).count(),
        unknown,
        mark_of(economy),
    )


def links_known(year: int) -> list[tuple[int, int, str, bool, int]]:
    """Supplier, customer, product, whether inferred, and fen of each link of a year whose amount is known."""
    rows = SupplyLink.objects.filter(year=year).exclude(amount_fen=None)
    ordered = rows.order_by("supplier_id", "customer_id", "product")
    named = ordered.values_list("supplier_id", "customer_id", "product", "inferred")
    return [(row[0], row[1], row[2], row[3], int(row[4])) for row in named.annotate(amount=Sum("amount_fen"))]


def industries_of(entities: tuple[int, ...]) -> list[str]:
    """The market of each as a supplier."""
    found = dict(
        Registration.objects.filter(replaced_at=FOREVER, entity__in=SupplyLink.objects.values("supplier")).values_list(
            "entity_id", "industry"
        )
    )
    # Firms without a code are alone in their market: nobody is known to stand in for them.
    return [found.get(pk) or f"?{pk}" for pk in entities]


def revenue_of(entities: tuple[int, ...], year: int, sales: list[float]) -> tuple[list[float], int]:
    """Revenue of each in yuan, its sales where nobody delivered it; and of how many that was so."""
    rows = TaxYear.objects.filter(replaced_at=FOREVER, year=year).exclude(revenue_fen=None)
    found = {pk: fen or 0 for pk, fen in rows.values_list("entity_id", "revenue_fen")}
    missing = sum(pk not in found for pk in entities)
    return [found[pk] / FEN if pk in found else sales[at] for at, pk in enumerate(entities)], missing


def essential_of(links: list[tuple[int, int, str]]) -> list[int]:
    """What the templates say of each link."""
    stands: dict[int, set[str]] = defaultdict(set)
    confirmed = Placement.objects.filter(state=Placement.State.CONFIRMED)
    for entity, segment in confirmed.values_list("entity_id", "segment"):
        stands[entity].add(segment)
    edges: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for chain in chains_in_use():
        for edge in chain.edges:
            edges[edge.product].append((edge.supplier, edge.customer, edge.essential))
    return [
        max(
            (how for one, other, how in edges[product] if one in stands[supplier] and other in stands[customer]),
            default=1,
        )
        for supplier, customer, product in links
    ]
