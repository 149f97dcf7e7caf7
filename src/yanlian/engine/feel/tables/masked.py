"""Rows that never give the result because others come before them wherever they are true."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.feel.tables.board import Row
from yanlian.engine.feel.tables.findings import Finding
from yanlian.engine.feel.tables.outputs import Output, rank_of
from yanlian.engine.feel.tables.overlaps import Search
from yanlian.engine.feel.tables.sweep import Cover, meet, meets, within

# Up to so many covering rows the smallest sufficient set is looked for.
_FEW = 12


def note_masked(search: Search, found: list[Finding]) -> None:
    """Policy F: rows that earlier rows cover."""
    firsts = [group[0] for group in search.groups]
    for group in search.groups:
        # Of rows with the same tests the first decides; the others are told as identical.
        _note(search, group[0], [row for row in firsts if row.number < group[0].number], "", found)


def note_never_best(search: Search, order: Sequence[Sequence[Output]], found: list[Finding]) -> None:
    """Policy P: rows that better ones cover."""
    if len(order) != len(search.outputs[0] if search.outputs else ()):
        return
    rows = [row for group in search.groups for row in group]
    ranks = {row.number: rank_of(search.outputs[row.number], order) for row in rows}
    for row in rows:
        own = ranks[row.number]
        if own is not None:
            better = [one for one in rows if (rank := ranks[one.number]) is not None and rank < own]
            _note(search, row, better, "never_best", found)


def _note(search: Search, row: Row, before: Sequence[Row], reason: str, found: list[Finding]) -> None:
    space = meet(row.may, search.board.wide)
    if space is None:
        return
    search.steps.take(len(before))
    covering = [one for one in before if all(one.must) and meets(one.must, space)]
    alone = next((one for one in covering if within(space, one.must)), None)
    if alone is not None or _covered(search, row, covering):
        coverers = _few(search, row, covering) if alone is None else [alone]
        witness = search.board.witness(space)
        place = search.board.found("unreachable", "warning", (), space, witness)
        rows = (row.number + 1, *(one.number + 1 for one in coverers))
        found.append(Finding("unreachable", "warning", rows, None, place.witness, place.region, place.shown, reason))


def _covered(search: Search, row: Row, covering: Sequence[Row]) -> bool:
    space = meet(row.may, search.board.wide)
    return space is not None and Cover(space, [one.must for one in covering], search.steps).find() is None


def _few(search: Search, row: Row, covering: Sequence[Row]) -> list[Row]:
    """A smaller set of rows that covers as well: without those that can be spared, the last first."""
    kept = list(covering)
    if len(kept) > _FEW:
        return kept
    for one in reversed(covering):
        fewer = [other for other in kept if other is not one]
        if _covered(search, row, fewer):
            kept = fewer
    return kept
