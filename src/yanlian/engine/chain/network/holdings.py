"""Direct holdings as plain arrays, what is wrong with them, and circles of cross-holdings.

Shares are integer millionths here and become floats only where equations are solved: whether a circle of firms owns
itself wholly is decided exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Links, Longs
from yanlian.engine.chain.network.passages import circles
from yanlian.engine.chain.network.paths import between, paths

WHOLE = 1_000_000


@dataclass(frozen=True)
class Holdings:
    """Owner `holder[n]` holds `share_ppm[n]` (millionths) of `held[n]` directly; a pair occurs once. `owners`: the ids
    of firms and persons, by number.

    Refused("holdings_share") for a share outside 1 … 1,000,000, ("holdings_twice") for a pair that occurs twice.
    """

    owners: Sequence[str]
    holder: Ints
    held: Ints
    share_ppm: Longs

    def __post_init__(self) -> None:
        wrong = np.flatnonzero((self.share_ppm < 1) | (self.share_ppm > WHOLE))
        if len(wrong):
            raise Refused("holdings_share", **self._named(int(wrong[0])), found=int(self.share_ppm[wrong[0]]))
        order = np.lexsort((self.held, self.holder))
        again = (np.diff(self.holder[order]) == 0) & (np.diff(self.held[order]) == 0)
        if again.any():
            raise Refused("holdings_twice", **self._named(int(order[np.flatnonzero(again)[0]])))

    def _named(self, place: int) -> dict[str, object]:
        return {"holder": self.owners[self.holder[place]], "held": self.owners[self.held[place]]}

    @cached_property
    def links(self) -> Links:
        """The same as links from holder to held, for walks and paths; the weight is the share as a part of one."""
        return Links(self.owners, self.holder, self.held, self.share_ppm / WHOLE)

    @cached_property
    def matrix(self) -> csc_array:
        """A: the part of the column's firm that the row's owner holds directly."""
        size = len(self.owners)
        return csc_array((self.share_ppm / WHOLE, (self.holder, self.held)), shape=(size, size))

    @cached_property
    def stated_ppm(self) -> Longs:
        """Of each firm, the shares of all its stated holders together."""
        found = np.zeros(len(self.owners), dtype=np.int64)
        np.add.at(found, self.held, self.share_ppm)
        return found

    def share(self, holder: int, held: int) -> int:
        """The direct share in millionths; 0 for none."""
        return int(self.share_ppm[between(self.links, holder, held)].sum())


def holdings_of(triples: Iterable[tuple[str, str, int]]) -> Holdings:
    """Holdings out of (holder, held, share in millionths), owners in the order of their ids."""
    found = list(triples)
    owners = sorted({name for holder, held, _ in found for name in (holder, held)})
    number = {name: place for place, name in enumerate(owners)}
    return Holdings(
        owners,
        np.array([number[one] for one, _, _ in found], dtype=np.int32),
        np.array([number[one] for _, one, _ in found], dtype=np.int32),
        np.array([share for _, _, share in found], dtype=np.int64),
    )


def over_whole(holdings: Holdings) -> tuple[int, ...]:
    """Firms whose stated holders hold more than the whole of them: a fault of the sources, never of the law."""
    return tuple(np.flatnonzero(holdings.stated_ppm > WHOLE).tolist())


def closed_circle(holdings: Holdings) -> tuple[int, ...]:
    """A circle of cross-holdings that owns itself wholly (or more, in faulty data); empty when there is none.

    Within such a group the spectral radius of A is not below 1: (I - A) has no non-negative inverse, and who owns the
    group in the end is not defined. The answer runs from a firm along its holdings back to it, ends left out.
    """
    itself = np.flatnonzero((holdings.holder == holdings.held) & (holdings.share_ppm >= WHOLE))
    if len(itself):
        return (int(holdings.holder[itself[0]]),)
    for group in circles(holdings.links):
        inside = np.isin(holdings.holder, group) & np.isin(holdings.held, group)
        if _is_closed(group, holdings.holder[inside], holdings.held[inside], holdings.share_ppm[inside]):
            return circle_of(holdings, group)
    return ()


def cross_holdings(holdings: Holdings) -> tuple[tuple[int, ...], ...]:
    """Groups of firms that hold each other in circles, the largest first, and firms that hold themselves."""
    groups = circles(holdings.links)
    inside = {one for group in groups for one in group}
    loops = sorted(set(holdings.holder[holdings.holder == holdings.held].tolist()) - inside)
    return (*groups, *((one,) for one in loops))


def _is_closed(group: Sequence[int], holder: Ints, held: Ints, share_ppm: Longs) -> bool:
    """Whether the spectral radius of a strongly connected group is at least 1.

    It lies between the least and the greatest column sum, and strictly between them when they differ (Perron–Frobenius,
    irreducible): decided in integers. Only faulty data (sums above the whole beside sums below it) leave it open; then
    it is below 1 exactly if (I - A)x = 1 has a positive solution (I - A is a non-singular M-matrix).
    """
    held_inside = np.zeros(len(group), dtype=np.int64)
    place = np.searchsorted(group, held)
    np.add.at(held_inside, place, share_ppm)
    if held_inside.max() <= WHOLE:
        return bool(held_inside.min() == WHOLE)
    if held_inside.min() >= WHOLE:
        return True
    size = len(group)
    inner = csc_array((share_ppm / WHOLE, (np.searchsorted(group, holder), place)), shape=(size, size))
    try:
        solved: Floats = splu((eye_array(size) - inner).tocsc()).solve(np.ones(size))
    except RuntimeError:  # SuperLU's word for an exactly singular matrix: the radius is 1
        return True
    return not bool((solved > 0).all())


def circle_of(holdings: Holdings, group: Sequence[int]) -> tuple[int, ...]:
    """A shortest circle through the first firm of a strongly connected group, along the holdings; its return to the
    first firm is left out."""
    first = group[0]
    ways = [
        (first,) if one == first else paths(holdings.links, first, one, len(group), most=1).found[0]
        for one in holdings.links.suppliers.of(first).tolist()
        if one in group
    ]
    return min(ways, key=lambda way: (len(way), way))
