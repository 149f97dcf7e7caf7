"""Columns of drawn values before they become text: whole numbers with a mark for "empty", and cheap Arrow strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.web.sample.apportion import Ints, Mask

# An empty cell in a column of whole numbers (fen, millionths, hundredths of a square metre, days, counts, 0 and 1).
EMPTY = np.iinfo(np.int64).min


@dataclass
class Rows:
    """Records of one kind: who each belongs to (position in the block) and its columns by field of the fact schema."""

    record: str
    owner: Ints
    values: dict[str, Any]
    persons: bool = False


@dataclass
class Numbers:
    """Running numbers for certificates and contracts, different in every block."""

    block: int
    used: dict[str, int] = field(default_factory=dict)

    def take(self, series: str, count: int) -> Ints:
        """The next `count` numbers of a series. A block has room for a million of each."""
        start = self.used.get(series, 0)
        self.used[series] = start + count
        assert start + count <= 1_000_000, f"too many numbers of {series} in one block"
        return np.arange(start + 1, start + count + 1, dtype=np.int64) + self.block * 1_000_000

    def text(self, series: str, count: int) -> Any:
        """The same as text: `YL-<series>-00000001`. YL marks them as invented."""
        return numbered(f"YL-{series}-", self.take(series, count), 8)


def numbered(prefix: str, numbers: Ints, width: int, suffix: str = "") -> Any:
    """prefix + number padded with zeros + suffix, as an Arrow string array."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, suffix, "")


def words(table: Sequence[str | None], choice: Ints) -> Any:
    """The word of a table for each position; None in the table is an empty cell."""
    return pa.array(list(table), pa.string()).take(pa.array(choice))


def constant(word: str, count: int) -> Any:
    """The same word in each row."""
    return words([word], np.zeros(count, dtype=np.int64))


def day(text: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


def days_of_year(year: Ints, offset: Ints) -> Ints:
    """The day `offset` days after the first of January of each year."""
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) + offset


def year_of(days: Ints) -> Ints:
    """The calendar year of each day."""
    years: Ints = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return years + 1970


def optional(values: Ints, present: Mask) -> Ints:
    """The values where present, empty cells elsewhere."""
    return np.where(present, values, EMPTY)


def choose(rng: np.random.Generator, weights: Sequence[float], count: int) -> Ints:
    """Positions drawn with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Ints = np.searchsorted(edges, rng.random(count) * edges[-1], side="right").astype(np.int64)
    return found


def sample(rng: np.random.Generator, candidates: Ints, rate: float, least: int = 0) -> Ints:
    """A share of the candidates, at least `least` of them (or all there are), in ascending order."""
    count = min(candidates.size, max(least, round(candidates.size * rate)))
    return np.sort(rng.choice(candidates, size=count, replace=False)).astype(np.int64)


def where(mask: Mask) -> Ints:
    """Positions that are true."""
    return np.flatnonzero(mask).astype(np.int64)


def yuan(rng: np.random.Generator, median: float, sigma: float, count: int) -> Ints:
    """Log-normal amounts in fen, whole hundreds of yuan, at least 100 yuan."""
    drawn: npt.NDArray[np.float64] = rng.lognormal(np.log(median), sigma, count)
    return np.maximum(np.round(drawn / 100), 1).astype(np.int64) * 10_000
