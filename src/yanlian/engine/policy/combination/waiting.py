"""Which decided outcomes may still change because a clause that they exclude or need is not decided."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.policy.across import OPEN_KINDS, mark_provisional
from yanlian.engine.policy.combination.claims import Place, Standing
from yanlian.engine.policy.combination.exclusion import DEPENDENT, GIVER
from yanlian.engine.policy.outcome import Draft


def mark_waiting(standing: Standing, concerned: Sequence[Draft]) -> None:
    """Mark what is taken, or left for want of another clause, with the undecided clauses that could change it.

    An outcome that turns out eligible may push out its rivals, which frees theirs, and so on: whatever can be reached
    in this way is marked. A clause that is only needed by others hangs on none of them.
    """
    undecided = [draft for draft in concerned if draft.kind in OPEN_KINDS]
    if not undecided:
        return
    alive = [draft for draft in concerned if draft.kind == "eligible" and not _is_paid_out(draft)]
    everyone = [*undecided, *alive]
    touched = _touched(standing, everyone)
    for one in undecided:
        reached = {id(one)}
        queue = [one]
        while queue:
            for other in touched[id(queue.pop())]:
                if id(other) not in reached:
                    reached.add(id(other))
                    queue.append(other)
        for draft in alive:
            if id(draft) in reached and (draft.taken or _lacks(standing, draft)):
                mark_provisional(draft, [one])


def _is_paid_out(draft: Draft) -> bool:
    """Whether money that was given before has decided it."""
    reduced = draft.reason.get("reduced")
    return isinstance(reduced, list) and any("paid_fen" in entry for entry in reduced)


def _lacks(standing: Standing, draft: Draft) -> bool:
    return any(role == DEPENDENT for _, role in standing.roles[draft.clause.id])


def _touched(standing: Standing, everyone: Sequence[Draft]) -> dict[int, list[Draft]]:
    """For each outcome those that it may push out, free, or carry with it."""
    places = {id(draft): standing.places(draft) for draft in everyone}
    fought = {
        id(draft)
        for draft in everyone
        if any(_rivals(a, b, draft, other) for other in everyone for a in places[id(draft)] for b in places[id(other)])
    }

    def touches(one: Draft, other: Draft) -> bool:
        for a in places[id(one)]:
            for b in places[id(other)]:
                if _rivals(a, b, one, other):
                    return True
                if _same(a, b, one, other):
                    if (a[1], b[1]) == (GIVER, DEPENDENT):
                        return True
                    if (a[1], b[1]) == (DEPENDENT, GIVER) and id(other) in fought:
                        return True
        return False

    return {id(one): [other for other in everyone if other is not one and touches(one, other)] for one in everyone}


def _same(a: Place, b: Place, one: Draft, other: Draft) -> bool:
    """Whether two places are in the same scope, or may be: of an event that may not exist nobody knows the scope."""
    return a[0] == b[0] and (a[2] == b[2] or one.open_event or other.open_event)


def _rivals(a: Place, b: Place, one: Draft, other: Draft) -> bool:
    return a[1] >= 0 and b[1] >= 0 and a[1] != b[1] and _same(a, b, one, other)
