"""The requirement diagram of a clause: facts on the left, the clause on the right, lines from what is needed.

Layers, order and lines are those of the layout that DMN files get, turned by a quarter, because a page is read from
left to right; boxes are narrower so that a whole clause fits a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from yanlian.apps.policies.needs import Need
from yanlian.engine.feel.dmn.layout_layers import acyclic, layered, ranks
from yanlian.engine.feel.dmn.layout_places import ROW_GAP, Point, placed, routes
from yanlian.engine.feel.dmn.layout_text import text_lines

# Pixels for one unit of the layout's gaps, which are made for larger boxes.
_SCALE = 0.5
_WIDTH, _LINE, _KIND_LINE, _PADDING = 132.0, 18.0, 18.0, 6.0
_MARGIN = 6.0
_CLOSING = frozenset("）)》」』”’、，。；：%")
# Names are 13 pixels high and have 8 pixels of room on either side; the layout's measure is for 14 and 16.
_ROOM = (_WIDTH - 16) * 14 / 13 + 32
# Wider drawings keep their size and scroll; narrower ones may shrink with the page.
FITS = 1060.0


@dataclass(frozen=True)
class Line:
    """One line of a name, at its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Box:
    """An element as it is drawn, in pixels."""

    need: Need
    x: float
    y: float
    width: float
    height: float
    kind_y: float
    lines: Sequence[Line]


@dataclass(frozen=True)
class Diagram:
    """Boxes and the paths of their lines."""

    width: float
    height: float
    boxes: Sequence[Box]
    paths: Sequence[str]

    @property
    def fits(self) -> bool:
        """Whether it may shrink to the width of the page and stay readable."""
        return self.width <= FITS


def diagram(needs: Sequence[Need], labels: Sequence[str]) -> Diagram:
    """The drawing; `labels` are the names in the reader's language, one for each element."""
    number = {need.id: i for i, need in enumerate(needs)}
    edges = [(number[low], i) for i, need in enumerate(needs) for low in need.needs if low in number]
    upward = acyclic(len(needs), edges)
    texts = [_lines(label) for label in labels]
    heights = [_KIND_LINE + len(lines) * _LINE + 2 * _PADDING for lines in texts]
    bottom = frozenset(i for i, need in enumerate(needs) if need.kind == "fact")
    graph = layered(len(needs), upward, ranks(len(needs), upward, bottom))
    at = placed(graph, [(height / _SCALE, _WIDTH / _SCALE) for height in heights])
    depth = max(end for _, end in at.rows)

    def turned(point: Point) -> Point:
        return (round(_MARGIN + (depth - point[1]) * _SCALE, 1), round(_MARGIN + point[0] * _SCALE, 1))

    boxes = []
    for need, (x, y), lines, height in zip(needs, at.corners, texts, heights, strict=False):
        right, top = turned((x, y))
        boxes.append(_box(need, right - _WIDTH, top, height, lines))
    paths = [_path([turned(point) for point in points]) for points in routes(graph, at).values()]
    width = max((box.x + box.width for box in boxes), default=0.0) + _MARGIN
    ends = [box.y + box.height for box in boxes]
    ends += [turned(point)[1] for points in routes(graph, at).values() for point in points]
    return Diagram(round(width, 1), round(max(ends, default=0.0) + _MARGIN, 1), boxes, paths)


def _lines(label: str) -> tuple[str, ...]:
    """The label in as few lines as it takes, of about the same length, none beginning with what closes a pair."""
    lines = text_lines(label, _ROOM)
    best = lines
    for tenths in range(9, 4, -1):
        tried = text_lines(label, 32 + (_ROOM - 32) * tenths / 10)
        if len(tried) > len(lines):
            break
        if not any(line[:1] in _CLOSING for line in tried):
            best = tried
    return best


def _box(need: Need, x: float, y: float, height: float, lines: Sequence[str]) -> Box:
    x = round(x, 1)
    first = y + _PADDING + _KIND_LINE + 13
    placed_lines = [Line(x + 8, round(first + i * _LINE, 1), text) for i, text in enumerate(lines)]
    return Box(need, x, y, _WIDTH, height, round(y + _PADDING + 12, 1), placed_lines)


def _path(points: Sequence[Point]) -> str:
    """A curve where the line crosses the gap between two layers, straight where it passes one."""
    (x, y), *_ = points
    parts = [f"M{x:g} {y:g}"]
    for (ax, ay), (bx, by) in pairwise(points):
        if bx - ax <= ROW_GAP * _SCALE + 1 and ay != by:
            middle = (ax + bx) / 2
            parts.append(f"C{middle:g} {ay:g} {middle:g} {by:g} {bx:g} {by:g}")
        else:
            parts.append(f"L{bx:g} {by:g}")
    return "".join(parts)
