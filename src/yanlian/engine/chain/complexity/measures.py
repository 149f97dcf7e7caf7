"""The whole set of complexity measures from one matrix of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity.balassa import Presence, checked, presence, rca
from yanlian.engine.chain.complexity.bits import proximities
from yanlian.engine.chain.complexity.dialect import DIALECTS, Dialect, Method
from yanlian.engine.chain.complexity.index import Index, index_of
from yanlian.engine.chain.complexity.outlook import gain_weights, opportunity_gain, outlook
from yanlian.engine.chain.complexity.space import density
from yanlian.engine.chain.complexity.sums import two_sums
from yanlian.engine.chain.links import Floats

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of locations (rows), products (columns) and their pairs. NaN: not defined.

    `rca`, `density`, `cog`: locations × products; `present`: M; `diversity`, `eci`, `coi`: of locations; `ubiquity`,
    `pci`: of products; `proximity`: products × products. `second`: the second eigenvalue; `parts`: into how many
    unconnected parts locations and products fall (indices then hold for the largest).
    """

    rca: Floats
    present: Presence
    diversity: Floats
    ubiquity: Floats
    eci: Floats
    pci: Floats
    proximity: Floats
    density: Floats
    coi: Floats
    cog: Floats
    second: float
    parts: int

    @property
    def distance(self) -> Floats:
        """1 - density: how much of a product's neighbourhood a location lacks."""
        return 1 - self.density


def measure(
    values: Floats,
    dialect: Dialect = DIALECTS["atlas"],
    *,
    threshold: float = 1.0,
    method: Method | None = None,
    iterations: int = 20,
    extremality: float = 1.0,
    nearest: int | None = None,
    geometric: bool = False,
    step: Step = lambda _done, _total: None,
) -> Measures:
    """RCA, M, diversity, ubiquity, ECI, PCI, proximity, density, COI and COG.

    `values`: locations × products, at least 0, any one unit. `threshold`: of RCA, from which a location has a product.
    `method`: of ECI and PCI, by default the dialect's; `iterations` and `extremality`: of reflections and fitness.
    `nearest`: density from so many nearest products only. `geometric`: proximity by the geometric mean of the two
    conditional probabilities instead of the smaller. `step` is told after each of five stages.
    Cost: entries that are present × products additions twice, locations × products² / 128 word operations, one
    eigenvector.
    """
    if iterations < 2:
        raise Refused("complexity_iterations", found=iterations)
    index = rca(checked(values))
    present = presence(index, threshold)
    step(1, 5)
    raw = index_of(present, method or dialect.method, iterations, extremality)
    eci, pci, for_outlook = _standardised(raw, dialect, plain=(method or dialect.method) == "fitness")
    step(2, 5)
    near = proximities(present, geometric=geometric, own=dialect.own)
    step(3, 5)
    # Both sums need the same rows: they are made together, of which the density takes the first.
    plain, weighed = two_sums(present, near, gain_weights(near, for_outlook, dialect.gain))
    dense = density(present, near, nearest, plain)
    step(4, 5)
    cog = opportunity_gain(present, near, dense, for_outlook, dialect.gain, weighed)
    coi = outlook(present, dense, for_outlook)
    if dialect.raw_outlook:
        coi = _score(coi, dialect.ddof)
    step(5, 5)
    diversity, ubiquity = present.sum(axis=1, dtype=np.float64), present.sum(axis=0, dtype=np.float64)
    return Measures(index, present, diversity, ubiquity, eci, pci, near, dense, coi, cog, raw.second, raw.parts)


def _standardised(raw: Index, dialect: Dialect, *, plain: bool) -> tuple[Floats, Floats, Floats]:
    """ECI, PCI, and the PCI that the outlook is computed from."""
    if plain:
        return raw.locations, raw.products, raw.products
    eci = _score(raw.locations, dialect.ddof)
    if dialect.scale == "location":
        middle, spread = _middle_and_spread(raw.locations, dialect.ddof)
        pci, scaled = (raw.products - middle) / spread, raw.products / spread
    else:
        pci = scaled = _score(raw.products, dialect.ddof)
    return eci, pci, scaled if dialect.raw_outlook else pci


def _score(numbers: Floats, ddof: int) -> Floats:
    middle, spread = _middle_and_spread(numbers, ddof)
    return (numbers - middle) / spread


def _middle_and_spread(numbers: Floats, ddof: int) -> tuple[float, float]:
    known = numbers[~np.isnan(numbers)]
    if len(known) < 2:
        return float("nan"), float("nan")
    spread = float(known.std(ddof=ddof))
    middle = float(known.mean())
    # All alike but for rounding: nothing to tell apart, so no score rather than magnified noise.
    return (middle, spread) if spread > 1e-13 * max(abs(middle), float(np.abs(known).max())) else (middle, float("nan"))
