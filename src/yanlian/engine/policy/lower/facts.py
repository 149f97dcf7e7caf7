"""Facts of a dossier as values: records of the row, records in lists, and what nobody delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from yanlian.engine.dossier import Coverage, Field, RecordKind, Schema
from yanlian.engine.dossier.columns import Layout, Strings
from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import WIDTHS, Column, Node
from yanlian.engine.policy.lower.dates import Dates
from yanlian.engine.policy.lower.values import (
    Day,
    Ends,
    Fields,
    Flags,
    Nothing,
    NotLowered,
    Number,
    Record,
    Records,
    Several,
    Text,
    Truth,
    Value,
    days_of,
)


class Facts(Dates):
    """What stands in a dossier."""

    def __init__(
        self, builder: Builder, strings: Strings, layout: Layout, schema: Schema, coverage: Coverage, as_of: date
    ) -> None:
        super().__init__(builder, strings)
        self.layout = layout
        self.schema = schema
        self.coverage = coverage
        self.as_of = as_of
        # Of columns that are read by row: whether the value lies in the range that the data set promises.
        self.guards: dict[Node, Node] = {}

    def fact(self, name: str) -> Value:
        """A kind of record, or a field of the entity itself. KeyError for anything else."""
        kind = self.schema.names.get(name)
        if kind is None:
            return self._entity_field(name)
        if kind.many:
            return self.several(Records(kind))
        present = self._present(kind)
        absent = self.builder.negate(present)
        belongs = self.is_kind(kind.of)
        everything = self.builder.truth(self.coverage.everything)
        null = self.builder.both(absent, self.builder.either(self.builder.negate(belongs), everything))
        hollow = self.builder.both(absent, self.builder.negate(null))
        return Record(flags=Flags(self.no, self.no, null), kind=kind, index=None, hollow=hollow)

    def is_kind(self, kinds: tuple[str, ...]) -> Node:
        """Whether the entity is of one of these kinds."""
        value = self._entity_field("kind")
        assert isinstance(value, Text)
        return self.builder.either(*(self.equal(value, self.text(kind)).true for kind in kinds))

    def _entity_field(self, name: str) -> Value:
        for field in self.schema.entity.values():
            if name in (field.zh, field.key):
                return self._stored("", field, None, self.plain, none=True)
        raise KeyError(name)

    def _present(self, kind: RecordKind) -> Node:
        if not self.layout.has(kind.key):
            return self.no
        column = self.layout.present(kind.key)
        return self.builder.true if column is None else self.builder.read(column)

    def field(self, record: Record, name: str) -> Value:
        """A field of a record; null of null, unknown of what nobody delivered."""
        field = record.kind.names.get(name)
        if field is None:
            return self.nothing()
        if record.phantom is not None:
            return self._phantom_field(record, field)
        b = self.builder
        # The payload of an absent record is anything, and so is what its fields would say.
        there = b.negate(b.either(record.given, record.unknown, record.null, record.hollow))
        stored = self._stored(record.kind.key, field, record.index, self.plain, none=field.empty == "none")
        unknown = b.either(record.unknown, b.both(record.hollow, b.negate(record.null)))
        flags = Flags(
            b.either(record.given, b.both(stored.given, there)),
            b.either(unknown, b.both(stored.unknown, there)),
            b.either(record.null, b.both(stored.null, there)),
        )
        if isinstance(stored, Truth):
            return self.stated(flags.given, flags.unknown, flags.null, stored.true)
        if isinstance(stored, Number):
            return Number(flags=flags, num=stored.num, den=stored.den)
        if isinstance(stored, Day):
            return Day(flags=flags, day=stored.day)
        if isinstance(stored, Text):
            return Text(flags=flags, code=stored.code)
        return Nothing(flags=flags)

    def _stored(self, record: str, field: Field, index: Node | None, flags: Flags, *, none: bool) -> Value:
        """A stored value; an empty cell is null where it says none, else unknown."""
        column = self.layout.value(record, field.key)
        if column is None:
            # Nobody delivered the field at all; of the entity itself there is nothing to deliver.
            empty = self.builder.true
            return self._empty(field, Flags(self.no, self.no, empty) if not record else Flags(self.no, empty, self.no))
        valid = self.layout.valid(record, field.key)
        if valid is not None:
            empty = self.builder.negate(self.builder.read(valid, index))
            flags = Flags(self.no, self.no, empty) if none else Flags(self.no, empty, self.no)
        node = self._read(record, column, valid, index)
        if field.type == "flag":
            return self.stated(flags.given, flags.unknown, flags.null, node)
        if field.type == "date":
            return Day(flags=flags, day=node)
        if field.type in {"text", "code"}:
            return Text(flags=flags, code=node)
        return Number(flags=flags, num=node, den=10**field.scale)

    def _read(self, record: str, column: Column, valid: Column | None, index: Node | None) -> Node:
        """An element of a column. Of a row it is read as it may be and held within its range, and the program says
        where it was outside: that costs less than looking at all values beforehand."""
        b = self.builder
        if index is not None or column.storage == "bit" or (column.low, column.high) == WIDTHS[column.storage]:
            return b.read(column, index)
        if self.layout.trusted and valid is None and not (record and self.layout.present(record)):
            return b.read(column)
        low, high = WIDTHS[column.storage]
        raw = b.read(replace(column, low=low, high=high))
        node, inside = b.narrowed(raw, column.low, column.high)
        if raw not in self.guards:
            present = self.layout.present(record) if record else None
            there = [b.read(one) for one in (valid, present) if one is not None]
            self.guards[raw] = b.either(inside, *(b.negate(one) for one in there))
        return node

    def _empty(self, field: Field, flags: Flags) -> Value:
        zero = self.builder.const(0)
        if field.type == "flag":
            return Truth(flags=flags, true=self.no)
        if field.type == "date":
            return Day(flags=flags, day=zero)
        if field.type in {"text", "code"}:
            return Text(flags=flags, code=zero)
        return Number(flags=flags, num=zero)

    def _phantom_field(self, record: Record, field: Field) -> Value:
        """Of a record that may exist undelivered only its period is known, within bounds."""
        ends = record.phantom
        assert ends is not None
        unknown = Flags(self.no, self.builder.true, self.no)
        if field.key != record.kind.period:
            return self._empty(field, unknown)
        b = self.builder
        one = b.both(ends.has_low, ends.has_high, b.compare("=", ends.low, ends.high))
        flags = Flags(self.no, b.negate(one), self.no)
        if field.type == "date":
            return Day(flags=flags, day=ends.low, ends=ends)
        if field.type == "year":
            return Number(flags=flags, num=ends.low, ends=ends)
        raise NotLowered(f"period of type {field.type}")

    def seen(self, record: Record) -> Node:
        """Whether a record is dated on or before the as-of date, or has no date."""
        kind = record.kind
        if kind.period is None or self.layout.value(kind.key, kind.period) is None:
            return self.builder.true
        field = kind.fields[kind.period]
        when = self._stored(kind.key, field, record.index, self.plain, none=False)
        if isinstance(when, Day):
            past = self.builder.compare("<=", when.day, self.builder.const(days_of(self.as_of)))
        elif isinstance(when, Number) and when.den == 1:
            past = self.builder.compare("<=", when.num, self.builder.const(self.as_of.year))
        else:
            return self.builder.true
        return self.builder.either(past, when.unknown)

    def path(self, value: Value, name: str) -> Value:
        """value.name."""
        if isinstance(value, Record):
            return self.field(value, name)
        if isinstance(value, Fields):
            found = value.entries.get(name)
            if found is None:
                return self.nothing()
            return self.flagged(self.covered(found, value.given, value.unknown), null=value.null)
        if isinstance(value, Day):
            return self.part(value, name)
        if isinstance(value, Nothing):
            return value
        if isinstance(value, Several):
            return self.each_path(value, name)
        raise NotLowered(f"{type(value).__name__}.{name}")

    def each_path(self, value: Several, name: str) -> Several:
        """The same step from every member of a list."""
        raise NotImplementedError

    def phantoms_of(self, kind: RecordKind) -> bool:
        """Whether records of a kind may exist that nobody delivered."""
        return self.layout.has_gaps(kind.key)

    def phantom(self, kind: RecordKind, index: Node) -> Record:
        """A record that may exist undelivered."""
        read, layout = self.builder.read, self.layout
        ends = Ends(
            low=read(layout.gap_low(kind.key), index),
            has_low=self.builder.negate(read(layout.gap_open(kind.key), index)),
            high=read(layout.gap_high(kind.key), index),
            has_high=self.builder.true,
        )
        return Record(flags=self.plain, kind=kind, index=index, hollow=self.no, phantom=ends)
