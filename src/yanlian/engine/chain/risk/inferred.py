"""Networks that nobody reported, drawn from sector tables and firm sizes; always marked `inferred`, never one number.

Fitness-corrected blocks (Cimini, Squartini, Garlaschelli and Gabrielli 2015, "Systemic risk analysis on reconstructed
economic and financial networks", Scientific Reports 5:15758; for sectors Ialongo et al. 2022, "Reconstructing
firm-level interactions in the Dutch input-output network", Scientific Reports 12:11847): within each pair of sectors
(g, h) with flow F a link i → j stands with chance p = z x_i y_j / (1 + z x_i y_j), x and y the sizes of the firms; z is
such that the wanted number of links is expected. Given that it stands, its weight is F x_i y_j / (Σx Σy p): flows are
right on the average, and of all networks with that they are the least committed (degree-corrected gravity, maximum
entropy).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Links
from yanlian.engine.chain.risk.economy import Economy, Essentials, Shocks, Told, economy_of
from yanlian.engine.chain.risk.index import EPSILON, Options, Step, esri_of


@dataclass(frozen=True)
class Known:
    """What is known when links are not. `flow[g, h]`: what sector g sells to h, `sectors` their order; `sells`, `buys`:
    sizes of the firms either way (any unit); `links`: how many links there are thought to be."""

    firms: Sequence[str]
    sector: Sequence[str]
    revenue: Floats
    sells: Floats
    buys: Floats
    sectors: Sequence[str]
    flow: Floats
    links: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Over the drawn networks: 5 %, 50 % and 95 % quantiles of the index of each scenario."""

    low: Floats
    middle: Floats
    high: Floats
    networks: int
    epsilon: float


def balanced(table: Floats, rows: Floats, columns: Floats, tolerance: float = 1e-9) -> Floats:
    """A table scaled to row and column sums (RAS, maximum entropy given the table; Bacharach 1970). Refused: the sums
    differ from each other, or cannot be reached because a row or column that needs something is empty."""
    found = np.asarray(table, dtype=np.float64).copy()
    if abs(rows.sum() - columns.sum()) > 1e-6 * max(1.0, float(rows.sum())):
        raise Refused("risk_sums", rows=float(rows.sum()), columns=float(columns.sum()))
    for _ in range(10_000):
        found *= np.divide(rows, found.sum(1), out=np.zeros_like(rows), where=found.sum(1) > 0)[:, None]
        found *= np.divide(columns, found.sum(0), out=np.zeros_like(columns), where=found.sum(0) > 0)[None, :]
        if np.abs(found.sum(1) - rows).max() <= tolerance * max(1.0, float(rows.max())):
            break
    if np.abs(found.sum(1) - rows).max() > 1e-6 * max(1.0, float(rows.max())):
        raise Refused("risk_sums", rows=float(rows.sum()), columns=float(found.sum()))
    return found


def draws(known: Known, networks: int, seed: int = 1, essentials: Essentials | None = None) -> Iterator[Economy]:
    """Economies with drawn links, all marked as inferred. The same seed gives the same ones. Cost of each: pairs of
    firms of pairs of sectors with a flow."""
    if networks < 1 or known.links < 1:
        raise Refused("risk_networks", found=networks, links=known.links)
    blocks = list(_blocks(known))
    most = sum(int((one.size > 0).sum()) for one in blocks)
    if known.links >= most:
        raise Refused("risk_networks", found=networks, links=known.links, most=most)
    z = density(blocks, known.links)
    rng = np.random.default_rng(seed)
    for _ in range(networks):
        parts = [drawn(rng, one, z) for one in blocks]
        supplier, customer, weight = (np.concatenate([part[n] for part in parts]) for n in range(3))
        made = Links(known.firms, supplier.astype(np.int32), customer.astype(np.int32), weight)
        yield economy_of(made, known.sector, known.revenue, essentials, Told(inferred=True))


def interval_of(
    known: Known,
    shocks: Shocks,
    networks: int = 50,
    epsilon: float = EPSILON,
    essentials: Essentials | None = None,
    step: Step | None = None,
) -> Interval:
    """The index of shocks over drawn networks, as an interval. `step` is told (done, total) after each network."""
    found = []
    for done, one in enumerate(draws(known, networks, 1, essentials), 1):
        found.append(esri_of(one, shocks, epsilon, Options(threads=1)).esri)
        if step is not None:
            step(done, networks)
    low, middle, high = np.quantile(np.array(found), [0.05, 0.5, 0.95], axis=0)
    return Interval(low, middle, high, networks, epsilon)


@dataclass(frozen=True, slots=True)
class Block:
    """One pair of sectors: its firms either side, the products of their sizes (0 for a firm with itself), its flow."""

    one: Ints
    other: Ints
    size: Floats
    flow: float


def _blocks(known: Known) -> Iterator[Block]:
    sector = np.array(known.sector, dtype=object)
    for g, seller in enumerate(known.sectors):
        one = np.flatnonzero((sector == seller) & (known.sells > 0)).astype(np.int32)
        for h, buyer in enumerate(known.sectors):
            other = np.flatnonzero((sector == buyer) & (known.buys > 0)).astype(np.int32)
            size = np.outer(known.sells[one], known.buys[other])
            size[one[:, None] == other[None, :]] = 0.0
            if known.flow[g, h] > 0 and size.sum() > 0:
                yield Block(one, other, size / size.sum(), float(known.flow[g, h]))


def density(blocks: Sequence[Block], links: int) -> float:
    """z, for which so many links are expected; infinite where there are no more pairs than links, so that every pair is
    linked."""
    sizes = [one.size for one in blocks]
    most = sum(int((one > 0).sum()) for one in sizes)
    if links >= most:
        return np.inf

    def too_many(log_z: float) -> float:
        z = np.exp(log_z)
        return float(sum((z * one / (1 + z * one)).sum() for one in sizes)) - links

    return float(np.exp(brentq(too_many, -50.0, 100.0, xtol=1e-12)))


def drawn(rng: np.random.Generator, block: Block, z: float) -> tuple[Ints, Ints, Floats]:
    """Links of one block: suppliers, customers, weights."""
    chance = z * block.size / (1 + z * block.size) if np.isfinite(z) else (block.size > 0).astype(np.float64)
    row, column = np.nonzero(rng.random(chance.shape) < chance)
    weight = block.flow * block.size[row, column] / chance[row, column]
    return block.one[row], block.other[column], weight
