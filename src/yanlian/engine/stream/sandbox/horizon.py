"""The years to come: the same rules and dossiers on later days.

Two ways of looking ahead, and both say what they hold fixed. `moved`: every fact is moved forward by whole years with
the day, so that each year is like this one (same firms, same figures, same ages, the same events a year later); only
rules change: documents that end or begin, parameters with later values. `kept`: facts stay where they are, as if
nothing new were ever delivered; then what a rule asks of the coming years is unknown, and counted as such. Neither
lets a payment of one year count in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier import Coverage, Delivery, Schema
from yanlian.engine.policy.revision import Proposal, Shelf
from yanlian.engine.stream.sandbox.held import Batch, Held, Row
from yanlian.engine.stream.sandbox.judging import Tell
from yanlian.engine.stream.sandbox.session import Judgement, Sandbox

Facts: TypeAlias = Literal["moved", "kept"]
YEARS_MAX: Final = 10
_EPOCH = np.datetime64("1970-01-01")


class MovedHeld(Held):
    """Held dossiers with every fact some years later."""

    def __init__(self, held: Held, schema: Schema, years: int) -> None:
        self._inner = held
        self._schema = schema
        self._years = years
        self.path = held.path
        self.hash = f"{held.hash}+{years}"
        self.rows = held.rows
        self.coverage = _moved_coverage(held.coverage, years)
        # Statistics are those of the files; dates and years lie later.
        self.ranges = {}
        self.trusted = False
        self._moved: list[Batch] | None = None

    def batches(self) -> Iterator[Batch]:
        """In order; kept once they were made, when those they are made of are in memory."""
        if self._moved is None:
            made = []
            for batch in self._inner.batches():
                one = Batch(batch.start, _moved_batch(batch.rows, self._schema, self._years))
                made.append(one)
                yield one
            self._moved = made if self._inner.in_memory else None
            return
        yield from self._moved

    def dossiers(self, batch: Batch, rows: Sequence[int]) -> list[Row]:
        """Dossiers of a batch as the interpreter reads them."""
        return cast("list[Row]", batch.rows.take(pa.array(rows, pa.int64())).to_pylist())


def horizon(
    sandbox: Sandbox,
    folders: Sequence[Path | str],
    years: int,
    *,
    facts: Facts = "moved",
    shelf: Shelf | None = None,
) -> Iterator[tuple[int, Sandbox]]:
    """A sandbox for this year and each of the years to come, to be asked one after the other."""
    yield 0, sandbox
    for ahead in range(1, years + 1):
        day = later(sandbox.as_of, ahead)
        held = sandbox.held if facts == "kept" else MovedHeld(sandbox.held, sandbox.packs.schema, ahead)
        yield ahead, Sandbox(folders, held, day, drafts=sandbox.drafts, shelf=shelf or sandbox.shelf)


def asked(
    sandboxes: Sequence[Sandbox], proposal: Proposal, tell: Tell | None = None
) -> list[tuple[Judgement, Judgement]]:
    """Before and after a proposal, year by year."""
    return [(one.base(tell), one.ask(proposal, tell)) for one in sandboxes]


def later(day: date, years: int) -> date:
    """The same day of a later year; the end of February stays the end of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _moved_coverage(coverage: Coverage, years: int) -> Coverage:
    moved = [
        Delivery(one.record, one.start and later(one.start, years), later(one.end, years), one.complete)
        for one in coverage.deliveries
    ]
    return Coverage(moved, everything=coverage.everything)


def _moved_batch(batch: pa.RecordBatch, schema: Schema, years: int) -> pa.RecordBatch:
    columns = [
        _moved_column(batch.column(name), schema.records[name].fields, years)
        if name in schema.records
        else batch.column(name)
        for name in batch.schema.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _moved_column(array: pa.Array, fields: Mapping[str, object], years: int) -> pa.Array:
    """A record, or a list of them, with its dates and years later."""
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        # `values` with the offsets as they stand: a slice of a longer array keeps its beginning.
        values = _moved_column(array.values, fields, years)
        mask = array.is_null() if array.null_count else None
        return type(array).from_arrays(array.offsets, values, type=kind, mask=mask)
    if not pa.types.is_struct(kind):
        return array
    mask = array.is_null() if array.null_count else None
    parts = [_moved_field(array.field(n), fields.get(kind.field(n).name), years) for n in range(kind.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=list(kind), mask=mask)


def _moved_field(array: pa.Array, field: object, years: int) -> pa.Array:
    declared = getattr(field, "type", "")
    if declared == "year" and pa.types.is_signed_integer(array.type):
        return pa.compute.add(array, pa.scalar(years, array.type))
    if declared == "date" and pa.types.is_date32(array.type):
        return _later_days(array, years)
    return array


def _later_days(array: pa.Array, years: int) -> pa.Array:
    """Dates some years later, 29 February as 28 where there is none."""
    days = np.asarray(array.cast(pa.int32()).fill_null(0)).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    inside = days - months.astype("datetime64[D]")
    target = months + np.timedelta64(12 * years, "M")
    last = (target + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    found = np.minimum(target.astype("datetime64[D]") + inside, last)
    numbers = (found - _EPOCH).astype(np.int32)
    return pa.array(numbers, pa.int32(), mask=np.asarray(array.is_null())).cast(pa.date32())
