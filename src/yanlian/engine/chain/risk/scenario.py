"""A shock told step by step: who loses when, how much, and through which link; and the way up alone by one sparse
solve.

Recovery is not modelled: nobody restocks, finds another supplier beyond σ, or invests. It is the loss before anyone
reacts, and a step of the cascade is no span of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csc_array, csr_array, identity
from scipy.sparse.linalg import splu

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints
from yanlian.engine.chain.risk.economy import Economy, Shocks, shock, summed
from yanlian.engine.chain.risk.oracle import TIE, Cascade, replaceability

Way = Literal["shock", "inputs", "sales"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One firm of a told shock. `tier`: the step in which it first lost at least `least` (0: the shock itself); `loss`:
    in the end; `way`: by which half; `through`: the link (its number in the economy) that carried most of the first
    loss, -1 for a firm of the shock; `partner`: the firm at its other end."""

    firm: int
    tier: int
    loss: float
    first_loss: float
    way: Way
    through: int
    partner: int


@dataclass(frozen=True, slots=True)
class Told:
    """A shock with its story. `lost`: the lost revenue of the whole economy after each step, as a share of all; `hits`:
    firms that lost at least `least`, by tier, then by lost revenue."""

    cascade: Cascade
    epsilon: float
    least: float
    lost: tuple[float, ...]
    hits: tuple[Hit, ...]


def shock_of_group(economy: Economy, firms: Iterable[int], share: float) -> Shocks:
    """All firms of a region, segment or product lose the same share of capacity. Refused: none, a share outside 0 …
    1."""
    return shock(dict.fromkeys(firms, share), len(economy.firms))


def tell(economy: Economy, shocks: Shocks, epsilon: float = 1e-3, least: float = 1e-3) -> Told:
    """Run one scenario and keep who was hit when and through what. Same steps as `oracle.cascade`. Cost: steps × (firms
    + links)."""
    if not 0 < epsilon < 1:
        raise Refused("risk_epsilon", found=epsilon)
    initial = np.zeros(len(economy.firms))
    initial[shocks.firm] = shocks.share
    down = up = initial
    weights = economy.revenue / economy.total
    hits = [Hit(int(one), 0, 0.0, float(initial[one]), "shock", -1, -1) for one in shocks.firm]
    seen, lost, steps = initial > 0, [float(weights @ initial)], 0
    while True:
        carried = _carried_down(economy, down), economy.up * up[economy.customer]
        next_down = np.maximum(initial, _worst(economy, carried[0]))
        next_up = np.maximum(initial, np.minimum(1.0, summed(economy.supplier, carried[1], len(initial))))
        steps += 1
        growth = max(float((next_down - down).max()), float((next_up - up).max()))
        down, up = next_down, next_up
        loss = np.maximum(down, up)
        lost.append(float(weights @ loss))
        fresh = np.flatnonzero((loss >= least) & ~seen)
        seen[fresh] = True
        hits += _hits(economy, fresh, steps, (down, up), carried)
        if growth <= epsilon + TIE:
            break
    cascade = Cascade(down, up, steps, lost[-1], float(weights @ down), float(weights @ up))
    return Told(cascade, epsilon, least, tuple(lost), _ordered(economy, hits, np.maximum(down, up)))


def _carried_down(economy: Economy, down: Floats) -> Floats:
    """What each link takes from its customer by missing inputs."""
    live = economy.slot >= 0
    carried = (replaceability(economy, down) * down)[economy.supplier] * economy.down
    return np.where(live, carried, 0.0)


def _worst(economy: Economy, carried: Floats) -> Floats:
    live = economy.slot >= 0
    by_slot = summed(economy.slot[live], carried[live], economy.slots)
    worst = np.zeros(len(economy.firms))
    np.maximum.at(worst, economy.customer[live], by_slot[economy.slot[live]])
    return np.minimum(1.0, worst)


def _hits(
    economy: Economy, fresh: Ints | np.ndarray, tier: int, halves: tuple[Floats, Floats], carried: tuple[Floats, Floats]
) -> list[Hit]:
    found: list[Hit] = []
    if not len(fresh):
        return found
    by_link = _strongest(economy, carried)
    for firm in fresh.tolist():
        way: Way = "inputs" if halves[0][firm] >= halves[1][firm] else "sales"
        link = int(by_link[way][firm])
        partner = int((economy.supplier if way == "inputs" else economy.customer)[link]) if link >= 0 else -1
        found.append(Hit(firm, tier, 0.0, float(max(halves[0][firm], halves[1][firm])), way, link, partner))
    return found


def _strongest(economy: Economy, carried: tuple[Floats, Floats]) -> Mapping[str, Ints]:
    """Of each firm, the link that carries most to it; -1 where none does. By inputs within the worst input."""
    live = economy.slot >= 0
    by_slot = summed(economy.slot[live], carried[0][live], economy.slots)
    of_link = np.where(live, by_slot[economy.slot] if economy.slots else 0.0, 0.0)
    return {
        "inputs": _last(economy.customer, (carried[0], of_link), len(economy.firms)),
        "sales": _last(economy.supplier, (carried[1], carried[1]), len(economy.firms)),
    }


def _last(end: Ints, keys: tuple[Floats, Floats], firms: int) -> Ints:
    order = np.lexsort((keys[0], keys[1]))
    order = order[keys[0][order] > 0]
    found = np.full(firms, -1, dtype=np.int32)
    found[end[order]] = order
    return found


def _ordered(economy: Economy, hits: list[Hit], loss: Floats) -> tuple[Hit, ...]:
    ended = [
        Hit(one.firm, one.tier, float(loss[one.firm]), one.first_loss, one.way, one.through, one.partner)
        for one in hits
    ]
    return tuple(sorted(ended, key=lambda one: (one.tier, -one.loss * float(economy.revenue[one.firm]), one.firm)))


def upstream_at_rest(economy: Economy, shocks: Shocks) -> Floats:
    """Losses by missing sales when everything has come to rest (ε → 0), by one sparse solve: x = M x outside the shock,
    M the shares of revenue, x given in it. A firm that was only partly shocked and would lose more by its customers is
    taken out of what is given and the rest solved again; at most one solve for each such firm.

    Refused: a circle of firms that sell nothing outside their own circle, for which no loss is at rest but the full
    one.
    """
    firms = len(economy.firms)
    share = csr_array((economy.up, (economy.supplier, economy.customer)), shape=(firms, firms))
    given = np.zeros(firms)
    given[shocks.firm] = shocks.share
    fixed = given > 0
    while True:
        free = np.flatnonzero(~fixed)
        lost = given.copy()
        if len(free):
            inside = csc_array(identity(len(free), format="csr") - share[free][:, free])
            lost[free] = _solved(inside, share[free] @ np.where(fixed, given, 0.0))
        wants = np.minimum(1.0, share @ lost)
        more = fixed & (wants > lost + 1e-12) & (lost < 1)
        if not more.any():
            return np.clip(lost, 0.0, 1.0)
        fixed = fixed & ~more


def _solved(inside: csc_array, wanted: Floats) -> Floats:
    try:
        found: Floats = splu(inside).solve(wanted)
    except RuntimeError:
        # What SuperLU says of a singular matrix.
        raise Refused("risk_closed_circle") from None
    return found
