"""All simple paths between two firms within so many steps, the shortest first.

For each length in turn a depth-first search from the supplier, cut wherever the customer is farther than the steps
that are left (its distances are known from one walk backwards), so that no dead end is entered that distance alone
rules out. Paths over the same firms by several products are one path; `links_along` names the links of each step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints, Links, Longs
from yanlian.engine.chain.network.walks import checked, distances

MOST_PATHS = 1_000
MOST_STEPS = 2_000_000


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths from one firm down to another, as numbers of firms, the shortest first, equal ones by number.

    `cut`: "" when these are all; "paths" when there are more than were asked for, "effort" when the search was ended
    after as many looks at a link as it was allowed: the longest ones may be missing, none of a shorter length is.
    """

    found: tuple[tuple[int, ...], ...]
    cut: str


def paths(
    links: Links, supplier: int, customer: int, longest: int, *, most: int = MOST_PATHS, effort: int = MOST_STEPS
) -> Paths:
    """Simple paths along which something flows from `supplier` to `customer`, of at most `longest` links.

    Refused("network_same") when both are one firm; "network_steps", "network_firm" as for tiers.
    """
    if longest < 1:
        raise Refused("network_steps", found=longest)
    checked(links, [supplier, customer])
    if supplier == customer:
        raise Refused("network_same", firm=links.firms[supplier])
    left = distances(links.suppliers, [customer], longest)
    if left[supplier] < 0:
        return Paths((), "")
    search = _Search(links, customer, left, effort)
    found: list[tuple[int, ...]] = []
    for length in range(int(left[supplier]), longest + 1):
        for path in search.of(supplier, length):
            if len(found) == most:
                return Paths(tuple(found), "paths")
            found.append(path)
        if search.spent:
            return Paths(tuple(found), "effort")
    return Paths(tuple(found), "")


class _Search:
    """One search: what it looks for and how much it may still look at."""

    def __init__(self, links: Links, customer: int, left: Ints, effort: int) -> None:
        self._rows = links.customers
        self._customer = customer
        self._left = left
        self._effort = effort

    @property
    def spent(self) -> bool:
        """Whether the search was ended early."""
        return self._effort <= 0

    def of(self, supplier: int, length: int) -> Iterator[tuple[int, ...]]:
        """Every simple path of exactly this length, by the numbers of its firms."""
        path = [supplier]
        ways = [self._next(path, length)]
        while ways and not self.spent:
            firm = next(ways[-1], None)
            if firm is None:
                ways.pop()
                path.pop()
            elif firm == self._customer:
                yield (*path, firm)
            else:
                path.append(firm)
                ways.append(self._next(path, length))

    def _next(self, path: Sequence[int], length: int) -> Iterator[int]:
        """Firms by which the path can go on so that it ends with the customer after exactly `length` steps."""
        rest = length - len(path)
        taken = set(path)
        for firm in np.unique(self._rows.of(path[-1])).tolist():
            self._effort -= 1
            if firm == self._customer:
                if rest == 0:
                    yield firm
            elif firm not in taken and 0 <= self._left[firm] <= rest:
                yield firm


def links_along(links: Links, path: Sequence[int]) -> tuple[Longs, ...]:
    """For each step of a path the positions of all links that make it."""
    return tuple(between(links, one, other) for one, other in pairwise(path))


def between(links: Links, supplier: int, customer: int) -> Longs:
    """The positions of all links from one firm to another."""
    rows = links.customers
    first, last = rows.start[supplier], rows.start[supplier + 1]
    low, high = np.searchsorted(rows.to[first:last], [customer, customer + 1])
    return rows.link[first + low : first + high]
