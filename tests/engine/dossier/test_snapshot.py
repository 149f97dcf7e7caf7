"""Snapshots are immutable, whole or absent, and named by their content."""

from datetime import UTC, date, datetime

import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, open_snapshot

SCHEMA = load_schema()
MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
COVERAGE = Coverage([Delivery("tax_year", None, date(2025, 12, 31), True)])


def rows(n=5, revenue=100):
    for i in range(n):
        yield {
            "id": f"E{i:06d}",
            "uscc": None,
            "name": f"样例{i}",
            "kind": "enterprise",
            "registration": {
                "established_on": date(2010, 1, 1),
                "capital": 10 * i,
                "source": "market",
                "recorded": None,
            },
            "tax_year": [{"year": 2024, "revenue": revenue + i}] if i % 2 else [],
        }


def make(folder, **options):
    with SnapshotWriter(folder, SCHEMA, MOMENT) as writer:
        writer.write(rows(**options))
        return writer.close(COVERAGE)


def test_the_same_rows_give_the_same_hash_and_other_rows_another(tmp_path):
    first, second, other = make(tmp_path / "a"), make(tmp_path / "b"), make(tmp_path / "c", revenue=101)
    assert first.hash == second.hash != other.hash


def test_making_it_twice_in_one_place_changes_nothing(tmp_path):
    first = make(tmp_path)
    before = {f.name: f.stat().st_mtime_ns for f in first.path.iterdir()}
    assert make(tmp_path).path == first.path
    assert {f.name: f.stat().st_mtime_ns for f in first.path.iterdir()} == before


def test_what_is_read_back_is_what_was_written(tmp_path):
    snapshot = open_snapshot(make(tmp_path).path)
    back = list(snapshot.rows())
    assert [r["id"] for r in back] == [f"E{i:06d}" for i in range(5)]
    assert back[1]["tax_year"][0]["revenue"] == 101
    assert back[1]["loan"] in (None, [])
    assert snapshot.coverage.as_data() == COVERAGE.as_data()
    assert snapshot.find("E000003")["name"] == "样例3"
    assert snapshot.find("nobody") is None
    snapshot.verify()


def test_many_rows_go_to_many_row_groups_and_are_all_found(tmp_path):
    snapshot = open_snapshot(make(tmp_path, n=4_500).path)
    assert len(snapshot.groups()) == 3
    assert snapshot.info.rows == 4_500
    assert snapshot.find("E004400")["name"] == "样例4400"
    snapshot.verify()


def test_a_changed_file_is_found_out(tmp_path):
    good, other = make(tmp_path / "a"), make(tmp_path / "b", revenue=7)
    good.path.joinpath("part-00000.parquet").write_bytes(other.path.joinpath("part-00000.parquet").read_bytes())
    with pytest.raises(Refused) as refused:
        open_snapshot(good.path).verify()
    assert refused.value.code == "snapshot_changed"


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    def broken():
        yield from rows(3)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError), SnapshotWriter(tmp_path, SCHEMA, MOMENT) as writer:
        writer.write(broken())
    assert list(tmp_path.iterdir()) == []


def test_rows_out_of_order_are_a_mistake_of_ours(tmp_path):
    with SnapshotWriter(tmp_path, SCHEMA, MOMENT) as writer, pytest.raises(ValueError, match="order"):
        writer.write(reversed(list(rows(3))))


def test_a_folder_without_manifest_is_no_snapshot(tmp_path):
    with pytest.raises(Refused) as refused:
        open_snapshot(tmp_path)
    assert refused.value.code == "snapshot_missing"
