"""Proximity on bits: presence is true or false, so common locations of two products are counted (and, count bits).

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
