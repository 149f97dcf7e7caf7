"""`yanlian dossiers build`: what it says and how it ends."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.engine.dossier.build_kit import GRANTS, write_csv
from yanlian.engine.dossier import open_snapshot
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.web.cli import dossier_verbs
from yanlian.web.cli.dossier_verbs import dossiers

APP = typer.Typer()
APP.add_typer(dossiers, name="dossiers")
MAP = """
moment: 2026-03-31
entities: {file: ent.csv, id: eid, kind: enterprise}
records:
  专利:
    file: grants.csv
    owner: owner
    fields: {专利类型: {column: kind, values: {发明: 发明, 外观: 外观设计}}, 授权日期: day}
coverage: everything
"""
PACK = """
pack: {id: own, title: 自己的, district: '370212'}
facts:
  records:
    figures: {zh: 经营, en: Figures, holder: stat, record: one, of: [enterprise]}
  fields:
    figures:
      revenue: {zh: 营收, en: Revenue, type: money}
"""


def run(folder: Path, *more: str):
    write_csv(folder / "ent.csv", [{"eid": "10", "rev": "1"}, {"eid": "123", "rev": "2"}])
    write_csv(folder / "grants.csv", GRANTS)
    if not (folder / "map.yaml").exists():
        (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    return CliRunner().invoke(APP, ["dossiers", "build", str(folder / "map.yaml"), "--out", str(folder / "out"), *more])


def test_it_says_what_was_made(tmp_path):
    found = run(tmp_path, "--compression", "zstd")
    assert found.exit_code == 0, found.output
    assert "2 dossiers" in found.output
    snapshot = open_snapshot(tmp_path / "out")
    assert snapshot.info.hash[:16] in found.output
    assert [len(row["patent"]) for row in snapshot.rows()] == [1, 2]


def test_packs_bring_their_own_facts_and_tables_may_lie_elsewhere(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        MAP.split("records:")[0] + "records: {经营: {from: entities, fields: {营收: rev}}}\ncoverage: everything\n",
        encoding="utf-8",
    )
    write_csv(tmp_path / "other.csv", [{"eid": "1", "rev": "7"}])
    words = ["--packs", str(tmp_path / "own"), "--table", f"ent.csv={tmp_path / 'other.csv'}"]
    found = run(tmp_path, *words)
    assert found.exit_code == 0, found.output
    assert next(open_snapshot(tmp_path / "out").rows())["figures"] == {"revenue": 700}


def test_faults_in_rows_end_with_1_and_are_told_in_either_language(tmp_path):
    for words, told in (([], "不在主体表中"), (["-e"], "is not in the table of entities")):
        write_csv(tmp_path / "bad.csv", [*GRANTS, {"owner": "77", "kind": "发明", "day": "2025-01-01"}])
        found = run(tmp_path, "--table", f"grants.csv={tmp_path / 'bad.csv'}", *words)
        assert found.exit_code == 1
        assert told in found.output
        assert "4" in found.output
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--table", "ent.csv"], "NAME=PATH"),
        (["--compression", "rar"], "none | lz4 | zstd"),
        (["--table", "ent.csv=nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_ends_with_2(tmp_path, words, told):
    found = run(tmp_path, *words)
    assert found.exit_code == 2
    assert told in found.output


def test_long_work_tells_how_far_it_is_on_the_error_stream(tmp_path, monkeypatch):
    assert run(tmp_path).stderr == ""
    monkeypatch.setattr(dossier_verbs, "_QUIET_SECONDS", 0.0)
    (tmp_path / "b").mkdir()
    lines = run(tmp_path / "b").stderr.splitlines()
    assert lines[-1] == "dossiers: 2 / 2"
    assert re.fullmatch(r"grants\.csv: 3", lines[-2])


def test_an_overlay_keeps_what_differs(tmp_path):
    run(tmp_path)
    newer = tmp_path / "newer"
    newer.mkdir()
    write_csv(newer / "ent.csv", [{"eid": "10", "rev": "1"}, {"eid": "200", "rev": "3"}])
    write_csv(newer / "grants.csv", [one for one in GRANTS if str(one["owner"]) == "10"])
    (newer / "map.yaml").write_text(MAP, encoding="utf-8")
    build = ["dossiers", "build", str(newer / "map.yaml"), "--out", str(newer / "out")]
    made = CliRunner().invoke(APP, build)
    assert made.exit_code == 0, made.output
    words = ["dossiers", "overlay", str(tmp_path / "out"), str(newer / "out"), "--out", str(tmp_path / "overlays")]
    found = CliRunner().invoke(APP, words)
    assert found.exit_code == 0, found.output
    (path,) = (tmp_path / "overlays").iterdir()
    assert str(path) in found.output
    rows = open_dossiers(path)
    assert rows.rows == 2
    assert [row["id"] for group in range(len(rows.sizes())) for row in rows.read(group).to_pylist()] == ["10", "200"]


def test_an_overlay_over_nothing_is_refused(tmp_path):
    run(tmp_path)
    words = ["dossiers", "overlay", str(tmp_path), str(tmp_path / "out"), "--out", str(tmp_path / "overlays")]
    found = CliRunner().invoke(APP, words)
    assert found.exit_code == 2
    assert not (tmp_path / "overlays").exists()
