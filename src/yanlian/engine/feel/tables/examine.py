"""Gaps and overlaps of a decision table, each with a row of inputs that shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yanlian.engine.feel.tables.board import Board, Column, Row, Rule, board_of
from yanlian.engine.feel.tables.findings import Finding, Severity
from yanlian.engine.feel.tables.masked import note_masked, note_never_best
from yanlian.engine.feel.tables.outputs import outputs_of
from yanlian.engine.feel.tables.overlaps import Search, note_identical, note_overlaps
from yanlian.engine.feel.tables.sweep import Box, Cover, Steps, TooMuch

STEPS = 2_000_000
MOST = 50
MAX_COLUMNS = 300
_ORDER = {"error": 0, "warning": 1, "info": 2}


def examine(
    columns: Sequence[Column],
    rules: Sequence[Rule],
    hit_policy: str = "U",
    *,
    has_default: bool = False,
    output_order: Sequence[Sequence[object]] = (),
    steps: int = STEPS,
    most: int = MOST,
) -> tuple[Finding, ...]:
    """What a careful reader would find in a table, the errors first.

    Sound: a gap or an overlap is told only where it is certain. Complete for cells that are conditions over constants.
    Whatever is left open is told as `not_examined`: cells that only the facts decide, more than `most` findings of a
    kind, or a table that needs more than `steps` of work (the default is a few seconds). `output_order`: the allowed
    values of each output, best first (for the policy P).
    """
    unfinished = Finding("not_examined", "info", reason="steps")
    if len(columns) > MAX_COLUMNS:
        return (unfinished,)
    try:
        board = board_of(columns, rules)
    except TooMuch:
        return (unfinished,)
    search = Search(board, hit_policy, _groups(board), [outputs_of(r.outputs) for r in rules], Steps(steps), most)
    severity: Severity = "info" if has_default or hit_policy not in {"U", "A", "F", "P"} else "warning"
    parts: list[Callable[[list[Finding]], None]] = [lambda found: note_identical(search, found)]
    if hit_policy in {"U", "A"}:
        parts.append(lambda found: note_overlaps(search, found))
    if hit_policy == "F":
        parts.append(lambda found: note_masked(search, found))
    if hit_policy == "P":
        order = [outputs_of(values) for values in output_order]
        parts.append(lambda found: note_never_best(search, order, found))
    parts.append(lambda found: _note_gaps(search, severity, has_default, found))
    found = list(board.noted)
    try:
        for part in parts:
            part(found)
    except TooMuch:
        found.append(unfinished)
    return tuple(sorted(found, key=lambda one: _ORDER[one.severity]))


def _groups(board: Board) -> list[list[Row]]:
    """The rows that may be true at all, those with the same tests together."""
    same_boxes: dict[tuple[Box, Box] | object, list[Row]] = {}
    for row in board.rows:
        if not all(row.may):
            continue
        # Boxes say everything only where nothing in the cells is opaque; there the cells themselves must be the same.
        key: object = row.may if row.must == row.may else row.rule.tests
        same_boxes.setdefault(key, []).append(row)
    return list(same_boxes.values())


def _note_gaps(search: Search, severity: Severity, has_default: bool, found: list[Finding]) -> None:
    """Places where no row may be true: found one by one, each grown as far as it goes."""
    told: list[Box] = []
    board = search.board
    cover = Cover(board.live, [group[0].may for group in search.groups], search.steps)
    for made in range(search.most + 1):
        place = cover.find()
        if place is None:
            return
        if made == search.most:
            found.append(Finding("not_examined", "info", reason="more_gaps"))
            return
        box = _without(cover.widen(place), told)
        reason = "default" if has_default else ""
        found.append(board.found("gap", severity, (), box, board.witness(box), reason))
        cover.add(box)
        told.append(box)


def _without(box: Box, told: Sequence[Box]) -> Box:
    """A gap without the slices that were told before: the reader sees what is new in it."""
    for other in told:
        for d in range(len(box)):
            rest = box[d] & ~other[d]
            if rest and all(not box[e] & ~other[e] for e in range(len(box)) if e != d):
                box = (*box[:d], rest, *box[d + 1 :])
    return box
