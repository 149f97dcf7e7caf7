"""How large a plan is: what nobody can do first, then how many facts it touches, then how far it moves them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.policy.near.fixed import ChangeKind, kind_of_change
from yanlian.engine.policy.near.overlay import records_in
from yanlian.engine.policy.near.plan import Edit, Plan
from yanlian.engine.policy.near.standing import Stage

# Changes nobody can bring about, changes in all, how many of them are not mere data, their relative size in millionths.
Measure = tuple[int, int, int, int]
MILLION = 1_000_000
_YEAR_DAYS = 365


def measured(stage: Stage, plan: Plan) -> Measure:
    """The size of a plan, for the order in which plans are tried."""
    fixed = changes = efforts = size = 0
    added: set[tuple[str, int | None]] = set()
    for edit in plan.edits:
        stored = stored_at(stage, edit)
        if stored is None:
            if edit.place[:2] not in added:
                changes += 1
                size += MILLION
                efforts += is_delivered(stage, edit.record)
                added.add(edit.place[:2])
            fixed += is_late(stage, edit)
            continue
        changes += 1
        kind = edit_kind(stage, edit, stored)
        fixed += kind == "cannot"
        efforts += kind == "improve"
        size += size_of(stored.get(edit.field), edit.value)
    deliveries = len(plan.deliveries - added_to(stage, plan))
    return fixed, changes + deliveries, efforts, size + deliveries


def added_to(stage: Stage, plan: Plan) -> frozenset[str]:
    """Kinds of record that nobody delivered and of which the plan names records: those are the delivery."""
    kinds = {edit.record for edit in plan.edits if stored_at(stage, edit) is None}
    return frozenset(kind for kind in kinds if stage.row.get(kind) is UNDELIVERED)


def stored_at(stage: Stage, edit: Edit) -> Mapping[str, object] | None:
    """The record that an edit changes; None for a new one."""
    if edit.index is None:
        found = stage.row.get(edit.record)
        return found if isinstance(found, Mapping) else {}
    records = records_in(stage.row, edit.record)
    return records[edit.index] if edit.index < len(records) else None


def edit_kind(stage: Stage, edit: Edit, stored: Mapping[str, object]) -> ChangeKind:
    """Who can make a change of a record that exists."""
    kind = stage.schema.records[edit.record]
    return kind_of_change(kind, kind.fields[edit.field], stored, edit.value)


def is_late(stage: Stage, edit: Edit) -> bool:
    """Whether a new record would have to be of an earlier day than today: nobody can go back. (A year's figures may
    still be filed, and what is not known yet may well be there: see `edit.free`.)"""
    if edit.free or edit.op not in {"<", "<=", "="} or not isinstance(edit.value, date):
        return False
    return edit.value < stage.as_of and is_delivered(stage, edit.record)


def is_delivered(stage: Stage, kind: str) -> bool:
    """Whether it is known that there are no other records of a kind."""
    if stage.row.get(kind) is UNDELIVERED or kind in _refused(stage):
        return False
    return not stage.coverage.gaps(kind, stage.as_of)


def _refused(stage: Stage) -> tuple[str, ...]:
    found = stage.row.get("refused")
    return tuple(str(one) for one in found) if isinstance(found, (list, tuple)) else ()


def size_of(present: object, needed: object) -> int:
    """How far a value moves, relative to what it is, in millionths; one year for dates; a whole for words."""
    if isinstance(present, int) and isinstance(needed, int) and not isinstance(present, bool):
        largest = max(abs(present), abs(needed), 1)
        # Nobody wants to shrink: that is told after what grows.
        return abs(needed - present) * MILLION // largest + (MILLION if needed < present else 0)
    if isinstance(present, date) and isinstance(needed, date):
        return abs((needed - present).days) * MILLION // _YEAR_DAYS
    return MILLION
