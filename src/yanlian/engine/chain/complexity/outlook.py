"""What a location could gain: the complexity outlook index (COI) and the gain of each product (COG)."""

from __future__ import annotations

import numba
import numpy as np

from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.complexity.bits import is_small
from yanlian.engine.chain.complexity.dialect import Gain
from yanlian.engine.chain.complexity.sums import sums_over_present
from yanlian.engine.chain.links import Floats


def outlook(present: Presence, dense: Floats, complexity: Floats) -> Floats:
    """COI_c = Σ_p ω_cp (1 - M_cp) PCI_p: the complexity of what a location has not, by how near it is.

    A product without a PCI or a density counts nothing. Source: Hausmann et al. (2014), technical box 5.1 ("opportunity
    value"; there 1 - distance is written for the density ω).
    """
    if is_small(*present.shape):
        lacking = np.where(present | np.isnan(dense), 0.0, dense)
        plain: Floats = lacking @ np.nan_to_num(complexity)
        return plain
    found = np.empty(present.shape[0])
    _lacking(present, dense, np.nan_to_num(complexity), found)
    return found


@numba.njit(cache=True)
def _lacking(present: Presence, dense: Floats, levels: Floats, found: Floats) -> None:
    for location in range(present.shape[0]):
        total = 0.0
        for product in range(present.shape[1]):
            if not present[location, product] and not np.isnan(dense[location, product]):
                total += dense[location, product] * levels[product]
        found[location] = total


def gain_weights(near: Floats, complexity: Floats, gain: Gain) -> Floats:
    """What each product q counts in the sum of the gain: PCI_q / Σ_r φ_qr; Datawheel's divides elsewhere: PCI_q."""
    levels, around = np.nan_to_num(complexity), near.sum(axis=1)
    over = np.divide(1.0, around, out=np.zeros_like(around), where=around > 0)
    return levels if gain == "datawheel" else levels * over


def opportunity_gain(
    present: Presence, near: Floats, dense: Floats, complexity: Floats, gain: Gain, sums: Floats | None = None
) -> Floats:
    """COG_cp: how much nearer complex products come when the location takes up product p. Locations × products.

    "atlas" (ecomplexity, R): (1 - M_cp) Σ_q (1 - M_cq) φ_qp PCI_q / Σ_r φ_qr.
    "book" (Hausmann et al. 2014): the same, less ω_cp PCI_p, which the product itself brings into the outlook.
    "datawheel": Σ_q (1 - M_cq) φ_qp PCI_q / Σ_r φ_rp - ω_cp PCI_p: divided by the neighbourhood of p instead of q, and
    also told of products that are present. `sums`: of what is present, weighed with `gain_weights`, where known
    already; they become the gain.
    """
    weights = gain_weights(near, complexity, gain)
    found = sums_over_present(present, near, weights) if sums is None else sums
    np.subtract((weights @ near)[None, :], found, out=found)
    if gain == "datawheel":
        around = near.sum(axis=0)
        found *= np.divide(1.0, around, out=np.zeros_like(around), where=around > 0)[None, :]
    if gain != "atlas":
        found -= dense * np.nan_to_num(complexity)[None, :]
    if gain != "datawheel":
        found[present] = 0.0
    return found
