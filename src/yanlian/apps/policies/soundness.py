"""The review of the packs in use, kept while packs, day and data stay the same: findings, and modes of delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.results import latest_run
from yanlian.apps.registry.models import Snapshot
from yanlian.base.refusal import Language, Refused
from yanlian.engine.policy import Fault, PackSet
from yanlian.engine.policy.lint import delivered_in, review_packs
from yanlian.engine.policy.lint.delivery import Assessment, assess
from yanlian.engine.policy.lint.notes import Delivered, Review
from yanlian.ui.words import english


def language() -> Language:
    """The reader's."""
    return "en" if english() else "zh"


def findings(on: date | None = None) -> Sequence[Fault]:
    """Everything the review says of the packs that count on a day (today). Raises `PackFaults` when they cannot be
    read."""
    day = on or today()
    return _findings(packs_in_use(day), day, _data())


def findings_of(clause: str, document_file: str, pack: str, on: date | None = None) -> list[Fault]:
    """Those of one clause, and those of its document as a whole."""
    return [
        fault
        for fault in findings(on)
        if fault.clause == clause or (not fault.clause and fault.pack == pack and fault.file == document_file)
    ]


def assessments(on: date | None = None) -> Mapping[str, Assessment]:
    """How each clause that counts on a day (today) may be delivered, by its id. Raises `PackFaults`."""
    day = on or today()
    return _assessments(packs_in_use(day), day, _data())


def _data() -> Path | None:
    """The snapshot that the latest run read: what departments really deliver. None before the first run."""
    run = latest_run()
    record = Snapshot.objects.filter(hash=run.snapshot_hash).first() if run else None
    return Path(settings.DATA) / record.folder if record else None


@lru_cache(maxsize=4)
def _delivered(snapshot: Path) -> Delivered | None:
    try:
        return delivered_in(snapshot)
    except Refused:
        return None


@lru_cache(maxsize=2)
def _findings(packs: PackSet, day: date, snapshot: Path | None) -> tuple[Fault, ...]:
    delivered = _delivered(snapshot) if snapshot else None
    return tuple(review_packs(packs, day, delivered, known=packs.warnings))


@lru_cache(maxsize=4)
def _assessments(packs: PackSet, day: date, snapshot: Path | None) -> Mapping[str, Assessment]:
    review = Review(packs, day, _delivered(snapshot) if snapshot else None)
    return {clause.id: assess(review, clause) for clause in packs.clauses}
