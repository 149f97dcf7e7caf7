"""Ranges of facts from Parquet footers: least and greatest over all row groups, and nothing where nothing is sure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, SnapshotWriter, load_schema
from yanlian.engine.dossier.snapshot import Snapshot
from yanlian.engine.dossier.statistics import ranges_of

RECORDS = pa.list_(
    pa.struct([("year", pa.int16()), ("revenue", pa.int64()), ("on", pa.date32()), ("name", pa.string())])
)


def part(folder: Path, rows: list[list[dict[str, object]] | None], name: str = "part.parquet", **how: object) -> Path:
    table = pa.table({"n": pa.array(range(len(rows)), pa.int64()), "tax_year": pa.array(rows, RECORDS)})
    pq.write_table(table, folder / name, **{"row_group_size": 2, **how})
    return folder / name


def row(**values: object) -> dict[str, object]:
    return {"year": None, "revenue": None, "on": None, "name": None, **values}


def test_bounds_hold_over_row_groups_and_files(tmp_path: Path):
    first = part(tmp_path, [[row(revenue=5)], [], None, [row(revenue=-7, year=2024), row(revenue=9)]])
    second = part(tmp_path, [[row(revenue=100, on=date(2025, 3, 1))]], "b.parquet")
    assert ranges_of([first, second]) == {
        ("", "n"): (0, 3),
        ("tax_year", "revenue"): (-7, 100),
        ("tax_year", "year"): (2024, 2024),
        ("tax_year", "on"): (date(2025, 3, 1), date(2025, 3, 1)),
    }


def test_a_column_without_values_or_without_statistics_is_left_out(tmp_path: Path):
    bare = part(tmp_path, [[row(revenue=5)]], "bare.parquet", write_statistics=False)
    told = part(tmp_path, [[row(revenue=6)]])
    assert ("tax_year", "revenue") in ranges_of([told])
    assert ranges_of([bare]) == {}
    # One group that does not tell makes the whole unsure, in whichever order.
    assert ranges_of([told, bare]) == ranges_of([bare, told]) == {}
    assert ("tax_year", "year") not in ranges_of([told])


def test_only_integers_and_dates_have_bounds(tmp_path: Path):
    table = pa.table(
        {
            "flag": [True, False],
            "share": [0.5, 1.5],
            "at": [datetime(2025, 1, 1, tzinfo=UTC), None],
            "deep": [{"a": {"b": 1}}, None],
        }
    )
    pq.write_table(table, tmp_path / "odd.parquet")
    assert ranges_of([tmp_path / "odd.parquet"]) == {}


def test_a_column_of_integers_here_and_dates_there_is_left_out(tmp_path: Path):
    for name, values in (("a", [1]), ("b", [date(2025, 1, 1)])):
        pq.write_table(pa.table({"x": values}), tmp_path / f"{name}.parquet")
    assert ranges_of([tmp_path / "a.parquet", tmp_path / "b.parquet"]) == {}


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path):
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(Refused) as refused:
        ranges_of([tmp_path / "x.parquet"])
    assert refused.value.code == "dossiers_unreadable"
    with pytest.raises(Refused):
        ranges_of([tmp_path / "absent.parquet"])


def test_a_snapshot_tells_the_ranges_of_its_records(tmp_path: Path):
    rows = [
        {"id": "a", "kind": "enterprise", "registration": {"capital": 300}, "tax_year": [{"year": 2024, "revenue": 5}]},
        {"id": "b", "kind": "enterprise", "registration": {"capital": 200}, "loan": [{"rate": 34_500}]},
    ]
    with SnapshotWriter(tmp_path, load_schema(), datetime(2025, 1, 1, tzinfo=UTC)) as writer:
        writer.write(rows)
        info = writer.close(Coverage.from_data([]))
    found = ranges_of(Snapshot(info, Coverage.from_data([])).parts())
    assert found["registration", "capital"] == (200, 300)
    assert found["tax_year", "revenue"] == (5, 5)
    assert found["loan", "rate"] == (34_500, 34_500)


WHOLE = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@given(rows=st.lists(st.lists(st.none() | WHOLE, max_size=3), min_size=1, max_size=8), size=st.integers(1, 4))
def test_every_stored_value_lies_within_the_bounds(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int | None]], size: int
):
    folder = tmp_path_factory.mktemp("ranges")
    file = part(folder, [[row(revenue=value) for value in values] for values in rows], row_group_size=size)
    values = [value for one in rows for value in one if value is not None]
    found = ranges_of([file]).get(("tax_year", "revenue"))
    assert found == ((min(values), max(values)) if values else None)
