"""The verbs of the rule language on the command line, as a person types them; no database is touched."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

KIT = Path(__file__).parents[1] / "kit"
LENDING = KIT / "compliance-level-3" / "0004-lending" / "0004-lending.dmn"
VACATION = KIT / "compliance-level-3" / "0020-vacation-days" / "0020-vacation-days.dmn"


def yanlian(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    # A data folder that cannot be made: these verbs must not want one.
    env |= {"YANLIAN_DATA": str(tmp_path / "file" / "data"), "COLUMNS": "200"}
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "yanlian.web.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_an_expression_gives_its_value_in_feel_or_json(tmp_path: Path):
    told = yanlian(tmp_path, "feel", "金额 * 3% + sum(各项)", "--units", "-c", '{"金额": 1000.10, "各项": [1, 2.5]}')
    assert (told.returncode, told.stdout) == (0, "33.5030\n")
    file = tmp_path / "facts.json"
    file.write_text('{"a": {"first name": "李", "n": [1, null]}}', encoding="utf-8")
    told = yanlian(tmp_path, "feel", 'context put(a, "d", date("2024-02-29"))', "--context", str(file), "--json")
    assert told.stdout == '{"first name": "李", "n": [1, null], "d": "2024-02-29"}\n'


def test_null_comes_with_its_reason_and_a_wrong_text_with_its_place(tmp_path: Path):
    told = yanlian(tmp_path, "feel", '1 + "a"')
    assert (told.returncode, told.stdout) == (0, "null\n")
    assert "第1行第1列" in told.stderr
    told = yanlian(tmp_path, "feel", "if a then")
    assert told.returncode == 2
    assert "line 1, column 10" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_model_is_run_and_unknown_inputs_are_refused(tmp_path: Path):
    told = yanlian(tmp_path, "dmn", "run", str(VACATION), "--input", '{"Age": 16, "Years of Service": 1}')
    assert told.returncode == 0
    assert "Total Vacation Days = 27" in told.stdout
    told = yanlian(
        tmp_path,
        "dmn",
        "run",
        str(VACATION),
        "-i",
        '{"Age": 64, "Years of Service": 1}',
        "-d",
        "Extra days case 1",
        "--json",
    )
    assert told.stdout == '{"Extra days case 1": 5}\n'
    told = yanlian(tmp_path, "dmn", "run", str(VACATION), "-i", '{"Alter": 16}')
    assert told.returncode == 2
    assert "Alter" in told.stderr
    assert "Years of Service" in told.stderr
    told = yanlian(tmp_path, "dmn", "run", str(VACATION), "-d", "Total Vacation Day")
    assert told.returncode == 2
    assert "Total Vacation Days" in told.stderr


def test_a_check_finds_the_gap_in_the_lending_example_with_a_row_that_shows_it(tmp_path: Path):
    told = yanlian(tmp_path, "dmn", "check", str(LENDING), "--english")
    assert told.returncode == 0
    assert "ApplicationRiskScore = 130" in told.stdout
    assert "ExistingCustomer = false" in told.stdout


def test_a_check_tells_names_and_types_with_line_and_column_and_ends_with_1(tmp_path: Path):
    text = LENDING.read_text(encoding="utf-8")
    text = text.replace("if DisposableIncome * Credit", 'if "x" * Credit').replace(
        "MonthlyIncome - (", "MonthlyIncom - ("
    )
    copy = tmp_path / "wrong.dmn"
    copy.write_text(text, encoding="utf-8")
    told = yanlian(tmp_path, "dmn", "check", str(copy), "--english")
    assert told.returncode == 1
    assert "line 551, column 34" in told.stdout
    assert '"MonthlyIncom"' in told.stdout
    assert told.stdout.splitlines()[-1].startswith("2 errors")


def test_the_kit_is_run_by_folder_and_told_by_level(tmp_path: Path):
    table = tmp_path / "kit.csv"
    told = yanlian(tmp_path, "tck", str(KIT), "--folder", "0085", "--csv", str(table))
    assert told.returncode == 0
    assert told.stdout.splitlines()[-1] == "18 passed, 0 failed"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 18
    assert {row["result"] for row in rows} == {"SUCCESS"}
    assert {row["expects"] for row in rows} == {"value", "null"}


def test_a_failing_case_is_told_and_ends_with_1(tmp_path: Path):
    folder = tmp_path / "compliance-level-9" / "0001-mine"
    folder.mkdir(parents=True)
    source = KIT / "compliance-level-2" / "0001-input-data-string"
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        (folder / file.name).write_text(text.replace("Hello John Doe", "Bye"), encoding="utf-8")
    told = yanlian(tmp_path, "tck", str(tmp_path / "compliance-level-9"))
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert 'expected "Bye", found "Hello John Doe"' in told.stdout


def test_a_folder_without_cases_is_no_success(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    told = yanlian(tmp_path, "tck", str(empty))
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1] == "0 passed, 0 failed"
