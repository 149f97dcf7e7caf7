"""`yanlian dmn run --rows`: a model over the rows of a file, as a person runs it."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engine.feel.dmn.made import SPACE, decision, given, literal
from yanlian.engine.stream import model_files

KIT = Path(__file__).parents[1] / "kit" / "compliance-level-3"
LENDING = KIT / "0004-lending" / "0004-lending.dmn"
VACATION = KIT / "0020-vacation-days" / "0020-vacation-days.dmn"
DAYS = "Total Vacation Days"


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "yanlian.web.cli", "dmn", "run", *map(str, words), "--english"]


def environment() -> dict[str, str]:
    unset = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    return {**{k: v for k, v in os.environ.items() if k not in unset}, "COLUMNS": "200"}


def yanlian(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), env=environment(), capture_output=True, text=True, timeout=300, check=False)


def staff(file: Path, rows: int, seed: int = 1) -> Path:
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "Age", "Years of Service"])
        for number in range(rows):
            writer.writerow([number, chance.randrange(16, 70), chance.randrange(0, 45)])
    return file


def leave(age: int, years: int) -> int:
    """Vacation days as the model's description has them."""
    first = 5 if age < 18 or age >= 60 or years >= 30 else 0
    second = 3 if years >= 30 or age >= 60 else 0
    third = 2 if 15 <= years < 30 or age >= 45 else 0
    return 22 + max(first, third) + second


def test_every_row_of_a_csv_file_is_decided_and_other_columns_go_through(tmp_path: Path):
    rows, out = staff(tmp_path / "staff.csv", 25_000), tmp_path / "out.parquet"
    told = yanlian(VACATION, "--rows", rows, "--out", out, "-d", DAYS, "--workers", 2)
    assert told.returncode == 0, told.stderr
    assert "25,000 rows" in told.stdout
    assert "go through: id" in told.stderr
    found = pq.read_table(out)
    assert found.schema.names == ["line", "id", DAYS, "errors"]
    with rows.open(encoding="utf-8") as file:
        expected = [str(leave(int(row["Age"]), int(row["Years of Service"]))) for row in csv.DictReader(file)]
    assert found.column(DAYS).to_pylist() == expected
    assert found.column("line").to_pylist() == list(range(2, 25_002))
    assert not list(tmp_path.glob(".*"))


def test_bad_rows_are_told_with_their_lines_and_do_not_stop_the_run(tmp_path: Path):
    rows, out = tmp_path / "staff.csv", tmp_path / "out.csv"
    lines = [
        "Age,Years of Service,note",
        '30,2,"two',
        'lines"',
        "forty,2,",
        "50,20",
        '60,"3"x,',
        "70,,",
        "",
        "20,1,b\xff",
    ]
    rows.write_bytes("\n".join(lines).encode("latin-1"))
    told = yanlian(VACATION, "--rows", rows, "--out", out, "-d", DAYS, "--workers", 1)
    assert told.returncode == 0, told.stderr
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["line"], row[DAYS]) for row in found] == [
        ("2", "22"),
        # As one evaluation does: an input that does not fit is null, and the rules go on from there.
        ("4", "22"),
        ("5", ""),
        ("6", ""),
        ("7", "30"),
        ("9", ""),
    ]
    assert found[0]["note"] == "two\nlines"
    reasons = [row["errors"].split("(")[0].split("@")[0] for row in found]
    assert reasons == ["", "feel_value_type", "dmn_rows_cells", "dmn_rows_csv", "", "dmn_rows_encoding"]
    assert "could not be read: 3; with an input that does not fit: 1" in told.stderr
    for line in (4, 5, 6, 9):
        assert f"line {line}: " in told.stderr


def test_a_file_in_gb18030_is_read(tmp_path: Path):
    model, rows, out = tmp_path / "m.dmn", tmp_path / "in.csv", tmp_path / "out.csv"
    body = given("姓名", "string") + decision("问候", literal('"你好，" + 姓名'), "input:姓名", kind="string")
    model.write_text(f'<definitions xmlns="{SPACE}" name="m" namespace="urn:m">{body}</definitions>', "utf-8")
    rows.write_bytes("姓名;备注\n李雷;一\n".encode("gb18030"))
    told = yanlian(model, "--rows", rows, "--out", out)
    assert told.returncode == 0, told.stderr
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["line", "备注", "问候", "errors"], ["2", "一", "你好，李雷", ""]]


def test_json_lines_and_parquet_with_structs_give_the_same(tmp_path: Path):
    applicant = {
        "Monthly": {"Income": 6000, "Expenses": 2000, "Repayments": 0},
        "Age": 35,
        "ExistingCustomer": True,
        "MaritalStatus": "M",
        "EmploymentStatus": "EMPLOYED",
    }
    row = {
        "ApplicantData": applicant,
        "RequestedProduct": {"ProductType": "STANDARD LOAN", "Amount": 350_000, "Rate": 0.0395, "Term": 360},
        "BureauData": {"CreditScore": 649, "Bankrupt": False},
        "SupportingDocuments": "YES",
    }
    table = pa.Table.from_pylist([row, row])
    pq.write_table(table, tmp_path / "in.parquet")
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n\n" + json.dumps(row) + "\n", "utf-8")
    found = []
    for name in ("in.parquet", "in.jsonl"):
        out = tmp_path / f"{name}.out.parquet"
        told = yanlian(LENDING, "--rows", tmp_path / name, "--out", out, "--decimals", 30)
        assert told.returncode == 0, told.stderr
        assert ("Binary floating-point columns" in told.stderr) == (name == "in.parquet")
        found.append(pq.read_table(out).drop_columns("line").to_pylist())
    assert found[0] == found[1]
    assert found[0][0]["Routing"] == "ACCEPT"
    assert str(found[0][0]["RequiredMonthlyInstallment"]).startswith("1680.880325608634796819003637")


def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(tmp_path: Path):
    rows = staff(tmp_path / "staff.csv", 60_000)
    whole, killed = tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    told = yanlian(VACATION, "--rows", rows, "--out", whole, "--workers", 1)
    assert told.returncode == 0, told.stderr
    words = (VACATION, "--rows", rows, "--out", killed, "--workers")
    running = subprocess.Popen(
        command(*words, 1), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    folder = tmp_path / ".making-killed.parquet"
    deadline = time.monotonic() + 120
    while len(list(folder.glob("*.arrow"))) < 2 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    running.kill()
    running.wait()
    assert not killed.exists()
    kept = len(list(folder.glob("*.arrow")))
    assert 2 <= kept < 6
    told = yanlian(*words, 2)
    assert told.returncode == 0, told.stderr
    assert f"({kept * model_files.BLOCK_ROWS:,} of them finished earlier)" in told.stdout
    assert killed.read_bytes() == whole.read_bytes()
    assert not folder.exists()


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path):
    # A quick machine may be done before anybody can interrupt it: then it is given more to do.
    for number, size in enumerate((200_000, 1_000_000)):
        place = tmp_path / str(number)
        place.mkdir()
        rows, out = staff(place / "staff.csv", size), place / "out.parquet"
        words = command(VACATION, "--rows", rows, "--out", out, "--workers", 2)
        running = subprocess.Popen(
            words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        folder = place / ".making-out.parquet"
        deadline = time.monotonic() + 120
        while not list(folder.glob("*.arrow")) and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=120)
        if running.returncode:
            break
    assert running.returncode == 130
    assert "Run the same command again to go on" in said
    assert list(folder.glob("*.arrow"))
    assert not out.exists()


def test_another_input_begins_anew(tmp_path: Path):
    rows, out = staff(tmp_path / "staff.csv", 10), tmp_path / "out.csv"
    folder = tmp_path / ".making-out.csv"
    folder.mkdir()
    (folder / "run.json").write_text('{"asked": {"input": "other"}, "moment": "2020-01-01T00:00:00+00:00"}', "utf-8")
    (folder / "0000000.arrow").write_bytes(b"something else")
    told = yanlian(VACATION, "--rows", rows, "--out", out)
    assert told.returncode == 0, told.stderr
    assert len(out.read_text("utf-8").splitlines()) == 11
    assert not folder.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rows", "staff.csv"), "--out"),
        (("--rows", "staff.csv", "--out", "out.xlsx"), "dmn_rows_format"),
        (("--rows", "staff.csv", "--out", "staff.csv"), "dmn_rows_same"),
        (("--rows", "empty.csv", "--out", "out.csv"), "dmn_rows_empty"),
        (("--rows", "empty.jsonl", "--out", "out.csv"), "dmn_rows_empty"),
        (("--rows", "broken.parquet", "--out", "out.csv"), "dmn_rows_file"),
        (("--rows", "other.csv", "--out", "out.csv"), "dmn_rows_no_input"),
        (("--rows", "staff.csv", "--out", "out.csv", "-d", "Nothing"), "dmn_no_element"),
        (("--rows", "staff.csv", "--out", "out.csv", "--decimals", "99"), "dmn_rows_scale"),
    ],
)
def test_what_cannot_be_run_is_refused_before_the_first_row(tmp_path: Path, words: tuple[str, ...], said: str):
    staff(tmp_path / "staff.csv", 3)
    for name in ("empty.csv", "empty.jsonl"):
        (tmp_path / name).touch()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    placed = [tmp_path / word if "." in word else word for word in words]
    told = yanlian(VACATION, *placed)
    assert told.returncode == 2
    assert said in told.stdout + told.stderr
    assert not (tmp_path / "out.csv").exists()
    assert (tmp_path / "staff.csv").read_text("utf-8").startswith("id,Age")
