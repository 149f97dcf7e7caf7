"""Who supplies whom: links between firms as plain arrays, in compressed rows for walks in either direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yanlian.base.refusal import Refused

Ints: TypeAlias = npt.NDArray[np.int32]
Longs: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Neighbours of each node: those of node n stand in `to[start[n]:start[n + 1]]`, by ascending number; `link` is the
    position of each in the links that they were made from."""

    start: Longs
    to: Ints
    link: Longs

    def of(self, node: int) -> Ints:
        """The neighbours of one node."""
        return self.to[self.start[node] : self.start[node + 1]]


@dataclass(frozen=True)
class Links:
    """Links between firms 0 … n - 1. `supplier`, `customer`: the two ends of each link; `weight`: what flows in a year,
    in yuan or any one unit, not negative. `firms`: their ids. A pair may occur more than once (several products)."""

    firms: Sequence[str]
    supplier: Ints
    customer: Ints
    weight: Floats

    def __post_init__(self) -> None:
        if not len(self.supplier) == len(self.customer) == len(self.weight):
            raise Refused("links_uneven", suppliers=len(self.supplier), customers=len(self.customer))
        ends = np.concatenate([self.supplier, self.customer])
        if len(ends) and (ends.min() < 0 or ends.max() >= len(self.firms)):
            raise Refused("links_outside", firms=len(self.firms), found=int(ends.max()), lowest=int(ends.min()))
        wrong = np.flatnonzero(~(np.isfinite(self.weight) & (self.weight >= 0)))
        if len(wrong):
            raise Refused("links_weight", link=int(wrong[0]) + 1, found=float(self.weight[wrong[0]]))

    def __len__(self) -> int:
        return len(self.supplier)

    @cached_property
    def customers(self) -> Rows:
        """Of each firm, whom it supplies."""
        return rows_of(len(self.firms), self.supplier, self.customer)

    @cached_property
    def suppliers(self) -> Rows:
        """Of each firm, who supplies it."""
        return rows_of(len(self.firms), self.customer, self.supplier)


def rows_of(nodes: int, one: Ints, other: Ints) -> Rows:
    """Compressed rows of `other` by `one`."""
    order = np.lexsort((other, one))
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(one, minlength=nodes), out=start[1:])
    return Rows(start, other[order].astype(np.int32, copy=False), order.astype(np.int64, copy=False))
