"""What must go back: payments of a dossier that a clawback term or a broken commitment now hits, with the exact sum.

A term is asked once more for the event that was paid, with the payment itself under the name 支付, on the facts and the
day of today. Of several terms that hold, the one that takes most decides the sum; what was ordered back before is taken
off. Nothing is decided here: a person starts each return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from yanlian.engine.dossier import Dossier, Snapshot
from yanlian.engine.feel import IncompleteList, Missing, Unknown
from yanlian.engine.policy.amount import EXACT, to_fen
from yanlian.engine.policy.compiled import CompiledClause, CompiledReturn
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Constant
from yanlian.engine.policy.model_terms import ReturnTerm
from yanlian.engine.policy.occurrence import occurrences
from yanlian.engine.policy.outcome import missing_data
from yanlian.engine.policy.payments import DISTRICT_LEVEL, PAYMENTS, payment_key
from yanlian.engine.policy.scope import DossierScope, Scope

RECOVERIES = "追回记录"
PAYMENT = "支付"
Verdict = Literal["due", "unknown", "manual"]


@dataclass(frozen=True, slots=True)
class TermFound:
    """One term that holds, or of which nobody can tell: `share` of the payment, in fen, and the last day of the ban."""

    term: ReturnTerm
    verdict: Verdict
    share: Decimal | None = None
    return_fen: int = 0
    banned_until: date | None = None


@dataclass(frozen=True, slots=True)
class ReturnDue:
    """A payment that terms speak of. `return_fen`: what is still to be returned, after `recovered_fen` ordered back
    before; nought while it is not decided. `missing` as in outcomes."""

    entity: str
    clause: str
    matter: str
    period: str
    payment: str
    paid_fen: int
    paid_on: date | None
    verdict: Verdict
    terms: tuple[TermFound, ...]
    return_fen: int = 0
    recovered_fen: int = 0
    banned_until: date | None = None
    missing: tuple[Mapping[str, str], ...] = ()


class Returns:
    """Looks through dossiers for payments that must go back, on a day. Documents that have ended count too."""

    def __init__(self, packs: PackSet, as_of: date, parameters: Mapping[str, Constant] | None = None) -> None:
        self.as_of = as_of
        self.evaluator = Evaluator(packs, as_of, any_status=True, parameters=parameters)
        self.clauses = {one.id: one for one in packs.clauses if one.returns}
        for one in packs.clauses:
            if one.returns and one.source.stage is not None:
                self.clauses.setdefault(one.source.stage.base, one)

    def concerns(self, row: Mapping[str, object]) -> bool:
        """Whether a dossier row has a payment that a term may speak of."""
        paid = row.get("payment")
        return isinstance(paid, list) and any(one.get("clause") in self.clauses for one in paid)

    def of(self, dossier: Dossier) -> list[ReturnDue]:
        """The payments of a dossier of which a term holds, or may hold; in the order in which they were made."""
        frame = self.evaluator.frame(dossier)
        found = [one for payment in _payments(frame) if (one := self._judged(frame, dossier, payment)) is not None]
        return sorted(found, key=lambda one: (one.paid_on or date.min, one.payment))

    def _judged(self, frame: DossierScope, dossier: Dossier, payment: Mapping[str, object]) -> ReturnDue | None:
        clause_id, matter, period = payment_key(payment)
        clause = self.clauses.get(str(clause_id))
        amount, paid_on = payment["金额"], payment["支付日期"]
        if clause is None or not isinstance(amount, Decimal) or amount <= 0:
            return None
        matter, period = str(matter or ""), str(period or "")
        scope = _scope(frame, clause, matter, period, self.as_of)
        told: list[TermFound] = []
        missing: set[Missing] = set()
        for one in clause.returns:
            term = self._asked(clause, one, scope, payment, amount, missing)
            if term is not None:
                told.append(term)
        if not told:
            return None
        number = payment["支付编号"]
        due = ReturnDue(
            str(dossier.row["id"]),
            str(clause_id),
            matter,
            period,
            "" if isinstance(number, Unknown) else str(number or ""),
            int(amount.scaleb(2)),
            paid_on if isinstance(paid_on, date) else None,
            _worst(told),
            tuple(told),
        )
        return self._less_recovered(frame, due, missing)

    def _asked(
        self,
        clause: CompiledClause,
        one: CompiledReturn,
        scope: Scope | None,
        payment: Mapping[str, object],
        paid: Decimal,
        missing: set[Missing],
    ) -> TermFound | None:
        """A term over one payment; None where it does not hold."""
        if scope is None:
            # The event that was paid is no longer there: nothing can be asked about it.
            return TermFound(one.source, "manual")
        scope[PAYMENT] = payment
        holds = scope.value(one.when)
        if holds is False:
            return None
        if isinstance(holds, Unknown):
            missing |= lack_of(holds)
            return TermFound(one.source, "unknown")
        share = Decimal(1) if one.share is None else scope.value(one.share)
        if isinstance(share, Unknown):
            missing |= lack_of(share)
            return TermFound(one.source, "unknown")
        if holds is not True or not isinstance(share, Decimal) or not 0 <= share <= 1:
            return TermFound(one.source, "manual")
        fen = to_fen(EXACT.multiply(paid, share), replace(clause.rounding, to="分"))
        return TermFound(one.source, "due", share, fen, self._banned_until(one.source))

    def _banned_until(self, term: ReturnTerm) -> date | None:
        """The last day of a ban that begins today."""
        if not term.ban_years:
            return None
        year = self.as_of.year + term.ban_years
        leap = self.as_of.month == 2 and self.as_of.day == 29
        same = date(year, 3, 1) if leap else self.as_of.replace(year=year)
        return same - timedelta(days=1)

    def _less_recovered(self, frame: DossierScope, due: ReturnDue, missing: set[Missing]) -> ReturnDue | None:
        before, lacking = _recovered(frame, due)
        missing |= lacking
        most = max((one.return_fen for one in due.terms), default=0)
        bans = [one.banned_until for one in due.terms if one.banned_until is not None]
        left = max(most - before, 0)
        if due.verdict == "due" and left == 0 and most > 0:
            return None
        return replace(
            due,
            return_fen=left if due.verdict == "due" else 0,
            recovered_fen=before,
            banned_until=max(bans) if bans else None,
            missing=tuple(missing_data(missing)),
        )


def _worst(told: list[TermFound]) -> Verdict:
    """What is due decides; else what nobody knows; else what a person must look at."""
    verdicts = {one.verdict for one in told}
    return "due" if "due" in verdicts else "unknown" if "unknown" in verdicts else "manual"


def _payments(frame: DossierScope) -> Iterator[Mapping[str, object]]:
    """Payments of the district that were delivered."""
    found = frame[PAYMENTS]
    for one in found if isinstance(found, list) else []:
        if isinstance(one, Mapping) and one["级别"] == DISTRICT_LEVEL:
            yield one


def _scope(frame: DossierScope, clause: CompiledClause, matter: str, period: str, as_of: date) -> Scope | None:
    """Where the terms of a payment are asked: the event that was paid; None when it is gone."""
    below = frame.layer(clause.document.home, as_of)
    for one in occurrences(clause, below):
        if clause.event is None or (one.matter == matter and one.period in {period, "once"}):
            return Scope(one.scope.home, frame, below, one.scope.day, dict(one.scope))
    return None


def _recovered(frame: DossierScope, due: ReturnDue) -> tuple[int, frozenset[Missing]]:
    """Fen ordered back before for the same clause, matter and year, and what is not known of it."""
    found = frame[RECOVERIES]
    total = 0
    for one in found if isinstance(found, list) else []:
        if not isinstance(one, Mapping):
            continue
        clause, matter, period = payment_key(one)
        if (clause, matter or "", period) == (due.clause, due.matter, due.period):
            amount = one["追回金额"]
            total += int(amount.scaleb(2)) if isinstance(amount, Decimal) else 0
    if isinstance(found, Unknown) or (isinstance(found, IncompleteList) and found.is_open):
        return total, lack_of(found)
    return total, frozenset()


def returns_in(packs: PackSet, snapshot: Snapshot, as_of: date) -> Iterator[tuple[str, ReturnDue]]:
    """The name of the beneficiary and what must go back, over all dossiers of a snapshot in their order."""
    returns = Returns(packs, as_of)
    if not returns.clauses:
        return
    for row in snapshot.rows():
        if returns.concerns(row):
            for due in returns.of(Dossier(row, packs.schema, snapshot.coverage, as_of)):
                yield str(row.get("name") or ""), due
