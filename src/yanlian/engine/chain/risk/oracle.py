"""The economic systemic risk index, slow and obvious: whole vectors at every step. What the fast cascade is held to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yanlian.engine.chain.links import Floats
from yanlian.engine.chain.risk.economy import Economy, Shocks, summed

# Added to ε where a growth is compared with it: a growth of exactly ε must not hang on the last bit of a sum.
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Cascade:
    """What one shock does. `down`, `up`: loss of each firm as a share of its output, by missing inputs and by missing
    customers; `steps`: how many steps were taken; `esri`: the loss of the whole economy, and by each half alone."""

    down: Floats
    up: Floats
    steps: int
    esri: float
    esri_down: float
    esri_up: float

    @property
    def loss(self) -> Floats:
        """Loss of each firm: the greater of the two halves."""
        return np.maximum(self.down, self.up)


def cascade(economy: Economy, shocks: Shocks, scenario: int = 0, epsilon: float = 1e-3) -> Cascade:
    """One scenario. Cost: steps × (firms + links)."""
    initial = np.zeros(len(economy.firms))
    part = slice(int(shocks.start[scenario]), int(shocks.start[scenario + 1]))
    initial[shocks.firm[part]] = shocks.share[part]
    down, up, steps = initial, initial, 0
    while True:
        next_down = np.maximum(initial, _missing_inputs(economy, down))
        next_up = np.maximum(initial, np.minimum(1.0, _missing_sales(economy, up)))
        steps += 1
        growth = max(float((next_down - down).max()), float((next_up - up).max()))
        down, up = next_down, next_up
        if growth <= epsilon + TIE:
            break
    weights = economy.revenue / economy.total
    both = np.maximum(down, up)
    return Cascade(down, up, steps, float(weights @ both), float(weights @ down), float(weights @ up))


def esri(economy: Economy, shocks: Shocks, epsilon: float = 1e-3) -> Floats:
    """The index of each scenario."""
    return np.array([cascade(economy, shocks, at, epsilon).esri for at in range(len(shocks))])


def replaceability(economy: Economy, down: Floats) -> Floats:
    """σ of each firm: its share of what its market still sells."""
    left = summed(economy.sector, economy.strength * (1 - down), len(economy.sectors))
    there = left[economy.sector]
    return np.where(there > 0, np.minimum(1.0, economy.strength / np.where(there > 0, there, 1.0)), 1.0)


def _missing_inputs(economy: Economy, down: Floats) -> Floats:
    live = economy.slot >= 0
    supplier, slot = economy.supplier[live], economy.slot[live]
    lost = (replaceability(economy, down) * down)[supplier] * economy.down[live]
    by_slot = summed(slot, lost, economy.slots)
    worst = np.zeros(len(economy.firms))
    np.maximum.at(worst, economy.customer[live], by_slot[slot])
    return np.minimum(1.0, worst)


def _missing_sales(economy: Economy, up: Floats) -> Floats:
    return summed(economy.supplier, economy.up * up[economy.customer], len(economy.firms))
