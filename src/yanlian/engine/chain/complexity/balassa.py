"""Revealed comparative advantage, and who is present where."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats

Presence = npt.NDArray[np.bool_]


def checked(values: Floats) -> Floats:
    """The values (locations × products) as float64. Refused: no matrix, a negative, a missing or an infinite value."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not matrix.size:
        raise Refused("complexity_no_matrix", found="×".join(str(size) for size in matrix.shape) or "0")
    # One pass each instead of a mask of the whole matrix: a NaN makes the sum NaN.
    if not (np.isfinite(matrix.sum()) and matrix.min() >= 0):
        wrong = np.argwhere(~(np.isfinite(matrix) & (matrix >= 0)))
        # Every value may be finite and their sum not: then the greatest is named.
        row, column = wrong[0] if len(wrong) else np.unravel_index(int(matrix.argmax()), matrix.shape)
        raise Refused("complexity_value", where=f"[{row}, {column}]", found=f"{matrix[row, column]:g}", column="values")
    return matrix


def rca(values: Floats) -> Floats:
    """Balassa's index: the product's share here over its share everywhere, RCA_cp = (X_cp / X_c) / (X_p / X).

    `values`: locations × products, at least 0, any one unit. A location or a product without any value has no RCA: NaN.
    Source: Balassa (1965), The Manchester School 33, 99–123; Hausmann et al. (2014), The Atlas of Economic Complexity.
    """
    here, product = values.sum(axis=1), values.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Floats = values / here[:, None]
        shares /= (product / product.sum())[None, :]
    return shares


def presence(index: Floats, threshold: float = 1.0) -> Presence:
    """M_cp: true where the index (RCA) is at least the threshold. NaN is absence."""
    if not threshold > 0:
        raise Refused("complexity_threshold", found=threshold)
    with np.errstate(invalid="ignore"):
        return index >= threshold
