"""Where the segments of a chain stand on its map: a column for each position and tier, groups together, few crossings.

Order inside a column by the mean place of a segment's suppliers to the left (the barycentre heuristic of Sugiyama,
Tagawa and Toda 1981), groups kept whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.engine.chain.template.model import POSITIONS, Chain, Position, Segment

# Pixels. A map is as wide as the page; more columns than fit make it wider, and it scrolls.
WIDTH, NARROWEST = 1084.0, 96.0
BOX_HEIGHT, GAP, TOP, MARGIN = 50.0, 8.0, 36.0, 4.0
# A line of the name of a group.
GROUP_LINE = 14.0
# Of a letter of the title; Chinese letters are as wide as they are high.
LETTER, NARROW_LETTER = 11.0, 6.0
_ORDER = {position: place for place, position in enumerate(POSITIONS)}


@dataclass(frozen=True)
class Heading:
    """A column: its position and tier; where it begins and how wide it is."""

    position: Position
    tier: int
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """The name of a group above its first segment in a column."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Layout:
    """Middles of the boxes by segment, headings and marks, in pixels."""

    width: float
    height: float
    box_width: float
    headings: Sequence[Heading]
    marks: Sequence[Mark]
    at: Mapping[str, tuple[float, float]]


def laid_out(chain: Chain, group_lines: int = 1) -> Layout:
    """The places of all segments. `group_lines`: lines that the name of a group may take."""
    group_height = 6 + group_lines * GROUP_LINE
    columns = _columns(chain)
    step = max(NARROWEST, (WIDTH - 2 * MARGIN) / max(len(columns), 1))
    box = min(step - 10, 150.0)
    at: dict[str, tuple[float, float]] = {}
    marks: list[Mark] = []
    headings: list[Heading] = []
    height = TOP
    for number, ((position, tier), segments) in enumerate(columns):
        left = MARGIN + number * step
        headings.append(Heading(position, tier, left, step))
        y = TOP
        for group, members in _ordered(chain, segments, at):
            marks.append(Mark(group, left + box / 2, y + group_height / 2))
            y += group_height
            for one in members:
                at[one.id] = (left + box / 2, y + BOX_HEIGHT / 2)
                y += BOX_HEIGHT + GAP
        height = max(height, y)
    return Layout(2 * MARGIN + len(columns) * step, height + MARGIN, box, headings, marks, at)


def _columns(chain: Chain) -> list[tuple[tuple[Position, int], list[Segment]]]:
    found: dict[tuple[Position, int], list[Segment]] = defaultdict(list)
    for one in chain.segments:
        found[one.position, one.tier].append(one)
    return sorted(found.items(), key=lambda item: (_ORDER[item[0][0]], item[0][1]))


def _ordered(
    chain: Chain, segments: Sequence[Segment], at: Mapping[str, tuple[float, float]]
) -> list[tuple[str, list[Segment]]]:
    """The groups of a column with their segments, each by the mean height of the suppliers that have a place."""
    heights: dict[str, float] = {}
    for one in segments:
        known = [at[edge.supplier][1] for edge in chain.inputs(one.id) if edge.supplier in at]
        heights[one.id] = sum(known) / len(known) if known else float("inf")
    groups: dict[str, list[Segment]] = defaultdict(list)
    for one in segments:
        groups[one.group].append(one)
    for members in groups.values():
        members.sort(key=lambda one: heights[one.id])
    return sorted(groups.items(), key=lambda item: min(heights[one.id] for one in item[1]))


def title_lines(title: str, width: float) -> list[str]:
    """A title in one or two lines that fit a width; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in re.findall(r"[A-Za-z0-9/.,()+-]+ ?|.", title):
        if _width(lines[-1] + word.rstrip()) > width and lines[-1]:
            if len(lines) == 2:
                lines[1] = shortened(lines[1] + word, width)
                return [line.strip() for line in lines]
            lines.append("")
        lines[-1] += word
    return [shortened(line.strip(), width) for line in lines]


def shortened(line: str, width: float) -> str:
    """A line that fits a width, with an ellipsis where something is left out."""
    if _width(line) <= width:
        return line
    while line and _width(line + "…") > width:
        line = line[:-1]
    return line + "…"


def _width(text: str) -> float:
    return sum(NARROW_LETTER if ord(letter) < 0x2E80 else LETTER for letter in text)
