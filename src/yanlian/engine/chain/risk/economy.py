"""An economy of firms made ready for cascades: who stands for which share of whose inputs and sales.

Conventions, pinned to the two public reference implementations of Diem, Borsos, Reisch, Kertész and Thurner 2022
("Quantifying firm-level economic systemic risk from nation-wide supply networks", Scientific Reports 12:7719): the
authors' R and C++ packages (GLcascade and fastcascade 0.9.3.1) and the Julia program of the same group
(vitelot/Economic-Systemic-Risk). Where they differ, it is said which one is followed.

- `weight[l]` is what the supplier of link l sells to its customer. Links with the same supplier, customer and kind of
  input are one link of their sum (R; the Julia program keeps the last one only). A firm may supply itself.
- An input is *essential* (2), *not essential* (1) or *negligible* (0), told by the pair of the sectors of supplier and
  customer, or link by link. The kind of input is the supplier's sector unless links tell a product.
- Downstream, the customer's dependence on link l is λ = weight / (all it buys of that kind) where the input is
  essential and λ = weight / (all it buys, of every kind, negligible ones too) where it is not; 0 where it is
  negligible.
- Generalised Leontief production: loss of i = max over its essential kinds k of Σ σ_j λ_ji loss_j, and Σ over all its
  not essential links of the same; the greatest of these counts, and the initial shock.
- Replaceability: σ_j = min(1, s_j / Σ over its market of s · (1 - downstream loss)), s what a firm sells to others in
  the network (its out-strength), the market its sector. It is renewed at every step from the losses before the step;
  where nothing is left of a market, σ = 1 (Julia; R divides by 1 there, which depends on the unit).
- Upstream: loss of j = Σ over its customers i of weight / revenue_j · loss_i. Without revenue, out-strength stands in
  for it, which makes every sale hang on the network (R and Julia alike): the losses are then too large.
- Both halves start from the same shock, take steps together, each from the values before the step, and stop together
  after the first step in which no loss grew by more than ε in either half. The loss of a firm is the greater of its two
  halves; halves do not mix on the way.
- ESRI of a shock = Σ loss · revenue / Σ revenue (out-strength where revenue is not known; R takes it by default).
- `costs`, where known (all that a firm spends on inputs, also outside the network), shrinks all λ of a customer by
  (bought in the network) / costs, as R does.

A firm cannot sell less than it sells to others: a revenue below out-strength is raised to it, and counted (R lets the
shares exceed 1 and cuts the loss at 1). The same holds for costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Links, Longs

Bytes: TypeAlias = npt.NDArray[np.int8]
Basis: TypeAlias = Literal["revenue", "strength"]
NEGLIGIBLE, LINEAR, ESSENTIAL = 0, 1, 2


@dataclass(frozen=True)
class Economy:
    """Firms 0 … n - 1 with what cascades need; made by `economy_of`.

    `sector`: number of each firm's sector (market), names in `sectors`. `revenue`: weights of the index and base of the
    upstream shares, in the unit of the links. `strength`: what each firm sells in the network. `basis`: whether revenue
    was told or strength stands in for it. `raised`: how many firms' revenue was raised to their strength. Link l
    (merged) runs from `supplier[l]` to `customer[l]`; `down[l]` is λ, `up[l]` the share of the supplier's revenue;
    `slot[l]` is the kind of input of that customer (-1: negligible), all links of one slot have one customer, `slots`
    is how many. `inferred`: the links were not observed. `costs`: all spending on
    inputs, where told.
    """

    firms: Sequence[str]
    sectors: Sequence[str]
    sector: Ints
    revenue: Floats
    strength: Floats
    basis: Basis
    raised: int
    supplier: Ints
    customer: Ints
    weight: Floats
    essential: Bytes
    down: Floats
    up: Floats
    slot: Ints
    slots: int
    inferred: bool = False
    costs: Floats | None = None

    @property
    def total(self) -> float:
        """All revenue: what a loss is a share of."""
        return float(self.revenue.sum())


class Essentials:
    """Which sector's products are essential to which: 2, 1 or 0 by the pair (supplier's sector, customer's sector);
    pairs that are not told have the default."""

    def __init__(self, pairs: Mapping[tuple[str, str], int] | None = None, default: int = LINEAR) -> None:
        self.pairs = dict(pairs or {})
        self.default = default
        for pair, found in [*self.pairs.items(), (("*", "*"), default)]:
            if found not in (NEGLIGIBLE, LINEAR, ESSENTIAL):
                raise Refused("risk_essential", pair=" → ".join(pair), found=found)

    def of(self, sectors: Sequence[str], supplier: Ints, customer: Ints) -> Bytes:
        """The class of each link between sectors by number."""
        number = {name: at for at, name in enumerate(sectors)}
        table = np.full((len(sectors), len(sectors)), self.default, dtype=np.int8)
        for (one, other), found in self.pairs.items():
            if one in number and other in number:
                table[number[one], number[other]] = found
        return table[supplier, customer]


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told beside links and sectors. `essential`: per link, else by the pair of sectors. `product`: number
    of the kind of input per link, else the supplier's sector. `costs`: all that each firm spends on inputs."""

    essential: Bytes | None = None
    product: Ints | None = None
    costs: Floats | None = None
    inferred: bool = False


def economy_of(
    links: Links,
    sector: Sequence[str],
    revenue: Floats | None,
    essentials: Essentials | None = None,
    told: Told | None = None,
) -> Economy:
    """Make an economy ready. `revenue` None: out-strength stands in for it, and the economy says so (`basis`).

    Refused: numbers that do not fit together, a revenue that is not a number of at least 0, nobody sells anything.
    """
    told = told or Told()
    firms = len(links.firms)
    if len(sector) != firms:
        raise Refused("risk_uneven", what="sector", firms=firms, found=len(sector))
    sectors = sorted(set(sector))
    of_sector = np.searchsorted(np.array(sectors, dtype=object), np.array(sector, dtype=object)).astype(np.int32)
    by_pair = essentials or Essentials()
    essential = told.essential
    if essential is None:
        essential = by_pair.of(sectors, of_sector[links.supplier], of_sector[links.customer])
    product = of_sector[links.supplier] if told.product is None else told.product
    supplier, customer, product, essential, weight = _merged(links, product, essential)
    strength = summed(supplier, weight, firms)
    base = strength if revenue is None else _checked("revenue", revenue, firms)
    raised = int((base < strength * (1 - 1e-9)).sum())
    base = np.maximum(base, strength)
    if not base.sum() > 0:
        raise Refused("risk_no_revenue")
    bought = summed(customer, weight, firms)
    slot, slots = _slots(customer, product, essential)
    down = _dependence(customer, weight, essential, slot, slots, bought)
    if told.costs is not None:
        spent = np.maximum(_checked("costs", told.costs, firms), bought)
        down *= _share(bought, spent)[customer]
    return Economy(
        firms=links.firms,
        sectors=sectors,
        sector=of_sector,
        revenue=base,
        strength=strength,
        basis="strength" if revenue is None else "revenue",
        raised=raised,
        supplier=supplier,
        customer=customer,
        weight=weight,
        essential=essential,
        down=down,
        up=_share(weight, base[supplier]),
        slot=slot,
        slots=slots,
        inferred=told.inferred,
        costs=told.costs,
    )


def _merged(links: Links, product: Ints, essential: Bytes) -> tuple[Ints, Ints, Ints, Bytes, Floats]:
    """One link for each supplier, customer, kind of input and class; in the order of suppliers, then customers. Links
    without weight carry nothing and go."""
    kept = links.weight > 0
    supplier, customer, weight = links.supplier[kept], links.customer[kept], links.weight[kept]
    product, essential = product[kept], essential[kept]
    order = np.lexsort((essential, product, customer, supplier))
    keys = np.stack([supplier, customer, product, essential.astype(np.int32)])[:, order]
    first = np.ones(keys.shape[1], dtype=bool)
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    one = keys[:, first].astype(np.int32)
    weights = summed((np.cumsum(first) - 1).astype(np.int32), weight[order], int(first.sum()))
    return one[0], one[1], one[2], one[3].astype(np.int8), weights


def _slots(customer: Ints, product: Ints, essential: Bytes) -> tuple[Ints, int]:
    """The number of the input that each link is part of: one for each essential kind of a customer, one for all of its
    not essential ones; -1 for negligible links."""
    kind = np.where(essential == ESSENTIAL, product.astype(np.int64), -1)
    live = np.flatnonzero(essential != NEGLIGIBLE)
    keys = np.stack([customer[live].astype(np.int64), kind[live]])
    slot = np.full(len(customer), -1, dtype=np.int32)
    if not len(live):
        return slot, 0
    found, inverse = np.unique(keys, axis=1, return_inverse=True)
    slot[live] = inverse.reshape(-1).astype(np.int32)
    return slot, int(found.shape[1])


def _dependence(customer: Ints, weight: Floats, essential: Bytes, slot: Ints, slots: int, bought: Floats) -> Floats:
    live = slot >= 0
    of_kind = summed(slot[live], weight[live], slots)
    base = np.where(essential == ESSENTIAL, of_kind[slot] if slots else 0.0, bought[customer])
    return np.where(live, _share(weight, base), 0.0)


def summed(at: Ints, weights: Floats, size: int) -> Floats:
    """Sums of the weights by number."""
    found: Floats = np.bincount(at, weights=weights, minlength=size).astype(np.float64)
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _checked(what: str, values: Floats, firms: int) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if len(found) != firms:
        raise Refused("risk_uneven", what=what, firms=firms, found=len(found))
    wrong = np.flatnonzero(~(np.isfinite(found) & (found >= 0)))
    if len(wrong):
        raise Refused("risk_amount", what=what, firm=int(wrong[0]) + 1, found=float(found[wrong[0]]))
    return found


@dataclass(frozen=True, slots=True)
class Shocks:
    """Initial shocks, one scenario after the other: scenario s takes `share` of the capacity of the firms
    `firm[start[s]:start[s + 1]]`; each firm at most once a scenario, shares from 0 to 1."""

    start: Longs
    firm: Ints
    share: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


def closures(firms: Ints) -> Shocks:
    """Each of these firms closed alone."""
    return Shocks(np.arange(len(firms) + 1, dtype=np.int64), firms.astype(np.int32), np.ones(len(firms)))


def shock(shares: Mapping[int, float], firms: int) -> Shocks:
    """One scenario: firm → share of its capacity lost. Refused: a firm outside, a share outside 0 … 1, no firm."""
    if not shares:
        raise Refused("risk_shock_empty")
    for firm, share in shares.items():
        if not (0 <= firm < firms and 0 < share <= 1):
            raise Refused("risk_shock", firm=firm + 1, firms=firms, found=share)
    hit = sorted(shares)
    lost = np.array([shares[one] for one in hit])
    return Shocks(np.array([0, len(hit)], dtype=np.int64), np.array(hit, dtype=np.int32), lost)
