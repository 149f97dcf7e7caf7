"""Anyone's table of locations, products and values read into matrices, with every fault named.

Long (one row a location and product), as CSV or Parquet, or wide (one row a location, one column a product), as CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity.columns import Asked, Columns, columns_of, location_of, once, products_of, time_of
from yanlian.engine.chain.delimited import Delimited, Flags, Step, numbers_of, read_delimited
from yanlian.engine.chain.links import Floats, Longs

__all__ = ["Asked", "Columns", "Grid", "Reading", "grids_of", "read_any", "read_table"]

Missing = Literal["refuse", "zero"]
# What packages and spreadsheets write for "no value".
_NOTHING = ("", "na", "n/a", "nan", "null", "none", ".", "..", "...", "-", "--", "—", "…", "#n/a")


@dataclass(frozen=True, slots=True)
class Grid:
    """One period as a matrix: `values` locations × products, names in ascending order, 0 where the table has no row.

    `summed`: how many rows were added to another of the same location and product.
    """

    locations: tuple[str, ...]
    products: tuple[str, ...]
    values: Floats
    period: str | None = None
    summed: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A table as it was understood. `columns`: which hold what (of a wide table, names for what is written); `missing`:
    cells without a value that count as 0; `blank`: rows without any text, left out; `wide`: one column a product."""

    columns: Columns
    table: pa.Table
    missing: int = 0
    blank: int = 0
    wide: bool = False


def read_any(file: Path, asked: Asked, missing: Missing = "refuse", step: Step | None = None) -> Reading:
    """Read a file of either shape; columns that are not named are found by the names in use (`columns.USED`).

    Refused, with file, line and column: see `delimited`, `columns`; an empty name; a value that is no number, infinite
    or negative, or missing ("complexity_cell"), unless `missing` is "zero"; ("complexity_decimal") a doubtful comma.
    """
    if file.suffix.lower() in {".parquet", ".pq"}:
        table = _parquet(file)
        columns = columns_of(file.name, table.column_names, asked) or _unknown(file, table.column_names)
        return _long(file, None, columns, table, missing)
    found = read_delimited(file, step)
    known = columns_of(file.name, found.names, asked)
    if known is None:
        return _wide(found, asked, missing)
    named = {name: found.column(name) for name in (*known.keys, known.value)}
    return _long(file, found, known, pa.table(named), missing)


def read_table(file: Path, columns: Columns) -> pa.Table:
    """A long table whose columns are known: keys as text, the value as a number. Refused as by `read_any`."""
    asked = Asked(columns.location, columns.product, columns.value, columns.time or "none")
    return read_any(file, asked).table


def _unknown(file: Path, names: list[str]) -> Columns:
    raise Refused("complexity_column", file=file.name, missing="location, product, value", found=", ".join(names[:20]))


def _parquet(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except (OSError, pa.ArrowException) as fault:
        raise Refused("complexity_file", file=str(file), why=str(fault).splitlines()[0]) from None


def _long(file: Path, lines: Delimited | None, columns: Columns, table: pa.Table, missing: Missing) -> Reading:
    keys = {name: table[name] if lines else _text(table[name]) for name in columns.keys}
    for name, column in keys.items():
        _refuse_first(file, lines, name, column, pc.equal(pc.fill_null(column, ""), "").to_numpy())
    values, gone = _numbers(file, lines, columns.value, table[columns.value], missing)
    known = pa.table({**keys, columns.value: pa.array(values)})
    return Reading(columns, known, gone, 0 if lines is None else lines.blank)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(column.cast(pa.string()))


def _wide(found: Delimited, asked: Asked, missing: Missing) -> Reading:
    """One column a product. Cells without a value are 0 here: that is how such tables say "none"."""
    time, location = time_of(found.names, asked), location_of(found.names, asked)
    names = products_of(found.names, asked)
    lacking = [one for one in (time, location) if one is not None and one not in found.names]
    if lacking or not names or "" in names:
        told = ", ".join(lacking or ["product, value"])
        raise Refused("complexity_column", file=found.file.name, missing=told, found=", ".join(found.names[:20]))
    once(found.file.name, found.names, [one for one in (time, location) if one is not None] + names)
    columns = Columns(location, "product", "value", time)
    keys = {name: found.column(name) for name in columns.keys if name != "product"}
    for name, column in keys.items():
        _refuse_first(found.file, found, name, column, pc.equal(column, "").to_numpy())
    parts = [_numbers(found.file, found, name, found.column(name), "zero") for name in names]
    rows = len(found.table)
    across = pa.DictionaryArray.from_arrays(pa.array(np.repeat(np.arange(len(names), dtype=np.int32), rows)), names)
    places = pa.array(np.tile(np.arange(rows), len(names)))
    long = {name: column.combine_chunks().dictionary_encode().take(places) for name, column in keys.items()}
    if time is not None:
        long[time] = keys[time].combine_chunks().take(places)
    values = np.concatenate([part[0] for part in parts])
    table = pa.table({**long, "product": across, "value": values})
    return Reading(columns, table, sum(part[1] for part in parts), found.blank, wide=True)


def _numbers(
    file: Path, lines: Delimited | None, name: str, column: pa.ChunkedArray, missing: Missing
) -> tuple[Floats, int]:
    """The values, and how many were missing and are 0 now."""
    texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if texts:
        trimmed = column if lines else pc.fill_null(_text(column), "")
        numbers, unsure = numbers_of(trimmed, "," if lines is None else lines.separator)
        if unsure:
            shown = next(one for one in trimmed.to_pylist() if "," in one)
            raise Refused("delimited_comma", file=file.name, column=name, found=shown)
        wrong = ~(np.isfinite(numbers) & (numbers >= 0))
        gone = wrong & pc.is_in(pc.utf8_lower(trimmed), pa.array(_NOTHING)).to_numpy() if wrong.any() else wrong
    else:
        try:
            numbers = pc.fill_null(column.cast(pa.float64()), float("nan")).to_numpy()
        except pa.ArrowException as fault:
            raise Refused("complexity_file", file=str(file), why=str(fault).splitlines()[0]) from None
        wrong, gone = ~(np.isfinite(numbers) & (numbers >= 0)), np.isnan(numbers)
    _refuse_first(file, lines, name, column, wrong & ~gone if missing == "zero" else wrong)
    return np.where(gone, 0.0, numbers), int(gone.sum())


def _refuse_first(file: Path, lines: Delimited | None, name: str, column: pa.ChunkedArray, wrong: Flags) -> None:
    """Refuse, naming the first wrong row (lines of the file, the header is line 1) and how many there are."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise Refused(
            "complexity_cell",
            file=file.name,
            row=row + 2 if lines is None else lines.line(row),
            column=name,
            found=str(column[row].as_py()),
            count=int(wrong.sum()),
        )


def grids_of(table: pa.Table, columns: Columns) -> Iterator[Grid]:
    """One matrix for each period, in ascending order (one in all without a column of periods). Duplicates are added.

    Refused("complexity_empty"): no row; ("complexity_nothing"): every value of a period is 0.
    """
    if columns.time is None:
        yield _grid(table, columns, None)
        return
    for period in sorted(pc.unique(table[columns.time]).to_pylist()):
        yield _grid(table.filter(pc.equal(table[columns.time], period)), columns, period)


def _grid(table: pa.Table, columns: Columns, period: str | None) -> Grid:
    if not table.num_rows:
        raise Refused("complexity_empty")
    rows, locations = _coded(table[columns.location])
    cells, products = _coded(table[columns.product])
    size = (len(locations), len(products))
    rows *= size[1]
    cells += rows
    values: Floats = np.bincount(cells, table[columns.value].to_numpy(), minlength=size[0] * size[1]).astype(
        np.float64, copy=False
    )
    if not values.any():
        raise Refused("complexity_nothing", period=period or "")
    seen = np.zeros(len(values), dtype=np.bool_)
    seen[cells] = True
    return Grid(locations, products, values.reshape(size), period, table.num_rows - int(seen.sum()))


def _coded(column: pa.ChunkedArray) -> tuple[Longs, tuple[str, ...]]:
    """Each entry's place among the names in ascending order, and the names."""
    whole = column.combine_chunks()
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    names, at = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    # A dictionary may hold names of other periods.
    used = np.flatnonzero(np.bincount(at, minlength=len(names))).tolist()
    order = sorted(used, key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[at], tuple(names[one] for one in order)
