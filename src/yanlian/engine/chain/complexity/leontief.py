"""Input–output basics: coefficients, Leontief's inverse, multipliers, output that a demand calls for."""

from __future__ import annotations

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats


def coefficients(flows: Floats, output: Floats) -> Floats:
    """A: what each sector buys of each other per unit of its output, A_ij = Z_ij / x_j. A sector without output: 0.

    `flows`: Z, row supplies column, any one unit; `output`: x. Source: Miller, Blair (2009), Input–Output Analysis,
    2nd edition, chapter 2.
    """
    square(flows)
    if output.shape != (len(flows),):
        raise Refused("complexity_shapes", found=f"{flows.shape}, {output.shape}")
    made = np.asarray(output, dtype=np.float64)
    over = np.divide(1.0, made, out=np.zeros_like(made), where=made != 0)
    return np.asarray(flows * over[None, :], dtype=np.float64)


def inverse(shares: Floats) -> Floats:
    """L = (I - A)⁻¹: output of row sector, direct and indirect, for one unit of final demand for the column sector.

    Refused when I - A has no inverse, or when an economy would use more of its own product than it makes (L < 0).
    """
    square(shares)
    try:
        found = np.asarray(np.linalg.inv(np.eye(len(shares)) - shares), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise Refused("complexity_leontief", found="singular") from None
    if shares.min() >= 0 and found.min() < -1e-9:
        raise Refused("complexity_leontief", found=f"{found.min():g}")
    return found


def output_multipliers(leontief: Floats) -> Floats:
    """Column sums of L: output of the whole economy for one unit of final demand for each sector (backward linkage)."""
    return np.asarray(leontief.sum(axis=0), dtype=np.float64)


def multipliers(leontief: Floats, intensity: Floats) -> Floats:
    """Of any quantity per unit of output (value added, jobs, emissions): how much a unit of final demand calls for."""
    if intensity.shape != (len(leontief),):
        raise Refused("complexity_shapes", found=f"{leontief.shape}, {intensity.shape}")
    return np.asarray(intensity @ leontief, dtype=np.float64)


def output_for(shares: Floats, demand: Floats) -> Floats:
    """x = (I - A)⁻¹ y by one solve: output that a final demand calls for. `demand`: a vector, or one column a case."""
    square(shares)
    if demand.shape[0] != len(shares):
        raise Refused("complexity_shapes", found=f"{shares.shape}, {demand.shape}")
    try:
        return np.asarray(np.linalg.solve(np.eye(len(shares)) - shares, demand), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise Refused("complexity_leontief", found="singular") from None


def square(matrix: Floats) -> None:
    """Refuse what is not a square matrix of finite numbers."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size or not np.isfinite(matrix).all():
        raise Refused("complexity_no_matrix", found="×".join(str(size) for size in matrix.shape))
