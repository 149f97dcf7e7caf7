"""What a data set's columns are to a compiler: which there are, how they lie in memory, what range they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns.bind import Binder
from yanlian.engine.dossier.columns.buffers import Buffer
from yanlian.engine.dossier.columns.gaps import Gaps, is_single
from yanlian.engine.dossier.columns.opened import LONGEST, OpenedBatch
from yanlian.engine.dossier.columns.ranges import gap_bounds, positions, ranged, storage_of, whole
from yanlian.engine.dossier.columns.slots import Part, Slot, plain_type, slot_name
from yanlian.engine.dossier.columns.strings import Strings
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.schema import Field, RecordKind, Schema
from yanlian.engine.native.ir import Column, Storage

_MOVED = ("registration", "moved_in_on")


class Layout:
    """The columns of a data set. Names of records and fields are Chinese or English; "" is the entity itself.

    Cheap to ask, immutable; several threads may share one (each with `Strings` of its own).
    """

    def __init__(
        self,
        arrow: pa.Schema,
        schema: Schema,
        coverage: Coverage,
        as_of: date,
        ranges: Mapping[tuple[str, str], tuple[object, object]] | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        """`ranges`: (record key or "", field key) → (least, greatest) stored value, days as dates, as the statistics
        of the data set say; a field without has the range of its storage. They are widened to powers of two.
        `trusted`: whoever binds batches promises that their values lie inside, because they come from the very files
        that the ranges were read from; then nobody looks at columns without nulls."""
        self.trusted = trusted
        self.arrow = arrow
        self.schema = schema
        self._gaps = Gaps(schema, coverage, as_of)
        self._slots: dict[str, Slot] = {}
        # What types fields are read as; those that cannot be read stand in `_unreadable`.
        self._types: dict[tuple[str, str], pa.DataType] = {}
        self._unreadable: dict[tuple[str, str], pa.DataType] = {}
        self._found: dict[tuple[str, str, Part], Slot] = {}
        # A column of which Arrow knows nothing but nulls is as good as none.
        self._stored = {one.name: one for one in arrow if not pa.types.is_null(one.type)}
        for field in schema.entity.values():
            if field.key in self._stored:
                self._add_field(None, field, self._stored[field.key], ranges or {})
        for kind in schema.records.values():
            self._add_kind(kind, ranges or {})
        registration = schema.records.get("registration")
        self._moved_in = registration if _MOVED in self._types else None
        self._binder = Binder(arrow, self._slots, self._types, self._gaps, self._moved_in, trusted=trusted)

    # What there is.

    def value(self, record: str, field: str) -> Column | None:
        """The stored values (integers by their width, dates as days since 1970, flags as bits, texts as numbers of
        `Strings`). What stands under nulls lies in the range too, and means nothing. None: the data set has no such
        column, which to rules is *nobody delivered it*, even of a field whose empty cell says "none".

        Raises `Refused("column_type_wrong")` when its Arrow type is none that the field can have.
        """
        kind, one = self._named(record, field)
        place = ("" if kind is None else kind.key, one.key)
        self._check(kind, one)
        slot = self._found.get((*place, "value")) or self._found.get((*place, "text"))
        return None if slot is None else slot.column

    def valid(self, record: str, field: str) -> Column | None:
        """Where there is a value; None: everywhere. Of a single record that is absent it says nothing: ask `present`
        first."""
        kind, one = self._named(record, field)
        slot = self._found["" if kind is None else kind.key, one.key, "valid"]
        return None if slot.never_null else slot.column

    def present(self, record: str) -> Column | None:
        """Of a kind of which one counts: where there is a record; None: everywhere."""
        slot = self._found[self.schema.names[record].key, "", "present"]
        return None if slot.never_null else slot.column

    def has(self, record: str) -> bool:
        """Whether the data set has this kind of record at all."""
        return self.schema.names[record].key in self._stored

    def offsets(self, record: str) -> Column:
        """Of a kind with many: rows + 1 positions; the records of row r lie at offsets[r] ≤ i < offsets[r + 1]."""
        return self._found[self.schema.names[record].key, "", "offsets"].column

    def longest(self, record: str) -> int:
        """No row has more records of the kind than this (`bind` makes sure)."""
        assert self.schema.names[record].many, record
        return LONGEST

    # Periods nobody delivered.

    def has_gaps(self, record: str) -> bool:
        """Whether any row may lack a period of this kind: False only when none can."""
        kind = self.schema.names[record]
        if not kind.many:
            return False
        # What decides about gaps must be readable.
        self._check(None, self.schema.entity["kind"])
        if kind.local:
            self._check(*self._named(*_MOVED))
        if kind.period is not None:
            self._check(kind, kind.fields[kind.period])
        gaps = self._gaps
        moves = kind.local and self._moved_in is not None and not gaps.coverage.everything
        return "refused" in self._stored or moves or bool(gaps.coverage.gaps(kind.key, gaps.as_of))

    def gap(self, record: str) -> Column:
        """Per row: the number of its pattern."""
        return self._gap(record, "gap")

    def gap_offsets(self, record: str) -> Column:
        """Per pattern, and one more: pattern p has the phantoms gap_offsets[p] ≤ j < gap_offsets[p + 1]."""
        return self._gap(record, "gap_offsets")

    def gap_low(self, record: str) -> Column:
        """Per phantom: the first year or day of the period, inclusive; 0 where it is open."""
        return self._gap(record, "gap_low")

    def gap_high(self, record: str) -> Column:
        """Per phantom: the last year or day of the period, inclusive."""
        return self._gap(record, "gap_high")

    def gap_open(self, record: str) -> Column:
        """Per phantom: whether the period has no first day."""
        return self._gap(record, "gap_open")

    # Batches.

    def bind(self, batch: pa.RecordBatch, columns: Sequence[Column], strings: Strings) -> list[Buffer]:
        """The buffers of these columns (found by name; tables of `strings` too) for a batch of this layout's schema.

        A column that is asked for with the range of its storage is not checked; any other is as the layout gave it.
        Arrow's own memory wherever its form allows; each has at least one element, "bit" columns are bitmaps of bytes.
        Raises `OutsideRange` when a value lies outside its column's range (make a new layout, or let the interpreter
        do the batch), `Refused("column_not_null")` when a field that must not is empty.
        """
        return self._binder.bind(batch, columns, strings)

    def opened(self, batch: pa.RecordBatch) -> OpenedBatch:
        """A batch by records and fields, with the positions that programs give."""
        return OpenedBatch(batch, self._types)

    def fits(self, batch: pa.RecordBatch) -> bool:
        """Whether every value lies in the range of its column. `bind` checks the columns it hands out by itself."""
        return self._binder.fits(batch)

    def _named(self, record: str, field: str) -> tuple[RecordKind | None, Field]:
        if record:
            kind = self.schema.names[record]
            return kind, kind.names[field]
        for one in self.schema.entity.values():
            if field in (one.zh, one.key):
                return None, one
        raise KeyError(field)

    def _check(self, kind: RecordKind | None, field: Field) -> None:
        found = self._unreadable.get(("" if kind is None else kind.key, field.key))
        if found is not None:
            column = slot_name(kind, field)
            raise Refused("column_type_wrong", column=column, found=str(found), expected=field.type)

    def _gap(self, record: str, part: Part) -> Column:
        return self._found[self.schema.names[record].key, "", part].column

    # Making.

    def _add(self, slot: Slot) -> None:
        assert slot.column.name not in self._slots, slot.column.name
        self._slots[slot.column.name] = slot
        key = "" if slot.kind is None else slot.kind.key
        self._found[key, "" if slot.field is None else slot.field.key, slot.part] = slot

    def _add_kind(self, kind: RecordKind, ranges: Mapping[tuple[str, str], tuple[object, object]]) -> None:
        stored = self._stored.get(kind.key)
        if stored is not None:
            struct = self._struct(kind, stored.type)
            if kind.many:
                width: Storage = "i64" if pa.types.is_large_list(stored.type) else "i32"
                self._add(Slot(positions(f"{kind.zh}#", width), "offsets", kind))
            else:
                self._add(Slot(Column(f"{kind.zh}?", "bit"), "present", kind, never_null=not stored.nullable))
            for field in kind.fields.values():
                place = struct.get_field_index(field.key)
                if place >= 0:
                    self._add_field(kind, field, struct.field(place), ranges)
        if kind.many:
            self._add_gaps(kind)

    def _struct(self, kind: RecordKind, found: pa.DataType) -> pa.DataType:
        is_list = pa.types.is_list(found) or pa.types.is_large_list(found)
        struct = found.value_type if is_list else found
        if is_list and pa.types.is_null(struct):
            # No list has a member: what a member would have nobody can say.
            struct = pa.struct([])
        if is_list is not kind.many or not pa.types.is_struct(struct):
            expected = "list<struct>" if kind.many else "struct"
            raise Refused("column_type_wrong", column=kind.zh, found=str(found), expected=expected)
        return struct

    def _add_field(
        self,
        kind: RecordKind | None,
        field: Field,
        stored: pa.Field,
        ranges: Mapping[tuple[str, str], tuple[object, object]],
    ) -> None:
        place = ("" if kind is None else kind.key, field.key)
        type_ = plain_type(field) if pa.types.is_null(stored.type) else stored.type
        storage, name = storage_of(type_, field.type), slot_name(kind, field)
        if storage is None:
            self._unreadable[place] = stored.type
            return
        self._types[place] = type_
        if field.type in ("text", "code"):
            self._add(Slot(positions(name, storage), "text", kind, field, not stored.nullable))
        else:
            bounds = None if storage == "bit" else ranges.get(place)
            column = whole(name, storage) if bounds is None else ranged(name, storage, bounds)
            self._add(Slot(column, "value", kind, field, not stored.nullable))
        self._add(Slot(Column(f"{name}?", "bit"), "valid", kind, field, not stored.nullable))

    def _add_gaps(self, kind: RecordKind) -> None:
        of_years = kind.period is not None and kind.fields[kind.period].type == "year"
        years = self._found.get((kind.key, str(kind.period), "value")) if is_single(kind) else None
        known = None if years is None else years.column
        self._add(Slot(positions(f"{kind.zh}~", "i32"), "gap", kind))
        self._add(Slot(positions(f"{kind.zh}~#", "i32"), "gap_offsets", kind))
        self._add(Slot(gap_bounds(f"{kind.zh}~≥", of_years, known), "gap_low", kind))
        self._add(Slot(gap_bounds(f"{kind.zh}~≤", of_years, known), "gap_high", kind))
        self._add(Slot(Column(f"{kind.zh}~∞", "bit"), "gap_open", kind))
