"""Cost sharing: who pays which part of an amount, exact to the fen."""

from __future__ import annotations

from datetime import date

from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.settlement.rules import Sharing
from yanlian.engine.policy.settlement.shares import split


def sharing_on(clause: CompiledClause, day: date) -> Sharing | None:
    """How the cost of a clause is shared on a day: as the clause says, else as its document does."""
    found: Sharing | None = None
    for one in clause.source.cost_sharing or clause.document.source.rules.cost_sharing:
        if one.start is None or one.start <= day:
            found = one
    return found


def payers_of(clause: CompiledClause, day: date, amount_fen: int) -> list[tuple[str, int]]:
    """Each payer's part of an amount; empty when the cost is not shared. `day`: of the event, or the as-of date."""
    sharing = sharing_on(clause, day)
    return [] if sharing is None else split(amount_fen, sharing.parts)
