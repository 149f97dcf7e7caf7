"""ECI and PCI: by the second eigenvector, by reflections, or as fitness and complexity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, eigsh

from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.complexity.dialect import Method
from yanlian.engine.chain.links import Floats, Ints

_ALONE = 1e-9  # an eigenvalue this near to 1 belongs to a second, unconnected part
_DENSE = 600  # up to here the whole decomposition is cheaper than iterating
_SPARSE = 0.3  # up to this share of entries two sparse products a turn are cheaper than making the square matrix


@dataclass(frozen=True, slots=True)
class Index:
    """Complexity of locations and products before standardisation; NaN where it is not defined.

    `second`: the second eigenvalue (of the eigenvector method; 1 means unconnected parts), else NaN. `parts`: how many
    parts the network of locations and products falls into; indices hold for the largest only.
    """

    locations: Floats
    products: Floats
    second: float = float("nan")
    parts: int = 1


def index_of(present: Presence, method: Method, iterations: int, extremality: float) -> Index:
    """The index of those rows and columns that have any presence at all; the others are NaN."""
    rows, columns = present.any(axis=1), present.any(axis=0)
    found = Index(np.full(present.shape[0], np.nan), np.full(present.shape[1], np.nan))
    if not rows.any():
        return found
    whole = bool(rows.all() and columns.all())
    kept = present if whole else present[np.ix_(rows, columns)]
    if method == "eigen":
        part = eigen(kept)
    elif method == "reflections":
        part = reflections(kept, iterations)
    else:
        part = fitness(kept, iterations, extremality)
    found.locations[rows], found.products[columns] = part.locations, part.products
    return Index(found.locations, found.products, part.second, part.parts)


def eigen(present: Presence) -> Index:
    """The eigenvector of the second largest eigenvalue of M̃ = D⁻¹ M U⁻¹ Mᵀ (locations) and U⁻¹ Mᵀ D⁻¹ M (products).

    D, U: diversity and ubiquity on the diagonal. Both come from one symmetric matrix on the smaller side,
    D^-½ M U⁻¹ Mᵀ D^-½. The location side is the mean of the product side over what a location has; the sign makes it
    correlate with diversity. Unconnected parts have no common second eigenvector: then the largest part is taken.
    Source: Hausmann et al. (2014), The Atlas of Economic Complexity, technical box 2.1; Mealy, Farmer, Teytelboym
    (2019), Science Advances 5, eaau1705.
    """
    diversity = present.sum(axis=1, dtype=np.float64)
    ubiquity = present.sum(axis=0, dtype=np.float64)
    scaled = present / np.sqrt(diversity)[:, None]
    scaled /= np.sqrt(ubiquity)[None, :]
    second, vector = _second(scaled)
    if second > 1 - _ALONE:
        return _largest_part(present, second)
    if second < _ALONE:
        return Index(np.full(len(diversity), np.nan), np.full(len(ubiquity), np.nan), second)
    across = vector @ scaled if len(vector) == len(diversity) <= len(ubiquity) else vector
    across /= np.linalg.norm(across)
    locations, products = (scaled @ across) / np.sqrt(diversity), across / np.sqrt(ubiquity)
    sign = _sign(locations, diversity, products)
    return Index(sign * locations, sign * products, second)


def _sign(locations: Floats, diversity: Floats, products: Floats) -> float:
    level = float((locations - locations.mean()) @ (diversity - diversity.mean()))
    if abs(level) <= 1e-12 * float(np.linalg.norm(locations) * np.linalg.norm(diversity)):
        # Every location is as diverse as any other: the order of the columns decides, so that runs agree.
        level = float(products[int(np.argmax(np.abs(products)))])
    return -1.0 if level < 0 else 1.0


def _second(scaled: Floats) -> tuple[float, Floats]:
    """The second eigenvalue and eigenvector of the symmetric form on the smaller side (the rows if both are alike)."""
    side = scaled if scaled.shape[0] <= scaled.shape[1] else scaled.T
    size = len(side)
    if size == 1:
        return 0.0, np.ones(1)
    if size <= _DENSE:
        values, vectors = eigh(side @ side.T, subset_by_index=[size - 2, size - 1])
        return float(values[0]), vectors[:, 0]
    form = side @ side.T if np.count_nonzero(side) > _SPARSE * side.size else _product(csr_array(side))
    # A fixed start: the same input gives the same digits.
    values, vectors = eigsh(form, k=2, which="LA", tol=1e-14, v0=np.random.default_rng(0).random(size))
    order = np.argsort(values)
    return float(values[order[0]]), vectors[:, order[0]]


def _product(side: csr_array) -> LinearOperator:
    """S Sᵀ as two products with a vector."""
    back = side.T.tocsr()
    return LinearOperator((side.shape[0],) * 2, matvec=lambda vector: side @ (back @ vector), dtype=np.float64)


def _largest_part(present: Presence, second: float) -> Index:
    locations = present.shape[0]
    rows, columns = np.nonzero(present)
    size = sum(present.shape)
    graph = csr_array((np.ones(len(rows), dtype=np.int8), (rows, locations + columns)), shape=(size, size))
    parts, part_of = connected_components(graph, directed=False)
    found = Index(np.full(locations, np.nan), np.full(present.shape[1], np.nan), second, int(parts))
    if parts == 1:
        return found
    row_part, column_part = _split(part_of, locations)
    largest = int(np.argmax(np.bincount(part_of)))
    inside = eigen(present[np.ix_(row_part == largest, column_part == largest)])
    found.locations[row_part == largest] = inside.locations
    found.products[column_part == largest] = inside.products
    return Index(found.locations, found.products, inside.second, int(parts))


def _split(part_of: Ints, locations: int) -> tuple[Ints, Ints]:
    return part_of[:locations], part_of[locations:]


def reflections(present: Presence, iterations: int) -> Index:
    """k_c,n = mean of k_p,n-1 over what a location has; k_p,n the other way; from diversity and ubiquity.

    The last value of locations has an even order (`iterations` - 2), that of products an odd one (`iterations` - 1), as
    both Datawheel's and the R package return them. All values move towards one number, so that after many iterations
    only rounding is left: prefer the eigenvector. Source: Hidalgo, Hausmann (2009), PNAS 106, 10570–10575.
    """
    matrix = present.astype(np.float64)
    diversity, ubiquity = matrix.sum(axis=1), matrix.sum(axis=0)
    locations, products = diversity, ubiquity
    for turn in range(1, iterations):
        before = locations
        if turn < iterations - 1:
            locations = (matrix @ products) / diversity
        products = (before @ matrix) / ubiquity
    return Index(locations, products)


def fitness(present: Presence, iterations: int, extremality: float = 1.0) -> Index:
    """Fitness F_c = Σ M_cp Q_p and complexity Q_p = (Σ M_cp F_c^-x)^(-1/x), both divided by their mean in each turn.

    `extremality` x = 1 is Tacchella et al. (2012), Scientific Reports 2, 723; another x the generalisation of
    Mariani et al. (2015), European Physical Journal B 88, 293. `iterations` counts the start.
    """
    matrix = present.astype(np.float64)
    locations, products = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    for _ in range(1, iterations):
        fit = matrix @ products
        complexity = ((locations**-extremality) @ matrix) ** (-1 / extremality)
        locations, products = fit / fit.mean(), complexity / complexity.mean()
    return Index(locations, products)
