"""Sums over what each location has, the heavy products of the product space: rows are added, zeros are never met.

A location has a tenth to a third of all products, so adding the rows of those beats a full matrix product (Gustavson
1978, ACM TOMS 4, 250–269). The plain sum (density) and the weighted one (outlook gain) need the same rows: they are
read once for both. Tiles of rows and columns stay in the cache; four rows are added at a time.

Small tables are multiplied plainly: on a page the first reader would wait longer for compiling than for the answer.
"""

from __future__ import annotations

import numba
import numpy as np

from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.complexity.bits import is_small
from yanlian.engine.chain.links import Floats, Ints, Longs

_WIDE = 256  # columns of a tile
_DEEP = 128  # rows of a tile: 256 KB


def sums_over_present(present: Presence, matrix: Floats, weights: Floats) -> Floats:
    """Σ_q M_cq · w_q · A_qp for every location c and every column p of the matrix: M @ (w[:, None] * A)."""
    return two_sums(present, matrix, weights)[1]


def two_sums(present: Presence, matrix: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """M @ A and M @ (w[:, None] * A), locations × columns of A; A has a row for each product.

    Cost: two additions and a multiplication for each present product and column; the same sums as of the matrix
    products up to their order.
    """
    if is_small(present.shape[0], max(present.shape[1], matrix.shape[1])):
        seen = present.astype(np.float64)
        return seen @ matrix, seen @ (weights[:, None] * matrix)
    start = np.zeros(present.shape[0] + 1, dtype=np.int64)
    np.cumsum(present.sum(axis=1), out=start[1:])
    product = np.nonzero(present)[1].astype(np.int32)
    plain, weighted = (np.empty((present.shape[0], matrix.shape[1])) for _ in range(2))
    _sums(start, product, np.ascontiguousarray(matrix), weights.astype(np.float64), plain, weighted)
    return plain, weighted


@numba.njit(cache=True)
def _sums(start: Longs, product: Ints, matrix: Floats, weights: Floats, plain: Floats, weighted: Floats) -> None:
    locations, (rows, columns) = len(start) - 1, matrix.shape
    tile = np.zeros((_DEEP, _WIDE))
    one, other = np.empty((locations, _WIDE)), np.empty((locations, _WIDE))
    reached = np.empty(locations, dtype=np.int64)
    for first in range(0, columns, _WIDE):
        width = min(_WIDE, columns - first)
        one[:] = 0.0
        other[:] = 0.0
        reached[:] = start[:-1]
        for low in range(0, rows, _DEEP):
            high = min(low + _DEEP, rows)
            tile[: high - low, :width] = matrix[low:high, first : first + width]
            for location in range(locations):
                begin, end = reached[location], start[location + 1]
                stop = begin
                while stop < end and product[stop] < high:
                    stop += 1
                reached[location] = stop
                _add(one[location], other[location], tile, product[begin:stop], weights, low)
        plain[:, first : first + width] = one[:, :width]
        weighted[:, first : first + width] = other[:, :width]


@numba.njit(cache=True)
def _add(one: Floats, other: Floats, tile: Floats, product: Ints, weights: Floats, low: int) -> None:
    """Add the rows of some products to both sums of a location."""
    # Unsigned positions and four rows a loop: otherwise the compiler does not use vector instructions.
    place = 0
    while place + 4 <= len(product):
        p, q, r, s = product[place], product[place + 1], product[place + 2], product[place + 3]
        a, b = tile[np.uint64(p - low)], tile[np.uint64(q - low)]
        c, d = tile[np.uint64(r - low)], tile[np.uint64(s - low)]
        t, u, v, w = weights[p], weights[q], weights[r], weights[s]
        for at in range(_WIDE):
            one[at] += (a[at] + b[at]) + (c[at] + d[at])
            other[at] += (t * a[at] + u * b[at]) + (v * c[at] + w * d[at])
        place += 4
    while place < len(product):
        p = product[place]
        a, t = tile[np.uint64(p - low)], weights[p]
        for at in range(_WIDE):
            one[at] += a[at]
            other[at] += t * a[at]
        place += 1
