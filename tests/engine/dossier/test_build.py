"""Dossiers from flat tables: what is written is what the tables say, and nothing that is unclear gets through."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.dossier.build_kit import ENTITIES, FIGURES, GRANTS, build, changed, mapping, typed_tables, write_csv

from yanlian.engine.dossier.build_spill import Spill
from yanlian.engine.dossier.layout import row_hashes

# What comes out


def test_rows_come_in_the_order_of_padded_ids_with_their_figures_in_storage_form(tmp_path):
    snapshot = build(tmp_path)
    snapshot.verify()
    assert (snapshot.info.rows, snapshot.info.moment) == (3, datetime(2026, 3, 31, tzinfo=UTC))
    nine, ten, many = snapshot.rows()
    assert [nine["id"], ten["id"], many["id"]] == ["10", "123", "9"], "ids of a CSV are text"
    assert nine["figures"] == {
        "revenue": 123_456,
        "share": 125_000,
        "area": 8_025,
        "staff": 7,
        "listed": True,
        "closed_on": None,
        "grade": "甲",
        "note": "甲\n乙",
    }
    assert ten["figures"]["revenue"] == 2_000_000_000
    assert (ten["figures"]["share"], ten["figures"]["area"], ten["figures"]["staff"]) == (300_000, 100_000, None)
    assert (many["figures"]["revenue"], many["figures"]["closed_on"]) == (-1, date(2025, 3, 1))
    assert ten["grant"] == [
        {"kind": "发明", "granted_on": date(2025, 1, 2)},
        {"kind": "外观", "granted_on": date(2024, 1, 2)},
    ]
    assert many["grant"] == []
    assert set(ten) == {"id", "kind", "figures", "grant"}, "only what the mapping names becomes a column"


def test_typed_columns_and_text_say_the_same(tmp_path):
    typed_tables(tmp_path)
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"]["授权"]["file"] = "g.parquet"
    typed = {row["id"]: row for row in build(tmp_path, told).rows()}
    assert list(typed) == ["009", "010", "123"], "whole numbers are padded to the width of the largest"
    (tmp_path / "csv").mkdir()
    for row in build(tmp_path / "csv").rows():
        same = typed[row["id"].rjust(3, "0")]
        assert (row["figures"], row["grant"]) == (same["figures"], same["grant"])


def test_what_has_no_empty_cell_says_so_in_the_file(tmp_path):
    (part,) = build(tmp_path).parts()
    schema = pq.ParquetFile(part).schema_arrow
    figures = schema.field("figures")
    assert not figures.nullable
    assert {one.name for one in figures.type if one.nullable} == {"area", "staff", "closed_on"}
    assert not schema.field("grant").nullable
    assert not any(one.nullable for one in schema.field("grant").type.value_type)
    assert figures.type.field("revenue").metadata[b"zh"] == "营收".encode()


def test_every_leaf_has_its_smallest_and_largest_value_in_the_footer(tmp_path):
    (part,) = build(tmp_path).parts()
    group = pq.ParquetFile(part).metadata.row_group(0)
    found = {group.column(n).path_in_schema: group.column(n).statistics for n in range(group.num_columns)}
    assert (found["figures.revenue"].min, found["figures.revenue"].max) == (-1, 2_000_000_000)
    assert found["grant.list.element.granted_on"].max == date(2025, 5, 1)


def test_the_same_tables_give_the_same_bytes_and_hash_whatever_the_order_of_entities(tmp_path):
    first = build(tmp_path)
    (tmp_path / "again").mkdir()
    second = build(tmp_path / "again", entities=ENTITIES[::-1])
    assert first.info.hash == second.info.hash
    assert first.parts()[0].read_bytes() == second.parts()[0].read_bytes()
    (tmp_path / "small").mkdir()
    third = build(tmp_path / "small", compression="zstd")
    assert third.info.hash == first.info.hash
    assert np.array_equal(row_hashes(third.parts()[0]), row_hashes(first.parts()[0]))


def test_a_year_in_each_of_several_columns_becomes_records_with_constants(tmp_path):
    told = mapping()
    shares = [
        {
            "from": "entities",
            "constants": {"年度": year},
            "fields": {"营收": column},
            "source": "统计局",
            "recorded": "2026-01-01",
        }
        for year, column in ((2024, "before"), (2025, "rev"))
    ]
    told["records"]["年报"] = [*shares, {"file": "grants.csv", "owner": "owner", "fields": {"年度": "y", "营收": "r"}}]
    entities = [row | {"before": "5"} for row in ENTITIES]
    first = build(
        tmp_path,
        told,
        entities,
        [row | {"y": "2023", "r": "1"} for row in GRANTS[:1]] + [GRANTS[1] | {"y": "", "r": ""}],
    )
    rows = {row["id"]: row["yearly"] for row in first.rows()}
    made = {"source": "统计局", "recorded": date(2026, 1, 1)}
    assert rows["9"] == [{"year": 2024, "revenue": 500, **made}, {"year": 2025, "revenue": -1, **made}]
    assert rows["123"][2] == {"year": 2023, "revenue": 100, "source": None, "recorded": None}
    assert rows["10"][2] == {"year": None, "revenue": None, "source": None, "recorded": None}
    first.verify()


def test_a_record_of_which_there_is_one_may_come_from_a_table_of_its_own(tmp_path):
    told = mapping()
    told["records"]["经营"] = {"file": "grants.csv", "owner": "owner", "fields": {"备注": "kind"}}
    rows = {row["id"]: row["figures"] for row in build(tmp_path, told, grants=GRANTS[:2]).rows()}
    assert rows == {"10": {"note": "外观"}, "123": {"note": "发明"}, "9": None}


def test_kind_name_and_code_of_the_entity_may_stand_in_columns(tmp_path):
    own = {"file": "ent.csv", "id": "eid", "kind_column": "what", "name": "title", "uscc": "code"}
    entities = [
        row | {"what": what, "title": "某", "code": code}
        for row, what, code in zip(ENTITIES, ["enterprise", "park", "person"], ["X", "", "Y"], strict=True)
    ]
    rows = list(build(tmp_path, mapping(entities=own), entities).rows())
    assert [(row["kind"], row["name"], row["uscc"]) for row in rows] == [
        ("enterprise", "某", "X"),
        ("person", "某", "Y"),
        ("park", "某", None),
    ]


def test_a_csv_may_be_in_another_encoding_with_another_delimiter_and_lie_elsewhere(tmp_path):
    elsewhere = tmp_path / "g.txt"
    write_csv(elsewhere, GRANTS, encoding="gb18030", delimiter=";")
    told = mapping()
    told["records"]["授权"] |= {"encoding": "gb18030", "delimiter": ";"}
    snapshot = build(tmp_path, told, files={"grants.csv": elsewhere})
    assert snapshot.find("10")["grant"][0]["kind"] == "外观"


def test_a_value_may_stand_for_an_empty_cell(tmp_path):
    told = mapping()
    told["records"]["经营"]["fields"] = FIGURES | {"注销日期": {"column": "closed", "empty": [date(2025, 3, 1), "-"]}}
    assert build(tmp_path, told, changed(0, closed="-")).find("9")["figures"]["closed_on"] is None


def test_units_are_those_of_the_table(tmp_path):
    told = mapping(units={"money": "万元", "area": "0.01平方米"})
    entities = [row | {"rev": rev, "area": "7"} for row, rev in zip(ENTITIES, ("0.000001", "3元", "2"), strict=True)]
    rows = [row["figures"] for row in build(tmp_path, told, entities).rows()]
    assert [row["revenue"] for row in rows] == [1, 2_000_000, 300], "a cell with a unit of its own is read as written"
    assert [row["area"] for row in rows] == [7, 7, 7]


def test_no_rows_at_all_make_a_snapshot_of_none(tmp_path):
    (tmp_path / "ent.parquet").unlink(missing_ok=True)
    typed_tables(tmp_path)
    pq.write_table(pq.read_table(tmp_path / "ent.parquet").slice(0, 0), tmp_path / "ent.parquet")
    pq.write_table(pq.read_table(tmp_path / "g.parquet").slice(0, 0), tmp_path / "g.parquet")
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"]["授权"]["file"] = "g.parquet"
    snapshot = build(tmp_path, told)
    assert (snapshot.info.rows, snapshot.groups()) == (0, [])


def test_coverage_is_what_the_mapping_says_by_kind_and_period(tmp_path):
    told = mapping(
        coverage={
            "授权": [{"from": "2020-01-01", "to": "2025-12-31"}, {"to": "2019-12-31", "complete": False}],
            "经营": "everything",
        }
    )
    coverage = build(tmp_path, told).coverage
    assert coverage.gaps("grant", date(2026, 1, 31)) == (
        (None, date(2019, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
    )
    assert coverage.gaps("figures", date(2100, 1, 1)) == ()
    assert coverage.gaps("patent", date(2026, 1, 1)) == ((None, date(2026, 1, 1)),)


def test_everything_covers_also_the_kinds_that_are_no_columns(tmp_path):
    coverage = build(tmp_path).coverage
    assert coverage.gaps("payment", date(2026, 3, 31)) == ()


# Many rows


def many_tables(folder, rows, children, dense):
    random = np.random.default_rng(5)
    ids = random.permutation(rows) + 1 if dense else random.choice(10**12, rows, replace=False)
    owners = random.choice(ids, children)
    pq.write_table(pa.table({"eid": ids, "rev": np.arange(rows)}), folder / "ent.parquet", row_group_size=30_000)
    days = pa.array(np.arange(children, dtype=np.int32) % 20_000).cast(pa.date32())
    pq.write_table(pa.table({"owner": owners, "day": days}), folder / "g.parquet", row_group_size=50_000)
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"] = {
        "经营": {"from": "entities", "fields": {"营收": {"column": "rev", "unit": "分"}}},
        "授权": {"file": "g.parquet", "owner": "owner", "fields": {"授权日": "day"}},
    }
    return told, ids, owners, days.to_pylist()


@pytest.mark.parametrize("dense", [True, False])
def test_many_entities_go_to_several_parts_and_every_child_to_its_owner_in_the_order_of_the_file(
    tmp_path, monkeypatch, dense
):
    monkeypatch.setattr("yanlian.engine.dossier.build.BUILT_ROWS_PER_GROUP", 1_000)
    told, ids, owners, days = many_tables(tmp_path, 9_500, 15_000, dense)
    snapshot = build(tmp_path, told)
    assert (len(snapshot.parts()), len(snapshot.groups())) == (3, 10)
    snapshot.verify()
    expected = {int(one): [] for one in ids}
    for owner, day in zip(owners, days, strict=True):
        expected[int(owner)].append({"granted_on": day})
    rows = list(snapshot.rows())
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert {int(row["id"]): row["grant"] for row in rows} == expected
    assert {int(row["id"]): row["figures"]["revenue"] for row in rows} == {int(one): n for n, one in enumerate(ids)}
    assert json.loads((snapshot.info.path / "manifest.json").read_text())["rows_per_group"] == 1_000


def test_progress_is_told_by_table(tmp_path):
    told = []
    build(tmp_path, progress=lambda *one: told.append(one))
    assert ("ent.csv", 3, 0) in told
    assert ("grants.csv", 3, 0) in told
    assert told[-1] == ("dossiers", 3, 3)


def test_text_ids_of_any_length_are_found_also_where_two_hashes_are_the_same(tmp_path, monkeypatch):
    random = np.random.default_rng(1)
    ids = [f"{'企业' * int(n % 4)}91370212MA{n}" for n in random.permutation(3_000)] + ["A", "A1", "Aé", "a" * 70]
    rows = [{"eid": one, "note": one} for one in ids]
    grants = [{"owner": one, "kind": "发明", "day": "2025-01-01"} for one in ids[::2]]
    told = mapping()
    told["records"]["经营"]["fields"] = {"备注": "note"}
    first = build(tmp_path, told, rows, grants)
    found = list(first.rows())
    assert [row["id"] for row in found] == sorted(ids)
    assert {row["id"] for row in found if row["grant"]} == set(ids[::2])
    assert all(row["figures"]["note"] == row["id"] for row in found)
    monkeypatch.setattr("yanlian.engine.dossier.build_ids._hash", lambda array: np.zeros(len(array), np.uint64))
    (tmp_path / "again").mkdir()
    assert build(tmp_path / "again", told, rows, grants).info.hash == first.info.hash


def test_children_of_some_stretches_only_leave_the_others_empty(tmp_path, monkeypatch):
    monkeypatch.setattr("yanlian.engine.dossier.build.BUILT_ROWS_PER_GROUP", 10)
    rows = [{"eid": f"{n:03d}", "rev": n, "note": ""} for n in range(200)]
    grants = [{"owner": owner, "kind": "发明", "day": "2025-01-01"} for owner in ("190", "005", "190")]
    told = mapping()
    told["records"]["经营"]["fields"] = {"营收": "rev", "备注": "note"}
    snapshot = build(tmp_path, told, rows, grants)
    assert len(snapshot.parts()) == 5
    assert {row["id"]: len(row["grant"]) for row in snapshot.rows() if row["grant"]} == {"005": 1, "190": 2}
    assert not any(one.name.startswith("spill") for one in snapshot.info.path.iterdir())


def test_a_column_without_any_value_is_unknown_in_every_row(tmp_path):
    typed_tables(tmp_path)
    table = pq.read_table(tmp_path / "ent.parquet")
    at = table.schema.get_field_index("rev")
    pq.write_table(table.set_column(at, "rev", pa.nulls(3)), tmp_path / "ent.parquet")
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    assert {row["figures"]["revenue"] for row in build(tmp_path, told).rows()} == {None}


def test_a_moment_may_be_an_instant_and_a_day_of_coverage_be_written_as_one(tmp_path):
    told = mapping(moment=datetime(2026, 3, 31, 8, tzinfo=UTC), coverage={"授权": [{"to": datetime(2025, 12, 31, 5)}]})
    snapshot = build(tmp_path, told)
    assert snapshot.info.moment == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert snapshot.coverage.gaps("grant", date(2026, 1, 1)) == ((date(2026, 1, 1), date(2026, 1, 1)),)


def test_figures_written_in_any_plain_way_are_the_same(tmp_path):
    ways = ["1234.50", "+1234.5", "01234.5", "1,234.5", "1234.5元", "0.12345万元"]
    entities = [{"eid": str(n), "rev": way} for n, way in enumerate(ways)] + [{"eid": "x", "rev": ""}]
    told = mapping()
    told["records"]["经营"]["fields"] = {"营收": "rev"}
    grants = [{"owner": "1", "kind": "发明", "day": "2025-01-01"}]
    rows = list(build(tmp_path, told, entities, grants).rows())
    assert [row["figures"]["revenue"] for row in rows] == [123_450] * 6 + [None]
    (tmp_path / "plain").mkdir()
    entities = [{"eid": str(n), "rev": way} for n, way in enumerate(["1234.50", "+1234.5", "", "-1234.5", "7", "7."])]
    rows = list(build(tmp_path / "plain", told, entities, grants).rows())
    assert [row["figures"]["revenue"] for row in rows] == [123_450, 123_450, None, -123_450, 700, 700]


def test_a_block_without_rows_is_no_block(tmp_path):
    spill = Spill(tmp_path / "spill", [pa.field("x", pa.int64())], 10)
    spill.write(np.zeros(0, np.int64), [pa.array([], pa.int64())])
    spill.write(np.array([25, 3, 25, 24]), [pa.array([1, None, 3, 4])])
    spill.finish()
    ranks, table = spill.read(2)
    assert (ranks.tolist(), table.column("x").to_pylist()) == ([24, 25, 25], [4, 1, 3])
    assert spill.read(1)[1].num_rows == 0
    assert spill.nulls == {"x": 1}
