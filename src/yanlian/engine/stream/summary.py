"""What a run came to, clause by clause, and its outcomes as a table for people: streamed, whatever the size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from yanlian.engine.stream.read import CLAUSE, RunReader, clause_of

_HOLDS = b"holds"


@dataclass(slots=True)
class ClauseTotal:
    """Outcomes of a clause by kind, and what is due."""

    clause: str
    kinds: Counter[str] = field(default_factory=Counter)
    amount_fen: int = 0


def totals_by_clause(run: RunReader) -> list[ClauseTotal]:
    """In the order of the clauses.

    Of a sheet those columns count whose metadata say which `clause` they belong to and what they `holds`: "kind" (the
    kind's name) or "amount_fen".
    """
    found = {clause: ClauseTotal(clause) for clause in run.manifest.clauses}
    for table in run.tables():
        if run.is_sheet:
            _add_sheet(found, table)
        else:
            _add_rows(found, table)
    return list(found.values())


def _add_rows(found: dict[str, ClauseTotal], table: pa.Table) -> None:
    grouped = table.group_by([CLAUSE, "kind"]).aggregate([("amount_fen", "sum"), ("amount_fen", "count")])
    for row in grouped.to_pylist():
        total = found[row[CLAUSE]]
        total.kinds[row["kind"]] += row["amount_fen_count"]
        total.amount_fen += row["amount_fen_sum"]


def _add_sheet(found: dict[str, ClauseTotal], table: pa.Table) -> None:
    for one in table.schema:
        clause, holds = clause_of(one), (one.metadata or {}).get(_HOLDS)
        if clause is None:
            continue
        if holds == b"kind":
            for counted in pc.value_counts(table.column(one.name)).to_pylist():
                found[clause].kinds[str(counted["values"])] += counted["counts"]
        elif holds == b"amount_fen":
            found[clause].amount_fen += pc.sum(table.column(one.name)).as_py() or 0


def write_csv(run: RunReader, file: Path) -> int:
    """All outcomes as CSV (UTF-8), which appears when it is whole; how many rows."""
    making = file.with_name(f".making-{file.name}")
    count = 0
    try:
        with pc_csv.CSVWriter(making, _flat(run.schema), write_options=pc_csv.WriteOptions()) as sink:
            for table in run.tables():
                sink.write_table(table.cast(_flat(table.schema)))
                count += table.num_rows
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
    return count


def _flat(schema: pa.Schema) -> pa.Schema:
    """Dictionaries as plain values: CSV has no others."""
    plain = [
        one.with_type(cast("pa.DictionaryType", one.type).value_type) if pa.types.is_dictionary(one.type) else one
        for one in schema
    ]
    return pa.schema(plain)
