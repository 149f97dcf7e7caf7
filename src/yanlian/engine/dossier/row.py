"""One record as rules see it: a context whose values are made from stored integers only when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Context, Decimal

from yanlian.engine.dossier.schema import Field, RecordKind
from yanlian.engine.dossier.trace import FactRead, Trace
from yanlian.engine.feel import Missing, Unknown

# Wide enough for any stored integer: scaling must never round, whatever the thread's own context says.
_EXACT = Context(prec=60)


class Undelivered:
    """The stored form of "nobody delivered this", where a field's empty cell would mean none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNDELIVERED"


UNDELIVERED = Undelivered()


def feel_value(field: Field, stored: object) -> object:
    """The FEEL value of a stored one: fen → yuan, ppm → rate, hundredths → square metres. Not for empty cells."""
    if isinstance(stored, int) and not isinstance(stored, bool):
        return Decimal(stored).scaleb(-field.scale, _EXACT) if field.scale else Decimal(stored)
    return stored


class Row(Mapping[str, object]):
    """A record. Names are the Chinese or English names of its fields."""

    __slots__ = ("_made", "data", "kind", "trace")

    def __init__(self, kind: RecordKind, data: Mapping[str, object], trace: Trace | None = None) -> None:
        self.kind = kind
        self.data = data
        self.trace = trace
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        made = self._made
        if name in made and self.trace is None:
            return made[name]
        field = self.kind.names[name]
        value = self._value(field)
        made[name] = value
        if self.trace is not None:
            self.trace.add((id(self.data), field.key), self._read(field, value))
        return value

    def _value(self, field: Field) -> object:
        stored = self.data.get(field.key, UNDELIVERED)
        if stored is None and field.empty == "none":
            return None
        if stored is None or stored is UNDELIVERED:
            return Unknown(frozenset({Missing(f"{self.kind.zh}.{field.zh}", self.kind.holder, self.period_text())}))
        return feel_value(field, stored)

    def period_text(self) -> str:
        """The year or day that the record belongs to, as words; empty when the kind has none."""
        stored = self.data.get(self.kind.period) if self.kind.period else None
        return "" if stored is None or stored is UNDELIVERED else str(stored)

    def key_text(self) -> tuple[str, ...]:
        """The values of the key fields: which record of its kind this is."""
        return tuple(str(self.data[key]) for key in self.kind.key_fields if self.data.get(key) is not None)

    def _read(self, field: Field, value: object) -> FactRead:
        recorded = self.data.get("recorded")
        return FactRead(
            record=self.kind,
            field=field,
            value=value,
            row_key=self.key_text(),
            source=str(self.data.get("source") or ""),
            recorded=recorded if isinstance(recorded, date) else None,
        )

    def __iter__(self) -> Iterator[str]:
        return (field.zh for field in self.kind.fields.values())

    def __len__(self) -> int:
        return len(self.kind.fields)

    def __contains__(self, name: object) -> bool:
        return name in self.kind.names

    def __repr__(self) -> str:
        return f"Row({self.kind.zh}, {dict(self.data)!r})"


class PhantomRow(Row):
    """Any number of records that may exist in a period nobody delivered: everything about them is unknown but when.

    `low` and `high` are inclusive bounds of the period field (years as numbers, dates as dates); low None is open.
    """

    __slots__ = ("high", "low", "period")

    def __init__(
        self,
        kind: RecordKind,
        low: Decimal | date | None,
        high: Decimal | date | None,
        period: str,
        trace: Trace | None = None,
    ) -> None:
        super().__init__(kind, {}, trace)
        self.low = low
        self.high = high
        self.period = period

    def _value(self, field: Field) -> object:
        missing = frozenset({Missing(f"{self.kind.zh}.{field.zh}", self.kind.holder, self.period)})
        if field.key == self.kind.period:
            if self.low is not None and self.low == self.high:
                return self.low
            return Unknown(missing, low=self.low, high=self.high)
        return Unknown(missing)

    @property
    def lack(self) -> frozenset[Missing]:
        """What is missing when these records as a whole matter."""
        return frozenset({Missing(self.kind.zh, self.kind.holder, self.period, whole=True)})

    def period_text(self) -> str:
        return self.period
