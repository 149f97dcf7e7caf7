"""Economies that tests share: the teaching network, and small random ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yanlian.engine.chain.links import Links
from yanlian.engine.chain.risk.economy import Economy, Essentials, Shocks, Told, closures, economy_of

# Supplier, customer, their sectors, essentiality: the network of thirteen firms by which the authors teach the index
# (vitelot/Economic-Systemic-Risk, data/test_list.csv), all links of weight 1; written down as facts.
TEACHING = """A X 1 1 2,B X 2 1 2,C X 2 1 2,D X 2 1 2,E X 3 1 1,F X 3 1 1,G X 5 1 1,H X 99 1 0,X I 1 1 2,X J 1 3 1,
X K 1 4 2,K L 4 2 2"""
TAUGHT = {
    "A": 0.4166666666666667, "X": 1.0, "B": 0.1369047619047619, "C": 0.1369047619047619, "D": 0.1369047619047619,
    "E": 0.12320402298850575, "F": 0.12320402298850575, "G": 0.12320402298850575, "H": 0.08333333333333333,
    "I": 0.30555555555555564, "J": 0.30555555555555564, "K": 0.388888888888889, "L": 0.388888888888889,
}  # fmt: skip


def teaching_rows() -> list[list[str]]:
    """Supplier, customer, sector of each, essentiality."""
    return [row.split() for row in TEACHING.replace("\n", "").split(",")]


def teaching() -> Economy:
    """The network as an economy without known revenue, as the authors compute it."""
    rows = teaching_rows()
    sectors = {firm: sector for row in rows for firm, sector in ((row[0], row[2]), (row[1], row[3]))}
    pairs = {(row[2], row[3]): int(row[4]) for row in rows}
    firms = list(TAUGHT)
    return economy_of(
        linked(firms, [(row[0], row[1], 1.0) for row in rows]), [sectors[one] for one in firms], None, Essentials(pairs)
    )


def linked(firms: Sequence[str], links: Sequence[tuple[str, str, float]]) -> Links:
    """Links by the names of firms."""
    at = {firm: number for number, firm in enumerate(firms)}
    one = np.array([at[link[0]] for link in links], dtype=np.int32)
    other = np.array([at[link[1]] for link in links], dtype=np.int32)
    return Links(firms, one, other, np.array([link[2] for link in links], dtype=np.float64))


def drawn(seed: int, firms: int, links: int, sectors: int = 4) -> Economy:
    """Anything at all: loops, pairs that occur twice, links of weight 0, products, firms without revenue or links."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, firms, size=(2, links)).astype(np.int32)
    weight = np.where(rng.random(links) < 0.1, 0.0, 10 ** rng.uniform(-4, 6, links))
    weight[:1] = 1.0
    sector = [f"s{one}" for one in rng.integers(0, sectors, firms)]
    revenue = None if seed % 3 == 0 else 10 ** rng.uniform(-2, 7, firms)
    told = Told(
        essential=rng.integers(0, 3, links).astype(np.int8) if seed % 2 else None,
        product=rng.integers(0, 3, links).astype(np.int32) if seed % 5 == 1 else None,
        costs=10 ** rng.uniform(0, 6, firms) if seed % 4 == 2 else None,
    )
    pairs = {(f"s{a}", f"s{b}"): int(rng.integers(0, 3)) for a in range(sectors) for b in range(sectors)}
    made = Links([f"f{one}" for one in range(firms)], ends[0], ends[1], weight)
    return economy_of(made, sector, revenue, Essentials(pairs), told)


def drawn_shocks(seed: int, firms: int, scenarios: int) -> Shocks:
    """Sets of firms of any size with any shares lost."""
    rng = np.random.default_rng(seed)
    sets = [np.sort(rng.permutation(firms)[: rng.integers(1, firms + 1)]) for _ in range(scenarios)]
    firm = np.concatenate(sets).astype(np.int32)
    start = np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)
    return Shocks(start, firm, np.where(rng.random(len(firm)) < 0.5, 1.0, rng.uniform(1e-6, 1, len(firm))))


def all_firms(economy: Economy) -> Shocks:
    """Each firm closed alone."""
    return closures(np.arange(len(economy.firms), dtype=np.int32))
