"""Who is next at the workbench, and how good the suggestions were so far.

usefulness = uncertainty × ln(1 + size in 万元): the firm from whose answer the model learns most and that matters most
to the chain comes first. uncertainty = 1 - the probability of the likeliest answer (其他 among them). A firm without a
known size counts as one of the median size; one that is of the chain by its core industry alone counts less.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.placing.board import Board
from yanlian.apps.chains.placing.texts import Firm
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


def done_keys(board: Board) -> set[int]:
    """Firms that stand on a segment of the chain, or were put aside as 其他."""
    placed = Placement.objects.filter(chain=board.chain.id, state=Placement.State.CONFIRMED)
    aside = PlacementReview.objects.filter(chain=board.chain.id, verdict=PlacementReview.Verdict.OTHER)
    return set(placed.values_list("entity_id", flat=True)) | set(aside.values_list("entity_id", flat=True))


def waiting(board: Board) -> list[Waiting]:
    """Everybody who waits, the most useful first."""
    done = done_keys(board)
    some = [one for one in board.firms if one.pk not in done]
    if not some:
        return []
    sizes = [one.size_fen for one in some if one.size_fen]
    middle = int(statistics.median(sizes)) if sizes else FEN_PER_WAN
    order = board.ranked([one.pk for one in some])
    made = []
    for row, firm in enumerate(some):
        at, probability, other = int(order.places[row, 0]), float(order.probabilities[row, 0]), float(order.other[row])
        segment = "" if at < 0 or other > probability else board.placer.categories[at].id
        size = math.log1p((firm.size_fen or middle) / FEN_PER_WAN)
        mark = board.marks[board.rows[firm.pk]]
        named = BY_CODE_ALONE if mark is not None and mark.kind == "core" else 1.0
        made.append(Waiting(firm, segment, probability, other, float(order.uncertainty[row]) * size * named))
    return sorted(made, key=lambda one: (-one.usefulness, one.firm.code))


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
    done = done_keys(board)
    of_all, first, among_five = judged(board.chain.id)
    return Progress(
        firms=len(board.firms),
        done=sum(one.pk in done for one in board.firms),
        judged=of_all,
        first=first,
        among_five=among_five,
    )


def judged(chain: str) -> tuple[int, int, int]:
    """How many decisions of a chain were compared with what had been suggested before; how many stood first, and how
    many among the five."""
    ranks = (
        PlacementReview.objects.filter(chain=chain, bulk=False, rank__isnull=False)
        .exclude(verdict=PlacementReview.Verdict.OPEN)
        .values_list("rank", flat=True)
    )
    hits = [one for one in ranks if one is not None]
    return len(hits), sum(one == 1 for one in hits), sum(1 <= one <= 5 for one in hits)
