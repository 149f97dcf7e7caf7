"""Outcomes that compete, as columns: what they ask for, what was paid, and the order in which they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yanlian.engine.feel import DateTime, IncompleteList, Missing, Unknown
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.result import plain_number

Ints: TypeAlias = NDArray[np.int64]
Key = tuple[str, str, str, str]
# One or several values with their kinds; kinds that differ are never mixed up.
Token: TypeAlias = tuple[tuple[str, Decimal | str], ...]
# What competes (kinds of outcome), and what is undecided but may come to compete.
ELIGIBLE, OPEN, OUT = 0, 1, 2
CLAIM_SCHEMA = pa.schema(
    [
        pa.field("entity", pa.string()),
        pa.field("clause", pa.string()),
        pa.field("matter", pa.string()),
        pa.field("period", pa.string()),
        pa.field("event_on", pa.date32()),
        pa.field("kind", pa.string()),
        pa.field("amount_fen", pa.int64()),
    ]
)
NOT_PAID = -1


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that went to a beneficiary for a clause, a matter and a year, or is promised to it."""

    entity: str
    clause: str
    matter: str
    period: str
    fen: int


@dataclass(frozen=True, slots=True)
class Paid:
    """All payments of the clauses that have budgets or quotas. `gaps`: periods (both ends inclusive, the first open
    when None) of which the payments were not delivered; `missing`: payments of single dossiers that are not known."""

    payments: tuple[Payment, ...] = ()
    gaps: tuple[tuple[date | None, date], ...] = ()
    holder: str = ""
    missing: Mapping[str, frozenset[Missing]] = field(default_factory=dict)


@dataclass(slots=True)
class KeyColumn:
    """What outcomes are ordered or grouped by: `codes` ascend with the values (equal values are equal), -1 where there
    is none; `missing` of unknown ones, by row; `nulls`: rows for which the formula gave no value."""

    codes: Ints
    texts: dict[int, str] = field(default_factory=dict)
    missing: dict[int, frozenset[Missing]] = field(default_factory=dict)
    nulls: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, values: Mapping[int, object], rows: int) -> KeyColumn:
        """Numbered values; a row that is not there was not asked for."""
        made = cls(np.full(rows, -1, np.int64))
        known: dict[int, Token] = {}
        for row, value in values.items():
            if lacking := _lacking(value):
                made.missing[row] = lacking
            elif (token := _tokens(value)) is None:
                made.nulls.add(row)
            else:
                known[row] = token
        places = {token: n for n, token in enumerate(sorted(set(known.values()), key=_sorted_by))}
        for row, token in known.items():
            made.codes[row] = places[token]
        made.texts = {n: _text(token) for token, n in places.items()}
        return made

    def text(self, row: int) -> str:
        """The value of a row as words; empty where there is none."""
        return self.texts.get(int(self.codes[row]), "")


def _tokens(value: object) -> Token | None:
    """A value that can be ordered, or several of which the first that differs decides; None for null and others."""
    members = value if isinstance(value, list) else [value]
    found = [_token(one) for one in members]
    return tuple(one for one in found if one is not None) if found and None not in found else None


def _token(value: object) -> tuple[str, Decimal | str] | None:
    if isinstance(value, bool):
        return "flag", str(value).lower()
    if isinstance(value, Decimal):
        return ("number", value) if value.is_finite() else None
    if isinstance(value, DateTime):
        return "date", value.day.isoformat() if isinstance(value.day, date) else str(value)
    if isinstance(value, date):
        return "date", value.isoformat()
    return ("text", value) if isinstance(value, str) and value else None


def _lacking(value: object) -> frozenset[Missing]:
    """What is missing of a value, or of one of several."""
    members = value if isinstance(value, list) else [value]
    found = [lack_of(one) for one in members if isinstance(one, Unknown)]
    if isinstance(value, IncompleteList) and value.is_open:
        found.append(lack_of(value))
    return frozenset().union(*found)


def _sorted_by(tokens: Token) -> tuple[tuple[str, Decimal, str], ...]:
    return tuple(
        (kind, value, "") if isinstance(value, Decimal) else (kind, Decimal(0), value) for kind, value in tokens
    )


def _text(tokens: Token) -> str:
    return " / ".join(plain_number(value) if isinstance(value, Decimal) else value for _, value in tokens)


@dataclass(slots=True)
class Claims:
    """The outcomes of all clauses that have budgets or quotas, eligible or undecided. `kind`, `fen`: change while rule
    after rule is settled; `standing`: the place of each in the default order (day of the event, clause, entity, matter,
    period); `paid`: fen paid for the very outcome, or NOT_PAID."""

    table: pa.Table
    clause: Ints
    clauses: Sequence[str]
    kind: NDArray[np.int8]
    fen: Ints
    period: Sequence[str]
    standing: Ints
    paid: Ints
    keys: dict[tuple[int, str], KeyColumn] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table, clauses: Sequence[str], payments: Sequence[Payment]) -> Claims:
        """Columns of a table with CLAIM_SCHEMA. `clauses`: ids in their order."""
        table = table.select(CLAIM_SCHEMA.names).combine_chunks()
        codes = pc.index_in(table.column("clause"), value_set=pa.array(list(clauses), pa.string()))
        clause = np.asarray(codes.combine_chunks(), np.int64)
        kinds = np.asarray(pc.equal(table.column("kind"), "eligible").combine_chunks())
        # Undecided outcomes with a day stand where they would; the others before all.
        day = pc.fill_null(table.column("event_on").cast(pa.int32()), np.iinfo(np.int32).min)
        sortable = pa.table({**{name: table.column(name) for name in table.schema.names}, "day": day, "place": clause})
        keys = [(name, "ascending") for name in ("day", "place", "entity", "matter", "period")]
        order = np.asarray(pc.sort_indices(sortable, sort_keys=keys), np.int64)
        standing = np.empty(len(order), np.int64)
        standing[order] = np.arange(len(order))
        fen = np.array(table.column("amount_fen").to_numpy(), np.int64)
        periods: list[str] = table.column("period").to_pylist()
        made = cls(
            table, clause, clauses, np.where(kinds, ELIGIBLE, OPEN).astype(np.int8), fen, periods, standing,
            np.full(len(fen), NOT_PAID, np.int64),
        )  # fmt: skip
        made._mark_paid(payments)
        return made

    def _mark_paid(self, payments: Sequence[Payment]) -> None:
        if not payments:
            return
        sums: dict[Key, int] = {}
        for one in payments:
            for period in (one.period, "once"):
                key = (one.entity, one.clause, one.matter, period)
                sums[key] = sums.get(key, 0) + one.fen
        mine = pc.is_in(self.table.column("entity"), value_set=pa.array(sorted({one.entity for one in payments})))
        for row in np.flatnonzero(np.asarray(mine.combine_chunks())).tolist():
            found = sums.get(self.key(row))
            if found is not None:
                self.paid[row] = found

    def __len__(self) -> int:
        return len(self.fen)

    def key(self, row: int) -> Key:
        """What an outcome is: entity, clause, matter, period."""
        entity, matter = self.table.column("entity")[row].as_py(), self.table.column("matter")[row].as_py()
        return str(entity), self.clauses[int(self.clause[row])], str(matter), self.period[row]

    def amounts(self) -> KeyColumn:
        """The amounts as they are now, as something to order by."""
        return KeyColumn(self.fen.copy())

    def day(self, row: int) -> date | None:
        """The day of its event."""
        found = self.table.column("event_on")[row].as_py()
        return found if isinstance(found, date) else None
