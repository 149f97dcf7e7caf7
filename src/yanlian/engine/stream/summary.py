"""What a run came to, clause by clause, and its outcomes as a table for people: streamed, whatever the size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc_csv

from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA
from yanlian.engine.stream.read import CLAUSE, RunReader


@dataclass(slots=True)
class ClauseTotal:
    """Outcomes of a clause by kind, and what is due."""

    clause: str
    kinds: Counter[str] = field(default_factory=Counter)
    amount_fen: int = 0


def totals_by_clause(run: RunReader) -> list[ClauseTotal]:
    """In the order of the clauses."""
    found = {clause: ClauseTotal(clause) for clause in run.manifest.clauses}
    for batch in run.outcomes():
        table = pa.Table.from_batches([batch])
        grouped = table.group_by([CLAUSE, "kind"]).aggregate([("amount_fen", "sum"), ("amount_fen", "count")])
        for row in grouped.to_pylist():
            total = found[row[CLAUSE]]
            total.kinds[row["kind"]] += row["amount_fen_count"]
            total.amount_fen += row["amount_fen_sum"]
    return list(found.values())


def write_csv(run: RunReader, file: Path) -> int:
    """All outcomes as CSV (UTF-8), which appears when it is whole; how many rows."""
    making = file.with_name(f".making-{file.name}")
    count = 0
    try:
        with pc_csv.CSVWriter(making, OUTCOME_SCHEMA) as sink:
            for batch in run.outcomes():
                sink.write_batch(batch)
                count += batch.num_rows
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
    return count
