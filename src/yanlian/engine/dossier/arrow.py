"""The dossier as an Arrow schema: one row an entity, one struct or list of structs for each kind of record."""

from __future__ import annotations

import pyarrow as pa

from yanlian.engine.dossier.schema import Field, RecordKind, Schema

_TYPES: dict[str, pa.DataType] = {
    "money": pa.int64(),
    "rate": pa.int64(),
    "area": pa.int64(),
    "count": pa.int64(),
    "year": pa.int16(),
    "date": pa.date32(),
    "text": pa.string(),
    "code": pa.string(),
    "flag": pa.bool_(),
}


def arrow_field(field: Field) -> pa.Field:
    """One figure or word; its unit and scale stand in the metadata so that the file explains itself."""
    notes = {"zh": field.zh, "type": field.type, "scale": str(field.scale), "empty": field.empty}
    return pa.field(field.key, _TYPES[field.type], metadata=notes)


def record_type(kind: RecordKind) -> pa.DataType:
    """The struct of one record (with its source and the day it was recorded), or the list of them."""
    fields = [arrow_field(field) for field in kind.fields.values()]
    struct = pa.struct([*fields, pa.field("source", pa.string()), pa.field("recorded", pa.date32())])
    return pa.list_(struct) if kind.many else struct


def dossier_schema(schema: Schema) -> pa.Schema:
    """The whole row: the entity's own fields, then each kind of record."""
    return pa.schema(
        [
            *(arrow_field(field) for field in schema.entity.values()),
            *(
                pa.field(kind.key, record_type(kind), metadata={"zh": kind.zh, "holder": kind.holder})
                for kind in schema.records.values()
            ),
            # Kinds of record of which a row about this entity was refused: what was delivered is not all there is.
            pa.field("refused", pa.list_(pa.string())),
        ]
    )
