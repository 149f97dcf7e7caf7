"""The same measures written down slowly and plainly, entry by entry: the oracle of the fast ones. Small inputs only."""

from __future__ import annotations

import numpy as np

from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.complexity.dialect import Gain
from yanlian.engine.chain.links import Floats


def rca(values: Floats, location: int, product: int) -> float:
    """(X_cp / X_c) / (X_p / X)."""
    here, everywhere = sum(values[location]), sum(values[:, product])
    if not here or not everywhere:
        return float("nan")
    return float((values[location, product] / here) / (everywhere / values.sum()))


def proximity(present: Presence, p: int, q: int, own: float = 1.0) -> float:
    """The smaller of the two conditional probabilities."""
    having_p = {c for c in range(len(present)) if present[c, p]}
    having_q = {c for c in range(len(present)) if present[c, q]}
    if not having_p or not having_q:
        return 0.0
    if p == q:
        return own
    both = len(having_p & having_q)
    return min(both / len(having_p), both / len(having_q))


def proximity_row(present: Presence, p: int, own: float = 1.0) -> Floats:
    """Proximity of one product to each."""
    return np.array([proximity(present, p, q, own) for q in range(present.shape[1])])


def density(present: Presence, location: int, row: Floats) -> float:
    """Σ_q M_cq φ_pq / Σ_q φ_pq with the row of proximities of p."""
    total = sum(row)
    return (
        float(sum(near for near, has in zip(row, present[location], strict=True) if has) / total) if total else np.nan
    )


def outlook(present: Presence, dense: Floats, pci: Floats, location: int) -> float:
    """Σ_p ω_cp (1 - M_cp) PCI_p."""
    lacking = [p for p in range(present.shape[1]) if not present[location, p] and not np.isnan(dense[location, p])]
    return float(sum(dense[location, p] * pci[p] for p in lacking if not np.isnan(pci[p])))


def gain(present: Presence, near: Floats, pci: Floats, location: int, p: int, kind: Gain) -> float:
    """COG of one entry, by the words of `outlook.opportunity_gain`."""
    if kind != "datawheel" and present[location, p]:
        return 0.0
    around = [float(sum(row)) for row in near]
    total = 0.0
    for q in range(present.shape[1]):
        divisor = around[p] if kind == "datawheel" else around[q]
        if not present[location, q] and divisor:
            total += near[q, p] * float(np.nan_to_num(pci[q])) / divisor
    if kind == "atlas":
        return total
    return total - density(present, location, near[p]) * float(np.nan_to_num(pci[p]))


def eigen(present: Presence) -> tuple[Floats, Floats]:
    """ECI and PCI up to scale: all eigenvectors of the unsymmetric product matrix, the second largest taken."""
    matrix = present.astype(float)
    over_c, over_p = matrix / matrix.sum(axis=1)[:, None], matrix / matrix.sum(axis=0)[None, :]
    values, vectors = np.linalg.eig(over_p.T @ over_c)
    products = np.real(vectors[:, np.argsort(np.real(values))[-2]])
    locations = over_c @ products
    sign = np.sign(np.corrcoef(matrix.sum(axis=1), locations)[0, 1])
    return sign * locations, sign * products
