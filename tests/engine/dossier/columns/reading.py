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
        return self.record(record, row) if present is None or self.at(present, row) else None

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
