"""When a budget is used up: eligible amounts in the order of their events against a declared sum.

A question about money alone: nobody's amount is lowered by it. Outcomes without an event count on the day of the
evaluation, in the order of the dossiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.policy.reading import nearest
from yanlian.engine.stream.sandbox.judging import NO_DAY
from yanlian.engine.stream.sandbox.session import Judgement

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """`over`: a clause, a document, or "" for all; `used_up_on`: the day on which the first amount did not fit any more
    (None: it lasts); `paid`, `left_out`: outcomes that fit in order, and those from the first that does not;
    `short_fen`: what is missing for all; `last_fen`: what is left of the budget for the first that does not fit."""

    over: str
    budget_fen: int
    due_fen: int
    used_up_on: date | None
    paid: int
    left_out: int
    short_fen: int
    last_fen: int


def budget_use(judgement: Judgement, over: str, budget_fen: int, as_of: date) -> BudgetUse:
    """How far a budget goes. Refused: no such clause or document."""
    clauses = [one for one in judgement.clauses.values() if over in ("", one.id, one.source.document)]
    if not clauses:
        known = {name for one in judgement.clauses.values() for name in (one.id, one.source.document)}
        raise Refused("sandbox_over", found=over, nearest=nearest(over, known))
    figures = [judgement.figures[one.id] for one in clauses]
    today = as_of.toordinal() - _EPOCH
    fen = np.concatenate([one.fen for one in figures])
    days = np.concatenate([np.where(one.days == NO_DAY, today, one.days) for one in figures])
    rows = np.concatenate([one.rows for one in figures])
    order = np.lexsort((rows, days))
    order = order[fen[order] > 0]
    running = np.cumsum(fen[order])
    due = int(running[-1]) if len(running) else 0
    paid = int(np.searchsorted(running, budget_fen, side="right"))
    if paid == len(order):
        return BudgetUse(over, budget_fen, due, None, paid, 0, 0, budget_fen - due)
    spent = int(running[paid - 1]) if paid else 0
    on = date.fromordinal(int(days[order[paid]]) + _EPOCH)
    return BudgetUse(over, budget_fen, due, on, paid, len(order) - paid, due - budget_fen, budget_fen - spent)
