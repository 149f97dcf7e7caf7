"""What is unclear in tables or in their mapping is refused with its place, and nothing is written."""

import pickle
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.dossier.build_kit import (
    ENTITIES,
    GRANTS,
    SCHEMA,
    build,
    changed,
    faults,
    mapping,
    refused,
    typed_tables,
    write_csv,
)

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.build import build_dossiers
from yanlian.engine.dossier.build_fault import MOST_KEPT, DossierFaults
from yanlian.engine.dossier.build_mapping import read_mapping

# Faults in rows


BAD_CELLS = [
    ({"rev": "1.005"}, "rev"),
    ({"rev": "12e3"}, "rev"),
    ({"rev": "99999999999999999999"}, "rev"),
    ({"rev": "92233720368547758.08"}, "rev"),
    ({"share": "0.00001"}, "share"),
    ({"emp": "3.5"}, "emp"),
    ({"emp": "many"}, "emp"),
    ({"listed": "maybe"}, "listed"),
    ({"closed": "2025-02-30"}, "closed"),
    ({"grade": "3"}, "grade"),
]


@pytest.mark.parametrize(("cell", "column"), BAD_CELLS, ids=[str(one[0]) for one in BAD_CELLS])
def test_a_bad_cell_is_named_with_row_column_and_value(tmp_path, cell, column):
    assert faults(tmp_path, entities=changed(1, **cell)) == [("dossiers_cell", 2, column, *cell.values())]


BAD_TYPED = [
    ("rev", pa.array([1.005, 1.0, 0.1])),
    ("rev", pa.array([1e300, 1.0, 0.1])),
    ("rev", pa.array([float("inf"), 1.0, 0.1])),
    ("rev", pa.array([2**62, 1, 2])),
    ("rev", pa.array([2**64 - 1, 1, 2], pa.uint64())),
    ("rev", pa.array([True, None, None])),
    ("rev", pa.array([date(2025, 1, 1), None, None])),
    ("emp", pa.array([0.5, 1.0, 2.0])),
    ("listed", pa.array([2, 1, 0])),
    ("closed", pa.array([datetime(2025, 1, 1, 12), None, None])),
    ("closed", pa.array([0.5, None, None])),
    ("note", pa.array([0.5, None, None])),
    ("note", pa.array([b"\xff", None, None])),
]


@pytest.mark.parametrize(("column", "values"), BAD_TYPED, ids=[f"{one[0]} {one[1][0]}" for one in BAD_TYPED])
def test_a_typed_cell_that_does_not_fit_is_named(tmp_path, column, values):
    typed_tables(tmp_path)
    table = pq.read_table(tmp_path / "ent.parquet")
    table = table.set_column(table.schema.get_field_index(column), column, values)
    pq.write_table(table, tmp_path / "ent.parquet")
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    (found,) = faults(tmp_path, told=told)
    assert found[:3] == ("dossiers_cell", 1, column)


def test_a_year_out_of_range_is_named(tmp_path):
    told = mapping()
    told["records"]["年报"] = {"from": "entities", "fields": {"年度": "y"}}
    entities = [row | {"y": y} for row, y in zip(ENTITIES, ("2025", "0", "20250"), strict=True)]
    assert faults(tmp_path, told=told, entities=entities) == [
        ("dossiers_cell", 2, "y", "0"),
        ("dossiers_cell", 3, "y", "20250"),
    ]


def test_faults_of_all_tables_are_told_together(tmp_path):
    grants = [*GRANTS, {"owner": 77, "kind": "发明", "day": "2025-01-02"}, {"owner": "", "kind": "实用", "day": "x"}]
    found = faults(tmp_path, entities=changed(0, rev="x"), grants=grants)
    assert found == [
        ("dossiers_cell", 1, "rev", "x"),
        ("dossiers_owner_unknown", 4, "owner", "77"),
        ("dossiers_owner_unknown", 5, "owner", ""),
        ("dossiers_cell", 5, "kind", "实用"),
        ("dossiers_cell", 5, "day", "x"),
    ]


@pytest.mark.parametrize("owner", [-1, 5, 10**15, None])
@pytest.mark.parametrize("ids", [[1, 2, 3], [1, 10**9, 10**14]], ids=["dense", "sparse"])
def test_an_unknown_owner_of_a_typed_table_is_named(tmp_path, ids, owner):
    pq.write_table(pa.table({"eid": ids, "rev": ["1", "2", "3"]}), tmp_path / "ent.parquet")
    pq.write_table(
        pa.table({"owner": pa.array([1, owner], pa.int64()), "kind": ["发明", "外观"]}), tmp_path / "g.parquet"
    )
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"] = {"授权": {"file": "g.parquet", "owner": "owner", "fields": {"类别": "kind"}}}
    assert faults(tmp_path, told=told) == [("dossiers_owner_unknown", 2, "owner", "" if owner is None else str(owner))]


def test_ids_that_are_numbers_are_found_by_owners_that_are_text_and_the_other_way_round(tmp_path):
    typed_tables(tmp_path)
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    assert len(build(tmp_path, told).find("123")["grant"]) == 2
    (tmp_path / "b").mkdir()
    typed_tables(tmp_path / "b")
    told = mapping()
    told["records"]["授权"]["file"] = "g.parquet"
    assert len(build(tmp_path / "b", told).find("123")["grant"]) == 2


def test_an_id_that_stands_twice_is_named_with_both_rows(tmp_path):
    with pytest.raises(DossierFaults) as found:
        build(tmp_path, entities=[*ENTITIES, ENTITIES[0]])
    assert found.value.faults[0].code == "dossiers_id_twice"
    assert found.value.faults[0].data == {"file": "ent.csv", "row": 4, "found": "10", "first": 1}
    typed_tables(tmp_path)
    table = pq.read_table(tmp_path / "ent.parquet")
    pq.write_table(pa.concat_tables([table, table.slice(1, 1)]), tmp_path / "ent.parquet")
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    assert faults(tmp_path, told=told) == [("dossiers_id_twice", 4, None, 9)]


def test_an_id_that_is_empty_or_none_is_named(tmp_path):
    assert faults(tmp_path, entities=changed(2, eid="")) == [("dossiers_cell", 3, "eid", "")]
    assert faults(tmp_path, entities=changed(2, eid="a\0")) == [("dossiers_cell", 3, "eid", "a\0")]
    typed_tables(tmp_path)
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    table = pq.read_table(tmp_path / "ent.parquet")
    pq.write_table(table.set_column(0, "eid", pa.array([1, -2, None])), tmp_path / "ent.parquet")
    assert faults(tmp_path, told=told) == [("dossiers_cell", 2, "eid", "-2"), ("dossiers_cell", 3, "eid", "")]
    pq.write_table(table.set_column(0, "eid", pa.array([1.0, 2.0, 3.0])), tmp_path / "ent.parquet")
    assert refused(tmp_path, "double", told=told) == "dossiers_cell"


def test_a_second_record_where_there_is_one_is_named(tmp_path):
    told = mapping()
    told["records"]["经营"] = {"file": "grants.csv", "owner": "owner", "fields": {"备注": "kind"}}
    assert faults(tmp_path, told=told) == [("dossiers_record_twice", 3, None, "123")]


def test_a_kind_of_entity_that_is_none_is_named(tmp_path):
    own = {"file": "ent.csv", "id": "eid", "kind_column": "what"}
    entities = [row | {"what": what} for row, what in zip(ENTITIES, ["enterprise", "firm", ""], strict=True)]
    found = faults(tmp_path, told=mapping(entities=own), entities=entities)
    assert [(one[1], one[3]) for one in found] == [(2, "firm"), (3, "")]


def test_a_row_with_too_many_cells_is_named_by_its_number(tmp_path):
    build(tmp_path)
    text = (tmp_path / "ent.csv").read_text(encoding="utf-8")
    assert text.count("甲\n乙") == 3
    (tmp_path / "broken.csv").write_text(
        text.replace("甲\n乙", "甲").replace('"甲"', "甲").replace("-0.01", "0,01"), encoding="utf-8"
    )
    with pytest.raises(DossierFaults) as found:
        build_dossiers(tmp_path / "map.yaml", tmp_path / "x", SCHEMA, files={"ent.csv": tmp_path / "broken.csv"})
    (only,) = found.value.faults
    assert (only.code, only.data["row"], only.data["found"], only.data["expected"]) == ("dossiers_row", 2, 10, 9)


def test_of_very_many_faults_the_first_are_kept_and_all_are_counted(tmp_path):
    entities = [{**ENTITIES[0], "eid": n, "rev": "x", "emp": "y"} for n in range(1_500)]
    with pytest.raises(DossierFaults) as found:
        build(tmp_path, entities=entities, grants=[GRANTS[1] | {"owner": 3}])
    assert (len(found.value.faults), found.value.count) == (MOST_KEPT, 3_000)
    text = found.value.text("zh", most=2)
    assert text.count("\n") == 2
    assert "2998" in text
    assert "2980" in str(found.value)


# Refusals of the mapping and of files


def without(key):
    told = mapping()
    del told[key]
    return told


def records(**changes):
    return mapping(records=mapping()["records"] | changes)


FIELDS = {"from": "entities", "fields": {"营收": "rev"}}
WRONG = [
    (without("coverage"), "coverage"),
    (without("moment"), "moment"),
    (mapping(moment="soon"), "soon"),
    (mapping(more=1), "more"),
    (mapping(entities="ent.csv"), "entities"),
    (mapping(entities={"file": "ent.csv", "id": "eid"}), "kind"),
    (mapping(entities={"file": "ent.csv", "id": "eid", "kind": "firm"}), "firm"),
    (mapping(entities={"file": "ent.csv", "id": "eid", "kind": "park", "kind_column": "x"}), "kind"),
    (mapping(entities={"id": "eid", "kind": "park"}), "file"),
    (mapping(units={"money": "角"}), "角"),
    (mapping(units={"date": "日"}), "date"),
    (records(经菅=FIELDS), "经营"),
    (records(经营={"from": "entities", "fields": {"营业": "rev"}}), "营业"),
    (records(经营={"from": "entities", "fields": {"营收": {"column": "rev", "unit": "dollar"}}}), "dollar"),
    (records(经营={"from": "entities", "fields": {"备注": {"column": "note", "unit": "元"}}}), "备注"),
    (records(经营={"from": "entities", "fields": {"营收": "rev", "revenue": "rev"}}), "revenue"),
    (records(经营={"from": "entities"}), "经营"),
    (records(经营={"from": "else", "fields": {"营收": "rev"}}), "from"),
    (records(经营={"from": "entities", "owner": "eid", "fields": {"营收": "rev"}}), "owner"),
    (records(经营={"file": "ent.csv", "fields": {"营收": "rev"}}), "owner"),
    (records(经营=[FIELDS, FIELDS]), "2"),
    (records(经营=FIELDS, figures=FIELDS), "一次"),
    (
        records(年报=[{"from": "entities", "fields": {"营收": "rev"}}, {"from": "entities", "fields": {"年度": "y"}}]),
        "年报",
    ),
    (records(经营=FIELDS | {"recorded": "x"}), "recorded"),
    (
        records(经营={"from": "entities", "fields": {"职工": {"column": "emp", "empty": "1"}, "等级": {"columns": 1}}}),
        "columns",
    ),
    (mapping(coverage={"授权": "all"}), "授权"),
    (mapping(coverage={"授权": [{"from": "2025-01-01"}]}), "to"),
    (mapping(coverage={"授权": [{"to": "2025-13-01"}]}), "2025-13-01"),
    (mapping(coverage={"专": "everything"}), "专"),
]


@pytest.mark.parametrize(("told", "word"), WRONG, ids=[f"{n} {one[1]}" for n, one in enumerate(WRONG)])
def test_a_wrong_mapping_is_refused_with_its_place(tmp_path, told, word):
    assert refused(tmp_path, "map.yaml", word, told=told) == "dossiers_mapping"


def test_a_constant_that_does_not_fit_its_field_is_refused(tmp_path):
    told = records(年报={"from": "entities", "constants": {"年度": "soon"}, "fields": {"营收": "rev"}})
    assert refused(tmp_path, "soon", told=told) == "figure_unreadable"


def test_a_value_for_empty_cells_that_the_column_cannot_hold_is_refused(tmp_path):
    typed_tables(tmp_path)
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"]["经营"]["fields"] = {"职工": {"column": "emp", "empty": "none"}}
    assert refused(tmp_path, "emp", "none", told=told) == "dossiers_mapping"


def test_a_mapping_that_is_not_there_or_no_yaml_is_refused(tmp_path):
    for text in (None, "a: [", "\x00"):
        if text is not None:
            (tmp_path / "m.yaml").write_text(text)
        with pytest.raises(Refused) as found:
            read_mapping(tmp_path / "m.yaml", SCHEMA)
        assert found.value.code == "dossiers_mapping"


def test_a_file_or_a_column_that_is_not_there_is_refused(tmp_path):
    assert (
        refused(tmp_path, "no.csv", told=mapping(entities={"file": "no.csv", "id": "eid", "kind": "park"}))
        == "dossiers_file"
    )
    assert (
        refused(tmp_path, "no.parquet", told=mapping(entities={"file": "no.parquet", "id": "eid", "kind": "park"}))
        == "dossiers_file"
    )
    assert (
        refused(tmp_path, "xlsx", told=mapping(entities={"file": "no.xlsx", "id": "eid", "kind": "park"}))
        == "dossiers_file"
    )
    assert (
        refused(tmp_path, "nobody", "eid", told=mapping(entities={"file": "ent.csv", "id": "nobody", "kind": "park"}))
        == "dossiers_column"
    )
    (tmp_path / "twice.csv").write_text("eid,eid\n1,2\n")
    assert (
        refused(tmp_path, "eid", told=mapping(entities={"file": "twice.csv", "id": "eid", "kind": "park"}))
        == "dossiers_column"
    )


def test_a_csv_in_another_encoding_than_said_is_refused(tmp_path):
    write_csv(tmp_path / "gb.csv", [{"eid": "1", "rev": "中文"}], encoding="gb18030")
    told = mapping(
        entities={"file": "gb.csv", "id": "eid", "kind": "park"},
        records={"经营": {"from": "entities", "fields": {"备注": "rev"}}},
    )
    assert refused(tmp_path, "gb.csv", told=told) == "dossiers_file"
    told["entities"] |= {"encoding": "klingon"}
    assert refused(tmp_path, "gb.csv", told=told) == "dossiers_file"


def test_an_output_that_exists_is_never_written_over(tmp_path):
    build(tmp_path)
    before = {one.name: one.stat().st_mtime_ns for one in (tmp_path / "out").iterdir()}
    with pytest.raises(Refused) as found:
        build(tmp_path)
    assert found.value.code == "dossiers_out"
    assert {one.name: one.stat().st_mtime_ns for one in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(
    "rev", ["0x10", "1e3", "1.005", "９２２３３７２０３６８５４７７５８.08", "92233720368547758.08", "."]
)
def test_a_figure_in_a_column_of_plain_figures_is_no_less_looked_at(tmp_path, rev):
    told = mapping()
    told["records"]["经营"]["fields"] = {"营收": "rev"}
    entities = [row | {"rev": value} for row, value in zip(ENTITIES, ("1.5", rev, "-2"), strict=True)]
    assert faults(tmp_path, told=told, entities=entities) == [("dossiers_cell", 2, "rev", rev)]


@pytest.mark.parametrize("ids", [pa.array([], pa.int64()), pa.array([], pa.string())], ids=["numbers", "texts"])
@pytest.mark.parametrize("owner", [1, "a", 0.5])
def test_where_there_is_no_entity_every_owner_is_unknown(tmp_path, ids, owner):
    pq.write_table(pa.table({"eid": ids}), tmp_path / "ent.parquet")
    pq.write_table(pa.table({"owner": [owner], "kind": ["发明"]}), tmp_path / "g.parquet")
    told = mapping(entities={"file": "ent.parquet", "id": "eid", "kind": "enterprise"})
    told["records"] = {"授权": {"file": "g.parquet", "owner": "owner", "fields": {"类别": "kind"}}}
    assert faults(tmp_path, told=told) == [("dossiers_owner_unknown", 1, "owner", str(owner))]


def test_faults_travel_between_processes(tmp_path):
    with pytest.raises(DossierFaults) as found:
        build(tmp_path, entities=changed(0, rev="x"))
    copied = pickle.loads(pickle.dumps(found.value))
    assert (copied.count, copied.text("zh")) == (1, found.value.text("zh"))
