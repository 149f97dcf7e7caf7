"""What was paid before, from 兑付记录: for top-ups and for caps. A payment of the very matter at hand is not `before`.

A run after a payment must say the same as the run before it, so the payment of an outcome (same clause, matter and
period) never counts against that outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import IncompleteList, Missing, Unknown
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lack import lack_of, lack_of_member
from yanlian.engine.policy.scope import DossierScope

PAYMENTS = "兑付记录"
DISTRICT_LEVEL = "区级"
Key = tuple[str, str, str]


def _members(frame: DossierScope) -> Iterator[tuple[object, frozenset[Missing]]]:
    """Payments, and with what is missing those that may exist."""
    found = frame[PAYMENTS]
    if isinstance(found, Unknown):
        yield None, lack_of(found)
        return
    for member in found if isinstance(found, list) else []:
        yield member, frozenset()
    if isinstance(found, IncompleteList) and found.is_open:
        for member in found.maybe:
            yield member, lack_of_member(member, found)
        if not found.bounded:
            yield None, lack_of(found)


def payment_key(payment: Mapping[str, object]) -> tuple[object, object, object]:
    """Clause, matter and year of a payment; what is not written is empty, what was not delivered is unknown."""
    year = payment["所属年度"]
    text = str(int(year)) if isinstance(year, Decimal) else year
    return payment["条款"], payment["事项"], text


def _is_own(payment: Mapping[str, object], keys: Collection[Key]) -> bool:
    """Whether a payment is that of one of these outcomes."""
    clause, matter, year = payment_key(payment)
    return any(
        clause == own_clause and (matter or "") == own_matter and own_period in {year, "once"}
        for own_clause, own_matter, own_period in keys
        if not isinstance(matter, Unknown)
    )


def sum_paid(
    frame: DossierScope,
    clauses: Collection[str],
    own: Collection[Key],
    *,
    since: date | None = None,
    year: str = "",
    matter: str | None = None,
    level: str = "",
) -> Decimal | Unknown:
    """What was paid for these clauses, without what was paid for the outcomes `own`. Yuan.

    Narrowed to payments on or after `since`, of a year, of a matter, of a level. Unknown when a payment that was not
    delivered may count.
    """
    total = Decimal(0)
    missing: set[Missing] = set()
    for payment, lack in _members(frame):
        if not isinstance(payment, Mapping):
            missing |= lack
            continue
        counts, unknown = _counts(payment, clauses, since, year, matter, level)
        if not counts or (not lack and not unknown and _is_own(payment, own)):
            continue
        amount = payment["金额"]
        if lack or unknown or not isinstance(amount, Decimal):
            missing |= lack | unknown | (lack_of(amount) if isinstance(amount, Unknown) else frozenset())
            continue
        total += amount
    return Unknown(frozenset(missing)) if missing else total


def sum_in_scope(
    frame: DossierScope,
    clauses: Collection[str],
    own: Collection[Key],
    per: str,
    *,
    since: date,
    matter: str,
    period: str,
) -> Decimal | Unknown:
    """What was paid for these clauses in the scope (year, matter, life) of an outcome with this matter and period,
    without what was paid for the outcomes `own`. None of it can be older than `since`, or than the year. Yuan."""
    if per == "year" and period.isdecimal():
        return sum_paid(frame, clauses, own, since=max(since, date(int(period), 1, 1)), year=period)
    if per == "matter":
        return sum_paid(frame, clauses, own, since=since, matter=matter)
    return sum_paid(frame, clauses, own, since=since)


def is_paid(frame: DossierScope, key: Key) -> bool:
    """Whether there surely is a payment of this very outcome."""
    return any(
        isinstance(payment, Mapping) and not lack and _is_own(payment, (key,)) for payment, lack in _members(frame)
    )


def _counts(
    payment: Mapping[str, object],
    clauses: Collection[str],
    since: date | None,
    year: str,
    matter: str | None,
    level: str,
) -> tuple[bool, frozenset[Missing]]:
    """Whether a payment may count, and what would have to be known to be sure."""
    unknown: frozenset[Missing] = frozenset()
    clause, of_matter, of_year = payment_key(payment)
    asked: list[tuple[object, Collection[str]]] = [(clause, clauses)]
    if year:
        asked.append((of_year, (year,)))
    if matter is not None:
        asked.append((of_matter or "", (matter,)))
    if level:
        asked.append((payment["级别"], (level,)))
    for value, allowed in asked:
        if isinstance(value, Unknown):
            unknown |= lack_of(value)
        elif value not in allowed:
            return False, frozenset()
    if since is not None and isinstance(clause, Unknown):
        # A payment that nobody delivered is not one of these clauses' when it was made before they existed.
        paid_on = payment["支付日期"]
        latest = paid_on.high if isinstance(paid_on, Unknown) else paid_on
        if isinstance(latest, date) and latest < since:
            return False, frozenset()
    return True, unknown


def paid_before(frame: DossierScope, clause: CompiledClause, matter: str, period: str) -> Decimal | Unknown:
    """The default of `top_up`: what the district paid before for the same clause, for other matters or periods."""
    own = ((clause.id, matter, period),)
    return sum_paid(frame, (clause.id,), own, since=clause.document.source.valid_from, level=DISTRICT_LEVEL)
