"""Bound buffers, read as compiled code reads them: by position, nothing but integers and bits."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier.columns import Layout, Strings

EPOCH = date(1970, 1, 1)


def bit(buffer, at):
    return bool(buffer[at // 8] >> (at % 8) & 1)


class Reader:
    """One batch under a layout; every column of the layout that is asked for is bound at the start."""

    def __init__(self, layout: Layout, batch: pa.RecordBatch, strings: Strings | None = None) -> None:
        self.layout, self.batch = layout, batch
        self.strings = strings or Strings()
        self.columns = list(self._all_columns())
        self.buffers = dict(
            zip(
                [one.name for one in self.columns],
                layout.bind(batch, self.columns, self.strings),
                strict=True,
            )
        )

    def _all_columns(self):
        layout = self.layout
        for record, fields in [("", layout.schema.entity), *((k, v.fields) for k, v in layout.schema.records.items())]:
            for field in fields:
                column = layout.value(record, field)
                if column is not None:
                    yield column
                    if (valid := layout.valid(record, field)) is not None:
                        yield valid
        for key, kind in layout.schema.records.items():
            if layout.has(key):
                column = layout.offsets(key) if kind.many else layout.present(key)
                if column is not None:
                    yield column
            if kind.many:
                yield from (layout.gap(key), layout.gap_offsets(key))
                yield from (layout.gap_low(key), layout.gap_high(key), layout.gap_open(key))

    def at(self, column, place):
        buffer = self.buffers[column.name]
        assert len(buffer) >= 1
        if column.storage == "bit":
            assert buffer.dtype == np.uint8
            return bit(buffer, place)
        assert buffer.dtype == np.dtype(column.storage.replace("i", "int"))
        found = int(buffer[place])
        assert column.low <= found <= column.high, (column, found)
        return found

    def field(self, record, field, place):
        """What a row's `get` says of the field at a position."""
        column, valid = self.layout.value(record, field), None
        if column is None:
            return None
        valid = self.layout.valid(record, field)
        if valid is not None and not self.at(valid, place):
            # Compiled code may read there all the same.
            self.at(column, place)
            return None
        raw = self.at(column, place)
        schema = self.layout.schema
        one = schema.names[record].names[field] if record else schema.entity[field]
        if one.type in ("text", "code"):
            return self.strings.text(raw)
        return EPOCH + timedelta(raw) if one.type == "date" else raw

    def record(self, record, place):
        return {key: self.field(record, key, place) for key in self.layout.schema.records[record].fields}

    def records(self, record, row):
        offsets = self.layout.offsets(record)
        return [self.record(record, i) for i in range(self.at(offsets, row), self.at(offsets, row + 1))]

    def one(self, record, row):
        present = self.layout.present(record)
        if present is None or self.at(present, row):
            return self.record(record, row)
        for field in self.layout.schema.records[record].fields:
            if (column := self.layout.value(record, field)) is not None:
                # Compiled code may read there all the same.
                self.at(column, row)
        return None

    def phantoms(self, record, row):
        layout = self.layout
        pattern = self.at(layout.gap(record), row)
        offsets = layout.gap_offsets(record)
        return [
            (
                None if self.at(layout.gap_open(record), j) else self.at(layout.gap_low(record), j),
                self.at(layout.gap_high(record), j),
            )
            for j in range(self.at(offsets, pattern), self.at(offsets, pattern + 1))
        ]


def spoiled(array, seed):
    """The same values laid out otherwise: anything under nulls, and every part an offset of its own."""
    noise = np.random.default_rng(seed)
    if pa.types.is_struct(array.type):
        children = [spoiled(array.field(n), seed + n) for n in range(array.type.num_fields)]
        if not children:
            return array
        return pa.StructArray.from_arrays(children, fields=list(array.type), mask=array.is_null())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        values = spoiled(array.values, seed)
        return pa.Array.from_buffers(array.type, len(array), array.buffers()[:2], children=[values])
    if array.type in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.date32()) and len(array):
        dtype = np.dtype(f"int{array.type.bit_width}")
        values = np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * dtype.itemsize).copy()
        empty = array.is_null().to_numpy(zero_copy_only=False)
        limits = np.iinfo(dtype)
        values[empty] = noise.integers(limits.min, limits.max, int(empty.sum()), dtype, endpoint=True)
        array = pa.Array.from_buffers(array.type, len(array), [_bitmap(~empty), pa.py_buffer(values)])
    return pa.concat_arrays([array[:1], array]).slice(1) if len(array) else array


def _bitmap(truths):
    return pa.py_buffer(np.packbits(truths, bitorder="little"))
