"""A column of a layout and where in a dossier it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa

from yanlian.engine.dossier.schema import Field, RecordKind
from yanlian.engine.native.ir import Column

Part: TypeAlias = Literal[
    "value", "text", "valid", "present", "offsets", "gap", "gap_offsets", "gap_low", "gap_high", "gap_open"
]


@dataclass(frozen=True, slots=True)
class Slot:
    """A column and where it comes from; kind None: the entity itself."""

    column: Column
    part: Part
    kind: RecordKind | None
    field: Field | None = None
    # Whether the Arrow schema promises a value (or a record) in every row.
    never_null: bool = False


_PLAIN: dict[str, pa.DataType] = {
    **dict.fromkeys(("money", "rate", "area", "count"), pa.int64()),
    **dict.fromkeys(("text", "code"), pa.string()),
    "year": pa.int16(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


def plain_type(field: Field) -> pa.DataType:
    """As which type a column is read of which Arrow knows nothing but nulls."""
    return _PLAIN[field.type]


def slot_name(kind: RecordKind | None, field: Field) -> str:
    """The word of a column. A pack may give two fields of a kind one Chinese name: the second is told by its key."""
    if kind is None:
        return field.zh
    return f"{kind.zh}.{field.zh if kind.names[field.zh] is field else field.key}"
