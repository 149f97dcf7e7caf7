"""Long tables (location, product, value) read from CSV or Parquet into matrices, with every fault named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a long table hold what; `time` only where a table has several periods."""

    location: str = "location"
    product: str = "product"
    value: str = "value"
    time: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a value."""
        return (*(() if self.time is None else (self.time,)), self.location, self.product)


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


def read_table(file: Path, columns: Columns) -> pa.Table:
    """The wanted columns of a CSV (also .gz; UTF-8 or GB 18030) or Parquet file: keys as text, the value as a number.

    Refused, with file and row: a file that is none, a missing column, an empty key, a value that is no number, not
    finite or negative.
    """
    table = _parquet(file) if file.suffix.lower() in {".parquet", ".pq"} else _csv(file)
    wanted = (*columns.keys, columns.value)
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise Refused(
            "complexity_column", file=file.name, missing=", ".join(missing), found=", ".join(table.column_names[:20])
        )
    keys = {name: table[name].cast(pa.string()) for name in columns.keys}
    for name, column in keys.items():
        _refuse_first(file, name, column, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
    return pa.table({**keys, columns.value: _numbers(file, columns.value, table[columns.value])})


def _parquet(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except (OSError, pa.ArrowException) as fault:
        raise Refused("complexity_file", file=str(file), why=str(fault).splitlines()[0]) from None


def _csv(file: Path) -> pa.Table:
    """All columns as text: a code such as 0011 must keep its zeros."""
    try:
        with pa.input_stream(str(file)) as stream:
            head = stream.read(65_536)
        names = _names(head)
        kinds = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        with pa.input_stream(str(file)) as stream:
            return pa_csv.read_csv(stream, pa_csv.ReadOptions(encoding=_encoding(head)), convert_options=kinds)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as fault:
        raise Refused("complexity_file", file=str(file), why=str(fault).splitlines()[0]) from None


def _names(head: bytes) -> list[str]:
    first = head.decode(_encoding(head), errors="replace").removeprefix("\ufeff").split("\n", 1)[0]
    if not first.strip():
        raise pa.ArrowInvalid("the file is empty")
    return list(pa_csv.read_csv(pa.BufferReader(f"{first}\n".encode())).column_names)


def _encoding(head: bytes) -> str:
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _numbers(file: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.utf8_trim_whitespace(column)
        number = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
        _refuse_first(file, name, column, _not(pc.match_substring_regex(column, number)))
        column = pc.replace_substring_regex(column, pattern=r"^\+", replacement="")
    try:
        numbers = column.cast(pa.float64())
    except pa.ArrowException as fault:
        raise Refused("complexity_file", file=str(file), why=str(fault).splitlines()[0]) from None
    _refuse_first(file, name, numbers, pc.or_(_not(pc.greater_equal(numbers, 0.0)), _not(pc.is_finite(numbers))))
    return numbers


def _not(right: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where something does not hold, or is not known to."""
    return pc.invert(pc.fill_null(right, fill_value=False))


def _refuse_first(file: Path, name: str, column: pa.ChunkedArray, wrong: pa.ChunkedArray) -> None:
    """Refuse, naming the first wrong row (rows of the file, the header is row 1) and how many there are."""
    count = pc.sum(wrong).as_py() or 0
    if count:
        row = pc.index(wrong, True).as_py()
        raise Refused(
            "complexity_cell", file=file.name, row=row + 2, column=name, found=str(column[row].as_py()), count=count
        )


def grids_of(table: pa.Table, columns: Columns) -> Iterator[Grid]:
    """One matrix for each period, in ascending order (one in all without a column of periods). Duplicates are added."""
    if columns.time is None:
        yield _grid(table, columns, None)
        return
    for period in sorted(pc.unique(table[columns.time]).to_pylist()):
        yield _grid(table.filter(pc.equal(table[columns.time], period)), columns, period)


def _grid(table: pa.Table, columns: Columns, period: str | None) -> Grid:
    if not table.num_rows:
        raise Refused("complexity_empty")
    rows, locations = _coded(table[columns.location])
    across, products = _coded(table[columns.product])
    size = (len(locations), len(products))
    cells = rows * size[1] + across
    values = np.zeros(size[0] * size[1])
    np.add.at(values, cells, table[columns.value].to_numpy())
    return Grid(locations, products, values.reshape(size), period, table.num_rows - len(np.unique(cells)))


def _coded(column: pa.ChunkedArray) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], tuple[str, ...]]:
    """Each entry's place among the names in ascending order, and the names."""
    coded = column.combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    return place[coded.indices.to_numpy()], tuple(names[at] for at in order)
