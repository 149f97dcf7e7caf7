"""Does a ranking find what is really there? Presences are hidden, ranked again, and compared with true absences.

The area under the ROC curve: the chance that a hidden presence ranks above an absence of the same area, ties counted
half (Hanley & McNeil 1982; for the product space Hidalgo et al. 2007, supporting material). 0.5 is a coin, 1 perfect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Presence: TypeAlias = npt.NDArray[np.bool_]
Scores: TypeAlias = npt.NDArray[np.float64]
FOLDS, SEED = 5, 20261101


@dataclass(frozen=True, slots=True)
class BackTest:
    """`auc` None where there is no pair to compare. `hidden`: presences that were hidden, each once; `pairs`: how many
    comparisons with absences the figure rests on."""

    auc: float | None
    hidden: int
    pairs: int


def hold_out(
    present: Presence, score: Callable[[Presence], Scores], *, folds: int = FOLDS, seed: int = SEED
) -> BackTest:
    """The back-test of a ranking. `present`: areas × segments; `score`: from what is left visible, how likely each
    cell is. Every presence is hidden once, a fold of them at a time; NaN scores rank lowest."""
    cells = np.argwhere(present)
    folds = min(folds, len(cells))
    wins, pairs = 0.0, 0
    order = np.random.default_rng(seed).permutation(len(cells))
    for part in np.array_split(order, folds) if folds else ():
        seen = present.copy()
        hidden = cells[part]
        seen[hidden[:, 0], hidden[:, 1]] = False
        scores = np.nan_to_num(score(seen), nan=-np.inf)
        for area in np.unique(hidden[:, 0]):
            mine = scores[area, hidden[hidden[:, 0] == area, 1]]
            absent = scores[area, ~present[area]]
            wins += _wins(mine, absent)
            pairs += len(mine) * len(absent)
    return BackTest(wins / pairs if pairs else None, len(cells), pairs)


def _wins(mine: Scores, others: Scores) -> float:
    """In how many pairs mine is above, ties half (Mann–Whitney U)."""
    ranks = rankdata(np.concatenate([mine, others]))
    return float(ranks[: len(mine)].sum()) - len(mine) * (len(mine) + 1) / 2


def how_common(seen: Presence) -> Scores:
    """The ranking to beat: a segment is the likelier, the more areas have it (Hidalgo & Hausmann's ubiquity)."""
    return np.broadcast_to(seen.sum(axis=0).astype(np.float64), seen.shape)
