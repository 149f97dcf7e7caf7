"""Runs on Spark, on a cluster of several executor processes: the same bytes as here, whatever happens to executors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.stream.runs_kit import AS_OF, MOMENT, contents, row_of, small, write_pack, write_snapshot

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, SnapshotWriter, row_of_case
from yanlian.engine.dossier.build import build_dossiers
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.stream import evaluate, interpreter, read_run
from yanlian.engine.stream.components import components
from yanlian.engine.stream.kernel import kernel
from yanlian.engine.stream.run import run

pytest.importorskip("pyspark", reason="needs the extra spark")

from yanlian.engine.stream import spark
from yanlian.engine.stream.spark_session import require_java, session
from yanlian.engine.stream.spark_ship import Shipment, edition, pack_files
from yanlian.engine.stream.spark_worker import MARK, NOTE, evaluated

ROOT = Path(__file__).resolve().parents[3]
BENCH = ROOT / "bench" / "clauses20"
BENCH_DAY = AS_OF.replace(year=2026, month=3)
# Two executors of one core each, every one a process of its own, as on two machines.
CLUSTER = "local-cluster[2,1,1024]"
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.driver.memory": "512m",
    # What fails here fails for good; a lost executor costs one of the two.
    "spark.task.maxFailures": "2",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """One session for all: a cluster takes seconds to start."""
    try:
        require_java()
    except Refused as refusal:
        pytest.skip(str(refusal))
    scratch = tmp_path_factory.mktemp("spark")
    patch = pytest.MonkeyPatch()
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patch.setenv("SPARK_LOCAL_DIRS", str(scratch))
    patch.setenv("SPARK_WORKER_DIR", str(scratch))
    patch.setenv("YANLIAN_KERNELS", str(scratch / "kernels"))
    before = signal.getsignal(signal.SIGINT)
    with session(CLUSTER, SETTINGS) as made:
        yield made
    signal.signal(signal.SIGINT, before)
    patch.undo()


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    dossiers = write_snapshot(folder / "s", [row_of(n) for n in range(2_000)])
    return write_pack(folder / "packs" / "t"), dossiers


ON_SPARK = spark.OnSpark()


def same_outcomes(one, two):
    return pa.Table.from_batches(read_run(one).batches()).equals(pa.Table.from_batches(read_run(two).batches()))


def test_a_run_on_spark_is_the_run_of_one_machine_to_the_byte(tmp_path, cluster, given):
    pack, dossiers = given
    maker = replace(kernel([pack], dossiers, AS_OF), unit_rows=300, batch_rows=80)
    run(dossiers, maker, tmp_path / "here")
    seen = []
    there = run(dossiers, maker, tmp_path / "there", carrier=ON_SPARK, progress=lambda p: seen.append(p.done))
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert len(contents(tmp_path / "there", "part-*")) == 7
    assert seen[0] == 0
    assert seen[-1] == there.dossiers == 2_000
    assert seen == sorted(seen)
    run(dossiers, small(interpreter([pack], dossiers, AS_OF)), tmp_path / "oracle", workers=1)
    assert same_outcomes(tmp_path / "there", tmp_path / "oracle")


@pytest.mark.parametrize("form", ["rows", "sheet"])
def test_generated_firms_under_twenty_clauses_get_what_the_interpreter_and_the_kernel_give(tmp_path, cluster, form):
    subprocess.run([sys.executable, BENCH / "generate.py", "600", tmp_path], check=True)
    pack = next((BENCH / "packs").iterdir())
    files = {"ent.parquet": tmp_path / "ent_600.parquet", "pat.parquet": tmp_path / "pat_600.parquet"}
    dossiers = build_dossiers(BENCH / "dossiers.yaml", tmp_path / "s", load_packs([pack]).schema, files=files).path
    maker = replace(kernel([pack], dossiers, BENCH_DAY, form=form), unit_rows=150)
    run(dossiers, maker, tmp_path / "here")
    run(dossiers, maker, tmp_path / "there", carrier=ON_SPARK)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    if form == "rows":
        run(dossiers, interpreter([pack], dossiers, BENCH_DAY), tmp_path / "oracle")
        assert read_run(tmp_path / "oracle").manifest.totals["outcomes"] >= 600 * 20
        assert same_outcomes(tmp_path / "there", tmp_path / "oracle")


def stored(value):
    """A row of a case as a snapshot can hold it: what nobody delivered is left out."""
    if isinstance(value, dict):
        return {key: stored(one) for key, one in value.items() if one is not UNDELIVERED}
    return [stored(one) for one in value] if isinstance(value, list) else value


def test_the_packs_of_this_repository_say_the_same_on_spark(tmp_path, cluster):
    """Their own worked cases as dossiers. The packs stand in two folders, one requires the other."""
    folders = [ROOT / "packs" / "laoshan"]
    packs = load_packs(folders)
    # One in three: each is judged under all clauses.
    cases = [case for clause in packs.clauses for case in clause.source.cases][::3]
    rows = [stored(row_of_case(packs.schema, case.facts, "enterprise")) for case in cases]
    with SnapshotWriter(tmp_path / "s", packs.schema, MOMENT) as writer:
        writer.write({**row, "id": f"C{n:05d}"} for n, row in enumerate(rows))
        dossiers = writer.close(Coverage(everything=True)).path
    assert len(packs.packs) > 1
    assert len(rows) > 100
    # One in three of the groups of clauses that hang together: compiling all takes most of a minute.
    clauses = [one for tied in components(Evaluator(packs, AS_OF, with_drafts=True).clauses)[::3] for one in tied]
    assert len(clauses) > 10
    maker = replace(kernel(folders, dossiers, AS_OF, with_drafts=True).only(clauses), unit_rows=len(rows) // 2 + 1)
    run(dossiers, maker, tmp_path / "here")
    run(dossiers, maker, tmp_path / "there", carrier=ON_SPARK)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    run(dossiers, interpreter(folders, dossiers, AS_OF, with_drafts=True).only(clauses), tmp_path / "oracle")
    assert same_outcomes(tmp_path / "there", tmp_path / "oracle")


def processes():
    """Process ids with their command lines."""
    told = subprocess.run(["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return {int(line.split(None, 1)[0]): line for line in told.splitlines() if " " in line.strip()}


def executors(cluster):
    """The executors of this session alone: others may be at work on this machine."""
    ours = cluster.sparkContext.applicationId
    return [pid for pid, line in processes().items() if "CoarseGrainedExecutorBackend" in line and ours in line]


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a signal")
def test_an_executor_lost_in_the_middle_changes_nothing(tmp_path, cluster, given):
    pack, dossiers = given
    # The interpreter, so that it lasts: a hundred parts.
    maker = small(interpreter([pack], dossiers, AS_OF), unit_rows=20, batch_rows=20)
    run(dossiers, maker, tmp_path / "here")
    lost = []

    def kill(progress):
        if progress.done and not lost:
            assert progress.done < progress.total
            lost.append(executors(cluster)[0])
            os.kill(lost[0], signal.SIGKILL)

    run(dossiers, maker, tmp_path / "there", carrier=ON_SPARK, progress=kill)
    assert lost
    assert lost[0] not in executors(cluster)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert [one.name for one in (tmp_path / "there").glob(".making-*")] == []


def test_an_interrupted_run_ends_its_job_and_either_engine_goes_on_with_it(tmp_path, cluster, given):
    pack, dossiers = given
    maker = small(interpreter([pack], dossiers, AS_OF), unit_rows=20, batch_rows=20)

    def interrupt(progress):
        if progress.done:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(dossiers, maker, tmp_path / "run", carrier=ON_SPARK, progress=interrupt)
        assert list(cluster.sparkContext.statusTracker().getActiveJobsIds()) == []
    done = len(list((tmp_path / "run").glob("part-*.json")))
    assert 0 < done < 100
    result = run(dossiers, maker, tmp_path / "run")
    assert 0 < result.resumed < 2_000
    run(dossiers, maker, tmp_path / "whole")
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")


def test_other_packs_than_were_asked_for_are_refused_by_the_executors(tmp_path, cluster, given, monkeypatch):
    pack, dossiers = given
    maker = small(interpreter([pack], dossiers, AS_OF), unit_rows=1_000)
    other = pack_files(interpreter([write_pack(tmp_path / "t", rate=9)], dossiers, AS_OF))
    monkeypatch.setattr(spark, "pack_files", lambda _: other)
    with pytest.raises(Refused) as found:
        run(dossiers, maker, tmp_path / "run", carrier=ON_SPARK)
    assert found.value.code == "run_packs_changed"
    assert found.value.data["expected"] == maker.pack_hash[:16]
    assert list((tmp_path / "run").glob("part-*")) == []


def test_another_edition_on_the_executors_is_refused(tmp_path, cluster, given, monkeypatch):
    pack, dossiers = given
    monkeypatch.setattr(spark, "edition", lambda: "0.0.0 another")
    with pytest.raises(Refused) as found:
        run(dossiers, small(interpreter([pack], dossiers, AS_OF), 1_000), tmp_path / "run", carrier=ON_SPARK)
    assert found.value.code == "spark_edition"
    assert found.value.data == {"expected": "0.0.0 another", "found": edition()}


def test_a_failure_of_an_executor_is_told_by_its_cause(tmp_path, cluster, given):
    pack, dossiers = given
    maker = small(interpreter([pack], dossiers, AS_OF), unit_rows=1_000)

    def vanish(progress):
        for file in moved.glob("part-*.parquet"):
            file.unlink()

    moved = write_snapshot(tmp_path / "s", [row_of(n) for n in range(2_000)])
    with pytest.raises(Refused) as found:
        run(moved, maker, tmp_path / "run", carrier=ON_SPARK, progress=vanish)
    assert found.value.code in {"spark_failed", "dossiers_unreadable"}


def test_dossiers_and_run_at_urls_give_the_same_bytes(tmp_path, cluster, given):
    pack, dossiers = given
    out = tmp_path / "runs" / "one"
    result = spark.run_at([pack], dossiers.as_uri(), AS_OF, out.as_uri())
    evaluate([pack], dossiers, AS_OF, tmp_path / "runs" / "two", engine="kernel")
    assert result.outcomes == 6_000
    assert contents(out) == contents(tmp_path / "runs" / "two")
    again = spark.run_at([pack], dossiers.as_uri(), AS_OF, out.as_uri())
    assert (again.resumed, again.outcomes) == (2_000, 6_000)
    with pytest.raises(Refused) as found:
        spark.run_at([pack], dossiers.as_uri(), AS_OF.replace(day=30), out.as_uri())
    assert found.value.code == "run_other"


def test_the_command_line_asks_spark(tmp_path, cluster, given):
    """In this process: the session that is there is used."""
    from typer.testing import CliRunner

    from yanlian.web.cli.evaluate_verbs import verbs

    pack, dossiers = given
    words = ["evaluate", "--packs", pack, "--dossiers", dossiers, "--as-of", "2025-12-31", "--out", tmp_path / "run"]
    told = CliRunner().invoke(verbs, [*map(str, words), "--engine", "spark", "--conf", "spark.a=b", "--english"])
    assert told.exit_code == 0, told.output
    assert "2,000 dossiers evaluated, 6,000 outcomes" in told.output
    assert read_run(tmp_path / "run").manifest.identity["engine"] == "kernel"


def test_the_arrow_side_of_an_executor_is_numbers_of_units_in_and_notes_out(tmp_path, given):
    """What `mapInArrow` runs, without Spark."""
    pack, dossiers = given
    maker = small(interpreter([pack], dossiers, AS_OF), unit_rows=500)
    from yanlian.engine.dossier.overlay import open_dossiers
    from yanlian.engine.stream.run import reading_of
    from yanlian.engine.stream.units import units_of

    units = units_of(open_dossiers(dossiers).sizes(), maker.unit_rows)
    shipment = Shipment(maker, pack_files(maker), reading_of(maker, dossiers), tmp_path, edition())
    batch = pa.RecordBatch.from_pydict({"id": [0, 3]})
    notes = [one for found in evaluated((shipment, units), [batch]) for one in found.column(NOTE).to_pylist()]
    assert ["part-000000" in notes[0], "part-000003" in notes[1]] == [True, True]
    assert set(contents(tmp_path, "part-*.parquet")) == {"part-000000.parquet", "part-000003.parquet"}
    wrong = replace(shipment, edition="x")
    with pytest.raises(Exception, match=MARK + r'{"code": "spark_edition"'):
        list(evaluated((wrong, units), [batch]))
