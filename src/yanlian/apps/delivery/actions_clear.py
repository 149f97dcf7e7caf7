"""The check on the day of payment: what shows a veto is held. And holding and releasing by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yanlian.apps.delivery.accounts import same_name
from yanlian.apps.delivery.actions_move import Moved, NotMoved, chunks, ids_in, lock_entitlements, lock_round, move
from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.permissions import require
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

# Looks at the gates and vetoes of entitlements again, on the latest snapshot: id → reasons against paying today, in
# Chinese sentences. An empty list is a pass; an id that is left out was not checked and is held.
VetoCheck = Callable[[Sequence[Entitlement]], Mapping[int, Sequence[str]]]

NOT_CHECKED = "当日核验未覆盖"
NAME_DIFFERS = "收款户名与主体名称不一致"


@dataclass(frozen=True)
class Cleared:
    """What the check of the day did."""

    cleared: list[Entitlement]
    held: list[Entitlement]
    others: list[NotMoved]


def clear(round_id: int, check_now: VetoCheck, by: User | None, on: date, ids: Iterable[int] | None = None) -> Cleared:
    """Check accepted and held entries again: without a reason against it they are cleared for today, else held.

    The check may take its time and runs before the transaction; an entry that changed meanwhile is left alone. What an
    official holds by hand stays held. Cleared entries of an earlier day are checked again.
    """
    seen = _candidates(round_id, by, ids)
    verdicts = check_now(seen)
    with transaction.atomic():
        locked = lock_round(round_id)
        require("clear", by, locked.department)
        before = {row.pk: row for row in seen}
        rows = [
            row
            for row in lock_entitlements(sorted(before))
            if row.state == before[row.pk].state
            and row.bank_account_id == before[row.pk].bank_account_id
            and not row.held_by_hand
        ]
        reasons = {row.pk: _reasons(row, verdicts) for row in rows}
        passed = [row.pk for row in rows if not reasons[row.pk] and row.cleared_on != on]
        clear_changes = {"cleared_on": on, "held_for": []}
        cleared = move("clear", passed, by, on, changes=clear_changes)
        held = []
        for why in sorted({tuple(found) for found in reasons.values() if found}):
            against = [row.pk for row in rows if tuple(reasons[row.pk]) == why and row.held_for != list(why)]
            hold_changes = {"cleared_on": None, "held_for": list(why)}
            held += move("hold", against, by, on, data={"reasons": list(why)}, changes=hold_changes).rows
        same = {row.pk for row in rows}
        others = [_left(row) for row in seen if row.pk not in same]
        return Cleared(cleared.rows, held, others)


def _candidates(round_id: int, by: User | None, ids: Iterable[int] | None) -> list[Entitlement]:
    """The entries to check, read without holding them."""
    with transaction.atomic():
        round_ = lock_round(round_id)
        require("clear", by, round_.department)
        wanted = ids_in(round_, VERBS["clear"].before, ids)
        rows = lock_entitlements(wanted)
    return [row for row in rows if row.state in VERBS["clear"].before]


def hold(ids: Iterable[int], reason: str, by: User | None, on: date) -> Moved:
    """Hold entries by hand, with the reason."""
    if not reason.strip():
        raise Refused("reason_missing", verb=VERBS["hold"].zh, verb_en=VERBS["hold"].en)
    why = reason.strip()
    changes = {"cleared_on": None, "held_for": [why], "held_by_hand": True}
    with transaction.atomic():
        rows = _in_their_rounds(ids)
        standing = {row.pk for row in rows if row.held_by_hand and row.held_for == [why]}
        return move(
            "hold", [r.pk for r in rows if r.pk not in standing], by, on, data={"reasons": [why]}, changes=changes
        )


def release(ids: Iterable[int], reason: str, by: User | None, on: date) -> Moved:
    """Take a hold off; the check of the day still follows."""
    if not reason.strip():
        raise Refused("reason_missing", verb=VERBS["release"].zh, verb_en=VERBS["release"].en)
    changes = {"held_for": [], "held_by_hand": False}
    with transaction.atomic():
        rows = _in_their_rounds(ids)
        return move("release", [row.pk for row in rows], by, on, data={"reason": reason.strip()}, changes=changes)


def _in_their_rounds(ids: Iterable[int]) -> list[Entitlement]:
    """Entries with their rounds held first, in order."""
    wanted = sorted(set(ids))
    rounds = {
        round_
        for chunk in chunks(wanted)
        for round_ in Entitlement.objects.filter(pk__in=chunk).values_list("round", flat=True)
    }
    for round_ in sorted(rounds):
        lock_round(round_)
    return lock_entitlements(wanted)


def _reasons(row: Entitlement, verdicts: Mapping[int, Sequence[str]]) -> list[str]:
    found = list(verdicts.get(row.pk, [NOT_CHECKED]))
    if row.bank_account is None or not same_name(row.bank_account.holder, row.entity.name):
        found.append(NAME_DIFFERS)
    return found


def _left(row: Entitlement) -> NotMoved:
    return NotMoved(row.pk, row.state, "held_by_hand" if row.held_by_hand else "changed_meanwhile")
