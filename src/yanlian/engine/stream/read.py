"""Runs read: their outcomes in the order of entities, also when a run says only what differs from an older one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.groups import ID, PartFiles, plain
from yanlian.engine.dossier.overlay import CHANGES
from yanlian.engine.stream.cursor import Cursor, joined, last_key
from yanlian.engine.stream.folder import Manifest, read_manifest
from yanlian.engine.stream.parts import SUFFIX, PartNote, check_part
from yanlian.engine.stream.settled import IDENTITY, SettlementFile, laid_over
from yanlian.engine.stream.sheet import is_sheet
from yanlian.engine.stream.sheet_merge import ENTRIES, clause_of, side_by_side, with_places
from yanlian.engine.stream.sheet_rows import rows_of

ENTITY, CLAUSE = "entity", "clause"
PART, ROWS, CLAUSES = "part", "rows", "clauses"
_ROWS_AT_A_TIME = 10_000


class RunReader:
    """A finished run. Each table that it gives holds all outcomes of its entities."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self.schema = manifest.schema
        self.is_sheet = CLAUSE not in manifest.schema.names
        self.base = open_run(path / manifest.base) if manifest.base else None
        self._replaced = pq.read_table(path / CHANGES).column(ID).combine_chunks() if manifest.base else None
        self._kept = pa.array([one for one in manifest.clauses if one not in manifest.redone], pa.string())
        self._order = pa.array(list(manifest.clauses), pa.string())

    def tables(self) -> Iterator[pa.Table]:
        """All outcomes, a few thousand entities at a time."""
        if self.base is None or not len(self._kept):
            yield from self._own(PART if self.base is None else CLAUSES)
            return
        rows = Cursor(self._own(ROWS), self._schema_of(ROWS), ENTITY)
        clauses = Cursor(self._own(CLAUSES), self._schema_of(CLAUSES), ENTITY)
        for old in self.base.tables():
            if not old.num_rows:
                continue
            last = last_key(old, ENTITY)
            yield self._merged(self._still_true(old), rows.upto(last), clauses.upto(last))
        # Entities after the last one of the base.
        left = joined([self._schema_of(ROWS).empty_table(), *rows.rest()])
        yield from self._tail(left, clauses)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The same as batches."""
        for table in self.tables():
            yield from table.combine_chunks().to_batches()

    def outcomes(self, *, settled: bool = True) -> Iterator[pa.RecordBatch]:
        """Batches with one row an outcome (OUTCOME_SCHEMA), also of a run that is kept as sheets; after budgets and
        quotas, unless `settled` is False: then as the evaluator gave them."""
        long = (_long(batch) for batch in self.batches())
        found = self.settlement if settled else None
        return long if found is None else found.over(long)

    @cached_property
    def settlement(self) -> SettlementFile | None:
        """Budgets and quotas of the run; None when its packs have none. Refused: `run_unsettled`."""
        return SettlementFile(self.path) if IDENTITY in self.manifest.identity else None

    def rows(self) -> Iterator[dict[str, object]]:
        """Outcomes one by one; `reason` decoded."""
        for batch in self.outcomes():
            # A batch may be large; its rows as Python values are many times as large.
            for at in range(0, batch.num_rows, _ROWS_AT_A_TIME):
                yield from _decoded(batch.slice(at, _ROWS_AT_A_TIME))

    def entity(self, entity: str) -> list[dict[str, object]]:
        """The outcomes of one entity; only the groups that may hold it are read."""
        found = self._of(pa.array([entity], pa.string())).combine_chunks().to_batches()
        settled = self.settlement
        entries = [] if settled is None else settled.of([entity])
        long = (_long(batch) for batch in found)
        if settled is not None and entries:
            long = (laid_over(batch, entries, settled.teller) for batch in long)
        return [row for batch in long for row in _decoded(batch)]

    def _of(self, entities: pa.Array) -> pa.Table:
        if self.base is None or not len(self._kept):
            return self._select(PART if self.base is None else CLAUSES, entities)
        old = self._still_true(self.base._of(entities))
        return self._merged(old, self._select(ROWS, entities), self._select(CLAUSES, entities))

    def _select(self, prefix: str, entities: pa.Array) -> pa.Table:
        files = PartFiles([self._file(note) for note in self._notes(prefix)], key=ENTITY)
        found = files.select(entities, None) if files.parts else self._schema_of(prefix).empty_table()
        return self._placed(found, prefix)

    # One form out of two

    def _still_true(self, old: pa.Table) -> pa.Table:
        """What of the base's outcomes holds: entities that did not change, clauses that say the same."""
        kept = old.filter(pc.invert(pc.is_in(plain(old.column(ENTITY)), value_set=self._replaced)))
        if self.is_sheet:
            kept = with_places(kept, list(self.manifest.clauses), set(self._kept.to_pylist()))
            return kept.select([one.name for one in old.schema if self._is_kept(one)])
        return kept.filter(pc.is_in(plain(kept.column(CLAUSE)), value_set=self._kept))

    def _is_kept(self, field: pa.Field) -> bool:
        clause = clause_of(field)
        return clause is None or clause in set(self._kept.to_pylist())

    def _merged(self, old: pa.Table, rows: pa.Table, clauses: pa.Table) -> pa.Table:
        if self.is_sheet:
            return self._side_by_side(_by_entity(joined([rows, old])), clauses)
        if not rows.num_rows and not clauses.num_rows:
            return old
        table = joined([rows, clauses, old])
        places = pc.index_in(plain(table.column(CLAUSE)), value_set=self._order)
        keys = pa.table({ENTITY: plain(table.column(ENTITY)), "place": places})
        # Stable: outcomes of one clause stay in the order of its events.
        return table.take(pc.sort_indices(keys, sort_keys=[(ENTITY, "ascending"), ("place", "ascending")]))

    def _side_by_side(self, left: pa.Table, right: pa.Table) -> pa.Table:
        if not self.manifest.redone:
            return left.select(self.schema.names).replace_schema_metadata(self.schema.metadata)
        return side_by_side(left, right, set(self.manifest.redone), self.schema)

    def _tail(self, rows: pa.Table, clauses: Cursor) -> Iterator[pa.Table]:
        empty = self._schema_of(ROWS).empty_table()
        if not self.manifest.redone:
            if rows.num_rows:
                yield self._merged(empty, rows, self._schema_of(CLAUSES).empty_table())
            return
        rest = Cursor(iter([rows]), rows.schema, ENTITY)
        for table in clauses.rest():
            if table.num_rows:
                yield self._merged(empty, rest.upto(last_key(table, ENTITY)), table)

    # Files

    def _notes(self, prefix: str) -> list[PartNote]:
        return [note for note in self.manifest.parts if note.name.startswith(f"{prefix}-")]

    def _file(self, note: PartNote) -> Path:
        check_part(self.path, note)
        return self.path / f"{note.name}{SUFFIX}"

    def _own(self, prefix: str) -> Iterator[pa.Table]:
        for note in self._notes(prefix):
            file = self._file(note)
            try:
                with pq.ParquetFile(file) as opened:
                    for group in range(opened.metadata.num_row_groups):
                        yield self._placed(opened.read_row_group(group), prefix)
            except (OSError, pa.ArrowException) as error:
                raise Refused("dossiers_unreadable", file=str(file), found=str(error)[:200]) from error

    def _placed(self, table: pa.Table, prefix: str) -> pa.Table:
        """A sheet of some clauses, ready to meet one of others."""
        if prefix == PART or not self.is_sheet or not self.manifest.redone:
            return table
        return with_places(table, list(self.manifest.clauses), set(self.manifest.clauses))

    def _schema_of(self, prefix: str) -> pa.Schema:
        """The columns of a kind of part: of a sheet only those of the clauses that were evaluated."""
        if not self.is_sheet:
            return self.schema
        redone = set(self.manifest.redone)
        wanted = {CLAUSES: lambda clause: clause in redone, ROWS: lambda clause: clause not in redone}.get(prefix)
        if wanted is None:
            return self.schema
        return pa.schema([f for f in self.schema if f.name in {ENTITY, *ENTRIES} or wanted(clause_of(f))])


def _long(batch: pa.RecordBatch) -> pa.RecordBatch:
    return rows_of(batch) if is_sheet(batch.schema) else batch


def _decoded(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    for row in batch.to_pylist():
        if "reason" in row:
            row["reason"] = json.loads(row["reason"]) if row["reason"] else {}
        yield row


def _by_entity(table: pa.Table) -> pa.Table:
    return table.take(pc.sort_indices(plain(table.column(ENTITY))))


def open_run(path: Path) -> RunReader:
    """A run to read. Refused when there is none, or when it is not finished."""
    manifest = read_manifest(path)
    if manifest is None:
        raise Refused("run_absent", folder=str(path))
    if manifest.state != "finished":
        raise Refused("run_unfinished", folder=str(path))
    return RunReader(path, manifest)
