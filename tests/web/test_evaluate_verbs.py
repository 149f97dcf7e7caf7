"""`yanlian evaluate` and `yanlian outcomes`, as a person runs them: no database, no Django."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.engine.stream.runs_kit import contents, row_of, write_pack, write_snapshot
from yanlian.engine.dossier.differences import overlay_from
from yanlian.engine.stream import read_run


def command(*words):
    return [sys.executable, "-m", "yanlian.web.cli", *map(str, words)]


def environment(folder):
    """Where the database would be there is a file: whoever asks for it fails."""
    (folder / "data").write_text("no folder")
    unset = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    kept = {k: v for k, v in os.environ.items() if k not in unset}
    return {**kept, "YANLIAN_DATA": str(folder / "data"), "COLUMNS": "200"}


@pytest.fixture
def yanlian(tmp_path):
    def go(*words):
        return subprocess.run(
            command(*words), env=environment(tmp_path), capture_output=True, text=True, timeout=300, check=False
        )

    return go


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    older, newer = [row_of(n) for n in range(300)], [row_of(n, 500_000 if n == 7 else None) for n in range(300)]
    old, new = write_snapshot(folder / "a", older), write_snapshot(folder / "b", newer)
    return write_pack(folder / "packs" / "t"), old, new, overlay_from(old, new, folder / "o")


def options(pack, dossiers, out):
    return ["--packs", pack, "--dossiers", dossiers, "--as-of", "2025-12-31", "--out", out, "--english"]


def test_from_packs_and_dossiers_to_what_each_is_due(tmp_path, given, yanlian):
    pack, old, new, overlay = given
    made = yanlian("evaluate", *options(pack, old, tmp_path / "one"), "--workers", 1)
    assert made.returncode == 0, made.stderr
    assert "300 dossiers evaluated, 900 outcomes" in made.stdout
    slow = yanlian("evaluate", *options(pack, old, tmp_path / "slow"), "--workers", 1, "--engine", "interpreter")
    assert "interpreted.engine: 300" in slow.stdout
    # One in five has no tax return: only there the kernel asks.
    assert "interpreted: 60" in made.stdout
    assert list(read_run(tmp_path / "one").rows()) == list(read_run(tmp_path / "slow").rows())

    again = yanlian("evaluate", *options(pack, overlay, tmp_path / "two"), "--since", tmp_path / "one")
    assert again.returncode == 0, again.stderr
    assert "1 dossiers evaluated, 3 outcomes" in again.stdout

    full = yanlian("evaluate", *options(pack, new, tmp_path / "full"))
    assert full.returncode == 0, full.stderr
    compacted = yanlian("outcomes", tmp_path / "two", "--compact", tmp_path / "compact")
    assert compacted.returncode == 0, compacted.stderr
    assert contents(tmp_path / "compact", "*.parquet") == contents(tmp_path / "full", "*.parquet")


def test_outcomes_are_summed_by_clause_shown_by_entity_and_written_as_csv(tmp_path, given, yanlian):
    pack, old, _, _ = given
    assert yanlian("evaluate", *options(pack, old, tmp_path / "run")).returncode == 0
    shown = yanlian("outcomes", tmp_path / "run", "--english")
    rows = list(read_run(tmp_path / "run").rows())
    for clause in ("T-2025-01", "T-2025-02", "T-2025-03"):
        own = [row for row in rows if row["clause"] == clause]
        due = sum(row["amount_fen"] for row in own)
        line = next(line for line in shown.stdout.splitlines() if clause in line).split()
        assert line[1] == str(sum(row["kind"] == "eligible" for row in own))
        assert line[-1] == f"{due // 100:,}.{due % 100:02d}"

    one = yanlian("outcomes", tmp_path / "run", "--entity", "E000020", "--english")
    assert "2,000.00" in one.stdout
    assert "not eligible" in one.stdout
    nobody = yanlian("outcomes", tmp_path / "run", "--entity", "X")
    assert (nobody.returncode, "[run_entity_unknown]" in nobody.stderr) == (2, True)

    assert yanlian("outcomes", tmp_path / "run", "--csv", tmp_path / "all.csv").returncode == 0
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(r["entity"], r["clause"], int(r["amount_fen"])) for r in written] == [
        (r["entity"], r["clause"], r["amount_fen"]) for r in rows
    ]


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGTERM)])
def test_interrupted_it_says_how_to_go_on_and_does(tmp_path, workers, number, yanlian):
    # Enough that one part is under way for a while; several workers are there only for several parts.
    count = 2_100 if workers == 1 else 8_100
    pack = write_pack(tmp_path / "packs" / "t")
    dossiers = write_snapshot(tmp_path / "s", [row_of(n) for n in range(count)])
    out = tmp_path / "run"
    words = command("evaluate", *options(pack, dossiers, out), "--workers", workers, "--engine", "interpreter")
    process = subprocess.Popen(
        words, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while not list(out.glob(".making-*-part-*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "Run the same command again to go on" in told
    assert "Traceback" not in told
    assert list(out.glob(".making-*")) == []
    again = yanlian("evaluate", *options(pack, dossiers, out), "--engine", "interpreter", "--workers", workers)
    assert again.returncode == 0, again.stderr
    assert read_run(out).manifest.totals == {"dossiers": count, "outcomes": count * 3}


@pytest.mark.parametrize(("engine", "code"), [("moon", "run_engine")])
def test_an_engine_that_is_not_here_is_refused_in_both_languages(tmp_path, given, yanlian, engine, code):
    found = yanlian("evaluate", *options(given[0], given[1], tmp_path / "run"), "--engine", engine)
    assert found.returncode == 2
    assert f"[{code}]" in found.stderr
    assert "引擎" in found.stderr
    assert not (tmp_path / "run").exists()


def test_faulty_packs_are_told_with_file_and_line(tmp_path, given, yanlian):
    pack = write_pack(tmp_path / "packs" / "t")
    text = (pack / "t.yaml").read_text("utf-8")
    (pack / "t.yaml").write_text(text.replace("研发费用 * 比例", "研发费用 * 比利"), "utf-8")
    found = yanlian("evaluate", *options(pack, given[1], tmp_path / "run"))
    assert found.returncode == 2
    assert "t.yaml" in found.stderr
    assert "比利" in found.stderr


@pytest.mark.parametrize("verb", ["evaluate", "outcomes"])
def test_help_needs_neither_django_nor_the_engines(verb):
    asked = (
        f"import sys; sys.argv[1:] = [{verb!r}, '--help']\n"
        "from yanlian.web.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('django', 'pyarrow', 'numpy', 'yanlian.engine.policy') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_a_run_loads_no_django(tmp_path, given):
    asked = (
        "import sys; sys.argv[1:] = {words!r}\n"
        "from yanlian.web.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('django' in sys.modules)"
    ).format(words=["evaluate", *map(str, options(given[0], given[1], tmp_path / "run")), "--workers", "1"])
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert "300 dossiers evaluated" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "False"
