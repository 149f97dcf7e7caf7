"""Cost sharing: who pays which part of an amount, exact to the fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.engine.policy.amount import EXACT
from yanlian.engine.policy.model import Clause, Document
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.settlement.rules import Sharing
from yanlian.engine.policy.settlement.shares import split

# Each payer's part, in fen, of what an outcome is due.
Payers = Callable[[Outcome], list[tuple[str, int]]]


def sharing_on(clause: Clause, document: Document, day: date) -> Sharing | None:
    """How the cost of a clause is shared on a day: as the clause says, else as its document does."""
    found: Sharing | None = None
    for one in clause.cost_sharing or document.rules.cost_sharing:
        if one.start is None or one.start <= day:
            found = one
    return found


def payers_of(
    clause: Clause, document: Document, amount_fen: int, event_on: date | None, as_of: date
) -> list[tuple[str, int]]:
    """Each payer's part of an amount; empty when the cost is not shared. Shares are those of the day of the event, or
    of the as-of date for clauses that take their parameters then."""
    day = event_on if clause.parameters_on == "event" and event_on is not None else as_of
    sharing = sharing_on(clause, document, day)
    return [] if sharing is None else split(amount_fen, sharing.parts)


def payers_of_outcome(clause: Clause, document: Document, outcome: Outcome, as_of: date) -> list[tuple[str, int]]:
    """The same of what an outcome is due."""
    if outcome.kind != "eligible" or not outcome.amount_fen:
        return []
    return payers_of(clause, document, outcome.amount_fen, outcome.event_on, as_of)


def compare_shares(what: str, wanted: object, found: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str, str]]:
    """Where who pays which part is not as a worked case expects (`{市: 6.18, 县: 6.17}`, all payers, exact to the fen):
    what, expected, found. `found` may name a payer several times."""
    parts: dict[str, int] = {}
    for payer, fen in found:
        parts[payer] = parts.get(payer, 0) + fen
    if not isinstance(wanted, Mapping):
        yield what, "{市: 6.18, 区: 6.17}", str(wanted)
        return
    asked = {str(payer): EXACT.scaleb(parse_figure(one), 2) for payer, one in wanted.items()}
    for payer in {**asked, **parts}:
        if asked.get(payer, 0) != parts.get(payer, 0):
            yield f"{what} {payer}", _yuan(asked.get(payer, Decimal(0))), _yuan(Decimal(parts.get(payer, 0)))


def _yuan(fen: Decimal) -> str:
    return f"{EXACT.scaleb(fen, -2):f}元"
