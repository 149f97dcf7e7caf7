"""Settling: rule after rule over all outcomes that compete, quotas first, then budgets, narrow ones before wide ones.

Each rule only takes away. What was paid for an outcome stays with it, and its money (or place) is gone; the rest is
settled over what is left, so that a run after a payment says the same as the run before it. An outcome that is
undecided, or whose place cannot be told, takes nothing; whatever its place could change is marked provisional.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from yanlian.engine.feel import Missing
from yanlian.engine.policy.outcome import missing_data
from yanlian.engine.policy.payments import PAYMENTS
from yanlian.engine.policy.settlement.buckets import Ground, Meeting, carried_on, granted, placed_in
from yanlian.engine.policy.settlement.claims import (
    ELIGIBLE,
    NOT_PAID,
    OPEN,
    OUT,
    Claims,
    Ints,
    KeyColumn,
    Paid,
    Payment,
)
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.settlement.result import (
    LIFE,
    SETTLEMENT_SCHEMA,
    STATES,
    Bucket,
    RuleTold,
    Settled,
    State,
)
from yanlian.engine.policy.settlement.rules import Budget, Quota

ORDER, BY = "order", "by"
Limit = Callable[[CompiledSettling, int | None], int | None]
_BY_OUTCOME = ("entity", "place", "matter", "period", "rule")


def settle(rules: Sequence[CompiledSettling], claims: Claims, paid: Paid, limit: Limit, as_of: date) -> Settled:
    """Settle all rules. Changes `claims` (kinds and fen) as it goes."""
    tables = [SETTLEMENT_SCHEMA.empty_table().append_column("place", pa.array([], pa.int64()))]
    buckets: list[Bucket] = []
    for number, rule in enumerate(rules):
        one = _Settling(number, rule, claims, paid, limit, as_of)
        buckets += one.buckets()
        tables.append(one.table())
        one.take()
    table = pa.concat_tables(tables).sort_by([(name, "ascending") for name in _BY_OUTCOME])
    return Settled(tuple(RuleTold.of(rule) for rule in rules), tuple(buckets), table.drop_columns(["place"]))


class _Settling:
    """One rule over the claims."""

    def __init__(
        self, number: int, rule: CompiledSettling, claims: Claims, paid: Paid, limit: Limit, as_of: date
    ) -> None:
        self.number = number
        self.rule = rule
        self.claims = claims
        self.paid = paid
        self.limit = limit
        self.as_of = as_of
        self.order = claims.amounts() if rule.by_amount else claims.keys.get((number, ORDER))
        self.by = claims.keys.get((number, BY))
        self.rows = self._competing()
        self.ground = Ground(claims, rule, self.order, self.rows)
        self.names: list[str] = []
        self.missing: dict[int, frozenset[Missing]] = {}
        self.gone: list[tuple[str, Payment]] = []

    def buckets(self) -> list[Bucket]:
        """What the rule came to, the earliest year first."""
        meetings = self._meetings()
        self.names = [one.name for one in meetings]
        told: list[Bucket] = []
        waiting: list[int] = []
        spilled: list[int] = []
        for number, one in enumerate(meetings):
            one.number = number
            told.append(self._bucket(one, waiting, spilled))
        return told

    # Who competes

    def _competing(self) -> Ints:
        """The rows that the rule is about, in its order: what asks for money, what is undecided, and for a quota also
        qualifications without money."""
        claims, members = self.claims, self.rule.members
        places = {clause: n for n, clause in enumerate(claims.clauses)}
        mine = np.isin(claims.clause, [places[one.id] for one in members if one.id in places])
        counts = (claims.fen > 0) | (claims.kind == OPEN)
        if self.rule.kind == "quota":
            counts |= np.isin(claims.clause, [places[o.id] for o in members if o.source.gate_only and o.id in places])
        rows = np.flatnonzero(mine & counts & (claims.kind != OUT))
        standing = claims.standing[rows]
        if self.order is None:
            return rows[np.argsort(standing, kind="stable")]
        codes = self.order.codes[rows]
        return rows[np.lexsort((standing, -codes if self.rule.descending else codes))]

    def _meetings(self) -> list[Meeting]:
        """The buckets that occur, the earliest first; of a budget that is carried on, every year up to the last."""
        claims, found = self.claims, dict[str, Meeting]()
        lacking: dict[int | None, frozenset[Missing]] = {}
        for row in self.rows.tolist():
            one = self._meeting_of(row, found)
            if one.year not in lacking:
                lacking[one.year] = self._gap(one.year)
            if claims.kind[row] == OPEN:
                self._leave(row, one, "open")
            elif claims.paid[row] != NOT_PAID:
                one.rows.append(row)
            elif missing := (lacking[one.year] or self._unplaced(row)):
                self.missing[row] = missing
                self._leave(row, one, "unknown")
            elif self._is_null(row):
                self._leave(row, one, "manual")
            else:
                one.rows.append(row)
        for year in self._years_between(found):
            found.setdefault(str(year), Meeting(str(year), year))
        meetings = sorted(found.values(), key=lambda one: one.year or 0)
        self._add_elsewhere(found)
        return meetings

    def _leave(self, row: int, one: Meeting, state: State) -> None:
        one.open.append(row)
        self.ground.state[row] = STATES.index(state)

    def _meeting_of(self, row: int, found: dict[str, Meeting]) -> Meeting:
        if self.rule.source.per == "life":
            name, year = LIFE, None
        else:
            period = self.claims.period[row]
            year = int(period) if period.isdecimal() else (self.claims.day(row) or self.as_of).year
            name = str(year)
        return found.get(name) or found.setdefault(name, Meeting(name, year))

    def _unplaced(self, row: int) -> frozenset[Missing]:
        """What would have to be known to place a row."""
        columns = [one for one in (self.order, self.by) if one is not None]
        return frozenset().union(*(one.missing.get(row, frozenset()) for one in columns))

    def _is_null(self, row: int) -> bool:
        return any(row in one.nulls for one in (self.order, self.by) if one is not None)

    def _gap(self, year: int | None) -> frozenset[Missing]:
        """Payments that were not delivered and may count: none can be older than the documents, or than the year."""
        since = min(one.document.source.valid_from for one in self.rule.members)
        if year is not None:
            since = max(since, date(year, 1, 1))
        found = {Missing(PAYMENTS, self.paid.holder, _span(low, high)) for low, high in self.paid.gaps if high >= since}
        return frozenset(found).union(*(self.paid.missing.get(one, frozenset()) for one in self.rule.clauses))

    def _years_between(self, found: Mapping[str, Meeting]) -> range:
        source = self.rule.source
        years = [one.year for one in found.values() if one.year is not None]
        if years and isinstance(source, Budget) and source.when_short == "next_year":
            return range(min(years), self.as_of.year + 1)
        return range(0)

    def _add_elsewhere(self, found: Mapping[str, Meeting]) -> None:
        """Money and places that went to outcomes which do not compete here any more."""
        claims = self.claims
        held = [row for one in found.values() for row in one.rows if claims.paid[row] != NOT_PAID]
        competing = {claims.key(row) for row in held}
        seen: set[tuple[str, str, str, str]] = set()
        for payment in self.paid.payments:
            one = found.get(LIFE if self.rule.source.per == "life" else payment.period)
            key = (payment.entity, payment.clause, payment.matter, payment.period)
            if one is None or payment.clause not in self.rule.clauses:
                continue
            if key not in competing and (*key[:3], "once") not in competing:
                one.elsewhere += payment.fen
                one.elsewhere_count += key not in seen
                seen.add(key)
                self.gone.append((one.name, payment))

    # What becomes of them

    def _bucket(self, one: Meeting, waiting: list[int], spilled: list[int]) -> Bucket:
        claims, source, ground = self.claims, self.rule.source, self.ground
        limit = self.limit(self.rule, one.year)
        ground.bucket[one.open] = one.number
        clauses = tuple(sorted({claims.clauses[n] for n in set(claims.clause[one.open].tolist())}))
        rows = [*waiting, *one.rows]
        waiting.clear()
        asked = sum(claims.fen[rows].tolist())
        bucket = Bucket(self.number, one.name, limit, 0, len(rows), 0, asked, 0, 0, len(one.open), clauses)
        ground.bucket[rows] = one.number
        if limit is None:
            ground.state[rows] = STATES.index("manual")
        elif isinstance(source, Quota):
            bucket.paid = one.elsewhere_count
            bucket.groups = placed_in(ground, source, one, limit, self.by)
        elif source.when_short == "next_year" and one.year is not None:
            last = one.year >= self.as_of.year
            bucket.paid = carried_on(ground, source, one, rows, limit, last, waiting, spilled)
        else:
            bucket.paid = one.elsewhere
            granted(ground, source, one, rows, limit - one.elsewhere)
        self._sum_up(rows, bucket)
        return bucket

    def _sum_up(self, rows: Sequence[int], bucket: Bucket) -> None:
        ground = self.ground
        bucket.granted_fen = sum(ground.after[rows].tolist())
        bucket.carried_fen = sum(ground.carried[rows].tolist())
        here = np.asarray(rows, np.int64)
        kept = here[np.isin(ground.state[here], [STATES.index("granted"), STATES.index("paid")])]
        bucket.granted = len(kept)
        if isinstance(self.rule.source, Budget):
            held = kept[self.claims.paid[kept] != NOT_PAID]
            bucket.paid += sum((self.claims.paid[held] - ground.after[held]).tolist())
        if 0 < len(kept) < len(here):
            bucket.line = self._key_text(int(kept[-1]))

    # Told

    def table(self) -> pa.Table:
        """One line for each row, with `place`: where its clause stands."""
        claims, ground, rows = self.claims, self.ground, self.rows
        asked = np.where(claims.kind[rows] == ELIGIBLE, claims.fen[rows], 0)
        taken = claims.table.take(pa.array(rows))
        columns: dict[str, object] = {
            **{name: taken.column(name) for name in ("entity", "clause", "matter", "period", "event_on")},
            "rule": np.full(len(rows), self.number, np.int32),
            "bucket": [self.names[n] for n in ground.bucket[rows].tolist()],
            "state": [STATES[n] for n in ground.state[rows].tolist()],
            "rank": ground.rank[rows],
            "key": [self._key_text(row) for row in rows.tolist()],
            "group": [self.by.text(row) if self.by is not None else "" for row in rows.tolist()],
            "before_fen": asked,
            "after_fen": ground.after[rows],
            "carried_fen": ground.carried[rows],
            "provisional": ground.provisional[rows],
            "missing": [self._missing_text(row) for row in rows.tolist()],
        }
        competing = pa.table(columns, schema=SETTLEMENT_SCHEMA)
        competing = competing.append_column("place", pa.array(claims.clause[rows]))
        return pa.concat_tables([competing, self._gone_table()])

    def _gone_table(self) -> pa.Table:
        """One line for each payment to an outcome that does not compete: where the money went."""
        places = {clause: n for n, clause in enumerate(self.claims.clauses)}
        nothing = {"event_on": None, "rank": 0, "key": "", "group": "", "carried_fen": 0, "missing": None}
        rows = [
            {
                **nothing,
                "entity": one.entity,
                "clause": one.clause,
                "matter": one.matter,
                "period": one.period,
                "rule": self.number,
                "bucket": bucket,
                "state": "gone",
                "before_fen": one.fen,
                "after_fen": one.fen,
                "provisional": False,
                "place": places.get(one.clause, len(places)),
            }
            for bucket, one in self.gone
        ]
        return pa.Table.from_pylist(rows, SETTLEMENT_SCHEMA.append(pa.field("place", pa.int64())))

    def _missing_text(self, row: int) -> str | None:
        if row not in self.missing:
            return None
        return json.dumps(missing_data(self.missing[row]), ensure_ascii=False, sort_keys=True)

    def _key_text(self, row: int) -> str:
        if self.order is None:
            day = self.claims.day(row)
            return day.isoformat() if day is not None else ""
        if self.rule.by_amount:
            fen = int(self.order.codes[row])
            return f"{fen // 100}.{fen % 100:02d}" if self.claims.kind[row] == ELIGIBLE else ""
        return self.order.text(row)

    def take(self) -> None:
        """What the next rule finds."""
        claims, rows = self.claims, self.rows
        states = self.ground.state[rows]
        undecided = np.isin(states, [STATES.index("unknown"), STATES.index("manual")])
        claims.fen[rows] = np.where(states == STATES.index("open"), claims.fen[rows], self.ground.after[rows])
        claims.kind[rows[undecided]] = OPEN
        claims.kind[rows[states == STATES.index("out")]] = OUT


def _span(low: date | None, high: date) -> str:
    """A period as facts that are missing name it."""
    if low is None:
        return f"—{high.isoformat()}"
    return high.isoformat() if low == high else f"{low.isoformat()}—{high.isoformat()}"


def columns_asked(rules: Sequence[CompiledSettling]) -> Iterator[tuple[int, str, CompiledSettling]]:
    """The columns of keys that must be worked out from dossiers: (rule, ORDER or BY)."""
    for number, rule in enumerate(rules):
        if rule.key is not None:
            yield number, ORDER, rule
        if rule.by is not None:
            yield number, BY, rule


__all__ = ["BY", "ORDER", "KeyColumn", "columns_asked", "settle"]
