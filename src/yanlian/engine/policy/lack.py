"""What is missing behind an unknown: never an empty answer, because an empty one would read as `nothing is missing`."""

from __future__ import annotations

from yanlian.engine.dossier.row import PhantomRow
from yanlian.engine.feel import IncompleteList, Missing, Unknown

# An unknown that does not say what it lacks is still unknown.
UNNAMED = frozenset({Missing("（未说明）", "", "")})


def lack_of(value: Unknown | IncompleteList) -> frozenset[Missing]:
    """Everything that would have to be known."""
    if isinstance(value, Unknown):
        return value.missing or UNNAMED
    found = set(value.missing)
    for member in value.maybe:
        found |= lack_of_member(member, value)
    return frozenset(found) or UNNAMED


def lack_of_member(member: object, members: IncompleteList) -> frozenset[Missing]:
    """What is missing about a member that may belong to a list: of a record that nobody delivered its kind and period,
    of one that was delivered what would decide whether it belongs."""
    if isinstance(member, PhantomRow):
        return frozenset({Missing(member.kind.zh, member.kind.holder, member.period_text())})
    if isinstance(member, Unknown):
        return lack_of(member)
    return members.missing or UNNAMED
