"""How well a ranking foretells what appears: AUC and precision at k, over two periods or entries held out at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity.balassa import Presence
from yanlian.engine.chain.links import Floats

Score = Callable[[Presence], Floats]


@dataclass(frozen=True, slots=True)
class BackTest:
    """`auc`: chance that an entry that appeared stands above one that did not, ties half; None when there are none of
    one kind. `precision`: share that appeared among the k best, for each k. `candidates`: entries that were absent;
    `appeared`: those of them that came."""

    auc: float | None
    precision: dict[int, float]
    candidates: int
    appeared: int

    @property
    def base_rate(self) -> float:
        """The precision of drawing candidates blindly."""
        return self.appeared / self.candidates if self.candidates else 0.0


def auc(scores: Floats, appeared: npt.NDArray[np.bool_]) -> float | None:
    """Area under the ROC curve, exact with ties: (sum of mid-ranks of those that appeared - n(n+1)/2) / (n·m).

    Source: Hanley, McNeil (1982), Radiology 143, 29–36 (the Mann–Whitney statistic). None without both kinds.
    """
    come = int(appeared.sum())
    left = len(appeared) - come
    if not come or not left:
        return None
    # Sums of mid-ranks are halves of whole numbers: doubled they are exact in a float64 up to 2**53.
    doubled = float((2 * rankdata(scores)[appeared]).sum())
    return (doubled - come * (come + 1)) / (2 * come * left)


def precision_at(scores: Floats, appeared: npt.NDArray[np.bool_], k: int) -> float:
    """Share that appeared among the k with the highest scores; where the k-th place is tied, the expected share."""
    if not 1 <= k <= len(scores):
        raise Refused("complexity_best", found=k, most=len(scores))
    border = np.partition(scores, len(scores) - k)[len(scores) - k]
    above, tied = scores > border, scores == border
    places = k - int(above.sum())
    return float((appeared & above).sum() + places * (appeared & tied).sum() / tied.sum()) / k


def later(before: Presence, after: Presence, scores: Floats, best: Sequence[int] = (10, 100)) -> BackTest:
    """What was absent before: does the score of then tell what came after? All locations × products; a candidate
    without a score (NaN) stands below all others."""
    if before.shape != after.shape or before.shape != scores.shape:
        raise Refused("complexity_shapes", found=f"{before.shape}, {after.shape}, {scores.shape}")
    absent = ~before
    return _tested(scores[absent], after[absent], best)


def hold_out(
    present: Presence, score: Score, *, share: float = 0.1, seed: int = 0, best: Sequence[int] = (10, 100)
) -> BackTest:
    """Hide a share of the present entries, score without them, and see where they stand among all that is absent.

    `score` is given what is left and answers locations × products. The same seed hides the same entries.
    """
    if not 0 < share < 1:
        raise Refused("complexity_share", found=share)
    entries = np.flatnonzero(present)
    count = max(1, round(share * len(entries))) if len(entries) else 0
    hidden = np.random.default_rng(seed).choice(entries, size=count, replace=False)
    left = present.copy()
    left.flat[hidden] = False
    return later(left, present, score(left), best)


def _tested(scores: Floats, appeared: npt.NDArray[np.bool_], best: Sequence[int]) -> BackTest:
    known = np.where(np.isnan(scores), -np.inf, scores)
    precision = {k: precision_at(known, appeared, k) for k in best if 1 <= k <= len(known)}
    return BackTest(auc(known, appeared), precision, len(known), int(appeared.sum()))
