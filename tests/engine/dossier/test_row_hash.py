"""Row hashes and the snapshot's hash go by content: what does not change a fact changes neither."""

import hashlib
import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, SnapshotWriter, load_schema, open_snapshot
from yanlian.engine.dossier.layout import hashes_path, row_hashes
from yanlian.engine.dossier.layout_digest import ContentDigest
from yanlian.engine.dossier.layout_hash import hash_rows

ROWS = [
    {
        "id": "A",
        "register": {"capital": 5, "since": date(2020, 1, 1), "listed": True},
        "grants": [{"kind": "发明", "n": 1}],
    },
    {"id": "B", "register": {"capital": 5, "since": None, "listed": False}, "grants": []},
    {
        "id": "C",
        "register": None,
        "grants": [{"kind": "发明", "n": 1}, {"kind": "外观", "n": 2}, {"kind": None, "n": 3}],
    },
    {"id": "D-with-a-much-longer-id", "register": {"capital": -1, "since": None, "listed": None}, "grants": None},
]


INT64, STRING = pa.int64(), pa.string()


def table(rows=ROWS, number=INT64, word=STRING):
    register = pa.struct([("capital", number), ("since", pa.date32()), ("listed", pa.bool_())])
    grants = pa.list_(pa.struct([("kind", word), ("n", number)]))
    columns = {"id": pa.string(), "register": register, "grants": grants}
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in columns.items()})


def digest(rows, size):
    found = ContentDigest()
    for batch in rows.to_batches(max_chunksize=size):
        found.update(batch)
    return found.hexdigest()


def test_the_order_of_columns_widths_dictionaries_and_cuts_do_not_matter():
    plain = hash_rows(table())
    other = table(number=pa.int32(), word=pa.dictionary(pa.int8(), pa.string())).select(["grants", "id", "register"])
    assert np.array_equal(plain, hash_rows(other))
    cut = np.concatenate([hash_rows(batch) for batch in table().to_batches(max_chunksize=1)])
    assert np.array_equal(plain, cut)
    assert np.array_equal(plain[1:], hash_rows(table().slice(1)))
    assert digest(table(), 1) == digest(table(), 3) == digest(table(), 100)
    assert digest(table(word=pa.dictionary(pa.int8(), pa.string())), 2) == digest(table(), 100)


def test_a_column_without_any_value_is_as_none_at_all():
    more = table().append_column("patents", pa.nulls(4, pa.list_(pa.string())))
    more = more.append_column("lost", pa.nulls(4))
    assert np.array_equal(hash_rows(more), hash_rows(table()))


CHANGES = [
    ("a number", 0, lambda r: r["register"] | {"capital": 6}, "register"),
    ("a date", 0, lambda r: r["register"] | {"since": date(2020, 1, 2)}, "register"),
    ("a flag", 0, lambda r: r["register"] | {"listed": False}, "register"),
    ("false is not empty", 1, lambda r: r["register"] | {"listed": None}, "register"),
    ("an empty record is not none", 2, lambda r: {"capital": None, "since": None, "listed": None}, "register"),
    ("a record less", 2, lambda r: r["grants"][:2], "grants"),
    ("the order of records", 2, lambda r: r["grants"][::-1], "grants"),
    ("an empty list is not none", 1, lambda r: None, "grants"),
    ("a word", 0, lambda r: [{"kind": "发明专利", "n": 1}], "grants"),
    ("the end of a long id", 3, lambda r: "D-with-a-much-longer-ie", "id"),
]


@pytest.mark.parametrize(("what", "row", "change", "name"), CHANGES, ids=[change[0] for change in CHANGES])
def test_each_change_of_a_row_changes_its_hash_and_no_other(what, row, change, name):
    rows = [dict(one) for one in ROWS]
    rows[row][name] = change(rows[row])
    differ = (hash_rows(table(rows)) != hash_rows(table())).any(axis=1)
    assert differ.tolist() == [n == row for n in range(4)], what
    assert digest(table(rows), 9) != digest(table(), 9)


def test_a_value_moved_to_another_field_or_another_row_of_a_list_is_a_change():
    rows = pa.table({"a": [1, 2], "b": [2, 1]})
    first, second = hash_rows(rows)
    assert not np.array_equal(first, second)
    lists = pa.table({"l": pa.array([[1, 2], [2, 1], [1], []])})
    assert len(np.unique(hash_rows(lists)[:, 0])) == 4


def test_what_a_dossier_cannot_hold_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="double"):
        hash_rows(pa.table({"x": [0.5]}))


def test_no_rows_have_no_hashes():
    assert hash_rows(table().slice(0, 0)).shape == (0, 2)


def snapshot(folder, capital=1):
    with SnapshotWriter(folder, load_schema(), datetime(2026, 1, 1, tzinfo=UTC)) as writer:
        writer.write(
            {"id": f"E{n:05d}", "kind": "enterprise", "registration": {"capital": capital * n}} for n in range(4_500)
        )
        return open_snapshot(writer.close(Coverage()).path)


def test_hashes_stand_beside_the_part_and_are_worked_out_where_they_do_not(tmp_path):
    (part,) = snapshot(tmp_path).parts()
    kept = np.array(row_hashes(part))
    assert kept.shape == (4_500, 2)
    hashes_path(part).unlink()
    assert np.array_equal(row_hashes(part), kept)
    (other,) = snapshot(tmp_path / "other", capital=2).parts()
    assert (row_hashes(other) != kept).any(axis=1).sum() == 4_499, "only capital 0 stays"


def test_hashes_that_are_not_those_of_the_rows_are_found_out(tmp_path):
    made = snapshot(tmp_path)
    made.verify()
    (part,) = made.parts()
    np.save(hashes_path(part), np.zeros((4_500, 2), np.uint64))
    with pytest.raises(Refused) as refused:
        made.verify()
    assert refused.value.code == "snapshot_changed"


def test_the_hash_of_a_snapshot_does_not_hang_on_its_row_groups(tmp_path):
    made = snapshot(tmp_path)
    (part,) = made.parts()
    rows = pq.read_table(part)
    pq.write_table(rows, part, row_group_size=1_000)
    open_snapshot(made.info.path).verify()


def test_a_snapshot_of_the_first_format_can_still_be_verified(tmp_path):
    made = snapshot(tmp_path)
    (part,) = made.parts()
    digest = hashlib.sha256()
    for group in range(pq.ParquetFile(part).metadata.num_row_groups):
        rows = pq.ParquetFile(part).read_row_group(group)
        digest.update(pa.RecordBatch.from_pylist(rows.to_pylist(), schema=rows.schema).serialize().to_pybytes())
    digest.update(b"[]")
    digest.update(made.info.moment.isoformat().encode())
    manifest = json.loads(made.info.path.joinpath("manifest.json").read_text())
    del manifest["format"]
    made.info.path.joinpath("manifest.json").write_text(json.dumps(manifest | {"hash": digest.hexdigest()}))
    open_snapshot(made.info.path).verify()
    made.info.path.joinpath("manifest.json").write_text(json.dumps(manifest | {"hash": "0" * 64}))
    with pytest.raises(Refused):
        open_snapshot(made.info.path).verify()
