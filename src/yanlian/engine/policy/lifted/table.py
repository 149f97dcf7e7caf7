"""The table of a shape: one batch of dossiers in which every constant has a kind of record of its own.

So a cell can say all that rules tell apart: a record that is there has a value or none (null); a record that is not
there is what nobody delivered (unknown).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from yanlian.engine.dossier import Coverage, Field, RecordKind, Schema, load_schema
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.dossier.columns import Layout
from yanlian.engine.feel import Unknown
from yanlian.engine.policy.lifted.lift import SCALES
from yanlian.engine.policy.lifted.made_rows import Cell, Cells

AS_OF = date(2026, 1, 1)
# Nothing is said to be complete: a record that is missing was not delivered.
COVERAGE = Coverage()
VALUE = "value"


@dataclass(frozen=True, slots=True)
class Table:
    """A batch, and what a compiler needs to know of it."""

    schema: Schema
    layout: Layout
    batch: pa.RecordBatch


def table_of(names: Sequence[str], kinds: Sequence[str], rows: Sequence[Cells]) -> Table:
    """The table of these rows; ranges of numbers and days as the rows have them."""
    schema = _schema(names, kinds)
    arrow = dossier_schema(schema)
    found = [
        {"id": str(n), "name": str(n), "kind": "enterprise"}
        | {name: _record(kind, cell) for name, kind, cell in zip(names, kinds, row, strict=True)}
        for n, row in enumerate(rows)
    ]
    batch = pa.RecordBatch.from_pylist(found, schema=arrow)
    ranges = {
        (name, VALUE): (min(stored), max(stored))
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if (stored := [one for row in rows if (one := _ordered(kind, row[n])) is not None])
    }
    return Table(schema, Layout(arrow, schema, COVERAGE, AS_OF, ranges), batch)


def _schema(names: Sequence[str], kinds: Sequence[str]) -> Schema:
    records: dict[str, RecordKind] = {}
    for name, kind in zip(names, kinds, strict=True):
        field = Field(key=VALUE, zh=VALUE, en=VALUE, type=kind, empty="none")
        records[name] = RecordKind(
            key=name,
            zh=name,
            en=name,
            holder="kit",
            many=False,
            of=("enterprise",),
            period=None,
            key_fields=(),
            fields={VALUE: field},
            names={VALUE: field},
        )
    return Schema(departments={}, entity=load_schema().entity, records=records, names=records)


def _record(kind: str, cell: Cell) -> dict[str, object] | None:
    return None if isinstance(cell, Unknown) else {VALUE: _stored(kind, cell)}


def _stored(kind: str, cell: Cell) -> object:
    """The cell as dossiers keep it: numbers as integers of the smallest unit."""
    if not isinstance(cell, Decimal):
        return cell
    scaled = cell.scaleb(SCALES[kind])
    assert scaled == int(scaled), (kind, cell)
    return int(scaled)


def _ordered(kind: str, cell: Cell) -> int | date | None:
    """What a range is told of: the stored number or the day."""
    if isinstance(cell, Decimal):
        return int(cell.scaleb(SCALES[kind]))
    return cell if isinstance(cell, date) else None
