"""The least and greatest stored value of every figure and date of a snapshot, from the footers of its Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused

# Fen, ppm, hundredths of square metres, counts and years as stored; dates as dates.
Bounds: TypeAlias = tuple[int, int] | tuple[date, date]
Ranges: TypeAlias = dict[tuple[str, str], Bounds]
# The names that Parquet writers give to the levels of a list.
_LEVELS = frozenset({"list", "element", "item", "array", "bag"})


def ranges_of(parts: Iterable[Path]) -> Ranges:
    """(record key, field key) → (least, greatest) over all rows of Parquet files of dossiers; ("", field key) for a
    plain column that belongs to no record.

    Only footers are read. Values are as stored (fen, ppm, hundredths; years as they are; dates as dates), those of
    columns that hold integers or dates; nulls count for nothing. A column is left out when nothing is sure of it: when
    one row group that has values of it carries no statistics, or when it has no value at all. Raises
    `Refused("dossiers_unreadable")` for a file that is no Parquet file.
    """
    found: Ranges = {}
    unsure: set[tuple[str, str]] = set()
    for part in parts:
        for key, bounds in _of_part(part):
            wider = None if bounds is None else _wider(found.get(key), bounds)
            if wider is None:
                unsure.add(key)
            else:
                found[key] = wider
    return {key: bounds for key, bounds in found.items() if key not in unsure}


def _of_part(part: Path) -> Iterator[tuple[tuple[str, str], Bounds | None]]:
    """For each column and row group of a file that has values of it: their bounds, None where they are not known."""
    try:
        metadata = pq.read_metadata(part)
    except (OSError, pa.ArrowInvalid) as error:
        raise Refused("dossiers_unreadable", file=str(part), found=str(error)) from error
    for at in range(metadata.num_columns):
        key = _key(metadata.schema.column(at).path)
        if key is None:
            continue
        for group in range(metadata.num_row_groups):
            column = metadata.row_group(group).column(at)
            statistics = column.statistics
            if statistics is None or not statistics.has_min_max:
                # What holds nothing but nulls (an empty list counts as one) needs no bounds.
                if not _has_no_value(column):
                    yield key, None
                continue
            bounds = _bounds(statistics.min, statistics.max)
            if bounds is not None:
                yield key, bounds


def _has_no_value(column: pq.ColumnChunkMetaData) -> bool:
    statistics = column.statistics
    if statistics is None or not statistics.has_null_count:
        return bool(column.num_values == 0)
    return bool(statistics.null_count == column.num_values or statistics.num_values == 0)


def _key(path: str) -> tuple[str, str] | None:
    """The record and field that a column of the file is: `tax_year.list.element.revenue` is ("tax_year", "revenue").
    None for a column that lies deeper than any fact."""
    names = path.split(".")
    if len(names) == 1:
        return "", names[0]
    inner = [name for name in names[1:-1] if name not in _LEVELS]
    return None if inner else (names[0], names[-1])


def _bounds(least: object, greatest: object) -> Bounds | None:
    if isinstance(least, bool) or isinstance(greatest, bool):
        return None
    if isinstance(least, int) and isinstance(greatest, int):
        return least, greatest
    # A moment is a date to Python, and to nobody else.
    if type(least) is date and type(greatest) is date:
        return least, greatest
    return None


def _wider(known: Bounds | None, more: Bounds) -> Bounds | None:
    """Bounds that hold both; None for integers here and dates there, which no order holds together."""
    if known is None:
        return more
    if type(known[0]) is not type(more[0]):
        return None
    # Both are dates or both are integers; either way the order is their own.
    a, b = cast("tuple[int, int]", known), cast("tuple[int, int]", more)
    return min(a[0], b[0]), max(a[1], b[1])
