"""Local coverage: which of the products that a segment needs, or gives, are met by firms of the district itself.

By links where purchases are known, else by presence: a firm of the district stands on the other segment. Each product
counts once, whatever it costs: an input without which the line stops stops it at any price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from yanlian.engine.chain.links import Links
from yanlian.engine.chain.template.model import Edge

Basis = Literal["links", "presence", "unknown"]
Flows: TypeAlias = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands where: the firms of each segment, which of all firms are local, and whether placement was done."""

    firms: Mapping[str, frozenset[str]]
    local: frozenset[str]
    placed: bool = True

    def here(self, segment: str) -> frozenset[str]:
        """The local firms of a segment."""
        return self.firms.get(segment, frozenset()) & self.local


@dataclass(frozen=True, slots=True)
class Met:
    """One product: which part of it is met locally (0 to 1), on what basis. `value`: the sum of purchases that the
    share is of (by links only), in the unit of the links."""

    edge: Edge
    share: float | None
    basis: Basis
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """The essential products of a segment in one direction, each with its part met locally."""

    products: tuple[Met, ...] = ()

    @property
    def low(self) -> float | None:
        """The share of products met, those unknown counted as not met; None where the segment has no such product."""
        return sum(one.share or 0.0 for one in self.products) / len(self.products) if self.products else None

    @property
    def high(self) -> float | None:
        """The same with those unknown counted as met."""
        met = [1.0 if one.share is None else one.share for one in self.products]
        return sum(met) / len(met) if met else None

    @property
    def share(self) -> float | None:
        """The share of products met locally; None unless all are known."""
        return self.low if self.low == self.high else None

    def count(self, basis: Basis) -> int:
        """How many of the products rest on this basis."""
        return sum(one.basis == basis for one in self.products)

    @property
    def unmet(self) -> tuple[Edge, ...]:
        """The products that no local firm meets at all."""
        return tuple(one.edge for one in self.products if one.share == 0)


def covered(edges: Sequence[Edge], standing: Standing, flows: Flows, *, buying: bool) -> Covered:
    """Coverage of the essential edges (essential 1 or 2) of one segment. `flows`: of each buyer its sellers, or of
    each seller its buyers, with value; see `purchases_of`. `buying`: the edges lead into the segment."""
    return Covered(tuple(_met(one, standing, flows, buying=buying) for one in edges if one.essential))


def _met(edge: Edge, standing: Standing, flows: Flows, *, buying: bool) -> Met:
    local, total = 0.0, 0.0
    sellers = standing.firms.get(edge.supplier, frozenset())
    # What local buyers bought along this edge; read from the seller's end: what local sellers sold along it.
    buyers = standing.here(edge.customer) if buying else standing.firms.get(edge.customer, frozenset())
    for buyer in buyers:
        for seller, value in flows.get(buyer, ()):
            if seller not in sellers or not (buying or seller in standing.local):
                continue
            total += value
            local += value if (seller if buying else buyer) in standing.local else 0.0
    if total > 0:
        return Met(edge, local / total, "links", total)
    if not standing.placed:
        return Met(edge, None, "unknown")
    return Met(edge, float(bool(standing.here(edge.supplier if buying else edge.customer))), "presence")


def purchases_of(links: Links) -> Flows:
    """Of each firm that buys, from whom and for how much."""
    found: dict[str, list[tuple[str, float]]] = {}
    for seller, buyer, value in zip(
        links.supplier.tolist(), links.customer.tolist(), links.weight.tolist(), strict=True
    ):
        found.setdefault(links.firms[buyer], []).append((links.firms[seller], value))
    return found
