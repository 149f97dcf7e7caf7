"""The two heavy products of the product space, on bits: presence is true or false, so no multiplication is needed.

Proximity counts common locations of each pair of products (and, count bits: exact). Sums over a location's products are
taken four products at a time from a table of their 16 partial sums ("four Russians": Arlazarov et al. 1970), which
halves the work of a float64 matrix product and gives the same sums up to their order.

Small tables are multiplied plainly: on a page the first reader would wait longer for compiling than for the answer.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.links import Floats

_TILE = 128  # products a side: two tiles of their bits and one of results stay in the cache
_SMALL = 200_000_000  # products of locations, products and products up to which nothing is compiled
_WIDE = 128  # results side by side: tables of 8 × 16 × 128 numbers


@numba.njit(cache=True)
def _ones(word: np.uint64) -> np.uint64:
    """How many bits of a word are set; the compiler knows this form and uses the processor's own instruction."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


def proximities(present: Presence, *, geometric: bool = False, own: float = 1.0) -> Floats:
    """φ_pq, products × products: min(P(p|q), P(q|p)) = common / max(k_p, k_q); `geometric`: common / √(k_p k_q).

    `own`: the proximity of a product with itself (1 in the Atlas, 0 in Datawheel's package). A product that stands
    nowhere is near to none, itself included. Source: Hidalgo, Klinger, Barabási, Hausmann (2007), Science 317, 482–487.
    """
    locations, products = present.shape
    ubiquity = present.sum(axis=0).astype(np.float64)
    if is_small(locations, products):
        near = _plainly(present, ubiquity, geometric)
        np.fill_diagonal(near, np.where(ubiquity > 0, own, 0.0))
        return near
    padded = np.pad(present, ((0, -locations % 64), (0, 0)))
    words = np.packbits(np.ascontiguousarray(padded.T), axis=1, bitorder="little").view(np.uint64)
    near = np.empty((products, products))
    _common(np.ascontiguousarray(words), ubiquity, geometric, near)
    np.fill_diagonal(near, np.where(ubiquity > 0, own, 0.0))
    return near


def is_small(locations: int, products: int) -> bool:
    """Whether a table is small enough to be multiplied plainly."""
    return locations * products * products <= _SMALL


def _plainly(present: Presence, ubiquity: Floats, geometric: bool) -> Floats:
    """Common locations by a matrix product: whole numbers, so the same as by counting."""
    seen = present.astype(np.float64)
    common = seen.T @ seen
    if geometric:
        size = np.sqrt(ubiquity[:, None] * ubiquity[None, :])
    else:
        size = np.maximum(ubiquity[:, None], ubiquity[None, :])
    return np.divide(common, size, out=np.zeros_like(common), where=size > 0)


@numba.njit(cache=True)
def _common(words: npt.NDArray[np.uint64], ubiquity: Floats, geometric: bool, near: Floats) -> None:
    products, length = words.shape
    for top in range(0, products, _TILE):
        for left in range(top, products, _TILE):
            bottom, right = min(top + _TILE, products), min(left + _TILE, products)
            for p in range(top, bottom):
                for q in range(max(left, p), right):
                    both = np.uint64(0)
                    for word in range(length):
                        both += _ones(words[p, word] & words[q, word])
                    if geometric:
                        size = np.sqrt(ubiquity[p] * ubiquity[q])
                    else:
                        size = max(ubiquity[p], ubiquity[q])
                    near[p, q] = both / size if size > 0 else 0.0
            for q in range(left, right):
                for p in range(top, min(bottom, q)):
                    near[q, p] = near[p, q]


def sums_over_present(present: Presence, matrix: Floats, weights: Floats) -> Floats:
    """Σ_q M_cq · w_q · A_qp for every location c and every column p of the matrix: M @ (w[:, None] * A)."""
    products = present.shape[1]
    if is_small(present.shape[0], max(products, matrix.shape[1])):
        plain: Floats = present.astype(np.float64) @ (weights[:, None] * matrix)
        return plain
    bits = np.packbits(np.pad(present, ((0, 0), (0, -products % 32))), axis=1, bitorder="little")
    groups = np.ascontiguousarray(np.ascontiguousarray(bits).view(np.uint32).T)
    sums = np.empty((present.shape[0], matrix.shape[1]))
    _sums(groups, matrix, weights, sums)
    return sums


@numba.njit(cache=True)
def _sums(groups: npt.NDArray[np.uint32], matrix: Floats, weights: Floats, sums: Floats) -> None:
    table = np.zeros((8, 16, _WIDE))
    held = np.empty((groups.shape[1], _WIDE))
    for first in range(0, matrix.shape[1], _WIDE):
        width = min(_WIDE, matrix.shape[1] - first)
        held[:] = 0.0
        for group in range(groups.shape[0]):
            _fill(table, matrix, weights, 32 * group, first, width)
            _add(held, table, groups[group])
        sums[:, first : first + width] = held[:, :width]


@numba.njit(cache=True)
def _fill(table: Floats, matrix: Floats, weights: Floats, product: int, first: int, width: int) -> None:
    """For each four of 32 products the sums of their 16 subsets, each from a smaller one with one product more."""
    for four in range(8):
        for bit in range(4):
            q, half = product + 4 * four + bit, 1 << bit
            weight = weights[q] if q < matrix.shape[0] else 0.0
            source = matrix[min(q, matrix.shape[0] - 1)]
            for subset in range(half):
                for at in range(width):
                    table[four, half + subset, at] = table[four, subset, at] + weight * source[first + at]


@numba.njit(cache=True)
def _add(held: Floats, table: Floats, group: npt.NDArray[np.uint32]) -> None:
    # Unsigned positions and four tables a loop: otherwise the compiler does not use vector instructions.
    low = np.uint64(15)
    for location in range(held.shape[0]):
        bits, row = np.uint64(group[location]), held[location]
        a, b = table[0, bits & low], table[1, (bits >> np.uint64(4)) & low]
        c, d = table[2, (bits >> np.uint64(8)) & low], table[3, (bits >> np.uint64(12)) & low]
        for at in range(_WIDE):
            row[at] += (a[at] + b[at]) + (c[at] + d[at])
        a, b = table[4, (bits >> np.uint64(16)) & low], table[5, (bits >> np.uint64(20)) & low]
        c, d = table[6, (bits >> np.uint64(24)) & low], table[7, (bits >> np.uint64(28)) & low]
        for at in range(_WIDE):
            row[at] += (a[at] + b[at]) + (c[at] + d[at])
