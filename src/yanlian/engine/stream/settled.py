"""The settlement of a run as a file beside its outcomes, and outcomes with their settlement laid over them.

The settlement has one line for each outcome under each budget or quota, in the order of entities; rules and what each
came to stand in its metadata. A second file, `changed.parquet`, says what became of the outcomes that are not as the
evaluator gave them, by their place in the run: reading a run lays it over without looking at lines. The parts of a run
stay as they were written: what the evaluator says can be compared at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
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
CHANGED = "changed.parquet"
ENTITY = "entity"
# In the identity of a run: a hash of its budgets and quotas; a run without any does not have it.
IDENTITY = "settlement"
_GROUP_ROWS = 65_536
_NEW = ("kind", "amount_fen", "reason")
# place: of the outcome among all outcomes of the run, from 0.
_CHANGED_SCHEMA = pa.schema(
    [("place", pa.int64()), ("kind", pa.string()), ("amount_fen", pa.int64()), ("reason", pa.string())]
)


def write_settlement(folder: Path, settled: Settled, outcomes: Iterable[pa.RecordBatch]) -> None:
    """Write a settlement; it appears when it is whole. `outcomes`: of the run, as the evaluator gave them. The same
    settlement gives the same bytes."""
    table = settled.table.replace_schema_metadata({METADATA: written(settled.rules, settled.buckets)})
    lines = (table.slice(at, _GROUP_ROWS) for at in range(0, table.num_rows, _GROUP_ROWS))
    teller = Teller.of(settled.rules, settled.buckets)
    with naming_disk_faults(folder):
        _write(folder / CHANGED, _CHANGED_SCHEMA, _changes(outcomes, lines, teller))
        # Last: where it stands, all of it stands.
        _write(folder / SETTLEMENT, table.schema, [table])


def _write(file: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    making = file.with_name(f".making-{file.name}")
    try:
        with pq.ParquetWriter(making, schema, compression="zstd") as sink:
            for table in _cut(tables, schema):
                sink.write_table(table)
        flush(making)
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)


def _cut(tables: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows, cut every so many, however they came."""
    waiting = schema.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= _GROUP_ROWS:
            yield waiting.slice(0, _GROUP_ROWS).combine_chunks()
            waiting = waiting.slice(_GROUP_ROWS)
    if waiting.num_rows:
        yield waiting.combine_chunks()


def _changes(outcomes: Iterable[pa.RecordBatch], lines: Iterator[pa.Table], teller: Teller) -> Iterator[pa.Table]:
    """What becomes of outcomes, with their places, where it is not what the evaluator gave."""
    cursor = Cursor((one.replace_schema_metadata(None) for one in lines), SETTLEMENT_SCHEMA, ENTITY)
    last, kept, first = "", list[Entry](), 0
    for batch in outcomes:
        if not batch.num_rows:
            continue
        # An entity's outcomes may go on in the next batch.
        known = [one for one in kept if one.entity == last]
        last = str(batch.column(ENTITY)[batch.num_rows - 1])
        kept = [*known, *entries_of(cursor.upto(last))]
        if kept:
            new = laid_over(batch, kept, teller)
            differs = [pc.not_equal(new.column(name), batch.column(name)) for name in ("kind", "amount_fen")]
            reasons = [one.column("reason").fill_null("") for one in (new, batch)]
            places = pc.indices_nonzero(pc.or_(pc.or_(*differs), pc.not_equal(*reasons)))
            numbers = pc.add(places.cast(pa.int64()), first)
            yield pa.table([numbers, *(new.column(name).take(places) for name in _NEW)], schema=_CHANGED_SCHEMA)
        first += batch.num_rows


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
        """All outcomes of the run, in their order, with the settlement laid over them."""
        changes = self._changes()
        first, waiting = 0, _CHANGED_SCHEMA.empty_table()
        for batch in batches:
            end = first + batch.num_rows
            while not waiting.num_rows or waiting.column("place")[waiting.num_rows - 1].as_py() < end:
                more = next(changes, None)
                if more is None:
                    break
                waiting = pa.concat_tables([waiting, more])
            count = int(pc.sum(pc.less(waiting.column("place"), end)).as_py() or 0)
            here, waiting = waiting.slice(0, count).combine_chunks(), waiting.slice(count)
            yield _replaced(batch, here, first) if count else batch
            first = end

    def _changes(self) -> Iterator[pa.Table]:
        with pq.ParquetFile(self.path.with_name(CHANGED)) as opened:
            for group in range(opened.metadata.num_row_groups):
                yield opened.read_row_group(group)


def _replaced(batch: pa.RecordBatch, changes: pa.Table, first: int) -> pa.RecordBatch:
    """A batch whose first outcome has a place, with what became of some of its outcomes."""
    mask = np.zeros(batch.num_rows, np.bool_)
    mask[np.asarray(changes.column("place")) - first] = True
    columns = [
        pc.replace_with_mask(column, pa.array(mask), changes.column(name).combine_chunks()) if name in _NEW else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


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
        pc.replace_with_mask(column, mask, made.column(name)) if name in _NEW else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def outcomes_of(batch: pa.RecordBatch) -> Iterator[Outcome]:
    """Outcomes as values."""
    for row in batch.to_pylist():
        yield Outcome(**{**row, "reason": json.loads(row["reason"]) if row["reason"] else {}})


def _key(one: Outcome) -> tuple[str, str, str, str]:
    return one.entity, one.clause, one.matter, one.period


__all__ = ["CHANGED", "IDENTITY", "SETTLEMENT", "SettlementFile", "laid_over", "outcomes_of", "write_settlement"]
