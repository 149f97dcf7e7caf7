"""Packs as DMN models and worksheets on the command line, as a person types them; no database is touched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import typer
from typer.testing import CliRunner

from yanlian.web.cli import engine_verbs, rule_verbs

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "packs"
LENDING = ROOT / "tests" / "kit" / "compliance-level-3" / "0004-lending" / "0004-lending.dmn"


APP = typer.Typer()
APP.add_typer(engine_verbs.pack, name="pack")
APP.add_typer(rule_verbs.dmn, name="dmn")


@dataclass(frozen=True)
class Told:
    """What a verb said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def yanlian(*words: str | Path) -> Told:
    found = CliRunner().invoke(APP, [str(one) for one in words])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return Told(found.exit_code, found.stdout, found.stderr)


def test_a_pack_goes_out_as_one_model_a_document_and_comes_back(tmp_path: Path):
    told = yanlian("pack", "export", PACKS / "national", "--dmn", tmp_path / "dmn", "-e")
    assert told.returncode == 0, told.stderr
    models = sorted((tmp_path / "dmn").iterdir())
    assert len(models) == len(list((PACKS / "national").glob("*.yaml"))) - 1
    assert f"{len(models)} files" in told.stdout
    assert "DMN knows no unknown" in told.stdout
    told = yanlian("pack", "import", *models, "--out", tmp_path / "national")
    assert (told.returncode, "0 errors" in told.stdout) == (0, True), told.stdout
    told = yanlian("pack", "test", tmp_path / "national")
    assert "0 failed" in told.stdout


def test_a_single_clause_is_a_model_that_another_engine_can_run(tmp_path: Path):
    file = tmp_path / "one.dmn"
    words = ("--dmn", file, "--clause", "NAT-TECH-SME", "--as-of", "2025-12-31")
    assert yanlian("pack", "export", PACKS / "national", *words).returncode == 0
    told = yanlian("dmn", "run", file, "-i", '{"主体类型": "person"}', "-d", "NAT_TECH_SME_适用")
    assert told.stdout.strip().endswith("= false")


def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path: Path):
    national = PACKS / "national"
    told = yanlian("pack", "export", national, "--dmn", tmp_path / "x", "--clause", "NAT-SME-SIZ")
    assert (told.returncode, "NAT-SME-SIZE" in told.stderr) == (2, True)
    told = yanlian("pack", "export", national, "--dmn", tmp_path / "x", "--as-of", "31.12.2025")
    assert (told.returncode, "2025-12-31" in told.stderr) == (2, True)
    bad = tmp_path / "bad.dmn"
    bad.write_text("<a/>", encoding="utf-8")
    told = yanlian("pack", "import", bad, "--out", tmp_path / "out")
    assert (told.returncode, str(bad) in told.stderr) == (2, True)
    faulty = tmp_path / "faulty"
    shutil.copytree(national, faulty)
    (faulty / "hnte.yaml").write_text("clauses: []", encoding="utf-8")
    told = yanlian("pack", "export", faulty, "--dmn", tmp_path / "x")
    assert (told.returncode, "hnte.yaml:1" in told.stdout) == (1, True)
    assert "Traceback" not in told.stderr


def test_a_model_from_a_modeller_becomes_a_pack_with_its_marks_listed(tmp_path: Path):
    out = tmp_path / "lending"
    told = yanlian("pack", "import", LENDING, "--out", out)
    assert told.returncode == 0, told.stderr
    text = (out / "n_0004_lending.yaml").read_text(encoding="utf-8")
    assert "hit: C+" in text
    assert text.count("department: 待填") == 3
    assert "n_0004_lending.yaml:6: 错误" in told.stdout


def test_a_table_goes_to_a_worksheet_and_comes_back(tmp_path: Path):
    sheet = tmp_path / "平台.xlsx"
    told = yanlian("pack", "table", "export", PACKS / "laoshan", "平台奖励标准", "--xlsx", sheet)
    assert told.returncode == 0, told.stderr
    told = yanlian("pack", "table", "import", sheet, "--name", "标准")
    assert "标准:" in told.stdout
    assert """['"国家级"', 5000000]""" in told.stdout
    told = yanlian("pack", "table", "import", sheet, "--out", tmp_path / "t.yaml")
    assert "平台:" in (tmp_path / "t.yaml").read_text(encoding="utf-8")
    told = yanlian("pack", "table", "export", PACKS / "laoshan", "平台奖励", "--xlsx", sheet, "-e")
    assert (told.returncode, "平台奖励标准" in told.stderr) == (2, True)
    told = yanlian("pack", "table", "import", PACKS / "laoshan" / "pack.yaml")
    assert (told.returncode, "Traceback" in told.stderr) == (2, False)
