"""Rows that are true together where only one may be: pairs first, then one place for each set of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from yanlian.engine.feel.tables.board import Board, Row
from yanlian.engine.feel.tables.findings import Finding, Severity
from yanlian.engine.feel.tables.outputs import Output, same_outputs
from yanlian.engine.feel.tables.sweep import Box, Cover, Steps, bits, meet, meets

SAME, DOUBTFUL = "same", "doubtful"


@dataclass(frozen=True, slots=True)
class Search:
    """What every search of a table needs. `groups`: rows with the same tests, the first of them standing for all;
    `outputs` by the number of the row."""

    board: Board
    policy: str
    groups: Sequence[Sequence[Row]]
    outputs: Sequence[tuple[Output, ...]]
    steps: Steps
    most: int

    def same(self, rows: Sequence[Row]) -> bool | None:
        """Whether all these rows give the same."""
        verdicts = [same_outputs(self.outputs[rows[0].number], self.outputs[row.number]) for row in rows[1:]]
        return False if False in verdicts else None if None in verdicts else True


def judged(search: Search, rows: Sequence[Row]) -> tuple[Severity, str]:
    """How bad it is that these rows are true together, and the word for the sentence."""
    same = search.same(rows)
    if same:
        return "warning", SAME
    if same is None:
        return ("error" if search.policy == "U" else "warning"), DOUBTFUL
    return "error", ""


def note_identical(search: Search, found: list[Finding]) -> None:
    """Rows with the same tests. Where every row counts, only those that give the same, too."""
    for group in search.groups:
        if len(group) < 2:
            continue
        same = search.same(group)
        severity, reason = judged(search, group)
        if search.policy not in {"U", "A"}:
            severity = "warning"
        if search.policy in {"U", "A", "F"} or same:
            found.append(_same_tests(search.board, severity, group, reason))


def _same_tests(board: Board, severity: Severity, group: Sequence[Row], reason: str) -> Finding:
    numbers = [row.number for row in group]
    box = group[0].may
    if box != group[0].must:
        # Where they are true only the facts decide: there is no example.
        return Finding("identical", severity, tuple(number + 1 for number in numbers), reason=reason)
    return board.found("identical", severity, numbers, box, board.witness(box), reason)


def note_overlaps(search: Search, found: list[Finding]) -> None:
    """Rows that overlap: for every pair a place where as few further rows as possible are true."""
    rows = [group[0] for group in search.groups]
    near = _near(rows, search)
    told = [0] * len(rows)
    left = 0
    made = 0
    for i in range(len(rows)):
        for j in bits(near[i] >> (i + 1)):
            j += i + 1
            pair = [*search.groups[i], *search.groups[j]]
            if told[i] >> j & 1 or (search.policy == "A" and search.same(pair)):
                continue
            share = meet(rows[i].must, rows[j].must)
            share = share and meet(share, search.board.live)
            if share is None:
                continue
            if made == search.most:
                left += 1
                continue
            others = [k for k in bits(near[i] & near[j]) if k not in (i, j)]
            together = _tell(search, rows, (i, j), share, others, found)
            made += 1
            for k in bits(together):
                told[k] |= together
    if left:
        found.append(Finding("not_examined", "info", reason="more_overlaps", found=str(left)))


def _tell(
    search: Search, rows: Sequence[Row], pair: tuple[int, int], share: Box, others: Sequence[int], found: list[Finding]
) -> int:
    """The finding for two rows that overlap; gives the set of rows in it."""
    cover = Cover(share, [rows[k].may for k in others], search.steps)
    place = cover.find()
    box = cover.thinnest() if place is None else cover.widen(place)
    witness = search.board.witness(box)
    true = [*pair, *(k for k in others if meets(rows[k].must, witness))]
    if place is None:
        # Where further rows are true, all that is said is said of this one place.
        box = witness
    members = [row for k in sorted(true) for row in search.groups[k]]
    severity, reason = judged(search, members)
    found.append(search.board.found("overlap", severity, [row.number for row in members], box, witness, reason))
    return sum(1 << k for k in true)


def _near(rows: Sequence[Row], search: Search) -> list[int]:
    """For each row the rows that may be true with it."""
    live = search.board.live
    boxes = [meet(row.may, live) for row in rows]
    order = sorted(range(len(live)), key=lambda d: sum(row.may[d].bit_count() for row in rows) / live[d].bit_count())
    turned = [None if box is None else tuple(box[d] for d in order) for box in boxes]
    near = [0] * len(rows)
    search.steps.take(len(rows) ** 2 // 4)
    for (i, one), (j, other) in combinations(enumerate(turned), 2):
        if one is not None and other is not None and meets(one, other):
            near[i] |= 1 << j
            near[j] |= 1 << i
    return near
