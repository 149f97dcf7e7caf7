"""Chokepoints of a whole network: of each firm, how many others lose every way of supply from the sources without it.

Seen from a group of sources, firm v dominates firm w if every path from a source to w passes through v. Each reached
firm has a nearest such firm (its immediate dominator) or none, so that they form a forest; what stands below v is what
v cuts off. One pass over the links, whereas taking away each firm in turn (the test's oracle) asks for one walk a firm.

Dominators: Lengauer and Tarjan 1979, "A fast algorithm for finding dominators in a flowgraph", ACM TOPLAS 1(1), in the
variant SEMI-NCA of Georgiadis, Tarjan and Werneck 2006, "Finding dominators in practice", JGAA 10(1): semidominators
with path compression, then the nearest common ancestor by walking up. As flow networks use it for supply: a firm all of
whose inputs come through one other is as exposed as to a single supplier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yanlian.engine.chain.links import Ints, Links, Longs, rows_of
from yanlian.engine.chain.network.walks import checked

NOBODY = -1
# Up to so many links plain Python is done before the kernels are compiled; equal in every answer.
SMALL = 20_000


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """What every path from the sources passes.

    `above[n]`: the last firm that every path to firm n passes before n; -1: there is none (n is a source, has
    independent ways, or is not reached). `reached[n]`: whether any path leads to n; sources are. `cut_off[n]`: how many
    of the targets, n itself left out, no source reaches any more without n.
    """

    above: Ints
    reached: Ints
    cut_off: Longs

    def below(self, firm: int) -> Ints:
        """The firms that are cut off without one firm, by number."""
        ask = _below.py_func if len(self.above) <= SMALL else _below
        return np.flatnonzero(ask(self.above, firm)).astype(np.int32)


def origins(links: Links) -> Ints:
    """Where supply begins: firms that nobody in the network supplies, and circles of firms that nobody outside them
    supplies (all of their firms), as far as they supply anybody."""
    nodes = len(links.firms)
    ones = np.ones(len(links), dtype=np.int8)
    graph = csr_array((ones, (links.supplier, links.customer)), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=True, connection="strong")
    entered = np.zeros(count, dtype=np.bool_)
    between = label[links.supplier] != label[links.customer]
    entered[label[links.customer[between]]] = True
    supplies = np.zeros(nodes, dtype=np.bool_)
    supplies[links.supplier] = True
    return np.flatnonzero(~entered[label] & supplies).astype(np.int32)


def bottlenecks(
    links: Links, sources: Sequence[int] | Ints, targets: Sequence[int] | Ints | None = None
) -> Bottlenecks:
    """The chokepoints seen from some sources; `targets`: whom to count, all firms where it is left out.

    Refused("network_firm") for a number that is no firm's. Cost: links × log firms in time, firms plus links in memory.
    """
    nodes = len(links.firms)
    first = checked(links, sources)
    counted = np.ones(nodes + 1, dtype=np.int64)
    if targets is not None:
        counted[:] = 0
        counted[checked(links, targets)] = 1
    root = nodes
    one = np.concatenate([links.supplier, np.full(len(first), root, dtype=np.int32)])
    other = np.concatenate([links.customer, first])
    ahead, back = rows_of(nodes + 1, one, other), rows_of(nodes + 1, other, one)
    small = len(links) <= SMALL
    search, dominate = (_searched.py_func, _dominators.py_func) if small else (_searched, _dominators)
    order, number, parent = search(ahead.start, ahead.to, root)
    above = dominate(back.start, back.to, order, number, parent)
    counted[root] = 0
    total = counted.copy()
    for place in range(len(order) - 1, 0, -1):
        total[above[order[place]]] += total[order[place]]
    reached = np.zeros(nodes + 1, dtype=np.int32)
    reached[order] = 1
    total[reached == 0] = 0
    own = np.where(reached == 1, counted, 0)
    nearest = np.where(above == root, NOBODY, above)[:nodes].astype(np.int32)
    return Bottlenecks(nearest, reached[:nodes], (total - own)[:nodes])


@numba.njit(cache=True)
def _below(above: Ints, firm: int) -> npt.NDArray[np.bool_]:
    """Of each node whether it stands below one. The way up ends at a node whose answer is known, so each is asked
    once."""
    nodes = len(above)
    known = np.zeros(nodes, dtype=np.bool_)
    inside = np.zeros(nodes, dtype=np.bool_)
    way = np.empty(nodes, dtype=np.int32)
    known[firm] = True
    inside[firm] = True
    for one in range(nodes):
        depth = 0
        top = one
        while top >= 0 and not known[top]:
            way[depth] = top
            depth += 1
            top = above[top]
        for place in range(depth):
            known[way[place]] = True
            inside[way[place]] = top >= 0 and inside[top]
    inside[firm] = False
    return inside


@numba.njit(cache=True)
def _dominators(back_start: Longs, back_to: Ints, order: Ints, number: Ints, parent: Ints) -> Ints:
    """Of each node its immediate dominator; -1 for the first of the search and for what is not reached."""
    nodes, count = len(number), len(order)
    # By place in the search order: semidominator, ancestor with path compression, least semidominator.
    semi = np.arange(count, dtype=np.int32)
    label = np.arange(count, dtype=np.int32)
    ancestor = np.full(count, -1, dtype=np.int32)
    way = np.empty(count, dtype=np.int32)
    for one in range(count - 1, 0, -1):
        node = order[one]
        for place in range(back_start[node], back_start[node + 1]):
            other = number[back_to[place]]
            if other < 0:
                continue
            if ancestor[other] >= 0:
                depth = 0
                top = other
                while ancestor[ancestor[top]] >= 0:
                    way[depth] = top
                    depth += 1
                    top = ancestor[top]
                while depth > 0:
                    depth -= 1
                    each = way[depth]
                    up = ancestor[each]
                    if semi[label[up]] < semi[label[each]]:
                        label[each] = label[up]
                    ancestor[each] = ancestor[up]
                other = label[other]
            semi[one] = min(semi[one], semi[other])
        ancestor[one] = parent[one]
    nearest = parent.copy()
    above = np.full(nodes, -1, dtype=np.int32)
    for one in range(1, count):
        top = nearest[one]
        while top > semi[one]:
            top = nearest[top]
        nearest[one] = top
        above[order[one]] = order[top]
    return above


@numba.njit(cache=True)
def _searched(start: Longs, to: Ints, root: int) -> tuple[Ints, Ints, Ints]:
    """Depth first without recursion: nodes in their order, of each node its place (-1: not reached), and by place the
    place of its parent."""
    nodes = len(start) - 1
    number = np.full(nodes, -1, dtype=np.int32)
    order = np.empty(nodes, dtype=np.int32)
    parent = np.full(nodes, -1, dtype=np.int32)
    following = start[:-1].copy()
    stack = np.empty(nodes, dtype=np.int32)
    stack[0] = root
    number[root] = 0
    order[0] = root
    depth, count = 1, 1
    while depth > 0:
        one = stack[depth - 1]
        if following[one] == start[one + 1]:
            depth -= 1
            continue
        other = to[following[one]]
        following[one] += 1
        if number[other] < 0:
            number[other] = count
            order[count] = other
            parent[count] = number[one]
            count += 1
            stack[depth] = other
            depth += 1
    return order[:count].copy(), number, parent[:count].copy()
