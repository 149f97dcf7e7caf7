"""Coordinates for layers: every node near the middle of its neighbours, no two nearer than a gap; lines between them.

Within a layer, the least-squares places under minimum distances are an isotonic regression (pool adjacent violators).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from yanlian.engine.feel.dmn.layout_layers import Layered

Point = tuple[float, float]
GAP, ROW_GAP = 40.0, 80.0
_SWEEPS = 6
_STAND_IN_WIDTH, _STAND_IN_WEIGHT, _STAND_IN_GAP = 4.0, 4.0, 16.0
# Lines keep this distance from shapes they pass.
_CLEAR = 8.0


@dataclass(slots=True)
class Placed:
    """Left upper corners and sizes of the real nodes, from (0, 0); centres of all; top and bottom of every row."""

    sizes: Sequence[tuple[float, float]]
    centre: list[float]
    rows: list[tuple[float, float]]
    row_of: list[int]
    corners: list[Point] = field(default_factory=list)


def placed(graph: Layered, sizes: Sequence[tuple[float, float]]) -> Placed:
    """Places for all nodes of a layered graph. `sizes` are of the real nodes."""
    count = len(graph.below)
    widths = [sizes[node][0] if node < graph.real else _STAND_IN_WIDTH for node in range(count)]
    centre = [0.0] * count
    for layer in graph.layers:
        _settle(layer, widths, centre, [1.0] * len(layer))
    for sweep in range(_SWEEPS):
        for layer in graph.layers[1:] if sweep % 2 == 0 else graph.layers[-2::-1]:
            weights = []
            for node in layer:
                near = graph.below[node] if sweep % 2 == 0 else graph.above[node]
                # The last two sweeps look both ways, so that nothing hangs to one side.
                near = near if sweep < _SWEEPS - 2 else [*graph.below[node], *graph.above[node]]
                if near:
                    centre[node] = sum(centre[other] for other in near) / len(near)
                weights.append((_STAND_IN_WEIGHT if node >= graph.real else 1.0) if near else 0.1)
            _settle(layer, widths, centre, weights)
    return _with_rows(graph, sizes, widths, centre)


def _settle(layer: Sequence[int], widths: Sequence[float], centre: list[float], weights: Sequence[float]) -> None:
    """Move the nodes of a layer as little as possible so that their gaps are kept, in their order."""
    offsets = [0.0]
    for left, right in pairwise(layer):
        passing = _STAND_IN_WIDTH in (widths[left], widths[right])
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + (_STAND_IN_GAP if passing else GAP))
    blocks: list[tuple[float, float, int]] = []
    for node, offset, weight in zip(layer, offsets, weights, strict=False):
        mean, mass, size = centre[node] - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, more, others = blocks.pop()
            mean, mass, size = (mean * mass + other * more) / (mass + more), mass + more, size + others
        blocks.append((mean, mass, size))
    at = 0
    for mean, _, size in blocks:
        for index in range(at, at + size):
            centre[layer[index]] = mean + offsets[index]
        at += size


def _with_rows(
    graph: Layered, sizes: Sequence[tuple[float, float]], widths: Sequence[float], centre: list[float]
) -> Placed:
    """Rows from the top layer down; everything moved so that nothing lies left of or above (0, 0)."""
    left = min(centre[node] - widths[node] / 2 for layer in graph.layers for node in layer)
    rows: list[tuple[float, float]] = [(0.0, 0.0)] * len(graph.layers)
    row_of = [0] * len(centre)
    y = 0.0
    for number in range(len(graph.layers) - 1, -1, -1):
        height = max((sizes[node][1] for node in graph.layers[number] if node < graph.real), default=0.0)
        rows[number] = (y, y + height)
        y += height + ROW_GAP
        for node in graph.layers[number]:
            row_of[node] = number
            centre[node] = float(round(centre[node] - left))
    found = Placed(sizes, centre, rows, row_of)
    for node in range(graph.real):
        top, bottom = rows[row_of[node]]
        width, height = sizes[node]
        found.corners.append((float(round(centre[node] - width / 2)), float(round((top + bottom - height) / 2))))
    return found


def routes(graph: Layered, at: Placed) -> dict[tuple[int, int], list[Point]]:
    """Lines from the top of the lower to the bottom of the upper node; through stand-ins if a shape is in the way."""
    starts, ends = _ports(graph, at)
    spans = [
        sorted((at.corners[n][0], at.corners[n][0] + at.sizes[n][0]) for n in layer if n < graph.real)
        for layer in graph.layers
    ]
    lines: dict[tuple[int, int], list[Point]] = {}
    for (low, high), chain in graph.chains.items():
        start, end = starts[low, high], ends[low, high]
        lines[low, high] = [start, end]
        if chain and not _is_free(start, end, [(at.rows[at.row_of[n]], spans[at.row_of[n]]) for n in chain]):
            bends = [(at.centre[n], y) for n in chain for y in reversed(at.rows[at.row_of[n]])]
            lines[low, high] = _without_idle([start, *bends, end])
    return lines


def _ports(graph: Layered, at: Placed) -> tuple[dict[tuple[int, int], Point], dict[tuple[int, int], Point]]:
    """Where each edge leaves and enters: spread over the border in the order in which the other ends stand."""
    leaving: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    entering: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    for edge, chain in graph.chains.items():
        low, high = edge
        leaving.setdefault(low, []).append((at.centre[chain[0] if chain else high], edge))
        entering.setdefault(high, []).append((at.centre[chain[-1] if chain else low], edge))

    def spread(groups: dict[int, list[tuple[float, tuple[int, int]]]], *, top: bool) -> dict[tuple[int, int], Point]:
        points: dict[tuple[int, int], Point] = {}
        for node, edges in groups.items():
            x, y = at.corners[node]
            width, height = at.sizes[node]
            for number, (_, edge) in enumerate(sorted(edges), 1):
                points[edge] = (round(x + width * number / (len(edges) + 1), 1), y if top else y + height)
        return points

    return spread(leaving, top=True), spread(entering, top=False)


def _is_free(
    start: Point, end: Point, passed: Sequence[tuple[tuple[float, float], Sequence[tuple[float, float]]]]
) -> bool:
    """Whether the straight line keeps clear of all shapes in the rows it passes."""
    slope = (end[0] - start[0]) / (end[1] - start[1])
    for row, spans in passed:
        xs = [start[0] + slope * (y - start[1]) for y in row]
        low, high = min(xs) - _CLEAR, max(xs) + _CLEAR
        after = bisect_left(spans, (high, high))
        if after and spans[after - 1][1] > low:
            return False
    return True


def _without_idle(points: list[Point]) -> list[Point]:
    """The points without those on a straight line between their neighbours."""
    kept = [points[0]]
    for point, following in pairwise(points[1:]):
        (ax, ay), (bx, by), (cx, cy) = kept[-1], point, following
        if abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) > 1e-6:
            kept.append(point)
    return [*kept, points[-1]]
