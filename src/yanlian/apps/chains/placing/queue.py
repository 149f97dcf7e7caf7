"""Who is next at the workbench, and how good the suggestions were so far.

usefulness = uncertainty × ln(1 + size in 万元): the firm from whose answer the model learns most and that matters most
to the chain comes first. uncertainty = 1 - the probability of the likeliest answer (其他 among them). A firm without a
known size counts as one of the median size; one that is of the chain by its core industry alone counts less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from django.db.models import Count, Q

from yanlian.apps.chains.models import PlacementReview
from yanlian.apps.chains.placing.board import Board
from yanlian.apps.chains.placing.texts import Firm
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.pool import First
from yanlian.engine.chain.placement.vectors import Booleans, Floats
from yanlian.ui.numbers import FEN_PER_WAN

BY_CODE_ALONE = 0.3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A firm that stands nowhere yet. `segment`: what is suggested first, empty for 其他."""

    firm: Firm
    segment: str
    probability: float
    other: float
    usefulness: float

    @property
    def uncertainty(self) -> float:
        return 1.0 - max(self.probability, self.other)

    @property
    def likeliest(self) -> float:
        """The probability of what is suggested first."""
        return max(self.probability, self.other)


class Line(Sequence[Waiting]):
    """Everybody who waits, the most useful first; each is written out only when it is looked at."""

    def __init__(self, board: Board) -> None:
        self._board = board
        first = board.first
        waits = np.array([one.pk not in board.done for one in board.firms], dtype=bool)
        self._usefulness = _usefulness(board, waits)
        rows = np.flatnonzero(waits)
        # Firms stand in the order of their codes, which a stable sort keeps among equals.
        self._rows: Longs = rows[np.argsort(-self._usefulness[rows], kind="stable")]
        # The number of the segment that is suggested first; -1 for 其他, -2 for a firm that does not wait.
        places = np.where((first.places < 0) | (first.other > first.probabilities), -1, first.places)
        self.suggested: Longs = np.where(waits, places, -2)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Waiting: ...
    @overload
    def __getitem__(self, at: slice) -> list[Waiting]: ...
    def __getitem__(self, at: int | slice) -> Waiting | list[Waiting]:
        if isinstance(at, slice):
            return [self._waiting(int(row)) for row in self._rows[at]]
        return self._waiting(int(self._rows[at]))

    def keys(self) -> list[int]:
        """The keys of the firms, in their order."""
        return [self._board.firms[row].pk for row in self._rows.tolist()]

    def _waiting(self, row: int) -> Waiting:
        board, at = self._board, int(self.suggested[row])
        return Waiting(
            board.firms[row],
            board.placer.categories[at].id if at >= 0 else "",
            float(board.first.probabilities[row]),
            float(board.first.other[row]),
            float(self._usefulness[row]),
        )


def _usefulness(board: Board, waits: Booleans) -> Floats:
    sizes = np.array([one.size_fen or 0 for one in board.firms], dtype=np.float64)
    known = sizes[waits & (sizes > 0)]
    sizes[sizes <= 0] = np.median(known) if len(known) else FEN_PER_WAN
    factor = np.array([BY_CODE_ALONE if mark is not None and mark.kind == "core" else 1.0 for mark in board.marks])
    unsure = 1.0 - np.maximum(board.first.probabilities, board.first.other)
    made: Floats = unsure * np.log1p(sizes / FEN_PER_WAN) * factor
    return made


_KEPT: dict[str, tuple[Board, First, frozenset[int], Line]] = {}


def waiting(board: Board) -> Line:
    """Everybody who waits, the most useful first; the same line as long as nothing was decided."""
    kept = _KEPT.get(board.chain.id)
    if kept is None or kept[0] is not board or kept[1] is not board.first or kept[2] is not board.done:
        kept = _KEPT[board.chain.id] = (board, board.first, board.done, Line(board))
    return kept[3]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a chain is. Accuracy is prequential: every decision is compared with what had been suggested before it;
    decisions that were taken back and bulk confirmations do not count."""

    firms: int
    done: int
    judged: int
    first: int
    among_five: int

    @property
    def waiting(self) -> int:
        return self.firms - self.done

    @property
    def share(self) -> float:
        return self.done / self.firms if self.firms else 0.0


def progress(board: Board) -> Progress:
    """Firms of the chain, how many are done, and the accuracy so far."""
    of_all, first, among_five = judged(board.chain.id)
    return Progress(len(board.firms), len(board.done & board.rows.keys()), of_all, first, among_five)


def judged(chain: str) -> tuple[int, int, int]:
    """How many decisions of a chain were compared with what had been suggested before; how many stood first, and how
    many among the five."""
    found = (
        PlacementReview.objects.filter(chain=chain, bulk=False, rank__isnull=False)
        .exclude(verdict=PlacementReview.Verdict.OPEN)
        .aggregate(
            all=Count("pk"),
            first=Count("pk", filter=Q(rank=1)),
            five=Count("pk", filter=Q(rank__range=(1, 5))),
        )
    )
    return found["all"], found["first"], found["five"]
