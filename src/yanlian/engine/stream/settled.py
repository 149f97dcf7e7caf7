"""The settlement of a run as a file beside its outcomes, and outcomes with their settlement laid over them.

The file has one line for each outcome under each budget or quota, in the order of entities; rules and what each came to
stand in its metadata. The parts of a run stay as the evaluator wrote them: what it says can be compared at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.groups import PartFiles
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.settlement.apply import Teller, settled_outcome
from yanlian.engine.policy.settlement.memory import COMPETING
from yanlian.engine.policy.settlement.result import (
    METADATA,
    SETTLEMENT_SCHEMA,
    Bucket,
    Entry,
    RuleTold,
    Settled,
    entries_of,
    read_back,
    written,
)
from yanlian.engine.stream.cursor import Cursor
from yanlian.engine.stream.outcomes import outcome_batch
from yanlian.engine.stream.parts import flush, naming_disk_faults

SETTLEMENT = "settlement.parquet"
ENTITY = "entity"
# In the identity of a run: a hash of its budgets and quotas; a run without any does not have it.
IDENTITY = "settlement"
_GROUP_ROWS = 65_536
_CHANGED = ("kind", "amount_fen", "reason")


def write_settlement(folder: Path, settled: Settled) -> None:
    """Write a settlement; it appears when it is whole. The same settlement gives the same bytes."""
    table = settled.table.replace_schema_metadata({METADATA: written(settled.rules, settled.buckets)})
    making = folder / f".making-{SETTLEMENT}"
    try:
        with naming_disk_faults(folder):
            pq.write_table(table, making, compression="zstd", row_group_size=_GROUP_ROWS)
            flush(making)
            making.replace(folder / SETTLEMENT)
    finally:
        making.unlink(missing_ok=True)


class SettlementFile:
    """A settlement to read. Refused: `run_unsettled` when it is not there, `run_manifest` when it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / SETTLEMENT
        if not self.path.exists():
            raise Refused("run_unsettled", folder=str(folder))
        try:
            schema = pq.read_schema(self.path)
            self.rules, self.buckets = read_back(schema.metadata[METADATA])
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise Refused("run_manifest", folder=str(folder), found=str(error)[:120]) from error
        self.teller = Teller.of(self.rules, self.buckets)

    rules: tuple[RuleTold, ...]
    buckets: tuple[Bucket, ...]

    def tables(self) -> Iterator[pa.Table]:
        """Its lines, some ten thousand at a time."""
        with pq.ParquetFile(self.path) as opened:
            for group in range(opened.metadata.num_row_groups):
                yield opened.read_row_group(group).replace_schema_metadata(None)

    def of_rule(self, rule: int, bucket: str = "") -> pa.Table:
        """The lines of one rule (in one year), in the order of ranks."""
        wanted = pc.field("rule") == rule
        if bucket:
            wanted &= pc.field("bucket") == bucket
        found = pq.read_table(self.path, filters=wanted).replace_schema_metadata(None)
        return found.sort_by([(name, "ascending") for name in ("rank", ENTITY, "clause", "matter")])

    def of(self, entities: Sequence[str]) -> list[Entry]:
        """The lines of some entities; only groups that may hold them are read."""
        asked = pa.array(sorted(entities), pa.string())
        table = (
            PartFiles([self.path], key=ENTITY).select(asked, None) if len(asked) else SETTLEMENT_SCHEMA.empty_table()
        )
        return list(entries_of(table))

    def outcomes_over(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Outcomes of a few entities, with the settlement laid over them."""
        lines: dict[tuple[str, str, str, str], list[Entry]] = {}
        for one in self.of(sorted({outcome.entity for outcome in outcomes})):
            lines.setdefault(one.outcome, []).append(one)
        return [settled_outcome(one, lines.get(_key(one), ()), self.teller) for one in outcomes]

    def over(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Outcomes in the order of entities, with the settlement laid over them."""
        lines = Cursor(self.tables(), SETTLEMENT_SCHEMA, ENTITY)
        last, kept = "", list[Entry]()
        for batch in batches:
            if not batch.num_rows:
                yield batch
                continue
            # An entity's outcomes may go on in the next batch.
            known = [one for one in kept if one.entity == last]
            last = str(batch.column(ENTITY)[batch.num_rows - 1])
            kept = [*known, *entries_of(lines.upto(last))]
            yield laid_over(batch, kept, self.teller) if kept else batch


def laid_over(batch: pa.RecordBatch, entries: Iterable[Entry], teller: Teller) -> pa.RecordBatch:
    """Outcomes (OUTCOME_SCHEMA) with these lines laid over them."""
    by_outcome: dict[tuple[str, str, str, str], list[Entry]] = {}
    for one in entries:
        by_outcome.setdefault(one.outcome, []).append(one)
    named = pa.array(sorted({key[0] for key in by_outcome}), pa.string())
    mask = pc.and_(
        pc.is_in(batch.column(ENTITY), value_set=named),
        pc.is_in(batch.column("kind"), value_set=pa.array(COMPETING, pa.string())),
    )
    touched = batch.filter(mask)
    if not touched.num_rows:
        return batch
    changed = [settled_outcome(one, by_outcome.get(_key(one), ()), teller) for one in outcomes_of(touched)]
    made = outcome_batch(changed)
    columns = [
        pc.replace_with_mask(column, mask, made.column(name)) if name in _CHANGED else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def outcomes_of(batch: pa.RecordBatch) -> Iterator[Outcome]:
    """Outcomes as values."""
    for row in batch.to_pylist():
        yield Outcome(**{**row, "reason": json.loads(row["reason"]) if row["reason"] else {}})


def _key(one: Outcome) -> tuple[str, str, str, str]:
    return one.entity, one.clause, one.matter, one.period


__all__ = ["IDENTITY", "SETTLEMENT", "SettlementFile", "laid_over", "outcomes_of", "write_settlement"]
