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

from yanlian.engine.stream.sheet import TOLD, TOLD_TYPE, clauses_of, is_sheet

ENTITY = "entity"


def clause_of(field: pa.Field) -> str | None:
    """The clause that a column of a sheet belongs to (`<clause>:<what>`); None for what belongs to the entity."""
    clause, colon, _ = str(field.name).rpartition(":")
    return clause if colon else None


def splits_by_clause(schema: pa.Schema) -> bool:
    """Whether a sheet can be put together from two runs: what belongs to the entity is only its id and what was told
    (a sum over clauses could not be taken from either)."""
    return all(field.name in {ENTITY, TOLD} or clause_of(field) is not None for field in schema)


def with_places(table: pa.Table, clauses: Sequence[str], kept: Collection[str]) -> pa.Table:
    """The table with entries that name clauses by their place in `clauses`, and only those of `kept` clauses."""
    if not is_sheet(table.schema):
        return table
    own = [one.id for one in clauses_of(table.schema)]
    places = {clause: n for n, clause in enumerate(clauses)}
    new = pa.array([places[one] if one in kept and one in places else None for one in own], pa.int32())
    owners, entries = _entries(table)
    place = new.take(entries.field("clause"))
    stays = np.asarray(pc.is_valid(place))
    fields = [place if one.name == "clause" else entries.field(one.name) for one in TOLD_TYPE.value_type]
    entries = pa.StructArray.from_arrays(fields, fields=_loose()).filter(pa.array(stays))
    told = _listed(owners[stays], entries, table.num_rows)
    return table.set_column(table.schema.get_field_index(TOLD), TOLD, told)


def side_by_side(left: pa.Table, right: pa.Table, redone: Collection[str], schema: pa.Schema) -> pa.Table:
    """The same entities in both: columns of the `redone` clauses from the right, all others from the left."""
    columns = [
        _both(left, right) if one.name == TOLD else (right if clause_of(one) in redone else left).column(one.name)
        for one in schema
    ]
    return pa.table(columns, schema=schema)


def _both(left: pa.Table, right: pa.Table) -> pa.Array:
    (left_owners, left_entries), (right_owners, right_entries) = _entries(left), _entries(right)
    owners = np.concatenate([left_owners, right_owners])
    return _listed(owners, pa.concat_arrays([left_entries, right_entries]), left.num_rows)


def _entries(table: pa.Table) -> tuple[npt.NDArray[np.int64], pa.StructArray]:
    """All entries, and the row that each belongs to."""
    told = table.column(TOLD).combine_chunks()
    flat = told.flatten()
    fields = [flat.field(one.name) for one in TOLD_TYPE.value_type]
    owners = np.asarray(pc.list_parent_indices(told)).astype(np.int64)
    return owners, pa.StructArray.from_arrays(fields, fields=_loose())


def _loose() -> list[pa.Field]:
    """The fields of an entry; a place may be missing on the way."""
    return [one.with_nullable(True) for one in TOLD_TYPE.value_type]  # noqa: FBT003


def _listed(owners: npt.NDArray[np.int64], entries: pa.StructArray, rows: int) -> pa.Array:
    """Entries as one list a row, in the order of their clauses; null where there is none."""
    places = np.asarray(entries.field("clause"))
    order = np.lexsort((places, owners))
    counts = np.bincount(owners, minlength=rows)
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    found = pa.ListArray.from_arrays(offsets, entries.take(pa.array(order)), mask=pa.array(counts == 0))
    return found.cast(TOLD_TYPE)
