"""The buffers of columns for one batch, with the promises that a compiler builds on made sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns.buffers import Buffer, Ints, OutsideRange, integers, truths, validity, within
from yanlian.engine.dossier.columns.gaps import Gaps
from yanlian.engine.dossier.columns.opened import OpenedBatch
from yanlian.engine.dossier.columns.patterns import RowGaps
from yanlian.engine.dossier.columns.slots import Slot
from yanlian.engine.dossier.columns.strings import Strings
from yanlian.engine.dossier.schema import RecordKind
from yanlian.engine.native.ir import WIDTHS, Column


class Binder:
    """Reads batches of one Arrow schema by the slots of a layout."""

    def __init__(
        self,
        arrow: pa.Schema,
        slots: Mapping[str, Slot],
        types: Mapping[tuple[str, str], pa.DataType],
        gaps: Gaps,
        moved_in: RecordKind | None,
        *,
        trusted: bool = False,
    ) -> None:
        self.trusted = trusted
        self.arrow = arrow
        self.slots = slots
        self.types = types
        self.gaps = gaps
        self.moved_in = moved_in
        # The kinds of which one counts and every row is promised one.
        self._promised = frozenset(
            slot.kind.key for slot in slots.values() if slot.part == "present" and slot.never_null and slot.kind
        )

    def bind(self, batch: pa.RecordBatch, columns: Sequence[Column], strings: Strings) -> list[Buffer]:
        """As `Layout.bind` says."""
        opened = self._open(batch)
        strings.start()
        gaps = RowGaps(opened, self.gaps, self.moved_in)
        made: dict[str, Buffer] = {}
        for one in columns:
            if not strings.has_table(one.name):
                slot = self.slots[one.name]
                plain = self._plain(opened, slot) if self.trusted else None
                made[one.name] = self._buffer(opened, gaps, slot, strings, one) if plain is None else plain
        # Only now are all texts of the batch known.
        made |= {one.name: strings.entries(one.name) for one in columns if strings.has_table(one.name)}
        return [made[one.name] for one in columns]

    def fits(self, batch: pa.RecordBatch) -> bool:
        """As `Layout.fits` says."""
        opened = self._open(batch)
        return all(_inside(opened, slot) for slot in self.slots.values() if _is_narrow(slot))

    def _open(self, batch: pa.RecordBatch) -> OpenedBatch:
        assert batch.schema.equals(self.arrow), "a batch of another data set"
        return OpenedBatch(batch, self.types)

    def _plain(self, opened: OpenedBatch, slot: Slot) -> Buffer | None:
        """Arrow's own memory of numbers that nobody has to look at: never null, taken at their word. Of each batch
        there are many such columns."""
        if slot.part != "value" or not slot.never_null or slot.field is None or slot.column.storage == "bit":
            return None
        place = ("" if slot.kind is None else slot.kind.key, slot.field.key)
        array = opened.stored(slot.kind, slot.field.key)
        if array.type.id != self.types[place].id or array.null_count:
            return None
        return integers(array)

    def _buffer(self, opened: OpenedBatch, gaps: RowGaps, slot: Slot, strings: Strings, asked: Column) -> Buffer:
        if slot.part.startswith("gap"):
            return _gap(gaps, slot)
        if slot.part == "offsets":
            assert slot.kind is not None
            return opened.offsets(slot.kind)
        if slot.part == "present":
            assert slot.kind is not None
            return validity(opened.records(slot.kind))
        assert slot.field is not None
        array = opened.field(slot.kind, slot.field.key)
        if slot.part == "valid":
            return validity(array)
        self._check_never_null(opened, slot, array)
        if slot.part == "text":
            return strings.remap(slot.column.name, opened.words(slot.kind, slot.field.key))
        if slot.column.storage == "bit":
            return truths(array)
        # Who asks for the range of the storage looks to the column's own range alone.
        looked = asked == slot.column and not (self.trusted and slot.never_null)
        return _values(opened, slot, array) if looked else integers(array)

    def _check_never_null(self, opened: OpenedBatch, slot: Slot, array: pa.Array) -> None:
        """Refuse nulls that the schema says there are none of: Arrow itself does not look."""
        kind = slot.kind
        if kind is not None and kind.key in self._promised and opened.records(kind).null_count:
            raise Refused("column_not_null", column=kind.zh)
        if slot.never_null and slot.field is not None and array.null_count:
            known = opened.where_known(kind, slot.field.key)
            if kind is not None and not kind.many:
                known = known | ~opened.where_recorded(kind)
            if not known.all():
                raise Refused("column_not_null", column=slot.column.name)


def _gap(gaps: RowGaps, slot: Slot) -> Buffer:
    assert slot.kind is not None
    patterns, tables = gaps.find(slot.kind)
    if slot.part == "gap":
        return patterns if len(patterns) else np.zeros(1, np.int32)
    if slot.part == "gap_offsets":
        return tables.offsets
    if slot.part == "gap_open":
        return tables.is_open
    return _bounds(slot.column, tables.low if slot.part == "gap_low" else tables.high)


def _bounds(column: Column, values: Ints) -> Ints:
    if not within(values, column.low, column.high):
        raise OutsideRange(column.name)
    return values.astype(np.int32) if column.storage == "i32" else values


def _is_narrow(slot: Slot) -> bool:
    """Whether a column promises more than its storage does."""
    column = slot.column
    return slot.part == "value" and column.storage != "bit" and (column.low, column.high) != WIDTHS[column.storage]


def _values(opened: OpenedBatch, slot: Slot, array: pa.Array) -> Ints:
    """The integers of a field; where its range is narrower than its storage, all of them inside, null or not."""
    column, values = slot.column, integers(array)
    if not _is_narrow(slot) or within(values, column.low, column.high):
        return values
    if not _inside(opened, slot):
        raise OutsideRange(column.name)
    # Only what lies under nulls is outside: 0 is inside every range.
    inside = (values >= column.low) & (values <= column.high)
    return np.where(inside, values, values.dtype.type(0))


def _inside(opened: OpenedBatch, slot: Slot) -> bool:
    """Whether all values of a field lie in its range; what stands under nulls is no value."""
    assert slot.field is not None
    column, key = slot.column, slot.field.key
    array = opened.field(slot.kind, key)
    values = integers(array)
    if within(values, column.low, column.high):
        return True
    known = values[: len(array)][opened.where_known(slot.kind, key)]
    return len(known) == 0 or within(known, column.low, column.high)
