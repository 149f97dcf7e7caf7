"""FEEL trees moved to where their text stands in a file, so that errors and warnings name its line and column."""

from __future__ import annotations

from dataclasses import fields, replace

from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn.model import Spot
from yanlian.engine.feel.refusal import FeelError


def moved(node: ast.Node, spot: Spot) -> ast.Node:
    """The same tree with places counted from the start of the file."""
    if spot.line <= 1 and spot.column <= 1:
        return node
    changes: dict[str, object] = {"place": _place(node.place, spot)}
    for part in fields(node):
        value: object = getattr(node, part.name)
        if isinstance(value, ast.Node):
            changes[part.name] = moved(value, spot)
        elif isinstance(value, tuple) and value:
            changes[part.name] = tuple(moved(one, spot) if isinstance(one, ast.Node) else one for one in value)
    return replace(node, **changes)  # type: ignore[arg-type]


def _place(place: ast.Place, spot: Spot) -> ast.Place:
    line, column = in_file(place.line, place.column, spot)
    return ast.Place(line, column, place.start, place.end)


def in_file(line: int, column: int, spot: Spot) -> tuple[int, int]:
    """Line and column in the file of a place in a text that begins at a spot."""
    if not spot.line:
        return line, column
    return spot.line + line - 1, column + spot.column - 1 if line == 1 else column


def moved_error(error: FeelError, spot: Spot) -> FeelError:
    """The same refusal at its place in the file."""
    line, column = error.data.get("line"), error.data.get("column")
    if not isinstance(line, int) or not isinstance(column, int):
        return error
    at = in_file(line, column, spot)
    return FeelError(error.code, **{**error.data, "line": at[0], "column": at[1]})
