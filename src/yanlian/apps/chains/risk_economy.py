"""The district's firms and their supply links as an economy for shocks.

Links of the last year that has any, with their amounts; the kind of input is the product, the market of a supplier its
industry code. How much a customer needs an input is what the chain templates say of an edge with that product between
segments of the two firms (the most that any says); where none says anything the input is not essential. Revenue is that
of the tax return of the year; sales to others in the network stand in where it was not delivered, and how often is
told.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Count, Max, Sum

from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement, SupplyLink
from yanlian.apps.registry.models import FOREVER, Entity, Registration, TaxYear
from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints, Links
from yanlian.engine.chain.risk.economy import Bytes, Economy, Told, economy_of
from yanlian.engine.chain.risk.kept import mark_of
from yanlian.engine.chain.risk.redrawn import Needed, Partly

FEN = 100


@dataclass(frozen=True)
class Here:
    """The economy with what stands behind it: `entities` by place in it (and back), product names by number.
    `revenue_fen`: what counts as the revenue of each, in integer fen (the engine's floats are made of it). `partly`:
    the links with those that are inferred, where any is."""

    economy: Economy
    entities: tuple[int, ...]
    place: Mapping[int, int]
    products: tuple[str, ...]
    product_of: Mapping[tuple[int, int], str]
    year: int
    links_uncounted: int
    unknown_revenues: int
    mark: str
    revenue_fen: tuple[int, ...]
    partly: Partly | None

    @property
    def total_fen(self) -> int:
        """All revenue."""
        return sum(self.revenue_fen)


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
    product = np.array([number[row[2]] for row in rows], dtype=np.int32)
    fen = [row[4] for row in rows]
    # Yuan as floats from here on: the engine's unit. What is kept and shown comes from integer fen.
    weight = np.array(fen, dtype=np.float64) / FEN
    codes = dict(Entity.objects.filter(pk__in=SupplyLink.objects.values("supplier")).values_list("pk", "code"))
    codes |= dict(Entity.objects.filter(pk__in=SupplyLink.objects.values("customer")).values_list("pk", "code"))
    needed = _needed(entities, products)
    inferred = np.array([row[3] for row in rows], dtype=bool)
    told = Told(essential=needed(supplier, customer, product), product=product, inferred=bool(inferred.any()))
    revenue_fen, unknown = revenue_of(entities, year, sold(len(entities), supplier, fen))
    made = Links([codes[pk] for pk in entities], supplier, customer, weight)
    markets, revenue = industries_of(entities), np.array(revenue_fen, dtype=np.float64) / FEN
    economy = economy_of(made, markets, revenue, None, told)
    partly = Partly(made, product, inferred, markets, _divisions(markets), revenue, needed) if inferred.any() else None
    return Here(
        economy,
        entities,
        place,
        products,
        {(place[row[0]], place[row[1]]): row[2] for row in rows},
        year,
        SupplyLink.objects.filter(year=year, amount_fen=None).count(),
        unknown,
        _mark(economy, partly),
        tuple(revenue_fen),
        partly,
    )


def _divisions(markets: Sequence[str]) -> list[str]:
    """The division of GB/T 4754 of each market (its letter and two digits): sector tables are not finer than that.
    Firms without a code are one group."""
    return ["" if one.startswith("?") else one[:3] if one[:1].isalpha() else one[:2] for one in markets]


def _mark(economy: Economy, partly: Partly | None) -> str:
    """Of the economy's numbers, and of which links are inferred where any is."""
    if partly is None:
        return mark_of(economy)
    digest = hashlib.sha256(mark_of(economy).encode())
    for one in (partly.inferred, partly.product, partly.links.weight):
        digest.update(one.tobytes())
    return digest.hexdigest()


def _needed(entities: tuple[int, ...], products: tuple[str, ...]) -> Needed:
    """What the templates say of links of firms and products by number."""
    how = essential_of_links()

    def of(supplier: Ints, customer: Ints, product: Ints) -> Bytes:
        rows = zip(supplier.tolist(), customer.tolist(), product.tolist(), strict=True)
        return np.array([how(entities[one], entities[other], products[what]) for one, other, what in rows], np.int8)

    return of


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


def sold(firms: int, supplier: Ints, fen: Sequence[int]) -> list[int]:
    """Sales of each in the network, in fen."""
    found = [0] * firms
    for one, amount in zip(supplier.tolist(), fen, strict=True):
        found[one] += amount
    return found


def revenue_of(entities: tuple[int, ...], year: int, sales: Sequence[int]) -> tuple[list[int], int]:
    """Revenue of each in fen, its sales where nobody delivered it or less than them; and of how many nobody did."""
    rows = TaxYear.objects.filter(replaced_at=FOREVER, year=year).exclude(revenue_fen=None)
    found = {pk: fen or 0 for pk, fen in rows.values_list("entity_id", "revenue_fen")}
    missing = sum(pk not in found for pk in entities)
    return [max(found.get(pk, 0), sales[at]) for at, pk in enumerate(entities)], missing


def essential_of_links() -> Callable[[int, int, str], int]:
    """How much a customer needs a supplier's product (0, 1, 2): what the templates say of an edge with that product
    between segments of the two firms."""
    stands: dict[int, set[str]] = defaultdict(set)
    confirmed = Placement.objects.filter(state=Placement.State.CONFIRMED)
    for entity, segment in confirmed.values_list("entity_id", "segment"):
        stands[entity].add(segment)
    edges: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for chain in chains_in_use():
        for edge in chain.edges:
            edges[edge.product].append((edge.supplier, edge.customer, edge.essential))

    def how(supplier: int, customer: int, product: str) -> int:
        sells, buys = stands.get(supplier, set()), stands.get(customer, set())
        return max((level for one, other, level in edges.get(product, ()) if one in sells and other in buys), default=1)

    return how
