"""One batch of dossiers, opened: lists as offsets and children, records as their fields, each opened only once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns.buffers import Ints, OutsideRange, Truths, open_list, where_valid
from yanlian.engine.dossier.schema import RecordKind

# No row has more children than this of one kind: what a compiler proves of sums rests on it.
LONGEST = 1 << 20


class OpenedBatch:
    """A batch by records and fields. `types`: the type each field is read as, by (record key, field key)."""

    def __init__(self, batch: pa.RecordBatch, types: Mapping[tuple[str, str], pa.DataType]) -> None:
        self.batch = batch
        self.rows: int = batch.num_rows
        self.types = types
        # A column of which Arrow knows nothing but nulls is as good as none.
        self._names = frozenset(one.name for one in batch.schema if not pa.types.is_null(one.type))
        self._lists: dict[str, tuple[Ints, pa.Array]] = {}
        self._single: dict[str, pa.Array] = {}
        self._words: dict[tuple[str, str], pa.Array] = {}
        self._fields: dict[tuple[str, str], pa.Array] = {}

    def offsets(self, kind: RecordKind) -> Ints:
        """Where the records of each row lie, rows + 1 positions."""
        return self._list(kind)[0]

    def _list(self, kind: RecordKind) -> tuple[Ints, pa.Array]:
        found = self._lists.get(kind.key)
        if found is None:
            found = self._lists[kind.key] = open_list(self.batch.column(kind.key))
            offsets, children = found
            if children.null_count:
                raise Refused("dossier_record_empty", record=kind.key)
            if len(children) > LONGEST and int(np.diff(offsets).max()) > LONGEST:
                raise OutsideRange(f"{kind.zh}#")
        return found

    def records(self, kind: RecordKind) -> pa.Array:
        """The structs of a kind: one a row, or all children."""
        if kind.many:
            return self._list(kind)[1]
        found = self._single.get(kind.key)
        if found is None:
            found = self._single[kind.key] = self.batch.column(kind.key)
        return found

    def field(self, kind: RecordKind | None, key: str) -> pa.Array:
        """The values of a field: of the rows (kind None: the entity itself; or the one record) or of all children."""
        place = ("" if kind is None else kind.key, key)
        found = self._fields.get(place)
        if found is None:
            found = self._fields[place] = self._read_as(self.stored(kind, key), self.types[place])
        return found

    def stored(self, kind: RecordKind | None, key: str) -> pa.Array:
        """As `field`, in the type that Arrow knows."""
        return self.batch.column(key) if kind is None else self.records(kind).field(key)

    def _read_as(self, array: pa.Array, type_: pa.DataType) -> pa.Array:
        if array.type.id != type_.id:
            # Of nothing but nulls, Arrow knows no type.
            return pa.nulls(len(array), type_)
        if pa.types.is_dictionary(type_) and array.dictionary.null_count:
            return array.dictionary_decode()
        return array

    def words(self, kind: RecordKind | None, key: str) -> pa.Array:
        """As `field`, of texts: a dictionary array."""
        place = ("" if kind is None else kind.key, key)
        found = self._words.get(place)
        if found is None:
            array = self.field(kind, key)
            found = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
            self._words[place] = found
        return found

    def where_known(self, kind: RecordKind | None, key: str) -> Truths:
        """Where a field has a value: it is not null, nor is the one record that holds it."""
        known = where_valid(self.field(kind, key))
        return known if kind is None or kind.many else known & self.where_recorded(kind)

    def where_recorded(self, kind: RecordKind) -> Truths:
        """Where there is a record of a kind of which one counts."""
        return where_valid(self.records(kind))

    def has(self, key: str) -> bool:
        """Whether there is such a column at the top."""
        return key in self._names
