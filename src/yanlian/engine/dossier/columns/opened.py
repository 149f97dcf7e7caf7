"""One batch of dossiers, opened: lists as offsets and children, records as their fields, each opened only once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns.buffers import Ints, OutsideRange, Truths, integers, open_list, where_valid
from yanlian.engine.dossier.columns.gaps import Gaps, Pattern, combined, is_single, numbered, year_sets
from yanlian.engine.dossier.schema import RecordKind

# No row has more children than this of one kind: what a compiler proves of sums rests on it.
LONGEST = 1 << 20
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class GapTables:
    """Of each row its pattern, and of the patterns their phantoms: p has those at offsets[p] ≤ j < offsets[p + 1]."""

    pattern: Ints
    offsets: Ints
    low: tuple[int, ...]
    high: tuple[int, ...]
    is_open: tuple[bool, ...]


class OpenedBatch:
    """A batch by records and fields. `types`: the type each field is read as, by (record key, field key)."""

    def __init__(self, batch: pa.RecordBatch, types: Mapping[tuple[str, str], pa.DataType]) -> None:
        self.batch = batch
        self.types = types
        # A column of which Arrow knows nothing but nulls is as good as none.
        self._names = frozenset(one.name for one in batch.schema if not pa.types.is_null(one.type))
        self._lists: dict[str, tuple[Ints, pa.Array]] = {}
        self._gaps: dict[str, GapTables] = {}
        self._kinds: tuple[Ints, list[str | None]] | None = None

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
        return self._list(kind)[1] if kind.many else self.batch.column(kind.key)

    def field(self, kind: RecordKind | None, key: str) -> pa.Array:
        """The values of a field: of the rows (kind None: the entity itself; or the one record) or of all children."""
        array = self.batch.column(key) if kind is None else self.records(kind).field(key)
        if pa.types.is_null(array.type):
            return pa.nulls(len(array), self.types["" if kind is None else kind.key, key])
        if pa.types.is_dictionary(array.type) and array.dictionary.null_count:
            return array.dictionary_decode()
        return array

    def where_known(self, kind: RecordKind | None, key: str) -> Truths:
        """Where a field has a value: it is not null, nor is the one record that holds it."""
        known = where_valid(self.field(kind, key))
        return known if kind is None or kind.many else known & self.where_recorded(kind)

    def where_recorded(self, kind: RecordKind) -> Truths:
        """Where there is a record of a kind of which one counts."""
        return where_valid(self.records(kind))

    def gaps(self, kind: RecordKind, gaps: Gaps, moved_in: RecordKind | None) -> GapTables:
        """The patterns of the rows; `moved_in`: the record whose field moved_in_on counts, None: no such field."""
        found = self._gaps.get(kind.key)
        if found is None:
            found = self._gaps[kind.key] = self._find_gaps(kind, gaps, moved_in)
        return found

    def _find_gaps(self, kind: RecordKind, gaps: Gaps, moved_in: RecordKind | None) -> GapTables:
        exempt = self._exempt(kind)
        refused = self._refused(kind) & ~exempt
        since, moved = self._since(kind, moved_in)
        # Of what was refused everything before today may be missing, whenever the firm came.
        moved = moved & ~exempt & ~refused
        days = np.where(moved, since.astype(np.int64), 0)
        flags = exempt.astype(np.int32) + 2 * refused + 4 * moved
        patterns, number = combined(numbered(flags), numbered(days - days.min(initial=0)))
        knows_years = is_single(kind) and (kind.key, str(kind.period)) in self.types
        if knows_years:
            patterns, number = combined((patterns, number), self._year_sets(kind, gaps.as_of.year))
        # Any row stands for its pattern.
        example = np.zeros(number, np.int64)
        example[patterns] = np.arange(len(patterns))
        offsets, low, high = [0], [], []
        for row in example.tolist():
            day = _EPOCH + timedelta(int(since[row])) if moved[row] else None
            years = self._years(kind, row, gaps.as_of.year) if knows_years else ()
            for one in gaps.phantoms(kind, Pattern(bool(exempt[row]), bool(refused[row]), day, years)):
                low.append(one.low)
                high.append(one.high)
            offsets.append(len(high))
        return GapTables(
            patterns,
            np.array(offsets, np.int32),
            tuple(0 if one is None else one for one in low),
            tuple(high),
            tuple(one is None for one in low),
        )

    def _exempt(self, kind: RecordKind) -> Truths:
        """Where nothing is stored and entities of the row's kind have no such records."""
        rows = self.batch.num_rows
        if kind.key in self._names and not self.batch.column(kind.key).null_count:
            return np.zeros(rows, np.bool_)
        if self._kinds is None:
            encoded = self.field(None, "kind") if "kind" in self._names else pa.nulls(rows, pa.string())
            if not pa.types.is_dictionary(encoded.type):
                encoded = encoded.dictionary_encode()
            words = [*encoded.dictionary.to_pylist(), None]
            self._kinds = (pc.fill_null(encoded.indices, len(words) - 1).to_numpy(), words)
        numbers, words = self._kinds
        other = np.array([word not in kind.of for word in words])[numbers]
        return other & ~where_valid(self.batch.column(kind.key)) if kind.key in self._names else other

    def _refused(self, kind: RecordKind) -> Truths:
        """Where a row of this kind about the entity was refused."""
        found = np.zeros(self.batch.num_rows, np.bool_)
        if "refused" in self._names:
            offsets, words = open_list(self.batch.column("refused"))
            if len(words) and not pa.types.is_null(words.type):
                if pa.types.is_dictionary(words.type):
                    words = words.dictionary_decode()
                places = pc.indices_nonzero(pc.equal(words, kind.key)).to_numpy()
                found[np.searchsorted(offsets, places, side="right") - 1] = True
        return found

    def _since(self, kind: RecordKind, moved_in: RecordKind | None) -> tuple[Ints, Truths]:
        """The day each entity moved in, as days, and where there is one that matters."""
        if not kind.local or moved_in is None:
            return np.zeros(self.batch.num_rows, np.int32), np.zeros(self.batch.num_rows, np.bool_)
        rows = self.batch.num_rows
        return integers(self.field(moved_in, "moved_in_on"))[:rows], self.where_known(moved_in, "moved_in_on")

    def _year_sets(self, kind: RecordKind, last: int) -> tuple[Ints, int]:
        period = str(kind.period)
        offsets = self.offsets(kind)
        years = integers(self.field(kind, period))[: int(offsets[-1])]
        return year_sets(offsets, years, self.where_known(kind, period) & (years <= last))

    def _years(self, kind: RecordKind, row: int, last: int) -> tuple[int, ...]:
        offsets = self.offsets(kind)
        start, end = int(offsets[row]), int(offsets[row + 1])
        values = self.field(kind, str(kind.period)).slice(start, end - start).to_pylist()
        return tuple(sorted({year for year in values if year is not None and year <= last}))
