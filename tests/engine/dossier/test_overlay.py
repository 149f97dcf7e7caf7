"""Overlays: as large as the change, and read as a whole the same rows as the newer snapshot."""

import random
from datetime import date

import pyarrow as pa
import pytest
from tests.engine.stream.runs_kit import MOMENT, coverage, row_of, write_snapshot

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.differences import changes_of, compared, overlay_from, write_overlay
from yanlian.engine.dossier.layout import text_leaves
from yanlian.engine.dossier.overlay import ADDED, CHANGED, REMOVED, files_of, find_dossier, open_dossiers


def all_rows(dossiers):
    return [row for group in range(len(dossiers.sizes())) for row in dossiers.read(group).to_pylist()]


def told(table):
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """An older snapshot of 4,500 rows and a newer one with changes, additions and removals at both ends and between."""
    folder = tmp_path_factory.mktemp("pair")
    older = [row_of(n) for n in range(1, 4_501)]
    chance = random.Random(3)
    newer = [row_of(0)]
    for n in range(1, 4_501):
        if n not in (1, 2_000, 2_001, 4_500):
            newer.append({**row_of(n), "name": "改"} if chance.random() < 0.01 else row_of(n))
    newer += [row_of(n) for n in range(5_000, 5_003)]
    return write_snapshot(folder / "a", older), write_snapshot(folder / "b", newer), older, newer


def test_read_as_a_whole_it_gives_the_rows_of_the_newer_snapshot_in_order(tmp_path, pair):
    base, newer, _, _ = pair
    laid = open_dossiers(overlay_from(base, newer, tmp_path))
    assert all_rows(laid) == all_rows(open_dossiers(newer))
    assert laid.rows == sum(laid.sizes()) == open_dossiers(newer).rows
    assert [laid.read(g, ["name"]).num_rows for g in range(len(laid.sizes()))] == laid.sizes()


def test_it_holds_only_rows_that_differ(tmp_path, pair):
    base, newer, old_rows, new_rows = pair
    folder = overlay_from(base, newer, tmp_path)
    old, new = ({row["id"]: row for row in rows} for rows in (old_rows, new_rows))
    expected = {key: ADDED if key not in old else CHANGED for key, row in new.items() if old.get(key) != row}
    expected |= dict.fromkeys(old.keys() - new.keys(), REMOVED)
    assert told(open_dossiers(folder).changes) == sorted(expected.items())
    layer = pa.concat_tables([pa.parquet.read_table(one) for one in sorted(folder.glob("layer-*"))])
    assert layer.num_rows == sum(what != REMOVED for what in expected.values())


def test_overlays_lie_on_overlays_and_an_id_that_comes_and_goes_leaves_no_trace(tmp_path, pair):
    base, newer, older_rows, _ = pair
    first = overlay_from(base, newer, tmp_path)
    second = overlay_from(first, base, tmp_path)
    assert all_rows(open_dossiers(second)) == all_rows(open_dossiers(base))
    changes = changes_of(open_dossiers(base), open_dossiers(second))
    touched = {key for key, _ in told(changes)}
    assert "E005000" not in touched  # added by the first, removed by the second
    assert ("E002000", CHANGED) in told(changes)  # removed, then added
    assert told(compared(open_dossiers(base), open_dossiers(second))) == []
    assert len(older_rows) == open_dossiers(second).rows


def test_picked_dossiers_come_from_where_they_stand(tmp_path, pair):
    base, newer, _, _ = pair
    laid = open_dossiers(overlay_from(base, newer, tmp_path))
    ids = ["E000000", "E000001", "E000002", "E002000", "E003333", "E005002", "E999999"]
    found = laid.select(pa.array(ids), ["name", "id"])
    assert found.column("id").to_pylist() == ["E000000", "E000002", "E003333", "E005002"]
    assert found.column_names == ["name", "id"]
    assert find_dossier(laid, "E005001")["id"] == "E005001"
    assert find_dossier(laid, "E000001") is None


def test_texts_can_be_read_as_dictionaries_from_both_layers(tmp_path, pair):
    base, newer, _, _ = pair
    folder = overlay_from(base, newer, tmp_path)
    schema = open_dossiers(base).read(0).schema
    laid = open_dossiers(folder, text_leaves(schema))
    plain = open_dossiers(newer)
    assert pa.types.is_dictionary(laid.read(0).schema.field("name").type)
    assert [laid.read(g).to_pylist() for g in range(3)] == [open_dossiers(folder).read(g).to_pylist() for g in range(3)]
    assert sum(laid.sizes()) == plain.rows


def test_an_empty_snapshot_can_be_the_base(tmp_path):
    base = write_snapshot(tmp_path / "a", [])
    newer = write_snapshot(tmp_path / "b", [row_of(n) for n in range(3)])
    assert [row["id"] for row in all_rows(open_dossiers(overlay_from(base, newer, tmp_path)))] == [
        "E000000",
        "E000001",
        "E000002",
    ]


def test_the_files_of_an_overlay_are_its_own_and_those_of_its_base(tmp_path, pair):
    base, newer, _, _ = pair
    folder = overlay_from(base, newer, tmp_path)
    assert [one.resolve() for one in files_of(folder)] == [base / "part-00000.parquet", folder / "layer-00000.parquet"]


def test_an_overlay_is_not_taken_for_a_whole_snapshot(tmp_path, pair):
    from yanlian.engine.dossier import open_snapshot

    with pytest.raises(Refused) as refused:
        open_snapshot(overlay_from(pair[0], pair[1], tmp_path))
    assert refused.value.code == "snapshot_missing"


def test_another_base_in_its_place_is_refused(tmp_path):
    base = write_snapshot(tmp_path / "s", [row_of(n) for n in range(3)])
    other = write_snapshot(tmp_path / "s", [row_of(n) for n in range(4)])
    folder = overlay_from(base, other, tmp_path)
    base.joinpath("manifest.json").write_bytes(other.joinpath("manifest.json").read_bytes())
    with pytest.raises(Refused) as refused:
        open_dossiers(folder)
    assert refused.value.code == "overlay_base"


@pytest.mark.parametrize(
    ("changed", "removed", "code"),
    [([2, 1], [], "overlay_order"), ([1], ["E000001"], "overlay_both"), ([], ["E000007"], "overlay_stray")],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(tmp_path, changed, removed, code):
    base = write_snapshot(tmp_path / "s", [row_of(n) for n in range(3)])
    schema = open_dossiers(base).read(0).schema
    batches = [pa.RecordBatch.from_pylist([row_of(n)], schema=schema) for n in changed]
    with pytest.raises(Refused) as refused:
        write_overlay(tmp_path / "o", base, batches, removed, coverage(date(2025, 12, 31)), MOMENT)
    assert refused.value.code == code
    assert list((tmp_path / "o").iterdir()) == []
