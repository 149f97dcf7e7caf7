"""Where links are inferred: networks drawn anew from what the inferred links say, and what firms are worth in each.

Bounded: so many networks, fewer when the first ones took long; how many were drawn is always told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice

import numpy as np

from yanlian.apps.chains.risk_economy import Here, economy_here
from yanlian.engine.chain.risk.economy import Economy
from yanlian.engine.chain.risk.index import EPSILON, Indices, Step
from yanlian.engine.chain.risk.oracle import cascade
from yanlian.engine.chain.risk.redrawn import Ensemble, Partly, quantiles, redraws
from yanlian.engine.chain.risk.scenario import shock_of_group

# Networks of a ranking; from the second number on no other is begun when so many seconds have passed.
NETWORKS, LEAST, SECONDS = 50, 20, 600.0
# Networks of a shock on a page: so many, fewer where links times networks would pass the second number.
_SHOCK_NETWORKS, _SHOCK_LINKS = 40, 800_000

Rank = Callable[[Economy, Step | None], Indices]


def ensemble_of(partly: Partly, rank: Rank, step: Step | None = None) -> Ensemble:
    """The index of every firm over drawn networks. `step` is told firms of all networks; it may raise to end it."""
    began, firms = time.monotonic(), len(partly.links.firms)
    found: list[Indices] = []
    for economy in redraws(partly, NETWORKS):
        done = len(found) * firms
        told = None if step is None else _from(step, done, NETWORKS * firms)
        found.append(rank(economy, told))
        if len(found) >= LEAST and time.monotonic() - began > SECONDS:
            break
    return quantiles([one.esri for one in found], [one.down for one in found], [one.up for one in found])


def _from(step: Step, done: int, total: int) -> Step:
    return lambda more, _: step(done + more, total)


@dataclass(frozen=True)
class Spread:
    """What a shock costs over drawn networks: 5 %, 50 % and 95 % of the lost share, in per cent; how many networks."""

    low: Decimal
    middle: Decimal
    high: Decimal
    networks: int


def spread_of(here: Here, places: list[int], share: float) -> Spread | None:
    """Of firms losing the same share of capacity; None where no link is inferred."""
    if here.partly is None:
        return None
    losses = [cascade(one, shock_of_group(one, places, share), 0, EPSILON).esri for one in _networks(here.mark)]
    low, middle, high = (Decimal(str(round(float(one) * 100, 3))) for one in np.quantile(losses, [0.05, 0.5, 0.95]))
    return Spread(low, middle, high, len(losses))


@lru_cache(maxsize=2)
def _networks(mark: str) -> tuple[Economy, ...]:
    """The same drawn networks for every shock to the economy of this mark."""
    here = economy_here()
    assert here.partly is not None
    count = max(10, min(_SHOCK_NETWORKS, _SHOCK_LINKS // len(here.partly.product)))
    return tuple(islice(redraws(here.partly, count), count))
