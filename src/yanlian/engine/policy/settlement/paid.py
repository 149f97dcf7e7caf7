"""What was paid before, over all dossiers: the money and the places that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Coverage, Dossier, Schema
from yanlian.engine.dossier.coverage import Gap
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.feel import Missing, Unknown
from yanlian.engine.policy.amount import floor_fen
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.payments import PAYMENTS, payment_key
from yanlian.engine.policy.settlement.claims import Paid, Payment


class PaidReader:
    """Collects the payments of some clauses dossier by dossier."""

    def __init__(self, schema: Schema, clauses: Collection[str]) -> None:
        self._clauses = clauses
        self._kind = schema.names[PAYMENTS]
        self._payments: list[Payment] = []
        self._missing: dict[str, frozenset[Missing]] = {}

    def read(self, dossier: Dossier) -> None:
        """The payments of one dossier. Periods that nobody delivered are the same for all (`gaps`); what a firm got
        before it moved in was another district's money."""
        found = dossier[PAYMENTS]
        entity, key = str(dossier.row["id"]), self._kind.key
        refused = dossier.row.get("refused")
        if dossier.row.get(key) is UNDELIVERED or (isinstance(refused, list) and key in refused):
            whole = f"—{dossier.as_of.isoformat()}"
            self._lack(self._clauses, frozenset({Missing(PAYMENTS, self._kind.holder, whole)}))
        for member in found if isinstance(found, list) else []:
            if isinstance(member, Mapping):
                self._add(entity, member)

    def _add(self, entity: str, payment: Mapping[str, object]) -> None:
        clause, matter, year = payment_key(payment)
        if isinstance(clause, Unknown):
            self._lack(self._clauses, lack_of(clause))
            return
        if clause not in self._clauses:
            return
        amount = payment["金额"]
        unknown = [one for one in (matter, year, amount) if isinstance(one, Unknown)]
        if unknown or not isinstance(amount, Decimal):
            self._lack([str(clause)], frozenset().union(*(lack_of(one) for one in unknown)))
            return
        fen = floor_fen(amount)
        self._payments.append(Payment(entity, str(clause), str(matter or ""), str(year or ""), fen))

    def _lack(self, clauses: Iterable[str], missing: frozenset[Missing]) -> None:
        for one in clauses:
            self._missing[one] = self._missing.get(one, frozenset()) | missing

    def gaps(self, coverage: Coverage, as_of: date) -> tuple[Gap, ...]:
        """Periods of which payments were not delivered to anybody."""
        return coverage.gaps(self._kind.key, as_of)

    def found(self, gaps: Iterable[Gap], promised: Iterable[Payment] = ()) -> Paid:
        """All of it. `gaps`: see above; `promised`: what a ledger is bound to pay,
        which counts where it was not paid yet."""
        paid = {(one.entity, one.clause, one.matter, one.period) for one in self._payments}
        more = [one for one in promised if (one.entity, one.clause, one.matter, one.period) not in paid]
        payments = sorted([*self._payments, *more], key=lambda one: (one.entity, one.clause, one.matter, one.period))
        return Paid(tuple(payments), tuple(gaps), self._kind.holder, self._missing)
