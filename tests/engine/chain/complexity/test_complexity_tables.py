"""Long tables in and out: what is read, what is added, what is refused and where."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity import grids_of, measure, read_table
from yanlian.engine.chain.complexity.rows import blocks, write
from yanlian.engine.chain.complexity.table import Columns, Grid

PLAIN = Columns()
ROWS = "location,product,value,note\nb,0020,2,x\na,0011,1.5,\nb,0011,+3,y\na,0011,1e1,z\n"


def written(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def only(file: Path, columns: Columns = PLAIN) -> Grid:
    return next(grids_of(read_table(file, columns), columns))


def test_a_long_table_becomes_a_matrix_with_sorted_names_and_added_duplicates(tmp_path: Path):
    found = only(written(tmp_path, ROWS))
    assert (found.locations, found.products, found.summed) == (("a", "b"), ("0011", "0020"), 1)
    assert found.values.tolist() == [[11.5, 0.0], [3.0, 2.0]]


def test_packed_and_parquet_tables_and_those_of_old_spreadsheets_say_the_same(tmp_path: Path):
    plain = only(written(tmp_path, ROWS))
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(ROWS.encode()))
    pq.write_table(
        pa.table({"location": ["b", "a", "b"], "product": ["0020", "0011", "0011"], "value": [2, 11.5, 3]}),
        tmp_path / "t.parquet",
    )
    for found in (only(packed), only(tmp_path / "t.parquet"), only(written(tmp_path, "\ufeff" + ROWS, "bom.csv"))):
        assert (found.locations, found.products) == (plain.locations, plain.products)
        assert found.values.tolist() == plain.values.tolist()
    chinese = Columns("地区", "产品", "数值")
    old = only(written(tmp_path, "地区,产品,数值\n崂山,芯片,1\n", "old.csv", "gb18030"), chinese)
    assert (old.locations, old.products) == (("崂山",), ("芯片",))


def test_each_period_is_a_matrix_of_its_own(tmp_path: Path):
    columns = Columns(time="year")
    file = written(tmp_path, "year,location,product,value\n2021,a,p,1\n2020,b,q,2\n2021,a,q,3\n")
    found = list(grids_of(read_table(file, columns), columns))
    assert [(one.period, one.locations, one.values.tolist()) for one in found] == [
        ("2020", ("b",), [[2.0]]),
        ("2021", ("a",), [[1.0, 3.0]]),
    ]


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [("a,p,-1", "value", "-1"), ("a,p,abc", "value", "abc"), ("a,p,", "value", ""), ("a,p,NaN", "value", "NaN"),
     ("a,,1", "product", ""), (" ,p,1", "location", "")],
)  # fmt: skip
def test_a_faulty_cell_is_refused_with_its_row_and_column(tmp_path: Path, row: str, column: str, found: str):
    file = written(tmp_path, f"location,product,value\na,p,1\n{row}\n")
    with pytest.raises(Refused) as refusal:
        read_table(file, PLAIN)
    assert refusal.value.code == "complexity_cell"
    assert [refusal.value.data[name] for name in ("row", "column", "found", "count")] == [3, column, found, 1]


def test_missing_values_of_a_parquet_table_are_refused_too(tmp_path: Path):
    for values in ([1.0, None], [1.0, float("nan")], [1.0, float("inf")]):
        pq.write_table(
            pa.table({"location": ["a", "b"], "product": ["p", "p"], "value": values}), tmp_path / "t.parquet"
        )
        with pytest.raises(Refused) as refusal:
            read_table(tmp_path / "t.parquet", PLAIN)
        assert (refusal.value.code, refusal.value.data["row"]) == ("complexity_cell", 3)


def test_a_missing_column_is_refused_with_those_there_are(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        read_table(written(tmp_path, "place,product,value\na,p,1\n"), PLAIN)
    assert (refusal.value.code, refusal.value.data["missing"]) == ("complexity_column", "location")
    assert "place" in refusal.value.text("zh")


@pytest.mark.parametrize(
    ("name", "code"),
    [("absent.csv", "delimited_file"), ("absent.parquet", "complexity_file"), ("empty.csv", "delimited_names"),
     ("broken.parquet", "complexity_file")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, code: str):
    if not name.startswith("absent"):
        written(tmp_path, "" if name == "empty.csv" else "no parquet", name)
    with pytest.raises(Refused) as refusal:
        read_table(tmp_path / name, PLAIN)
    assert refusal.value.code == code


def test_dates_in_place_of_values_are_refused(tmp_path: Path):
    import datetime

    day = datetime.datetime(2021, 1, 1)
    pq.write_table(pa.table({"location": ["a"], "product": ["p"], "value": [day]}), tmp_path / "t.parquet")
    with pytest.raises(Refused) as refusal:
        read_table(tmp_path / "t.parquet", PLAIN)
    assert refusal.value.code == "complexity_file"


def test_a_table_without_rows_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        only(written(tmp_path, "location,product,value\n"))
    assert refusal.value.code == "complexity_empty"


def made() -> tuple[Grid, Iterator[pa.Table]]:
    values = np.random.default_rng(2).random((3, 4)) ** 4
    values[2] = 0
    grid = Grid(("a", "b", "c"), ("p", "q", "r", "s"), values, "2021")
    return grid, blocks(grid, measure(values), Columns("where", "what", "much", "year"))


def test_measures_are_written_as_the_whole_rectangle_with_empty_cells_where_nothing_is_defined(tmp_path: Path):
    grid, tables = made()
    assert write(tmp_path / "out.csv", tables) == 12
    found = pa_csv.read_csv(tmp_path / "out.csv").to_pydict()
    assert list(found)[:4] == ["year", "where", "what", "much"]
    assert found["where"] == [name for name in "abc" for _ in range(4)]
    assert found["what"] == list("pqrs") * 3
    measured = measure(grid.values)
    assert found["density"][:4] == pytest.approx(measured.density[0].tolist())
    assert [found[name][-1] for name in ("rca", "eci", "mcp", "diversity")] == [None, None, 0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_parquet_holds_the_same_numbers(tmp_path: Path):
    write(tmp_path / "out.parquet", made()[1])
    write(tmp_path / "out.csv", made()[1])
    whole = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert whole["cog"] == pytest.approx(pa_csv.read_csv(tmp_path / "out.csv").to_pydict()["cog"])


def test_a_file_that_was_there_stays_when_writing_breaks_off(tmp_path: Path):
    def broken() -> Iterator[pa.Table]:
        yield next(made()[1])
        raise Refused("complexity_empty")

    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(Refused):
        write(tmp_path / "out.csv", broken())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.csv", "before")]


def test_another_extension_and_a_missing_folder_are_refused(tmp_path: Path):
    for file, code in (
        (tmp_path / "out.xlsx", "complexity_format"),
        (tmp_path / "no" / "out.csv", "complexity_written"),
    ):
        with pytest.raises(Refused) as refusal:
            write(file, made()[1])
        assert refusal.value.code == code
