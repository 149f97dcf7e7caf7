"""What helps: who could stand in for a lost supplier, and how much less would be lost with a second source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints, Links
from yanlian.engine.chain.risk.economy import Economy, Essentials, Told, closures, economy_of
from yanlian.engine.chain.risk.index import EPSILON, Options, esri_of


@dataclass(frozen=True, slots=True)
class Substitute:
    """A firm that makes what the lost supplier makes. `capacity`: what it sells a year beside what the lost one sold
    (its part of the lost sales that it could take if it grew by a tenth is min(1, capacity / 10)); `ties`: customers of
    the lost firm that already buy from it; `distance`: as told, in km, NaN where not known; `hit`: it depends on the
    lost firm itself, so it is no help."""

    firm: int
    capacity: float
    ties: int
    customers: int
    distance: float
    hit: bool


def substitutes(
    economy: Economy, lost: int, distance: Callable[[int], float] | None = None, peers: Ints | None = None
) -> list[Substitute]:
    """Who could stand in for a firm: those of its sector (or `peers`, say of its segment), first those that do not
    depend on it, then by existing ties, capacity, distance. Columns, no secret weight. Refused: no such firm."""
    if not 0 <= lost < len(economy.firms):
        raise Refused("risk_shock", firm=lost + 1, firms=len(economy.firms), found=1)
    wanted = np.flatnonzero(economy.sector == economy.sector[lost]) if peers is None else peers
    customers = set(economy.customer[economy.supplier == lost].tolist())
    depends = set(economy.customer[(economy.supplier == lost) & (economy.slot >= 0)].tolist())
    base = float(economy.strength[lost])
    found = []
    for firm in wanted.tolist():
        if firm == lost:
            continue
        ties = len(customers & set(economy.customer[economy.supplier == firm].tolist()))
        capacity = float(economy.revenue[firm]) / base if base > 0 else float("inf")
        far = distance(firm) if distance is not None else float("nan")
        found.append(Substitute(int(firm), capacity, ties, len(customers), far, firm in depends))
    return sorted(found, key=lambda one: (one.hit, -one.ties, -one.capacity, np.nan_to_num(one.distance, nan=1e9)))


@dataclass(frozen=True, slots=True)
class SecondSource:
    """ESRI of the first supplier before and after a part of a link moves to another, and of the second likewise."""

    before: float
    after: float
    second_before: float
    second_after: float

    @property
    def gained(self) -> float:
        """How much less the whole economy loses when the first supplier closes."""
        return self.before - self.after


def second_source(
    economy: Economy, ends: tuple[int, int], second: int, part: float, epsilon: float = EPSILON
) -> SecondSource:
    """What is gained when `part` (above 0 to 1) of all that the first of `ends` sells to the other comes from `second`
    instead; the kind and class of the input stay. Refused: no such link, the second is one of the ends, part
    outside."""
    first, customer = ends
    chosen = (economy.supplier == first) & (economy.customer == customer)
    if not chosen.any() or second in ends or not (0 < part <= 1 and 0 <= second < len(economy.firms)):
        raise Refused("risk_second_source", part=part)
    after = moved(economy, np.flatnonzero(chosen), second, part)
    both = closures(np.array([first, second], dtype=np.int32))
    old = esri_of(economy, both, epsilon, Options(threads=1)).esri
    new = esri_of(after, both, epsilon, Options(threads=1)).esri
    return SecondSource(float(old[0]), float(new[0]), float(old[1]), float(new[1]))


def moved(economy: Economy, links: np.ndarray, second: int, part: float) -> Economy:
    """The economy in which `second` delivers `part` of these links. Revenue is kept where it was told (what a firm
    sells more here it sells less elsewhere), and stays the sum of sales where it was not."""
    weight = economy.weight.copy()
    weight[links] *= 1 - part
    made = Links(
        economy.firms,
        np.concatenate([economy.supplier, np.full(len(links), second, dtype=np.int32)]),
        np.concatenate([economy.customer, economy.customer[links]]),
        np.concatenate([weight, economy.weight[links] * part]),
    )
    # A slot is a kind of input of one customer, so its number will do for the kind.
    kind = np.concatenate([economy.slot, economy.slot[links]])
    essential = np.concatenate([economy.essential, economy.essential[links]])
    revenue = economy.revenue if economy.basis == "revenue" else None
    names = [economy.sectors[one] for one in economy.sector]
    return economy_of(made, names, revenue, Essentials(), Told(essential, kind, economy.costs, economy.inferred))
