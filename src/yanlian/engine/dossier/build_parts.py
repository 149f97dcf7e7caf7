"""Rows put aside become dossiers: a struct or a list of structs for each kind of record, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier.arrow import arrow_field
from yanlian.engine.dossier.build_ids import Ids, Ranks
from yanlian.engine.dossier.build_mapping import DossierMap, RecordMap
from yanlian.engine.dossier.build_spill import Spill
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.dossier.schema import RecordKind, Schema


@dataclass(frozen=True, slots=True)
class Share:
    """One table's part of a kind of record, put aside. `whole`: every entity has a row in it."""

    record: RecordMap
    spill: Spill
    whole: bool


@dataclass(frozen=True, slots=True)
class Assembly:
    """What dossiers are made of: the entity's own columns and the shares of each kind of record, in order."""

    mapping: DossierMap
    ids: Ids
    own: Spill
    shares: dict[str, list[Share]]

    def schema(self, schema: Schema) -> pa.Schema:
        """The columns of the parts. What has no empty cell anywhere says so: it costs less to read."""
        empty = {"id": False, **{name: self.own.nulls[name] > 0 for name in self.mapping.own}, "kind": False}
        own = [arrow_field(schema.entity[name]).with_nullable(nullable) for name, nullable in empty.items()]
        return pa.schema([*own, *(_kind_field(kind, self.shares[kind.key]) for kind in self.mapping.record_kinds)])

    def part(self, schema: pa.Schema, bucket: int, first: int, last: int) -> pa.Table:
        """The dossiers of ranks `first` to `last` (exclusive), which are those of a bucket."""
        rows = last - first
        _, own = self.own.read(bucket)
        columns: list[pa.Array] = [self.ids.texts(first, last)]
        columns += [_one_chunk(own.column(name)) for name in self.mapping.own]
        if self.mapping.kind:
            columns.append(pa.repeat(pa.scalar(self.mapping.kind), rows))
        else:
            columns.append(_one_chunk(own.column("kind")))
        for kind in self.mapping.record_kinds:
            of_kind = schema.field(kind.key)
            columns.append(_records(kind, of_kind.type, self.shares[kind.key], bucket, first, rows))
        return pa.Table.from_arrays(columns, schema=schema)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


# Types


def _kind_field(kind: RecordKind, shares: Sequence[Share]) -> pa.Field:
    sparse = not kind.many and not all(share.whole for share in shares)
    fields = [
        arrow_field(kind.fields[key]).with_nullable(sparse or any(_has_nulls(share, key) for share in shares))
        for key in shares[0].record.fields
    ]
    # Where one table says where it comes from, or when, the others' rows have an empty cell there.
    for name, of_type in (("source", pa.string()), ("recorded", pa.date32())):
        told = [getattr(share.record, name) for share in shares]
        if any(told):
            fields.append(pa.field(name, of_type, nullable=sparse or not all(told)))
    struct = pa.struct(fields)
    notes = {"zh": kind.zh, "holder": kind.holder}
    if kind.many:
        return pa.field(kind.key, pa.list_(pa.field("element", struct, nullable=False)), nullable=False, metadata=notes)
    return pa.field(kind.key, struct, nullable=sparse, metadata=notes)


def _has_nulls(share: Share, key: str) -> bool:
    if key in share.record.constants:
        return share.record.constants[key] in (None, UNDELIVERED)
    return share.spill.nulls[key] > 0


# Values


def _records(
    kind: RecordKind, of_type: pa.DataType, shares: Sequence[Share], bucket: int, first: int, rows: int
) -> pa.Array:
    struct = of_type.value_type if kind.many else of_type
    read = [(share, *share.spill.read(bucket)) for share in shares]
    if not kind.many:
        ((share, ranks, table),) = read
        at = None if share.whole else _places(ranks - first, rows)
        mask = None if at is None else at.is_null()
        return _struct(share, table if at is None else table.take(at), struct, mask)
    pieces = [_struct(share, table, struct, None) for share, _, table in read]
    ranks = np.concatenate([ranks for _, ranks, _ in read]) - first
    inner = pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces).take(pa.array(np.argsort(ranks, kind="stable")))
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(ranks, minlength=rows))])
    return pa.ListArray.from_arrays(pa.array(ends.astype(np.int32)), inner, type=of_type)


def _places(ranks: Ranks, rows: int) -> pa.Array:
    """For each entity the row that it has, null for none."""
    at = np.full(rows, -1, np.int64)
    at[ranks] = np.arange(len(ranks))
    return pa.array(at, mask=at < 0)


def _struct(share: Share, table: pa.Table, struct: pa.DataType, mask: pa.Array | None) -> pa.Array:
    columns = [_column(share.record, table, one) for one in struct]
    return pa.StructArray.from_arrays(columns, fields=list(struct), mask=mask)


def _column(record: RecordMap, table: pa.Table, of: pa.Field) -> pa.Array:
    if of.name in table.schema.names:
        return _one_chunk(table.column(of.name))
    value: object
    if of.name in record.constants:
        value = record.constants[of.name]
    else:
        value = record.source or None if of.name == "source" else record.recorded
    assert value is None or value is UNDELIVERED or isinstance(value, (str, int, date))
    if value is None or value is UNDELIVERED:
        return pa.nulls(table.num_rows, of.type)
    return pa.repeat(pa.scalar(value, of.type), table.num_rows)
