"""Layers of a directed graph, and the order within each: long edges get a stand-in in every layer they pass.

K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system structures" (1981): longest
paths, then barycentre sweeps; the best order seen is kept. Cost: O(sweeps × (nodes + edges) × log edges).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SWEEPS = 12
# Above this many edges and stand-ins, fewer sweeps are enough to stay well below a second.
_LARGE = 6_000


@dataclass(slots=True)
class Layered:
    """`layers`: node numbers from the bottom up, each layer in order. Stand-ins have numbers from `real` on.

    `below` and `above` are the neighbours of every node in the adjacent layers; `chains` the stand-ins of an edge from
    its lower to its upper end.
    """

    real: int
    layers: list[list[int]]
    below: list[list[int]]
    above: list[list[int]]
    chains: dict[tuple[int, int], list[int]] = field(default_factory=dict)


def acyclic(count: int, edges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The edges without those that close a circle (found by a walk in depth, in the order given)."""
    out: list[list[int]] = [[] for _ in range(count)]
    for low, high in edges:
        out[low].append(high)
    state = [0] * count
    kept: list[tuple[int, int]] = []
    for root in range(count):
        if state[root]:
            continue
        state[root] = 1
        path = [(root, iter(out[root]))]
        while path:
            node, rest = path[-1]
            high = next(rest, -1)
            if high < 0:
                state[node] = 2
                path.pop()
            elif state[high] != 1:
                kept.append((node, high))
                if not state[high]:
                    state[high] = 1
                    path.append((high, iter(out[high])))
    return kept


def ranks(count: int, edges: Sequence[tuple[int, int]], bottom: frozenset[int]) -> list[int]:
    """The layer of every node: longest path from below; who rests on nothing stands right under its lowest user.

    Nodes in `bottom` that rest on nothing stay at the bottom.
    """
    high_of: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for low, high in edges:
        high_of[low].append(high)
        waits[high] += 1
    free = [node for node in range(count) if not waits[node]]
    founded = set(free)
    rank = [0] * count
    for node in free:
        for high in high_of[node]:
            rank[high] = max(rank[high], rank[node] + 1)
            waits[high] -= 1
            if not waits[high]:
                free.append(high)
    for node in founded - bottom:
        if high_of[node]:
            rank[node] = min(rank[high] for high in high_of[node]) - 1
    return rank


def layered(count: int, edges: Sequence[tuple[int, int]], rank: Sequence[int]) -> Layered:
    """Layers with stand-ins, ordered so that few edges cross. `edges` go upwards in `rank`."""
    layers: list[list[int]] = [[] for _ in range(max(rank, default=0) + 1)]
    for node in range(count):
        layers[rank[node]].append(node)
    found = Layered(count, layers, [[] for _ in range(count)], [[] for _ in range(count)])
    for low, high in edges:
        chain: list[int] = []
        before = low
        for layer in range(rank[low] + 1, rank[high]):
            stand_in = len(found.below)
            found.below.append([])
            found.above.append([])
            layers[layer].append(stand_in)
            _join(found, before, stand_in)
            chain.append(stand_in)
            before = stand_in
        _join(found, before, high)
        found.chains[low, high] = chain
    _order(found)
    return found


def _join(graph: Layered, low: int, high: int) -> None:
    graph.above[low].append(high)
    graph.below[high].append(low)


def _order(graph: Layered) -> None:
    place = [0] * len(graph.below)
    for layer in graph.layers:
        _number(layer, place)
    best = [list(layer) for layer in graph.layers]
    fewest = crossings(graph)
    total = sum(map(len, graph.above))
    for sweep in range(_SWEEPS if total < _LARGE else _SWEEPS // 3):
        if not fewest:
            break
        upwards = sweep % 2 == 0
        order = graph.layers[1:] if upwards else graph.layers[-2::-1]
        neighbours = graph.below if upwards else graph.above
        for layer in order:
            layer.sort(key=lambda node: (_mean(neighbours[node], place), place[node]))
            _number(layer, place)
        now = crossings(graph)
        if now < fewest:
            fewest, best = now, [list(layer) for layer in graph.layers]
    graph.layers[:] = best


def _number(layer: list[int], place: list[int]) -> None:
    for at, node in enumerate(layer):
        place[node] = at


def _mean(neighbours: list[int], place: list[int]) -> float:
    """The middle of the neighbours; who has none stays where it is."""
    return sum(place[node] for node in neighbours) / len(neighbours) if neighbours else -1.0


def crossings(graph: Layered) -> int:
    """How many pairs of edges between adjacent layers cross."""
    total = 0
    for lower, upper in zip(graph.layers, graph.layers[1:], strict=False):
        place = {node: at for at, node in enumerate(upper)}
        seen: list[int] = []
        for node in lower:
            ends = sorted(place[high] for high in graph.above[node])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
