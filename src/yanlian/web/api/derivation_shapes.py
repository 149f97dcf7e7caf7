"""Shapes of a derivation's details: tables row by row, limits over several outcomes."""

from __future__ import annotations

from typing import Literal

from ninja import Schema


class TriedRowOut(Schema):
    """A row of a decision table as it was tried: its tests, what came of each, whether it fired."""

    number: int
    cells: list[str]
    verdicts: list[Literal["met", "not_met", "unknown", "any"]]
    fired: bool


class TriedTableOut(Schema):
    """What a table was asked with (formula and value), and its rows in order; `more` rows are not listed."""

    inputs: list[tuple[str, str]]
    rows: list[TriedRowOut]
    more: int


class TableOut(Schema):
    """The row of a decision table that fired, from 1; 0 for none. `tried`: every row."""

    name: str
    reference: str
    row: int
    cells: list[str]
    result: str
    tried: TriedTableOut


class LimitOut(Schema):
    """A stacking group or a cap over several outcomes; without amounts it took nothing away."""

    kind: Literal["stacking", "cap"]
    label: str
    over: str
    per: str
    text: str
    limit: str
    from_fen: int | None
    to_fen: int | None
    winner: str
