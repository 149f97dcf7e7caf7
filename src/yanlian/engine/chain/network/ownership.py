"""Indirect shares: what an owner holds of a firm through everything it holds, cross-holdings included.

With A the direct shares, V = (I - A)^-1 sums the products of shares along all routes, circles walked without end. The
integrated share of owner i in firm j is V_ij / V_ii: the same sum over routes that do not come back to i (Baldone,
Brioschi and Paleari 1997, "Ownership measures among firms connected by cross-shareholdings"; it is the correction of
cycles in Vitali, Glattfelder and Battiston 2011, "The network of global corporate control", PLoS ONE 6(10), appendix).
For an owner whom nobody holds, a person above all, V_ii is 1 and it is plainly V_ij. One sparse LU factorisation serves
all questions to the same holdings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np
from scipy.sparse import eye_array
from scipy.sparse.linalg import splu

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats
from yanlian.engine.chain.network.holdings import Holdings, closed_circle
from yanlian.engine.chain.network.passages import circles
from yanlian.engine.chain.network.paths import paths

LONGEST_ROUTE = 8
MOST_ROUTES = 20


@dataclass(frozen=True, slots=True)
class Route:
    """A chain of direct holdings from an owner to a firm, both included, and the product of its shares."""

    owners: tuple[int, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Routes:
    """Routes, the greatest share first. `rest`: what the integrated share holds besides, through longer routes and
    through circles walked more than once. `cut`: whether some routes within the length asked for are left out."""

    found: tuple[Route, ...]
    rest: float
    cut: bool


class Ownership:
    """Integrated shares over one set of holdings, as parts of one.

    Refused("ownership_closed") when a circle of firms owns itself wholly (spectral radius of A not below 1); it is
    named.
    """

    def __init__(self, holdings: Holdings) -> None:
        closed = closed_circle(holdings)
        if closed:
            names = [holdings.owners[one] for one in (*closed, closed[0])]
            raise Refused("ownership_closed", cycle=" → ".join(names))
        self.holdings = holdings
        size = len(holdings.owners)
        self._solver = splu((eye_array(size, format="csc") - holdings.matrix).tocsc()) if size else None
        loops = holdings.holder[holdings.holder == holdings.held].tolist()
        self._in_circles = {one for group in circles(holdings.links) for one in group} | set(loops)

    def held_by(self, owner: int) -> Floats:
        """The integrated shares of one owner in every firm, by number; in itself: what comes back to it by circles."""
        return self._without_return(self._solve(owner, "T"), owner)

    def holders_of(self, firm: int) -> Floats:
        """The integrated share of every owner in one firm, by number."""
        found = self._solve(firm, "N")
        for one in np.flatnonzero(found > 0).tolist():
            if one in self._in_circles:
                found[one] = self.share(one, firm)
        if firm not in self._in_circles:
            found[firm] = 0.0
        return found

    def share(self, owner: int, firm: int) -> float:
        """The integrated share of one owner in one firm."""
        return float(self.held_by(owner)[firm])

    def routes(self, owner: int, firm: int, *, longest: int = LONGEST_ROUTE, most: int = MOST_ROUTES) -> Routes:
        """The chains of holdings behind an integrated share."""
        found = paths(self.holdings.links, owner, firm, longest, most=1_000)
        routes = sorted((Route(one, self._along(one)) for one in found.found), key=lambda one: (-one.share, one.owners))
        rest = self.share(owner, firm) - sum(one.share for one in routes)
        return Routes(tuple(routes[:most]), max(rest, 0.0), bool(found.cut) or len(routes) > most)

    def _along(self, owners: tuple[int, ...]) -> float:
        return prod(self.holdings.share(one, other) / 1_000_000 for one, other in pairwise(owners))

    def _solve(self, one: int, side: str) -> Floats:
        assert self._solver is not None, "there are no owners to ask about"
        unit = np.zeros(len(self.holdings.owners))
        unit[one] = 1.0
        solved: Floats = self._solver.solve(unit, trans=side)
        return solved

    def _without_return(self, row: Floats, owner: int) -> Floats:
        itself = row[owner]
        found: Floats = row / itself
        found[owner] = (itself - 1.0) / itself
        return found


def held_by_itself(holdings: Holdings, group: Sequence[int]) -> Floats:
    """Of each firm of a strongly connected group, the part of itself that it holds through the circle, in the order of
    the group: 1 - 1 / V_ii, the products of shares along all routes that come back to it, each until it first does.

    Such routes never leave the group, so only its inner holdings are solved. Refused("ownership_closed") for a group
    that owns itself wholly.
    """
    place = {one: at for at, one in enumerate(group)}
    inside = np.flatnonzero(np.isin(holdings.holder, group) & np.isin(holdings.held, group))
    ends = [(place[int(holdings.holder[one])], place[int(holdings.held[one])]) for one in inside.tolist()]
    each = np.array(ends, dtype=np.int32).reshape(-1, 2)
    names = [holdings.owners[one] for one in group]
    inner = Ownership(Holdings(names, each[:, 0], each[:, 1], holdings.share_ppm[inside]))
    return np.array([inner.share(one, one) for one in range(len(group))])
