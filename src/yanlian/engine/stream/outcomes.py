"""Outcomes as an Arrow table: the form in which a run leaves the engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.engine.policy import Outcome

# amount_fen and clause_fen in fen; period a year or "once"; reason is JSON (see `Outcome.reason`).
OUTCOME_SCHEMA = pa.schema(
    [
        pa.field("entity", pa.string(), nullable=False),
        pa.field("clause", pa.string(), nullable=False),
        pa.field("document", pa.string(), nullable=False),
        pa.field("department", pa.string(), nullable=False),
        pa.field("matter", pa.string(), nullable=False),
        pa.field("period", pa.string(), nullable=False),
        pa.field("event_on", pa.date32()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("amount_fen", pa.int64(), nullable=False),
        pa.field("clause_fen", pa.int64(), nullable=False),
        pa.field("delivery", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)


def outcome_batch(outcomes: Iterable[Outcome]) -> pa.RecordBatch:
    """The outcomes as one batch, in the given order."""
    rows = [
        {
            "entity": one.entity,
            "clause": one.clause,
            "document": one.document,
            "department": one.department,
            "matter": one.matter,
            "period": one.period,
            "event_on": one.event_on,
            "kind": one.kind,
            "amount_fen": one.amount_fen,
            "clause_fen": one.clause_fen,
            "delivery": one.delivery,
            "reason": json.dumps(one.reason, ensure_ascii=False, sort_keys=True) if one.reason else None,
        }
        for one in outcomes
    ]
    return pa.RecordBatch.from_pylist(rows, schema=OUTCOME_SCHEMA)


def read_outcomes(file: Path) -> Iterator[list[dict[str, object]]]:
    """The outcomes of a run, one row group after the other, `reason` decoded."""
    parquet = pq.ParquetFile(file)
    for group in range(parquet.metadata.num_row_groups):
        rows = cast("list[dict[str, object]]", parquet.read_row_group(group).to_pylist())
        for row in rows:
            row["reason"] = json.loads(cast("str", row["reason"])) if row["reason"] else {}
        yield rows
