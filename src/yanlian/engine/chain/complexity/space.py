"""The product space around a location: density (relatedness) and distance."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.complexity.sums import sums_over_present
from yanlian.engine.chain.links import Floats

_AT_ONCE = 512  # columns that are sorted at a time: the order of a whole matrix would take as much again as it


def density(present: Presence, near: Floats, nearest: int | None = None, sums: Floats | None = None) -> Floats:
    """ω_cp = Σ_q M_cq φ_pq / Σ_q φ_pq: how much of a product's neighbourhood a location has, from 0 to 1.

    `near`: proximities, products × products, symmetric. `nearest`: only so many nearest products of each, itself left
    out, each weighed with its proximity; among equals the one that stands first. A product without neighbours: NaN.
    `sums`: M @ near where known already; it becomes the density.
    Distance is 1 - density. Source: Hidalgo et al. (2007), Science 317, 482–487; Hausmann et al. (2014).
    """
    if nearest is not None:
        return _of_nearest(present, near, nearest)
    around = near.sum(axis=0)
    found = sums_over_present(present, near, np.ones(len(near))) if sums is None else sums
    with np.errstate(invalid="ignore"):
        found /= around[None, :]
    return found


def _of_nearest(present: Presence, near: Floats, nearest: int) -> Floats:
    products = len(near)
    if not 1 <= nearest < products:
        raise Refused("complexity_nearest", found=nearest, most=products - 1)
    rows = np.concatenate([_nearest(near, first, nearest) for first in range(0, products, _AT_ONCE)])
    columns = np.repeat(np.arange(products), nearest)
    weights = near[rows, columns]
    around = np.bincount(columns, weights, minlength=products)
    chosen = csr_array((weights, (columns, rows)), shape=(products, products))
    found: Floats = (chosen @ present.T.astype(np.float64)).T
    with np.errstate(invalid="ignore", divide="ignore"):
        found = found / around[None, :]
    return np.ascontiguousarray(found)


def _nearest(near: Floats, first: int, nearest: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The nearest products of each of some columns, one column after the other."""
    some = -near[:, first : first + _AT_ONCE]
    some[np.arange(first, first + some.shape[1]), np.arange(some.shape[1])] = np.inf
    return np.argsort(some, axis=0, kind="stable")[:nearest].T.ravel().astype(np.int64)
