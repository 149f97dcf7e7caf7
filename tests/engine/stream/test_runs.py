"""Runs: the same bytes however they came about, gone on with after any end, and never mixed with another."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.engine.stream.runs_kit import (
    AS_OF,
    MOMENT,
    SCHEMA,
    Paced,
    Sheet,
    contents,
    coverage,
    row_of,
    small,
    write_pack,
    write_snapshot,
)

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import SnapshotWriter, snapshot
from yanlian.engine.stream import interpreter, read_run
from yanlian.engine.stream.folder import locked
from yanlian.engine.stream.parts import PartWriter
from yanlian.engine.stream.run import run
from yanlian.engine.stream.units import UnitReader, units_of

ROOT = Path(__file__).parents[3]
ROWS = 2_090


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A pack, a snapshot of 2,090 dossiers in two groups, and the run of it: eleven parts."""
    folder = tmp_path_factory.mktemp("given")
    pack = write_pack(folder / "packs" / "t")
    dossiers = write_snapshot(folder / "s", [row_of(n) for n in range(ROWS)])
    maker = small(interpreter([pack], dossiers, AS_OF))
    result = run(dossiers, maker, folder / "run")
    assert (result.dossiers, result.outcomes, result.resumed) == (ROWS, ROWS * 3, 0)
    return pack, dossiers, maker, folder / "run"


def refused(code, *call, **options):
    with pytest.raises(Refused) as found:
        call[0](*call[1:], **options)
    assert found.value.code == code
    return found.value


def test_outcomes_are_those_of_the_evaluator_in_the_order_of_the_dossiers(given):
    _, dossiers, maker, done = given
    evaluate = maker.make()
    table = pq.read_table(sorted(dossiers.glob("part-*"))[0])
    expected = [row for batch in table.to_batches() for row in evaluate(batch).to_pylist()]
    found = [row for batch in read_run(done).batches() for row in batch.to_pylist()]
    assert found == expected


def test_the_report_adds_up_over_parts(given):
    manifest = read_run(given[3]).manifest
    kinds = [row["kind"] for row in read_run(given[3]).rows()]
    expected = {f"outcomes.{kind}": kinds.count(kind) for kind in set(kinds)}
    counts = {"dossiers": ROWS, "interpreted": ROWS, "interpreted.engine": ROWS}
    assert manifest.report == expected | counts
    assert manifest.totals == {"dossiers": ROWS, "outcomes": len(kinds)}


def test_one_entity_is_found_without_reading_the_rest(given):
    reader = read_run(given[3])
    assert reader.entity("E000777") == [row for row in reader.rows() if row["entity"] == "E000777"]
    assert reader.entity("nobody") == []


def test_two_workers_give_the_same_bytes(tmp_path, given):
    _, dossiers, maker, done = given
    seen = []
    run(dossiers, maker, tmp_path / "two", workers=2, progress=seen.append)
    files, expected = contents(tmp_path / "two", "*.parquet"), contents(done, "*.parquet")
    assert len(files) == 11
    assert files == expected
    assert [seen[0].done, seen[-1].done, seen[-1].total] == [0, ROWS, ROWS]


def test_threads_give_the_same_bytes_as_none(tmp_path, given):
    maker = Sheet((("a", 2), ("b", 3)))
    for workers in (1, 2):
        run(given[1], maker, tmp_path / str(workers), workers=workers)
    one, two = (contents(tmp_path / str(n)) for n in (1, 2))
    assert len(one) == 12
    assert one == two


def test_the_layout_of_the_snapshot_decides_no_byte(tmp_path, given, monkeypatch):
    pack, _, _, done = given
    monkeypatch.setattr(snapshot, "ROWS_PER_GROUP", 130)
    with SnapshotWriter(tmp_path, SCHEMA, MOMENT) as writer:
        writer.write(row_of(n) for n in range(ROWS))
        other = writer.close(coverage()).path
    assert pq.ParquetFile(other / "part-00000.parquet").metadata.num_row_groups == 17
    run(other, small(interpreter([pack], other, AS_OF)), tmp_path / "run")
    assert contents(tmp_path / "run", "*.parquet") == contents(done, "*.parquet")


def test_units_cut_dossiers_by_count_over_the_borders_of_groups():
    units = units_of([5, 0, 3, 4], 4)
    assert [(u.name, u.rows, u.pieces) for u in units] == [
        ("part-000000", 4, ((0, 0, 4),)),
        ("part-000001", 4, ((0, 4, 1), (2, 0, 3))),
        ("part-000002", 4, ((3, 0, 4),)),
    ]
    assert [u.rows for u in units_of([5], 3)] == [3, 2]
    assert units_of([], 3) == units_of([0], 3) == []


def test_no_dossiers_give_a_finished_run_without_outcomes(tmp_path, given):
    empty = write_snapshot(tmp_path, [])
    assert run(empty, small(interpreter([given[0]], empty, AS_OF)), tmp_path / "run").outcomes == 0
    assert list(read_run(tmp_path / "run").rows()) == []


# Ended and gone on with


def start(given, out, workers):
    command = [sys.executable, "-m", "tests.engine.stream.runs_kit", str(given[1]), str(given[0]), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*command, str(workers)], cwd=ROOT, env=environment)


def wait_for(condition, process):
    until = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("moment", ["begun", "in the first part", "third part", "eighth part"])
def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path, given, workers, moment):
    out = tmp_path / "run"
    reached = {
        "begun": lambda: (out / "manifest.json").exists(),
        "in the first part": lambda: bool(list(out.glob(".making-*-part-*"))),
        "third part": lambda: len(list(out.glob("part-*.json"))) >= 3,
        "eighth part": lambda: len(list(out.glob("part-*.json"))) >= 8,
    }[moment]
    process = start(given, out, workers)
    wait_for(reached, process)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    refused("run_unfinished", read_run, out)
    finished = len(list(out.glob("part-*.json")))
    result = run(given[1], given[2], out, workers=workers)
    assert result.resumed >= {"third part": 3, "eighth part": 8}.get(moment, 0) * 200
    assert result.resumed >= finished * 200
    assert result.dossiers == ROWS
    assert contents(out, "*.parquet") == contents(given[3], "*.parquet")
    assert read_run(out).manifest == replace(read_run(given[3]).manifest, dossiers=read_run(out).manifest.dossiers)
    assert list(out.glob(".making-*")) == []


def test_an_interrupted_run_leaves_nothing_half_made_and_goes_on(tmp_path, given):
    class Enough(Exception):
        pass

    def stop_at_the_third(progress):
        if progress.done >= 600:
            raise Enough

    for workers in (1, 2):
        out = tmp_path / str(workers)
        with pytest.raises(Enough):
            run(given[1], Paced(given[2]), out, workers=workers, progress=stop_at_the_third)
        assert {one.name for one in out.iterdir() if one.name.startswith(".")} == {".lock"}
        assert 3 <= len(contents(out, "*.parquet")) < 11
        result = run(given[1], given[2], out)
        assert 600 <= result.resumed < ROWS
        assert contents(out, "*.parquet") == contents(given[3], "*.parquet")


def test_a_finished_run_is_returned_as_it_is(tmp_path, given):
    before = contents(given[3])
    result = run(given[1], given[2], given[3])
    assert (result.resumed, result.dossiers) == (ROWS, ROWS)
    assert contents(given[3]) == before


def test_the_rate_counts_only_what_this_session_did(tmp_path, given):
    _, dossiers, maker, _ = given
    out = tmp_path / "run"
    run(dossiers, maker, out)
    data = json.loads((out / "manifest.json").read_text())
    begun = {**data, "state": "running", "parts": [], "totals": {}, "report": {}}
    for name, count, rows, length, report in data["parts"][:4]:
        note = {"name": name, "dossiers": count, "rows": rows, "length": length, "report": report}
        (out / f"{name}.json").write_text(json.dumps(note))
    (out / "manifest.json").write_text(json.dumps(begun))
    seen = []
    assert run(dossiers, maker, out, progress=seen.append).resumed == 800
    assert (seen[-1].done, seen[-1].total) == (ROWS - 800, ROWS - 800)
    assert seen[0].remaining is None
    assert seen[-1].remaining == 0


# Refused


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("packs", lambda pack, dossiers, folder: interpreter([write_pack(folder / "t", rate=9)], dossiers, AS_OF)),
        ("as_of", lambda pack, dossiers, folder: interpreter([pack], dossiers, date(2025, 12, 30))),
        ("drafts", lambda pack, dossiers, folder: interpreter([pack], dossiers, AS_OF, with_drafts=True)),
    ],
)
def test_the_folder_of_another_run_is_refused_by_what_differs(tmp_path, given, what, other):
    before = contents(given[3])
    found = refused("run_other", run, given[1], small(other(given[0], given[1], tmp_path)), given[3])
    assert found.data["what"] == what
    assert contents(given[3]) == before


def test_a_run_over_other_dossiers_is_refused(tmp_path, given):
    dossiers = write_snapshot(tmp_path, [row_of(n) for n in range(3)])
    found = refused("run_other", run, dossiers, small(interpreter([given[0]], dossiers, AS_OF)), given[3])
    assert found.data["what"] == "dossiers"


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path, given):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("me")
    refused("run_folder", run, given[1], given[2], tmp_path / "letters")
    assert contents(tmp_path / "letters") == {"dear.txt": b"me"}


def test_two_processes_do_not_work_in_one_folder(tmp_path, given):
    out = tmp_path / "run"
    process = start(given, out, 1)
    try:
        wait_for(lambda: (out / "manifest.json").exists(), process)
        found = refused("run_busy", run, given[1], given[2], out)
        assert found.data["found"] == str(process.pid)
    finally:
        process.kill()
        process.wait()
    with locked(out):
        pass  # the lock went with the process


def test_a_damaged_part_is_refused_by_name(tmp_path, given):
    out = tmp_path / "run"
    run(given[1], given[2], out)
    part = out / "part-000004.parquet"
    part.write_bytes(part.read_bytes()[:-7])
    found = refused("run_part", run, given[1], given[2], out)
    assert found.data["file"] == str(part)
    refused("run_part", lambda: list(read_run(out).rows()))
    refused("run_part", read_run(out).entity, "E000001")


def test_a_damaged_part_of_an_unfinished_run_is_refused_by_name(tmp_path, given):
    out = tmp_path / "run"
    process = start(given, out, 1)
    wait_for(lambda: (out / "part-000001.json").exists(), process)
    process.kill()
    process.wait()
    (out / "part-000000.parquet").write_bytes(b"PAR1")
    assert refused("run_part", run, given[1], given[2], out).data["file"].endswith("part-000000.parquet")
    (out / "part-000000.parquet").unlink()
    (out / "part-000000.json").unlink()
    run(given[1], given[2], out)
    assert contents(out, "*.parquet") == contents(given[3], "*.parquet")


def test_a_part_whose_note_was_spoiled_is_made_again(tmp_path, given):
    out = tmp_path / "run"
    process = start(given, out, 1)
    wait_for(lambda: (out / "part-000001.json").exists(), process)
    process.kill()
    process.wait()
    (out / "part-000000.json").write_text("")
    run(given[1], given[2], out)
    assert contents(out, "*.parquet") == contents(given[3], "*.parquet")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_group_that_cannot_be_read_is_named(tmp_path, given, workers):
    dossiers = write_snapshot(tmp_path, [row_of(n) for n in range(ROWS)])
    maker = small(interpreter([given[0]], dossiers, AS_OF))
    part = dossiers / "part-00000.parquet"
    group = pq.ParquetFile(part).metadata.row_group(1)
    at = group.column(0).dictionary_page_offset or group.column(0).data_page_offset
    with part.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 24)
    found = refused("dossiers_unreadable", run, dossiers, maker, tmp_path / "run", workers=workers)
    assert found.data["file"] == f"{part} [1]"


def test_a_snapshot_file_that_is_cut_off_is_named(tmp_path, given):
    dossiers = write_snapshot(tmp_path, [row_of(n) for n in range(3)])
    maker = small(interpreter([given[0]], dossiers, AS_OF))
    part = dossiers / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:200])
    assert refused("dossiers_unreadable", run, dossiers, maker, tmp_path / "run").data["file"] == str(part)


def test_dossiers_without_a_column_that_the_evaluator_needs_are_refused(tmp_path, given):
    class Other(Sheet):
        columns = ("id", "tax_year", "moon")

    assert refused("dossiers_lack", run, given[1], Other((("a", 1),)), tmp_path).data["found"] == "moon"


def test_a_full_disk_is_told_and_the_run_goes_on_afterwards(tmp_path, given):
    out = tmp_path / "run"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        found = refused("run_disk", run, given[1], given[2], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert found.data["folder"] == str(out.resolve())
    assert list(out.glob(".making-*")) == []
    run(given[1], given[2], out)
    assert contents(out, "*.parquet") == contents(given[3], "*.parquet")


@pytest.mark.parametrize("workers", [1, 2])
def test_packs_that_change_while_the_run_goes_on_are_refused(tmp_path, workers):
    pack = write_pack(tmp_path / "t")
    dossiers = write_snapshot(tmp_path / "s", [row_of(n) for n in range(401)])
    maker = small(interpreter([pack], dossiers, AS_OF))
    write_pack(tmp_path / "t", rate=9)
    refused("run_packs_changed", run, dossiers, maker, tmp_path / "run", workers=workers)


def test_a_manifest_that_is_no_manifest_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    refused("run_manifest", read_run, tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    refused("run_format", read_run, tmp_path)
    refused("run_absent", read_run, tmp_path / "nowhere")


@pytest.mark.parametrize("workers", [1, 2])
def test_units_read_and_not_yet_written_are_never_more_than_a_few(tmp_path, given, workers, monkeypatch):
    held = [0, 0]
    read, leave = UnitReader.batches, PartWriter.__exit__

    def reading(self, unit):
        held[0] += 1
        held[1] = max(held)
        return read(self, unit)

    def left(self, *error):
        leave(self, *error)
        held[0] -= 1

    monkeypatch.setattr(UnitReader, "batches", reading)
    monkeypatch.setattr(PartWriter, "__exit__", left)
    run(given[1], Sheet((("a", 1),)), tmp_path, workers=workers)
    assert held[1] == workers
