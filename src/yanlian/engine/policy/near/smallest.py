"""A plan that does, made as small as it goes: changes left out that are not needed, figures moved no further than they
must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from yanlian.engine.policy.near.measure import added_to, stored_at
from yanlian.engine.policy.near.overlay import numbered
from yanlian.engine.policy.near.plan import Edit, Place, Plan
from yanlian.engine.policy.near.standing import Stage, Target
from yanlian.engine.policy.outcome import Kind

# The places of which one unit less was tried and did not do.
Tight: TypeAlias = frozenset[Place]
_UP = frozenset({">", ">="})
_DOWN = frozenset({"<", "<="})
_MOST_HALVINGS = 64


def smallest(stage: Stage, target: Target, wanted: Kind, plan: Plan) -> tuple[Plan, Tight]:
    """The plan without what it does not need, and where it is as small as the unit of the fact allows."""

    def does(one: Plan) -> bool:
        return stage.is_reached(one, target, wanted)

    plan = numbered(_leaner(stage, plan, does), stage.row)
    tight: set[Place] = set()
    for edit in plan.edits:
        if edit.free:
            continue
        found = _nearest(stage, plan, edit, does)
        if found is not None:
            plan = plan.with_edit(found)
            if not found.free:
                tight.add(edit.place)
    return plan, frozenset(tight)


def _leaner(stage: Stage, plan: Plan, does: Callable[[Plan], bool]) -> Plan:
    """Whole records, single edits of records that exist, and deliveries left out where the rest does."""
    for kind in sorted(plan.deliveries - added_to(stage, plan)):
        less = plan.without(deliveries=(kind,))
        if does(less):
            plan = less
    for group in dict.fromkeys(edit.place[:2] for edit in plan.edits):
        of_record = [edit for edit in plan.edits if edit.place[:2] == group]
        less = plan.without(of_record)
        if (less.edits or less.deliveries) and does(less):
            plan = less
            continue
        if stored_at(stage, of_record[0]) is None:
            continue
        for edit in of_record:
            less = plan.without((edit,))
            if (less.edits or less.deliveries) and does(less):
                plan = less
    return plan


def _nearest(stage: Stage, plan: Plan, edit: Edit, does: Callable[[Plan], bool]) -> Edit | None:
    """The edit at the value nearest to the present one that still does, when one unit less is known not to; None when
    that cannot be said (words, values without an order, nothing to come from)."""
    start = _start(stage, edit)
    end = _number(edit.value)
    if start is None or end is None or start == end:
        return None

    def at(number: int) -> Edit:
        return edit.at(_like(edit.value, number), ">=" if end > start else "<=")

    step = 1 if end > start else -1
    if not does(plan.with_edit(at(end - step))):
        return edit
    if does(plan.with_edit(at(start))):
        # Where nothing is there yet: anything would do.
        return replace(edit, free=True)
    low, high = start, end - step
    for _ in range(_MOST_HALVINGS):
        if abs(high - low) <= 1:
            return at(high)
        middle = (low + high) // 2
        low, high = (low, middle) if does(plan.with_edit(at(middle))) else (middle, high)
    return None


def _start(stage: Stage, edit: Edit) -> int | None:
    """Where a value comes from: what it is now; for what is not there yet, nothing (or everything, when it must be at
    most something)."""
    stored = stored_at(stage, edit)
    present = _number(stored.get(edit.field)) if stored is not None else None
    if present is not None:
        return present
    end = _number(edit.value)
    if end is None:
        return None
    if edit.op in _UP:
        return end - 1 if isinstance(edit.value, date) else min(0, end - 1)
    return end + 1 if edit.op in _DOWN else None


def _number(value: object) -> int | None:
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _like(value: object, number: int) -> object:
    return date.fromordinal(max(number, 1)) if isinstance(value, date) else number
