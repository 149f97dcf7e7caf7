"""The only writers of the workbench: place, reject, put aside, take back, confirm many, suggest for the whole registry.

Who decides says which version of the firm's review was on the screen; when somebody else decided meanwhile the second
is refused and told who did what. The same decision again is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.actions import Suggested as Kept
from yanlian.apps.chains.actions import decide_placement, place, suggest_placements
from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.placing.board import Board
from yanlian.apps.chains.placing.queue import Waiting, waiting
from yanlian.apps.chains.placing.texts import PPM
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused
from yanlian.engine.chain.placement.evidence import Span
from yanlian.engine.chain.placement.profiles import Profile
from yanlian.engine.chain.placement.suggest import Suggested, Suggestion

Verdict = PlacementReview.Verdict
ENGINE = "归位引擎"
_WORDS_KEPT = 8
_PORTION = 200


def evidence_of(profile: Profile, carried: Sequence[Span]) -> list[dict[str, str | int | float]]:
    """The strongest words of a suggestion as they are kept: the field's text, offsets within it, share of the score."""
    total = sum(one.weight for one in carried) or 1.0
    return [
        {
            "field": one.field,
            "text": profile.texts[one.text].text,
            "start": one.start,
            "end": one.end,
            "weight": round(one.weight / total, 4),
        }
        for one in carried[:_WORDS_KEPT]
    ]


@transaction.atomic
def confirm(
    board: Board, pk: int, segment: str, version: int, by: User, *, batch: datetime | None = None
) -> PlacementReview:
    """The firm stands on this segment; `batch` is the moment of the many that were confirmed together.

    Refused: `segment_not_there`, `firm_not_waiting`, `review_changed`."""
    segment_named(board.chain.id, segment)
    review = _seen(board, pk, version, Verdict.PLACED, segment)
    if review.verdict == Verdict.PLACED:
        return review
    suggested = board.suggested(pk)
    chosen = next((one for one in suggested.suggestions if one.category == segment), None)
    profile = board.firm(pk).profile
    if chosen is not None:
        suggest_placements([_kept(board, pk, chosen, profile)], by=by)
    place(review.entity, board.chain.id, segment, by)
    return _written(review, Verdict.PLACED, segment, suggested, by, batch=batch)


@transaction.atomic
def put_aside(board: Board, pk: int, version: int, by: User) -> PlacementReview:
    """其他: the firm stands on no segment of the chain. Refused: `firm_not_waiting`, `review_changed`."""
    review = _seen(board, pk, version, Verdict.OTHER, "")
    if review.verdict == Verdict.OTHER:
        return review
    return _written(review, Verdict.OTHER, "", board.suggested(pk), by)


@transaction.atomic
def reject(board: Board, pk: int, segment: str, version: int, by: User) -> Placement:
    """The firm does not stand on this segment; it goes on waiting. Refused as `confirm`."""
    segment_named(board.chain.id, segment)
    review = _seen(board, pk, version, Verdict.OPEN, "")
    if review.verdict != Verdict.OPEN:
        raise _changed(review)
    found = next((one for one in board.suggested(pk).suggestions if one.category == segment), None)
    profile = board.firm(pk).profile
    kept = Kept(pk, board.chain.id, segment, None) if found is None else _kept(board, pk, found, profile)
    suggest_placements([kept], by=by)
    placement = Placement.objects.get(entity=pk, chain=board.chain.id, segment=segment)
    return decide_placement(placement.pk, Placement.State.REJECTED, placement.version, by)


@transaction.atomic
def take_back(board: Board, pk: int, by: User) -> PlacementReview:
    """The firm waits again: what the workbench decided of it does not count any more. Refused: `firm_not_waiting`.

    Taking back what is open already changes nothing."""
    review = _locked(board, pk)
    if review.verdict == Verdict.OPEN:
        return review
    if review.verdict == Verdict.PLACED:
        placement = Placement.objects.get(entity=pk, chain=board.chain.id, segment=review.segment)
        decide_placement(placement.pk, Placement.State.SUGGESTED, placement.version, by)
    return _written(review, Verdict.OPEN, "", None, by)


def take_back_rejection(board: Board, pk: int, segment: str, by: User) -> Placement:
    """A rejected segment may be suggested to the firm again."""
    with transaction.atomic():
        placement = Placement.objects.get(entity=pk, chain=board.chain.id, segment=segment)
        if placement.state != Placement.State.REJECTED:
            return placement
        return decide_placement(placement.pk, Placement.State.SUGGESTED, placement.version, by)


def bulk_rows(board: Board, least: float) -> list[Waiting]:
    """Firms whose first suggestion is a segment with at least this probability, the least sure first."""
    some = [one for one in waiting(board) if one.segment and one.probability >= least]
    return sorted(some, key=lambda one: (one.probability, one.firm.code))


@transaction.atomic
def confirm_many(board: Board, expected: Sequence[tuple[int, str]], least: float, checked: int, by: User) -> int:
    """Confirm the first suggestion of all these firms, after `checked` of them were found right. How many.

    Refused: `bulk_changed` when the list is no longer the one that was seen.
    """
    now = {(one.firm.pk, one.segment) for one in bulk_rows(board, least)}
    if now != set(expected):
        raise Refused("bulk_changed", seen=len(expected), now=len(now))
    versions = dict(
        PlacementReview.objects.filter(chain=board.chain.id, entity__in=[pk for pk, _ in now]).values_list(
            "entity_id", "version"
        )
    )
    batch = timezone.now()
    for pk, segment in sorted(now):
        confirm(board, pk, segment, versions.get(pk, 0), by, batch=batch)
    record(
        "placements_bulk", by=by, kind="chain", key=board.chain.id, placements=len(now), checked=checked,
        least_ppm=round(least * PPM),
    )  # fmt: skip
    return len(now)


@transaction.atomic
def take_back_many(board: Board, batch: datetime, by: User) -> int:
    """All firms that were confirmed together at this moment wait again, but those decided anew since. How many."""
    together = PlacementReview.objects.filter(
        chain=board.chain.id, bulk=True, changed_at=batch, verdict=Verdict.PLACED, entity__in=list(board.rows)
    )
    firms = sorted(together.values_list("entity_id", flat=True))
    for pk in firms:
        take_back(board, pk, by)
    record("placements_bulk_undone", by=by, kind="chain", key=board.chain.id, placements=len(firms))
    return len(firms)


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep through the registry: firms of the chain that waited, suggestions kept anew, firms that fit nowhere."""

    firms: int
    kept: int
    other: int


def suggest_all(
    board: Board, by: User | None = None, step: Callable[[int, int], None] = lambda done, total: None
) -> Swept:
    """Keep the first suggestion of every firm that waits, with its evidence. Repeating it adds nothing twice."""
    some = waiting(board)
    kept = 0
    for start in range(0, len(some), _PORTION):
        step(start, len(some))
        rows = []
        for one in some[start : start + _PORTION]:
            found = board.suggested(one.firm.pk)
            if not found.is_other:
                rows.append(_kept(board, one.firm.pk, found.suggestions[0], one.firm.profile))
        kept += suggest_placements(rows, by=by)
    step(len(some), len(some))
    return Swept(len(some), kept, sum(not one.segment for one in some))


def _kept(board: Board, pk: int, one: Suggestion, profile: Profile) -> Kept:
    return Kept(
        pk, board.chain.id, one.category, round(one.probability * PPM), evidence_of(profile, one.evidence), ENGINE
    )


def _locked(board: Board, pk: int) -> PlacementReview:
    if pk not in board.rows:
        raise Refused("firm_not_waiting", found=pk)
    PlacementReview.objects.get_or_create(entity_id=pk, chain=board.chain.id, defaults={"changed_at": timezone.now()})
    return (
        PlacementReview.objects.select_for_update()
        .select_related("entity", "changed_by")
        .get(entity=pk, chain=board.chain.id)
    )


def _seen(board: Board, pk: int, version: int, verdict: str, segment: str) -> PlacementReview:
    """The review as the official saw it, or as somebody made it who decided the same."""
    review = _locked(board, pk)
    same = verdict != Verdict.OPEN and (review.verdict, review.segment) == (verdict, segment)
    if review.version != version and not same:
        raise _changed(review)
    return review


def _changed(review: PlacementReview) -> Refused:
    return Refused(
        "review_changed",
        name=review.entity.name,
        by=review.changed_by.shown_name if review.changed_by else "-",
        at=timezone.localtime(review.changed_at).strftime("%H:%M:%S"),
        done=PlacementReview.Verdict(review.verdict).label,
    )


def _written(
    review: PlacementReview,
    verdict: str,
    segment: str,
    suggested: Suggested | None,
    by: User,
    *,
    batch: datetime | None = None,
) -> PlacementReview:
    before, version = review.verdict, review.version
    review.verdict, review.segment, review.bulk = verdict, segment, batch is not None
    review.first, review.first_ppm, review.rank = "", None, None
    if suggested is not None:
        order = [] if suggested.is_other else [one.category for one in suggested.suggestions]
        answers = ["", *[one.category for one in suggested.suggestions]] if suggested.is_other else order
        review.first = "" if suggested.is_other else order[0]
        likely = suggested.other if suggested.is_other else suggested.suggestions[0].probability
        review.first_ppm = round(likely * PPM)
        review.rank = answers.index(segment) + 1 if segment in answers[:5] else 0
    review.version, review.changed_at, review.changed_by = version + 1, batch or timezone.now(), by
    review.save()
    record(
        "placement_reviewed", by=by, kind="chain", key=review.chain, entity=review.entity.code, before=before,
        after=verdict, segment=segment,
    )  # fmt: skip
    return review
