"""Sheets of two runs put together: columns by clause, and the outcomes that the interpreter judged, entry by entry.

An entry names its clause by the place in its own sheet; before entries of two sheets meet, places become those of the
sheet that is made, and entries of clauses that it does not take over are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.stream.sheet import LOWERED, TOLD, clauses_of, is_sheet

ENTITY = "entity"
# Columns of entries, one list a row, that name clauses by their place.
ENTRIES = (LOWERED, TOLD)


def clause_of(field: pa.Field) -> str | None:
    """The clause that a column of a sheet belongs to (`<clause>:<what>`); None for what belongs to the entity."""
    clause, colon, _ = str(field.name).rpartition(":")
    return clause if colon else None


def splits_by_clause(schema: pa.Schema) -> bool:
    """Whether a sheet can be put together from two runs: what belongs to the entity is only its id and what was told
    (a sum over clauses could not be taken from either)."""
    return all(field.name in {ENTITY, *ENTRIES} or clause_of(field) is not None for field in schema)


def with_places(table: pa.Table, clauses: Sequence[str], kept: Collection[str]) -> pa.Table:
    """The table with entries that name clauses by their place in `clauses`, and only those of `kept` clauses."""
    if not is_sheet(table.schema):
        return table
    own = [one.id for one in clauses_of(table.schema)]
    places = {clause: n for n, clause in enumerate(clauses)}
    new = pa.array([places[one] if one in kept and one in places else None for one in own], pa.int32())
    for name in ENTRIES:
        owners, entries = _entries(table, name)
        place = new.take(entries.field("clause"))
        stays = np.asarray(pc.is_valid(place))
        members = [one.with_nullable(True) for one in entries.type]  # noqa: FBT003
        fields = [place if one.name == "clause" else entries.field(one.name) for one in members]
        entries = pa.StructArray.from_arrays(fields, fields=members).filter(pa.array(stays))
        made = _listed(owners[stays], entries, table.num_rows, table.schema.field(name).type)
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), made)
    return table


def side_by_side(left: pa.Table, right: pa.Table, redone: Collection[str], schema: pa.Schema) -> pa.Table:
    """The same entities in both: columns of the `redone` clauses from the right, all others from the left."""
    columns = [
        _both(left, right, one)
        if one.name in ENTRIES
        else (right if clause_of(one) in redone else left).column(one.name)
        for one in schema
    ]
    return pa.table(columns, schema=schema)


def _both(left: pa.Table, right: pa.Table, field: pa.Field) -> pa.Array:
    (left_owners, left_entries), (right_owners, right_entries) = _entries(left, field.name), _entries(right, field.name)
    owners = np.concatenate([left_owners, right_owners])
    members = list(field.type.value_type)
    entries = pa.concat_arrays([_as(left_entries, members), _as(right_entries, members)])
    return _listed(owners, entries, left.num_rows, field.type)


def _as(entries: pa.StructArray, members: Sequence[pa.Field]) -> pa.StructArray:
    """Entries with these fields; amounts after caps that their own sheet has none of are nought."""
    own = {one.name for one in entries.type}
    nought = pa.array(np.zeros(len(entries), np.int64))
    fields = [entries.field(one.name) if one.name in own else nought for one in members]
    return pa.StructArray.from_arrays(fields, fields=list(members))


def _entries(table: pa.Table, name: str) -> tuple[npt.NDArray[np.int64], pa.StructArray]:
    """All entries of a column, and the row that each belongs to."""
    column = table.column(name).combine_chunks()
    owners = np.asarray(pc.list_parent_indices(column)).astype(np.int64)
    return owners, column.flatten()


def _listed(owners: npt.NDArray[np.int64], entries: pa.StructArray, rows: int, kind: pa.DataType) -> pa.Array:
    """Entries as one list a row, in the order of their clauses; null where there is none."""
    places = np.asarray(entries.field("clause"))
    order = np.lexsort((places, owners))
    counts = np.bincount(owners, minlength=rows)
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    found = pa.ListArray.from_arrays(offsets, entries.take(pa.array(order)), mask=pa.array(counts == 0))
    return found.cast(kind)
