"""What was decided on a workbench lately and still stands, the newest first, each with the way to take it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.placing.board import Board
from yanlian.apps.people.models import User
from yanlian.ui.words import t

Verdict = PlacementReview.Verdict
_RECENT = 8


@dataclass(frozen=True)
class Step:
    """Something that was decided lately. `undo`: what its button asks for; `firms`: of how many, where many were
    confirmed together."""

    pk: int
    firm: str
    what: str
    tone: str
    undo: str
    by: str
    at: datetime
    firms: int = 1


def steps(board: Board) -> list[Step]:
    """The newest decisions that stand: of single firms, of many at once, and rejected segments."""
    made = [*_single(board), *_many(board), *_rejected(board)]
    return sorted(made, key=lambda one: one.at, reverse=True)[:_RECENT]


def _single(board: Board) -> Iterator[Step]:
    reviews = PlacementReview.objects.filter(chain=board.chain.id, bulk=False).exclude(verdict=Verdict.OPEN)
    for review in reviews.select_related("entity", "changed_by")[:_RECENT]:
        tone = "good" if review.segment else "plain"
        what = _title(board, review.segment) if review.segment else t("其他", "Other")
        yield Step(
            review.entity_id, review.entity.name, what, tone, "undo", _shown(review.changed_by), review.changed_at
        )


def _many(board: Board) -> Iterator[Step]:
    placed = PlacementReview.objects.filter(chain=board.chain.id, bulk=True, verdict=Verdict.PLACED)
    batches = placed.values("changed_at", "changed_by").annotate(firms=Count("pk"), one=Max("entity_id"))
    for batch in batches.order_by("-changed_at")[:_RECENT]:
        at, by = batch["changed_at"], User.objects.filter(pk=batch["changed_by"]).first()
        name = t("批量确认 {n} 家", "{n} firms at once", n=batch["firms"])
        undo = f"undo_many:{at.isoformat()}"
        yield Step(batch["one"], name, t("批量", "Many"), "good", undo, _shown(by), at, batch["firms"])


def _rejected(board: Board) -> Iterator[Step]:
    rejected = Placement.objects.filter(chain=board.chain.id, state=Placement.State.REJECTED, changed_by__isnull=False)
    for one in rejected.select_related("entity", "changed_by").order_by("-changed_at")[:_RECENT]:
        what = t("排除：{s}", "Not {s}", s=_title(board, one.segment))
        undo = f"undo_reject:{one.segment}"
        yield Step(one.entity_id, one.entity.name, what, "bad", undo, _shown(one.changed_by), one.changed_at)


def _title(board: Board, segment: str) -> str:
    found = board.chain.by_id.get(segment)
    return segment_title(found) if found else segment


def _shown(user: User | None) -> str:
    return user.shown_name if user else "-"
