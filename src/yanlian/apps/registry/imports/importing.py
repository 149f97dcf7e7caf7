"""One department file into the registry: every row stored or answered, in one transaction, and safe to repeat."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from django.conf import settings
from django.db import transaction

from yanlian.apps.people.models import User
from yanlian.apps.registry.actions import check_moment, declare_coverage
from yanlian.apps.registry.actions_bulk import lock_registry
from yanlian.apps.registry.actions_import import Intake, open_batch
from yanlian.apps.registry.imports.files import arrived
from yanlian.apps.registry.imports.mapping import FileMapping, load_mapping
from yanlian.apps.registry.imports.plan import Plan, find_plan
from yanlian.apps.registry.imports.rows import Fault, Row, key_of, read_key, read_row
from yanlian.apps.registry.imports.table import Arrived
from yanlian.apps.registry.models import Batch
from yanlian.base.refusal import Refused

# Rows read so far, and the share of the work that is done.
Progress = Callable[[int, float], None]

CHUNK = 2_000
MOST_REPEATED = 100_000
# Looking for repeated matters takes about this part of an import.
_SHARE_OF_FIRST_PASS = 0.15


@dataclass(frozen=True, slots=True)
class Covered:
    """The days a delivery speaks for (first None: from all beginning), and whether it is complete for them."""

    start: date | None
    end: date
    complete: bool


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a file. Counts and notes are in `batch`; faults are its `faults`."""

    batch: Batch
    # The same bytes were taken in before: nothing was written, `batch` is the earlier one.
    already_imported: bool = False

    @property
    def clean(self) -> bool:
        """No row was refused."""
        return self.batch.rows_refused == 0


def import_file(
    source: Path | BinaryIO,
    department: str,
    dataset: str,
    *,
    recorded_at: datetime,
    covered: Covered | None = None,
    by: User | None = None,
    name: str = "",
    progress: Progress | None = None,
) -> BatchResult:
    """Take in a CSV or XLSX file of one data set (a kind of record that the department holds).

    Good rows are stored, bad ones answered as `RowFault`s of the batch. The same file adds nothing the second time, the
    same rows in another file neither; other values under the same natural key supersede what stood. `recorded_at`: when
    the district came to know it, not in the future. `name`: of an uploaded file that has none of its own.

    Raises `Refused` when the file as a whole cannot be read; then nothing is stored.
    """
    check_moment(recorded_at)
    mapping = load_mapping(department, dataset)
    shown = name or (source.name if isinstance(source, Path) else str(getattr(source, "name", ""))) or dataset
    with arrived(source, Path(shown).name) as file:
        earlier = _earlier(file, dataset)
        if earlier is not None:
            return _repeated(earlier, covered, recorded_at)
        plan, others = find_plan(file, mapping)
        batch = _new_batch(file, plan, others)
        batch.recorded_at, batch.made_by = recorded_at, by
        if covered is not None:
            batch.covered_from, batch.covered_to, batch.complete = covered.start, covered.end, covered.complete
        repeated = _repeated_keys(plan, file.name, progress)
        with transaction.atomic():
            lock_registry()
            earlier = _earlier(file, dataset)
            if earlier is not None:
                return _repeated(earlier, covered, recorded_at)
            intake = open_batch(batch, plan)
            _take_in(intake, repeated, progress)
            intake.finish()
            _declare(batch, covered, recorded_at)
    return BatchResult(batch)


def _earlier(file: Arrived, dataset: str) -> Batch | None:
    return Batch.objects.filter(dataset=dataset, sha256=file.sha256).first()


def _repeated(batch: Batch, covered: Covered | None, recorded_at: datetime) -> BatchResult:
    """The rows are known; what the delivery covers may still be said anew."""
    said = (batch.covered_from, batch.covered_to, batch.complete)
    if covered is not None and said != (covered.start, covered.end, covered.complete):
        _declare(batch, covered, recorded_at)
    return BatchResult(batch, already_imported=True)


def _declare(batch: Batch, covered: Covered | None, recorded_at: datetime) -> None:
    if covered is not None:
        span = (covered.start, covered.end)
        declare_coverage(
            batch.dataset, batch.department, span, complete=covered.complete, recorded_at=recorded_at, batch=batch
        )


def _new_batch(file: Arrived, plan: Plan, others: list[str]) -> Batch:
    mapping: FileMapping = plan.mapping
    notes = {
        # In order: a JSON object of PostgreSQL keeps none.
        "header": [header for header in plan.headers if header],
        "columns": list(plan.unused),
        "sheets": others,
        "absent": [plan.columns[position].field.key for position in plan.absent],
    }
    return Batch(
        file_name=file.name[-255:],
        sha256=file.sha256,
        sheet=plan.table.sheet[:64],
        encoding=plan.table.encoding,
        department=mapping.department,
        dataset=mapping.kind.key,
        notes=notes,
    )


def _person_key() -> str:
    return str(settings.PERSON_KEY)


def _repeated_keys(plan: Plan, name: str, progress: Progress | None) -> frozenset[int]:
    """Hashes of the natural keys that stand in the file more than once: 8 bytes of memory a row, one pass."""
    person_key = _person_key()

    def tell(share: float) -> None:
        if progress is not None:
            progress(0, share * _SHARE_OF_FIRST_PASS)

    hashes = array("q")
    for number, cells, _ in plan.table.rows(plan.cell_kinds, tell):
        if number > plan.header_row:
            key = read_key(plan, person_key, cells)
            if key is not None:
                hashes.append(hash(key))
    ordered = np.sort(np.frombuffer(hashes, dtype=np.int64)) if hashes else np.empty(0, dtype=np.int64)
    found = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(found) > MOST_REPEATED:
        raise Refused("rows_repeated_too_often", file=name, most=MOST_REPEATED)
    return frozenset(found.tolist())


def _take_in(intake: Intake, repeated: frozenset[int], progress: Progress | None) -> None:
    held: dict[tuple[object, ...], _Held] = {}
    chunk: list[Row] = []
    for row in _read_rows(intake, progress):
        intake.tally["read"] += 1
        if repeated and not row.refused:
            key = key_of(intake.plan, row)
            if hash(key) in repeated:
                if key not in held:
                    held[key] = _Held(row)
                    continue
                if held[key].agrees(row, bool(intake.plan.mapping.creates)):
                    intake.tally["unchanged"] += 1
                    continue
        chunk.append(row)
        if len(chunk) >= CHUNK:
            intake.store(chunk)
            chunk = []
    intake.store(chunk)
    rest = [one.settle() for one in held.values()]
    for start in range(0, len(rest), CHUNK):
        intake.store(rest[start : start + CHUNK])
    if progress is not None:
        progress(intake.tally["read"], 1.0)


@dataclass(slots=True)
class _Held:
    """The first row of a matter that stands several times; it is stored at the end if all the others say the same."""

    row: Row
    contradicted_by: int = 0

    def agrees(self, row: Row, names_count: bool) -> bool:
        """Whether a later row says the same; if not, that row is refused now and this one in the end.

        Where a file brings entities the name counts too: one USCC with two names is a contradiction.
        """
        if self.row.values == row.values and (self.row.name == row.name or not names_count):
            return True
        self.contradicted_by = self.contradicted_by or row.number
        row.faults.append(Fault("", "row_repeated", {"first": self.row.number}))
        return False

    def settle(self) -> Row:
        if self.contradicted_by:
            self.row.faults.append(Fault("", "row_repeated", {"first": self.contradicted_by}))
        return self.row


def _read_rows(intake: Intake, progress: Progress | None) -> Iterator[Row]:
    plan, person_key = intake.plan, _person_key()

    def tell(share: float) -> None:
        if progress is not None:
            progress(intake.tally["read"], _SHARE_OF_FIRST_PASS + share * (1 - _SHARE_OF_FIRST_PASS))

    for number, cells, faults in plan.table.rows(plan.cell_kinds, tell):
        if number > plan.header_row:
            yield read_row(plan, person_key, number, cells, faults)
