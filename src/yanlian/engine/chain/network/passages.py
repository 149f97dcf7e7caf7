"""Groups of firms that supply each other in circles, and firms through which all paths between two groups pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yanlian.engine.chain.links import Ints, Links, Longs, rows_of
from yanlian.engine.chain.network.walks import checked

Groups = tuple[tuple[int, ...], ...]


def circles(links: Links) -> Groups:
    """Strongly connected groups of two or more firms (each reaches every other), the largest first, then by number.

    Tarjan's depth-first search as scipy has it: time and memory grow with firms plus links.
    """
    nodes = len(links.firms)
    ones = np.ones(len(links), dtype=np.int8)
    graph = csr_array((ones, (links.supplier, links.customer)), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(label, minlength=count)
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(size)
    found = [tuple(order[ends[one] - size[one] : ends[one]].tolist()) for one in np.flatnonzero(size > 1)]
    return tuple(sorted(found, key=lambda group: (-len(group), group)))


@dataclass(frozen=True, slots=True)
class Passage:
    """Where goods from one group of firms to another must pass. `firms`: every path runs through each of these, in this
    order; the two groups themselves may be among them (a group of one always is). `connected`: whether there is any
    path at all."""

    connected: bool
    firms: tuple[int, ...]


def passages(links: Links, suppliers: Sequence[int], customers: Sequence[int]) -> Passage:
    """Chokepoints: the firms that dominate the customers' group seen from the suppliers' group.

    One virtual firm stands before all suppliers and one behind all customers. Along any one path between them, from
    each firm on it in order, everything that can be reached without stepping on the rest of the path is flooded;
    a firm of the path that the flood from all firms before it never leaps over is on every path. Each link is looked
    at once: linear time, against a removal of each firm in turn (the test's oracle).
    """
    nodes = len(links.firms)
    first, last = checked(links, suppliers), checked(links, customers)
    source, sink = nodes, nodes + 1
    one = np.concatenate([links.supplier, np.full(len(first), source, dtype=np.int32), last])
    other = np.concatenate([links.customer, first, np.full(len(last), sink, dtype=np.int32)])
    rows = rows_of(nodes + 2, one, other)
    found = _on_every_path(rows.start, rows.to, source, sink)
    return Passage(len(found) > 0, tuple(int(firm) for firm in found if firm < nodes))


@numba.njit(cache=True)
def _one_path(start: Longs, to: Ints, source: int, sink: int) -> Ints:
    """A shortest path with both ends; empty when there is none."""
    nodes = len(start) - 1
    before = np.full(nodes, -1, dtype=np.int32)
    queue = np.empty(nodes, dtype=np.int32)
    queue[0] = source
    before[source] = source
    read, filled = 0, 1
    while read < filled and before[sink] < 0:
        one = queue[read]
        read += 1
        for place in range(start[one], start[one + 1]):
            other = to[place]
            if before[other] < 0:
                before[other] = one
                queue[filled] = other
                filled += 1
    if before[sink] < 0:
        return queue[:0].copy()
    filled = 0
    one = sink
    while one != source:
        queue[filled] = one
        filled += 1
        one = before[one]
    queue[filled] = source
    return queue[: filled + 1][::-1].copy()


@numba.njit(cache=True)
def _on_every_path(start: Longs, to: Ints, source: int, sink: int) -> Ints:
    """The firms on every path from source to sink, both included, in order; empty when there is no path."""
    path = _one_path(start, to, source, sink)
    if len(path) == 0:
        return path
    nodes = len(start) - 1
    place_on = np.full(nodes, -1, dtype=np.int32)
    for place in range(len(path)):
        place_on[path[place]] = place
    flooded = np.zeros(nodes, dtype=np.bool_)
    stack = np.empty(nodes, dtype=np.int32)
    found = np.empty(len(path), dtype=np.int32)
    found[0] = source
    count, far = 1, 0
    for step in range(len(path) - 1):
        stack[0] = path[step]
        depth = 1
        while depth > 0:
            depth -= 1
            one = stack[depth]
            for place in range(start[one], start[one + 1]):
                other = to[place]
                if place_on[other] >= 0:
                    far = max(far, place_on[other])
                elif not flooded[other]:
                    flooded[other] = True
                    stack[depth] = other
                    depth += 1
        if far == step + 1:
            found[count] = path[step + 1]
            count += 1
    return found[:count].copy()
