"""How amounts are spread over those who receive any: quantiles, a histogram, shares of the top, the Gini coefficient.

All whole numbers: fen, and millionths of the whole (ppm). A quantile is the smallest amount that at least that part of
the receivers do not exceed. Gini: 2·Σ i·xᵢ / (n·Σ xᵢ) − (n + 1) / n over ascending amounts, i from 1 (Sen 1973).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
QUANTILES: Final = (10, 25, 50, 75, 90, 99)
# Upper ends of the bars, in fen, exclusive; the last bar is open: 1万 5万 10万 20万 50万 100万 200万 500万 1000万 yuan.
BARS_FEN: Final = tuple(n * 1_000_000 for n in (1, 5, 10, 20, 50, 100, 200, 500, 1000))
_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """`receivers`: who is due anything; `quantiles_fen`: by QUANTILES; `bars`: receivers and fen in each bar;
    `gini_ppm`; `top10_ppm`, `top1_ppm`: what the tenth (hundredth, at least one) with the highest amounts have of
    all."""

    receivers: int
    total_fen: int
    mean_fen: int
    least_fen: int
    most_fen: int
    quantiles_fen: tuple[int, ...]
    bars: tuple[tuple[int, int], ...]
    gini_ppm: int
    top10_ppm: int
    top1_ppm: int

    def as_data(self) -> dict[str, object]:
        """For a file or an answer of the API."""
        return asdict(self)


def spread_of(amounts: Ints) -> Spread:
    """Of the amounts above nought."""
    values = np.sort(amounts[amounts > 0])
    n = len(values)
    if not n:
        return Spread(0, 0, 0, 0, 0, (0,) * len(QUANTILES), ((0, 0),) * (len(BARS_FEN) + 1), 0, 0, 0)
    total = int(values.sum())
    quantiles = tuple(int(values[-(-one * n // 100) - 1]) for one in QUANTILES)
    ends = [0, *np.searchsorted(values, np.array(BARS_FEN), side="left").tolist(), n]
    bars = tuple((high - low, int(values[low:high].sum())) for low, high in pairwise(ends))
    # Products of places and amounts outgrow 64 bits.
    weighted = sum(place * value for place, value in enumerate(values.tolist(), 1))
    gini = _PPM * (2 * weighted - (n + 1) * total) // (n * total)
    return Spread(
        n,
        total,
        total // n,
        int(values[0]),
        int(values[-1]),
        quantiles,
        bars,
        gini,
        _top(values, -(-n // 10), total),
        _top(values, -(-n // 100), total),
    )


def _top(values: Ints, count: int, total: int) -> int:
    return _PPM * int(values[-count:].sum()) // total
