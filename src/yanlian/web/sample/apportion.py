"""Splitting a published total without losing a fen: over blocks of enterprises, then over the firms of one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def share(total: int, part: int, parts: int) -> int:
    """What part number `part` (from 0) of `parts` equal parts gets of a whole number; the parts sum to the total."""
    return total * (part + 1) // parts - total * part // parts


def apportion(total: int, weights: Floats) -> Ints:
    """Whole numbers in proportion to the weights that sum to the total; what rounding leaves goes to the largest.

    Weights are above zero; total ≥ 0 and below 2**53, so that the products are exact enough to be floored.
    """
    assert weights.size > 0, "nothing to give the total to"
    pieces: Ints = np.floor(weights / weights.sum() * total).astype(np.int64)
    pieces[int(np.argmax(weights))] += total - int(pieces.sum())
    return pieces
