"""What runs on Spark are made of, part by part: Java, mirrors of snapshots, stores, refusals out of tracebacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.stream.runs_kit import AS_OF, row_of, write_pack, write_snapshot

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.policy import load_packs
from yanlian.engine.stream import evaluate, interpreter, spark, spark_session
from yanlian.engine.stream.kernel import kernel
from yanlian.engine.stream.run import reading_of
from yanlian.engine.stream.spark_mirror import DossierMirror, mirror_footers
from yanlian.engine.stream.spark_ship import edition, pack_files, unpacked
from yanlian.engine.stream.spark_store import FolderStore, UrlStore
from yanlian.engine.stream.units import units_of


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    # Three row groups, so that units begin and end in the middle of one.
    dossiers = write_snapshot(folder / "s", [row_of(n) for n in range(5_000)])
    return write_pack(folder / "packs" / "t"), dossiers


def refused(code, call, *words, **named):
    with pytest.raises(Refused) as found:
        call(*words, **named)
    assert found.value.code == code
    return found.value


# Dossiers at a URL


def test_a_mirror_without_rows_says_what_the_snapshot_says(tmp_path, given):
    pack, dossiers = given
    mirror_footers(UrlStore(dossiers.as_uri()), tmp_path)
    here, there = open_dossiers(tmp_path), open_dossiers(dossiers)
    assert (here.hash, here.rows, here.sizes()) == (there.hash, there.rows, there.sizes())
    one, other = kernel([pack], tmp_path, AS_OF), kernel([pack], dossiers, AS_OF)
    assert (one.identity, one.ranges) == (other.identity, other.ranges)
    assert one.ranges
    part = next(tmp_path.glob("part-*"))
    assert part.stat().st_size == (dossiers / part.name).stat().st_size
    assert part.read_bytes() != (dossiers / part.name).read_bytes()
    refused("dossiers_unreadable", here.read, 0)


def test_a_mirror_gives_the_dossiers_of_a_unit_and_then_forgets_them(tmp_path, given):
    pack, dossiers = given
    reading = reading_of(interpreter([pack], dossiers, AS_OF), dossiers)
    units = units_of(open_dossiers(dossiers).sizes(), 1_300)
    mirror = DossierMirror(UrlStore(dossiers.as_uri()), tmp_path, reading)
    empty = [one.read_bytes() for one in sorted(tmp_path.glob("part-*"))]
    for unit in (units[2], units[0], units[3]):
        found, expected = list(mirror.batches(unit)), list(reading.open().batches(unit))
        assert pa.Table.from_batches(found).equals(pa.Table.from_batches(expected))
        assert [one.read_bytes() for one in sorted(tmp_path.glob("part-*"))] == empty


def test_a_footer_longer_than_was_guessed_is_fetched_whole(tmp_path, given, monkeypatch):
    monkeypatch.setattr("yanlian.engine.stream.spark_mirror._GUESS_BYTES", 64)
    mirror_footers(UrlStore(given[1].as_uri()), tmp_path)
    assert open_dossiers(tmp_path).sizes() == [2_000, 2_000, 1_000]


def test_a_url_without_a_snapshot_is_refused(tmp_path):
    refused("snapshot_missing", mirror_footers, UrlStore((tmp_path / "none").as_uri()), tmp_path / "here")


# Stores


@pytest.mark.parametrize("kind", ["folder", "url"])
def test_a_store_holds_what_was_put_there_whole(tmp_path, kind):
    home = tmp_path / "store"
    home.mkdir()
    store = FolderStore(home) if kind == "folder" else UrlStore(home.as_uri())
    file = tmp_path / "a"
    for text in ("one", "three"):
        file.write_text(text)
        store.put(file, "a.json")
    assert store.get("a.json") == b"three"
    (home / ".making-x").write_text("")
    assert store.sizes() == {"a.json": 5}
    store.remove("a.json")
    store.remove("a.json")
    assert store.sizes() == {}


def test_a_store_that_cannot_be_written_is_refused_by_name(tmp_path):
    file = tmp_path / "a"
    file.write_text("one")
    assert str(tmp_path / "none") in refused("run_disk", FolderStore(tmp_path / "none").put, file, "a").text()


@pytest.mark.parametrize(
    ("place", "url"), [("s3://b/x", True), ("file:///x", True), ("/x", False), ("x/y", False), ("C:\\x", False)]
)
def test_a_url_is_told_from_a_folder(place, url):
    assert spark.is_url(place) is url


# Packs


def test_packs_are_unpacked_with_what_they_require_and_mean_the_same(tmp_path):
    folders = [Path(__file__).resolve().parents[3] / "packs" / "laoshan"]
    dossiers = write_snapshot(tmp_path / "s", [row_of(n) for n in range(3)])
    maker = kernel(folders, dossiers, AS_OF, with_drafts=True)
    there = unpacked(maker, pack_files(maker), tmp_path / "there")
    assert there.identity == maker.identity
    assert load_packs(there.inner.packs).hash == load_packs(folders).hash
    assert all(folder.is_relative_to(tmp_path) for folder in there.inner.packs)
    there.make()
    pack = there.inner.packs[0] / "pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace("title: ", "title: 新", 1), "utf-8")
    refused("run_packs_changed", there.make)


def test_an_edition_names_the_version_and_the_rules_of_this_package():
    from yanlian import __version__

    assert edition().startswith(f"{__version__} ")
    assert len(edition().split()[1]) == 16


# Java and pyspark


def java(folder, version):
    """A folder that looks like a Java of a version."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="fakes Java by a shell script")
@pytest.mark.parametrize(("written", "version"), [("17.0.15", 17), ("1.8.0_392", 8), ("21", 21), ("25-ea", 25)])
def test_java_tells_its_version(tmp_path, written, version):
    assert spark_session.java_version(java(tmp_path, written)) == version
    assert spark_session.java_version(tmp_path / "none") is None


@pytest.mark.skipif(sys.platform == "win32", reason="fakes Java by a shell script")
def test_java_of_another_version_is_refused_by_its_version_and_place(tmp_path, monkeypatch):
    pytest.importorskip("pyspark", reason="needs the extra spark")
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "old", "11.0.2")))
    found = refused("spark_java", spark_session.require_java)
    assert str(tmp_path / "old") in found.text("zh")
    assert "11" in found.text("en")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    assert "—" in refused("spark_java", spark_session.require_java).text()


@pytest.mark.skipif(sys.platform == "win32", reason="fakes Java by a shell script")
def test_java_is_looked_for_where_systems_put_it(tmp_path, monkeypatch):
    pytest.importorskip("pyspark", reason="needs the extra spark")
    java(tmp_path / "a", "11")
    expected = java(tmp_path / "b", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", "")
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(spark_session, "_WHERE_JAVA_LIES", (str(tmp_path / "none"), str(tmp_path)))
    assert spark_session.require_java() == expected


def test_without_pyspark_the_engine_is_refused_before_anything_is_made(tmp_path, given, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    pack, dossiers = given
    refused("spark_absent", evaluate, [pack], dossiers, AS_OF, tmp_path / "run", engine="spark")
    assert not (tmp_path / "run").exists()


def test_an_incremental_run_at_a_url_is_refused(given, monkeypatch):
    monkeypatch.setattr("yanlian.engine.stream.spark.require_pyspark", lambda: None)
    pack, dossiers = given
    refused(
        "spark_since_url", evaluate, [pack], dossiers.as_uri(), AS_OF, "file:///run", engine="spark", since=dossiers
    )


# Failures


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ('x\nRefusedThere: yanlian-refused {"code": "run_disk", "data": {"found": "full"}}\nat y', "run_disk", "full"),
        ("Job aborted\nTraceback\n  File x\nMemoryError: no room\n\tat java", "spark_failed", "MemoryError: no room"),
        (
            "An error\n: java.net.ConnectException: refused\n\tat x",
            "spark_failed",
            "java.net.ConnectException: refused",
        ),
        ("", "spark_failed", "?"),
    ],
)
def test_a_failure_of_spark_is_told_by_what_went_wrong_there(text, code, found):
    refusal = spark.refusal_of(RuntimeError(text))
    assert (refusal.code, refusal.data["found"]) == (code, found)
