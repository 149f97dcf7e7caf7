"""Economies of any size for benchmarks and tests: scale-free networks with sizes, sectors and amounts as nation-wide
networks have them. Fictional; the same seed gives the same economy."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Links, Longs
from yanlian.engine.chain.risk.economy import ESSENTIAL, LINEAR, Economy, Essentials, economy_of

SECTORS = 587


def scale_free(firms: int, links: int, seed: int = 1, sectors: int = SECTORS, outside: float = 0.5) -> Economy:
    """An economy with `links` different links between `firms` firms.

    Degrees follow power laws of exponent 2.4 either way (as nation-wide value-added-tax networks show), correlated 0.5
    by a Gaussian copula; amounts are log-normal around √(size of supplier × size of customer); sectors have sizes by
    Zipf's law; half of them make goods, and goods are essential to makers of goods, all else is not (the baseline of
    Diem et al. 2022). `outside`: which part of its sales a firm has outside the network, on average. Refused: more
    links than pairs.
    """
    if not (firms >= 2 and 1 <= links <= firms * (firms - 1) // 4):
        raise Refused("risk_synthetic", firms=firms, links=links, most=firms * (firms - 1) // 4)
    rng = np.random.default_rng(seed)
    sells, buys = _sizes(rng, firms)
    supplier, customer = _pairs(rng, firms, links, sells, buys)
    weight = np.sqrt(sells[supplier] * buys[customer]) * rng.lognormal(0.0, 1.0, len(supplier))
    popular = 1.0 / np.arange(1, sectors + 1) ** 0.8
    sector = rng.choice(sectors, size=firms, p=popular / popular.sum())
    names = [f"s{one:03d}" for one in range(sectors)]
    goods = rng.permutation(sectors)[: sectors // 2].tolist()
    pairs = {(names[one], names[other]): ESSENTIAL for one in goods for other in goods}
    strength = np.bincount(supplier, weights=weight, minlength=firms)
    revenue = (strength + 0.1 * sells) / (1 - rng.uniform(0, min(1.0, 2 * outside), firms) * 0.999)
    made = Links([f"f{one}" for one in range(firms)], supplier, customer, weight)
    return economy_of(made, [names[one] for one in sector], revenue, Essentials(pairs, LINEAR))


def _sizes(rng: np.random.Generator, firms: int) -> tuple[Floats, Floats]:
    """How much each firm tends to sell and to buy: Pareto with tail exponent 1.4, so degrees have 2.4."""
    one, other = rng.standard_normal(firms), rng.standard_normal(firms)
    other = 0.5 * one + np.sqrt(0.75) * other
    return _pareto(one), _pareto(other)


def _pareto(normal: Floats) -> Floats:
    found: Floats = ndtr(-normal) ** (-1 / 1.4)
    return found


def _pairs(rng: np.random.Generator, firms: int, links: int, sells: Floats, buys: Floats) -> tuple[Ints, Ints]:
    """Different ordered pairs, drawn with chances that go with size; every firm has a link if there are enough."""
    to_sell, to_buy = np.cumsum(sells / sells.sum()), np.cumsum(buys / buys.sum())
    each = rng.permutation(firms).astype(np.int64)[: min(links, firms)]
    is_supplier = rng.random(len(each)) < 0.5
    one = np.where(is_supplier, each, _draw(rng, to_sell, len(each)))
    other = np.where(is_supplier, _draw(rng, to_buy, len(each)), each)
    found = _added(np.empty(0, dtype=np.int64), one, other, firms, links)
    while len(found) < links:
        count = 2 * (links - len(found)) + 16
        found = _added(found, _draw(rng, to_sell, count), _draw(rng, to_buy, count), firms, links)
    found = np.sort(found)
    return (found // firms).astype(np.int32), (found % firms).astype(np.int32)


def _added(found: Longs, one: Longs, other: Longs, firms: int, links: int) -> Longs:
    """The pairs of before and those of the new ones that are no loops and not there yet, in order of drawing."""
    both = np.concatenate([found, (one * firms + other)[one != other]])
    _, at = np.unique(both, return_index=True)
    return both[np.sort(at)][:links]


def _draw(rng: np.random.Generator, chances: Floats, count: int) -> Longs:
    return np.minimum(np.searchsorted(chances, rng.random(count)), len(chances) - 1)
