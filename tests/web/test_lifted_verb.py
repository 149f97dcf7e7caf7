"""`yanlian tck --lifted`: the report, its file, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.engine.policy.lifted.own_kit import kit_in
from yanlian.engine.policy.lower.numbers import Numbers
from yanlian.web.cli.kit_verbs import verbs

KIT = Path(__file__).parents[1] / "kit"


def tck(*words: str):
    return CliRunner().invoke(verbs, [*words])


def test_expressions_of_the_public_kit_are_compiled_and_none_differs(tmp_path: Path):
    report = tmp_path / "report.json"
    told = tck(str(KIT), "--lifted", "--folder", "0102", "--json", str(report))
    assert told.exit_code == 0, told.output
    assert told.output.splitlines()[-1].endswith(" rows compared, 0 differ")
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["cases"]["all"] == len(found["each"]) > 0
    assert found["cases"]["compiled"] > 0
    assert found["rows"]["compared"] > 0
    assert found["each"][0]["case"].startswith("compliance-level-2/0102-feel-constants/")


@pytest.mark.parametrize(
    "name",
    ["0004-lending", "0016-some-every", "0017-tableTests", "0064-feel", "0069-feel-list", "1101-feel", "1103-feel"],
)
def test_tables_lists_logic_and_functions_of_the_public_kit_differ_nowhere(name: str, tmp_path: Path):
    report = tmp_path / "report.json"
    told = tck(str(KIT), "--lifted", "--folder", name, "--json", str(report))
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["differences"] == []
    assert told.exit_code == 0
    assert 3 * found["rows"]["compared"] >= found["rows"]["all"] > 100
    assert found["cases"]["compiled"] + found["cases"]["part"] > 0


def test_a_difference_is_told_and_ends_with_1(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(Numbers, "plus", Numbers.minus)
    told = tck(str(kit_in(tmp_path, "1 + 2")), "--lifted")
    assert told.exit_code == 1
    assert "DIFFERS compliance-level-9/0001-own/own.dmn: d0: c1 + c2 with" in told.output


def test_a_folder_without_cases_is_no_success_for_the_kernel_either(tmp_path: Path):
    assert tck(str(tmp_path), "--lifted").exit_code == 1


def test_options_that_do_not_go_together_are_refused(tmp_path: Path):
    assert tck(str(KIT), "--json", str(tmp_path / "x.json")).exit_code == 2
    assert tck(str(KIT), "--lifted", "--csv", str(tmp_path / "x.csv")).exit_code == 2
