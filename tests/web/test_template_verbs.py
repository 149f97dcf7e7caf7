"""`yanlian chain check` and `chain list`: findings at file and line in both languages, codes of leaving."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.engine.chain.template.chain_text import SMALL
from yanlian.base.refusal import Refused
from yanlian.web.cli.chain_verbs import chain


def ran(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(chain, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_check_tells_faults_and_ends_with_1(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SMALL, "utf-8")
    (tmp_path / "b.yaml").write_text(SMALL.replace("tier: 1", "tier: 0", 1), "utf-8")
    code, told = ran("check", tmp_path, "--as-of", "2026-11-23")
    assert code == 1
    assert "a.yaml：环节3个，边2条；错误0，提醒0，提示6，已说明0 (--hints)" in told
    assert "b.yaml:15: 错误 [kite-paper]: “tier”应为1至20的整数，实为“0”。" in told
    assert "b.yaml:1: 错误: 编号“kite”已在文件a.yaml" in told
    assert ran("check", tmp_path / "a.yaml", "-e", "--hints")[0] == 0


def test_check_speaks_english_and_json(tmp_path: Path):
    file = tmp_path / "a.yaml"
    file.write_text(SMALL.replace("sources: [S1]\nedges", "\nedges"), "utf-8")
    code, told = ran("check", file, "-e", "--as-of", "2026-11-23")
    assert code == 0
    assert "a.yaml:29: warning [kite-making]: The segment “扎制” has no source." in told
    code, told = ran("check", file, "--json", "--as-of", "2026-11-23")
    (one,) = json.loads(told)["files"]
    assert (one["errors"], one["warnings"]) == (0, 1)
    assert {"chain_segment_unsourced", "chain_no_output"} <= {finding["code"] for finding in one["findings"]}


def test_check_counts_edges_by_confidence(tmp_path: Path):
    file = tmp_path / "a.yaml"
    file.write_text(SMALL.replace("confidence: B", "confidence: D", 1), "utf-8")
    assert "边的可信度：B 1，D 1\n" in ran("check", file, "--as-of", "2026-11-23")[1]
    assert "confidence: B 1, D 1\n" in ran("check", file, "-e", "--as-of", "2026-11-23")[1]
    (one,) = json.loads(ran("check", file, "--json", "--as-of", "2026-11-23")[1])["files"]
    assert one["confidence"] == {"B": 1, "D": 1}
    file.write_text("- 1", "utf-8")
    (one,) = json.loads(ran("check", file, "--json", "--as-of", "2026-11-23")[1])["files"]
    assert one["confidence"] == {}


def test_list_counts_what_a_chain_has(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SMALL, "utf-8")
    (row,) = json.loads(ran("list", tmp_path, "--json")[1])["chains"]
    assert (row["upstream"], row["midstream"], row["downstream"], row["edges"]) == (2, 1, 0, 2)
    assert "kite" in ran("list", tmp_path)[1]


def test_a_place_without_chains_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Refused, match="chain_none"):
        ran("check", tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="chain_none"):
        ran("list")
    (tmp_path / "a.yaml").write_text("- 1", "utf-8")
    with pytest.raises(Refused, match="chain_faulty"):
        ran("list", tmp_path)


def test_convert_goes_there_and_back(tmp_path: Path):
    file = tmp_path / "a.yaml"
    file.write_text(SMALL, "utf-8")
    for before, after in [("a.yaml", "b.xlsx"), ("b.xlsx", "c.graphml"), ("c.graphml", "d"), ("d", "e.yaml")]:
        code, told = ran("convert", tmp_path / before, tmp_path / after)
        assert (code, "环节3个，边2条" in told) == (0, True)
    assert ran("check", tmp_path / "e.yaml")[0] == 0
    with pytest.raises(Refused, match="chain_file_there"):
        ran("convert", file, tmp_path / "e.yaml")
    assert ran("convert", file, tmp_path / "e.yaml", "--replace", "-e")[0] == 0
    file.write_text(SMALL.replace("tier: 1", "tier: 0"), "utf-8")
    code, told = ran("convert", file, tmp_path / "f.json", "-e")
    assert (code, "a.yaml:15: error" in told, (tmp_path / "f.json").exists()) == (1, True, False)
