"""Networks of which some links were seen and others inferred: the inferred ones drawn anew, many times.

What an inferred link says is how much of a product firms of one sector sell to firms of another and about how many
links that makes; who with whom is a guess. So the links that were seen stay, and the inferred ones of each product and
pair of sectors are drawn between the same suppliers and customers by the model of `inferred.py` (degree-corrected
gravity), each firm's inferred sales and purchases being right on the average. The index of a firm is then an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Links
from yanlian.engine.chain.risk.economy import Bytes, Economy, Told, economy_of, summed
from yanlian.engine.chain.risk.inferred import Block, density, drawn

# Given suppliers, customers and products by number: how much each customer needs it (0, 1, 2).
Needed = Callable[[Ints, Ints, Ints], Bytes]


@dataclass(frozen=True)
class Partly:
    """Links with their product, and which of them are inferred. `revenue` and `sector` (market) as for `economy_of`;
    `group`: within which suppliers, and customers, an inferred link might as well have been another's."""

    links: Links
    product: Ints
    inferred: npt.NDArray[np.bool_]
    sector: Sequence[str]
    group: Sequence[str]
    revenue: Floats
    needed: Needed


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Over drawn networks: 5 %, 50 % and 95 % quantiles, by firm, of the index, and 5 % and 95 % of its rank (1: the
    greatest); the middle of either half alone. `networks`: how many were drawn."""

    low: Floats
    middle: Floats
    high: Floats
    down: Floats
    up: Floats
    rank_low: Ints
    rank_high: Ints
    networks: int


def redraws(partly: Partly, networks: int, seed: int = 1) -> Iterator[Economy]:
    """Economies with the inferred links drawn anew, all marked as inferred. The same seed gives the same ones, and the
    first ones do not depend on how many are asked for. Cost of each: pairs of firms of the inferred links' blocks.

    Refused: fewer than one network, no inferred link.
    """
    count = int(partly.inferred.sum())
    if networks < 1 or not count:
        raise Refused("risk_networks", found=networks, links=count)
    blocks = list(_blocks(partly))
    z = density([one for _, one in blocks], count)
    rng = np.random.default_rng(seed)
    for _ in range(networks):
        yield _economy(partly, [(product, *drawn(rng, one, z)) for product, one in blocks])


def quantiles(esri: Sequence[Floats], down: Sequence[Floats], up: Sequence[Floats]) -> Ensemble:
    """Of the figures of several networks: one array by firm each."""
    figures = np.array(esri)
    order = np.sort(-figures, axis=1)
    ranks = np.array([np.searchsorted(row, -one, side="left") + 1 for row, one in zip(order, figures, strict=True)])
    low, middle, high = np.quantile(figures, [0.05, 0.5, 0.95], axis=0)
    best, worst = np.quantile(ranks, [0.05, 0.95], axis=0)
    return Ensemble(
        low,
        middle,
        high,
        np.median(np.array(down), axis=0),
        np.median(np.array(up), axis=0),
        np.floor(best).astype(np.int32),
        np.ceil(worst).astype(np.int32),
        len(figures),
    )


def _blocks(partly: Partly) -> Iterator[tuple[int, Block]]:
    """Of each product and pair of groups with inferred links: its suppliers and customers, by their inferred sales and
    purchases of it."""
    links, at = partly.links, np.flatnonzero(partly.inferred)
    _, group = np.unique(np.array(partly.group, dtype=str), return_inverse=True)
    keys = np.stack([partly.product[at], group[links.supplier[at]], group[links.customer[at]]])
    _, block = np.unique(keys, axis=1, return_inverse=True)
    order = np.argsort(block.reshape(-1), kind="stable")
    for part in np.split(at[order], np.flatnonzero(np.diff(block.reshape(-1)[order])) + 1):
        weight = links.weight[part]
        one, seller = np.unique(links.supplier[part], return_inverse=True)
        other, buyer = np.unique(links.customer[part], return_inverse=True)
        sells = summed(seller.astype(np.int32), weight, len(one))
        buys = summed(buyer.astype(np.int32), weight, len(other))
        size = np.outer(sells, buys)
        size[one[:, None] == other[None, :]] = 0.0
        if size.sum() > 0:
            yield int(partly.product[part[0]]), Block(one, other, size / size.sum(), float(weight.sum()))


def _economy(partly: Partly, parts: Sequence[tuple[int, Ints, Ints, Floats]]) -> Economy:
    seen = ~partly.inferred
    links = partly.links
    supplier = np.concatenate([links.supplier[seen], *(part[1] for part in parts)]).astype(np.int32)
    customer = np.concatenate([links.customer[seen], *(part[2] for part in parts)]).astype(np.int32)
    weight = np.concatenate([links.weight[seen], *(part[3] for part in parts)])
    drawn_of = [np.full(len(part[1]), part[0], dtype=np.int32) for part in parts]
    product = np.concatenate([partly.product[seen], *drawn_of]).astype(np.int32)
    told = Told(essential=partly.needed(supplier, customer, product), product=product, inferred=True)
    return economy_of(Links(links.firms, supplier, customer, weight), partly.sector, partly.revenue, None, told)
