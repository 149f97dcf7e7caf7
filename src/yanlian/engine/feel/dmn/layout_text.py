"""How much room a name takes on a drawing: Chinese characters are square, letters about half as wide."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

LINE_HEIGHT = 18.0
_WIDE, _NARROW = 14.0, 7.7
_PADDING_ACROSS, _PADDING_DOWN = 32.0, 20.0
_WIDTHS, _HEIGHT = (180.0, 240.0, 300.0), 60.0
# A word of letters and digits stays together if it can; between other characters a line may end.
_PIECE = re.compile(r"\s+|[A-Za-z0-9_\u00C0-\u024F.'-]+|.", re.DOTALL)


def text_width(text: str) -> float:
    """Width in pixels of a text of 14 pixels' size."""
    return sum(_WIDE if east_asian_width(character) in "WFA" else _NARROW for character in text)


def text_lines(text: str, width: float) -> tuple[str, ...]:
    """The text cut into lines that fit into a shape of that width."""
    room = width - _PADDING_ACROSS
    lines, line, used = [], "", 0.0
    for piece in _pieces(text, room):
        size = text_width(piece)
        if used + size > room and line:
            lines.append(line.rstrip())
            line, used = "", 0.0
        if line or not piece.isspace():
            line, used = line + piece, used + size
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _pieces(text: str, room: float) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        # A word longer than a line is cut.
        pieces += [piece] if text_width(piece) <= room else list(piece)
    return pieces


def shape_size(text: str) -> tuple[float, float]:
    """Width and height of a shape that the text fits into: 180 × 60 unless the name or one of its words is long."""
    longest = max(map(text_width, _PIECE.findall(text)), default=0.0) + _PADDING_ACROSS
    for width in _WIDTHS:
        height = len(text_lines(text, width)) * LINE_HEIGHT + _PADDING_DOWN
        if height <= _HEIGHT and longest <= width:
            return width, _HEIGHT
    return _WIDTHS[-1], max(_HEIGHT, len(text_lines(text, _WIDTHS[-1])) * LINE_HEIGHT + _PADDING_DOWN)
