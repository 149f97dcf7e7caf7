"""Tables, a mapping and a fact schema for tests of building dossiers."""

import csv
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema, open_snapshot
from yanlian.engine.dossier.build import build_dossiers
from yanlian.engine.dossier.build_fault import DossierFaults

SCHEMA = load_schema(
    {
        "records": {
            "figures": {"zh": "经营", "en": "Figures", "holder": "stat", "record": "one", "of": ["enterprise"]},
            "grant": {
                "zh": "授权",
                "en": "Grant",
                "holder": "sci",
                "record": "many",
                "of": ["enterprise"],
                "period": "granted_on",
            },
            "yearly": {
                "zh": "年报",
                "en": "Yearly",
                "holder": "stat",
                "record": "many",
                "of": ["enterprise"],
                "period": "year",
            },
        },
        "fields": {
            "figures": {
                "revenue": {"zh": "营收", "en": "Revenue", "type": "money"},
                "share": {"zh": "占比", "en": "Share", "type": "rate"},
                "area": {"zh": "面积", "en": "Area", "type": "area"},
                "staff": {"zh": "职工", "en": "Staff", "type": "count"},
                "listed": {"zh": "上市", "en": "Listed", "type": "flag"},
                "closed_on": {"zh": "注销日期", "en": "Closed", "type": "date", "empty": "none"},
                "grade": {"zh": "等级", "en": "Grade", "type": "code", "values": ["甲", "乙"]},
                "note": {"zh": "备注", "en": "Note", "type": "text"},
            },
            "grant": {
                "kind": {"zh": "类别", "en": "Kind", "type": "code", "values": ["发明", "外观"]},
                "granted_on": {"zh": "授权日", "en": "Granted on", "type": "date"},
            },
            "yearly": {
                "year": {"zh": "年度", "en": "Year", "type": "year"},
                "revenue": {"zh": "营收", "en": "Revenue", "type": "money"},
            },
        },
    }
)
FIGURES = {"营收": "rev", "占比": {"column": "share", "unit": "%"}, "面积": "area", "职工": "emp", "上市": "listed"}
FIGURES |= {"注销日期": "closed", "等级": {"column": "grade", "values": {1: "甲", 2: "乙"}}, "备注": "note"}
ENTITIES = [
    {
        "eid": 10,
        "rev": "1234.56",
        "share": "12.5",
        "area": "80.25",
        "emp": "7",
        "listed": "是",
        "closed": "",
        "grade": "1",
    },
    {
        "eid": 9,
        "rev": "-0.01",
        "share": "3",
        "area": "",
        "emp": "0",
        "listed": "0",
        "closed": "2025-03-01",
        "grade": "2",
    },
    {
        "eid": 123,
        "rev": "2000万元",
        "share": "30%",
        "area": "1,000",
        "emp": "",
        "listed": "true",
        "closed": "",
        "grade": "1",
    },
]
GRANTS = [
    {"owner": 123, "kind": "发明", "day": "2025-01-02"},
    {"owner": 10, "kind": "外观", "day": "2025-05-01"},
    {"owner": 123, "kind": "外观", "day": "2024-01-02"},
]


def mapping(**changes):
    told = {
        "moment": "2026-03-31",
        "entities": {"file": "ent.csv", "id": "eid", "kind": "enterprise"},
        "records": {
            "经营": {"from": "entities", "fields": FIGURES},
            "授权": {"file": "grants.csv", "owner": "owner", "fields": {"类别": "kind", "授权日": "day"}},
        },
        "coverage": "everything",
    }
    return told | changes


def write_csv(path, rows, encoding="utf-8", delimiter=","):
    with path.open("w", encoding=encoding, newline="") as file:
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(file, names, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def build(folder, told=None, entities=ENTITIES, grants=GRANTS, **options):
    entities = [{"note": "甲\n乙", **row} for row in entities]
    write_csv(folder / "ent.csv", entities)
    write_csv(folder / "grants.csv", grants)
    told = told if told is not None else mapping()
    (folder / "map.yaml").write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return open_snapshot(build_dossiers(folder / "map.yaml", folder / "out", SCHEMA, **options).path)


def refused(folder, *words, **inputs):
    with pytest.raises(Refused) as found:
        build(folder, **inputs)
    assert not (folder / "out").exists()
    assert [one for one in folder.iterdir() if one.name.startswith(".making")] == []
    for word in words:
        assert word in found.value.text("zh")
    return found.value.code


def faults(folder, **inputs):
    """(code, row, column or None, found) of every fault."""
    with pytest.raises(DossierFaults) as found:
        build(folder, **inputs)
    assert not (folder / "out").exists()
    assert [one for one in folder.iterdir() if one.name.startswith(".making")] == []
    return [(f.code, f.data["row"], f.data.get("column"), f.data.get("found")) for f in found.value.faults]


def changed(n, **changes):
    return [row | changes if i == n else row for i, row in enumerate(ENTITIES)]


def typed_tables(folder):
    pq.write_table(
        pa.table(
            {
                "eid": pa.array([10, 9, 123], pa.int32()),
                "rev": [1234.56, -0.01, 20_000_000.0],
                "share": pa.array([Decimal("12.5"), Decimal("3"), Decimal("30")], pa.decimal128(9, 4)),
                "area": pa.array([80.25, float("nan"), 1_000.0]),
                "emp": pa.array([7, 0, None], pa.int16()),
                "listed": [True, False, True],
                "closed": pa.array([None, datetime(2025, 3, 1), None], pa.timestamp("us")),
                "grade": pa.array([1, 2, 1], pa.int8()),
                "note": pa.array(["甲\n乙"] * 3).dictionary_encode(),
            }
        ),
        folder / "ent.parquet",
    )
    days = pa.array([date.fromisoformat(row["day"]) for row in GRANTS])
    kinds = pa.array([row["kind"] for row in GRANTS], pa.large_string())
    pq.write_table(
        pa.table({"owner": [row["owner"] for row in GRANTS], "kind": kinds, "day": days}), folder / "g.parquet"
    )
