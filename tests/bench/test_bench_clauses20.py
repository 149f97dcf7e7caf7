"""The benchmark of twenty clauses: its exact answers, its arithmetic, and the command over two engines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import yanlian
from yanlian.base.refusal import Refused
from yanlian.web.cli import bench_verbs

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
for folder in (BENCH, BENCH / "clauses20", BENCH / "clauses20" / "peers"):
    sys.path.append(str(folder))

import exact  # noqa: E402 (found beside the benchmark)
import numba_source  # noqa: E402
from clauses20 import copied_pack, environments, measure, run, told  # noqa: E402
from clauses20.oracle import pay  # noqa: E402
from clauses20.planted import planted  # noqa: E402
from clauses20.tables import Exact, Tables  # noqa: E402
from parameters import CLAUSES, of_copy  # noqa: E402

EPOCH = date(1970, 1, 1)
Columns = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def firms() -> list[tuple[str, dict[str, Any], Sequence[tuple[int, date]]]]:
    return list(planted())


@pytest.fixture(scope="module")
def columns(firms) -> tuple[Columns, Columns]:
    rows = [row for _, row, _ in firms]
    ent = {name: _column([row[name] for row in rows]) for name in rows[0]}
    owned = [(number, kind, day) for number, (_, _, own) in enumerate(firms, 1) for kind, day in own]
    eid, kinds, days = zip(*owned, strict=True)
    return ent, {"eid": _column(eid), "ptype": _column(kinds), "gdate": _column(days)}


def _column(values: Sequence[Any]) -> np.ndarray:
    return np.array([(value - EPOCH).days if isinstance(value, date) else value for value in values])


def test_whole_numbers_in_columns_pay_what_decimals_by_hand_pay_on_every_border(firms, columns):
    found = exact.amounts(*columns, of_copy(0))
    paid = exact.payable(found, of_copy(0))
    for number, (label, row, patents) in enumerate(firms):
        expected = pay(row, patents)
        assert {name: int(found[name][number]) for name in CLAUSES} == dict(expected.alone), label
        assert int(paid[number]) == expected.total, label


def test_a_copy_of_the_set_has_every_figure_of_money_a_thousandth_higher():
    once, shifted = of_copy(0), of_copy(7)
    for name in ("scale_mfg", "growth_revenue", "rent_metre", "graduate", "head_more", "entity_cap"):
        assert getattr(shifted, name) * 1000 == getattr(once, name) * 1007
    assert [line * 1000 for line, _ in shifted.crossings] == [line * 1007 for line, _ in once.crossings]


@pytest.mark.parametrize("copies", [1, 3])
def test_the_fused_loop_as_plain_python_agrees_and_names_the_first_test_that_fails(columns, copies):
    ent, patents = columns
    rows = ent["ind"].size
    names: dict[str, Any] = {}
    exec(numba_source.source(copies, reasons=True), {"np": np}, names)
    amounts, codes = np.zeros((20 * copies, rows), np.int64), np.full((20 * copies, rows), 255)
    payable, sums = np.zeros(rows, np.int64), np.zeros(20 * copies + 1, np.int64)
    counts = [exact.granted(patents, kind, rows) for kind in (1, 4)]
    names["loop"](0, rows, *(ent[name] for name in numba_source.COLUMNS), *counts, amounts, codes, payable, sums)
    expected = np.zeros(rows, np.int64)
    for copy in range(copies):
        found = exact.amounts(ent, patents, of_copy(copy))
        expected += exact.payable(found, of_copy(copy))
        for number, name in enumerate(CLAUSES):
            assert amounts[20 * copy + number].tolist() == found[name].tolist(), name
    assert payable.tolist() == expected.tolist()
    assert int(sums[-1]) == int(expected.sum())
    assert ((codes == 0) == (amounts > 0)).all()
    outside = ~ent["in_dist"]
    assert (codes[:, outside] == 1).all()
    assert (codes[:, ~outside & ent["blk"]] == 2).all()
    in_gate = ~outside & ~ent["blk"] & ent["fok"]
    small = in_gate & (ent["rev_ty"] < of_copy(0).growth_revenue)
    assert (codes[1][small] == 4).all()
    assert (codes[1][in_gate & ~small & (ent["rev_ly"] == 0)] == 5).all()


def _run(cpu: float, **more: object) -> dict[str, Any]:
    stage = {"cpu": cpu, "user": cpu, "system": 0.0, "wall": cpu}
    run = {"cpu": cpu, "wall": cpu, "stages": {"evaluate": stage}, "process_cpu": 1.0, "warm_cpu": 0.5}
    return {**run, "version": "1", "peak_bytes": 1000, "total_fen": 10, "clause_fen": dict.fromkeys(CLAUSES, 1), **more}


def _measured(name: str, seconds: Sequence[float], rows: int, asked: int, **more: object) -> measure.Measured:
    truth = Exact(10, dict.fromkeys(CLAUSES, 1), Path("none"))
    engine = environments.Engine(name, "none.py")
    runs = {"loaded": [_run(cpu, **more) for cpu in seconds]}
    return measure.Measured(engine, Tables(rows, Path()), truth, asked, runs)


def test_a_ratio_is_the_median_of_ratios_within_rounds_not_of_medians():
    base, other = _measured("a", [1.0, 2.0, 4.0], 9, 9), _measured("b", [3.0, 2.0, 4.0], 9, 9)
    assert measure.ratios({"a": base, "b": other})["loaded"] == {"a": 1.0, "b": 1.0}
    assert measure.record(other)["loaded"]["cpu"] == 3.0


def test_seconds_of_a_sample_are_scaled_to_all_rows_and_said_to_be():
    found = measure.record(_measured("slow", [2.0, 4.0, 3.0], 100, 1000))
    assert found["scaled"] is True
    assert found["rows_measured"] == 100
    assert found["loaded"]["cpu"] == 30.0
    assert found["loaded"]["stages"]["evaluate"]["user"] == 30.0
    assert found["loaded"]["rounds_cpu"] == [20.0, 40.0, 30.0]
    assert found["loaded"]["peak_bytes"] == 1000


def test_an_engine_is_exact_only_with_the_right_totals_and_the_right_amount_for_everyone():
    right = _measured("a", [1.0], 9, 9)
    right.wrong = {"wrong": 0, "worst_fen": 0, "net_fen": 0}
    assert measure.record(right)["exact"] is True
    right.wrong = {"wrong": 2, "worst_fen": 5, "net_fen": 0}
    assert measure.record(right)["exact"] is False
    off = measure.record(_measured("b", [1.0], 9, 9, clause_fen={**dict.fromkeys(CLAUSES, 1), "C07": 2}))
    assert off["wrong_clauses"] == ["C07"]
    assert off["exact"] is False


def test_another_engine_is_first_in_each_round():
    assert [measure.in_turn(["a", "b", "c"], number)[0] for number in range(4)] == ["a", "b", "c", "a"]
    assert sorted(measure.in_turn(["a", "b", "c"], 2)) == ["a", "b", "c"]


def test_the_printed_table_names_who_pays_wrongly_and_who_was_sampled():
    wrong = _measured("loose", [1.0], 100, 1000, clause_fen={**dict.fromkeys(CLAUSES, 1), "C02": 0})
    wrong.wrong = {"wrong": 1234, "worst_fen": 250, "net_fen": -100}
    result = {
        "rows": 1000,
        "clauses": 20,
        "threads": 1,
        "rounds": 1,
        "floor": {},
        "left_out": {"gone": "no network"},
        "exact": {"total_fen": 10, "clause_fen": {}, "as_expected": None},
        "engines": {"loose": measure.record(wrong)},
        "ratios": measure.ratios({"loose": wrong}),
    }
    text = told.table(result)
    assert "1,234 (worst 2.50 yuan, net -1.00 yuan)" in text
    assert "1 differ: C02" in text
    assert "100 rows measured" in text
    assert "Left out: gone, no network." in text


def test_what_cannot_be_installed_is_left_out_with_the_installer_s_words():
    failing = [sys.executable, "-c", "import sys; sys.exit('ERROR: no such package')"]
    with pytest.raises(environments.Left, match="pip could not install it: ERROR: no such package"):
        environments._install(failing, "pip could not install it")


def test_a_process_that_fails_is_left_out_with_its_last_words(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    broken = environments.Engine("broken", "../run.py", ("--nonsense",))
    result = measure.measure([broken], measure.Setting(300, 1, tmp_path, work, modes=("loaded",)), lambda _: None)
    assert result["engines"] == {}
    assert "unrecognized arguments" in result["left_out"]["broken"]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--engines=abacus"], "engines"),
        (["--scale=depth"], "scale"),
        (["--scale=clauses", "--points=30"], "points"),
        (["--scale=rows", "--points=many"], "points"),
        (["--rounds=0"], "rounds"),
    ],
)
def test_an_option_that_cannot_be_followed_is_refused_before_anything_is_measured(tmp_path, words, option):
    with pytest.raises(run.Unusable) as refused:
        run.main([*words, f"--work={tmp_path}"])
    assert refused.value.option == option
    assert list(tmp_path.iterdir()) == []


def test_without_a_checkout_the_command_says_where_the_benchmarks_are(monkeypatch, tmp_path):
    monkeypatch.setattr(yanlian, "__file__", str(tmp_path / "site-packages" / "yanlian" / "__init__.py"))
    with pytest.raises(Refused) as refused:
        bench_verbs._folder()
    assert refused.value.code == "bench_not_here"
    assert "pip install -e" in refused.value.text("zh")


def _yanlian(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yanlian.web.cli", "bench", "clauses20", *map(str, words)]
    kept = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    return subprocess.run(command, env=kept, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.slow
def test_the_pack_and_the_columns_by_hand_pay_the_same_to_the_fen(tmp_path):
    found = tmp_path / "found.json"
    done = _yanlian("--engines", "numpy,yanlian", "--rows", 2000, "--rounds", 1, "--json", found, "--work", tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(found.read_text("utf-8"))
    assert result["left_out"] == {}
    assert list(result["engines"]) == ["numpy", "yanlian"]
    for engine in result["engines"].values():
        assert engine["exact"] is True
        assert engine["wrong_entities"] == {"wrong": 0, "worst_fen": 0, "net_fen": 0}
        assert engine["total_fen"] == result["exact"]["total_fen"] > 0
        assert engine["clause_fen"] == result["exact"]["clause_fen"]
        for mode in ("loaded", "end_to_end"):
            assert {"cpu", "wall", "stages", "peak_bytes"} <= set(engine[mode])
            assert engine[mode]["peak_bytes"] > 10_000_000
    assert result["ratios"]["loaded"]["numpy"] == 1
    assert set(result["floor"]) == {"loaded", "end_to_end"}


@pytest.mark.slow
def test_a_pack_of_several_sets_pays_what_the_shifted_figures_say(tmp_path):
    found = tmp_path / "found.json"
    options = ("--scale", "clauses", "--points", 60, "--rows", 500, "--rounds", 1, "--modes", "loaded")
    done = _yanlian("--engines", "yanlian,numpy", *options, "--json", found, "--work", tmp_path)
    assert done.returncode == 0, done.stderr
    (point,) = json.loads(found.read_text("utf-8"))["points"]
    assert point["clauses"] == 60
    assert [engine["exact"] for engine in point["engines"].values()] == [True, True]


def test_every_set_of_a_larger_pack_has_names_of_its_own(tmp_path):
    folder = copied_pack.write_copies(3, tmp_path)
    assert len(list(folder.glob("copy-*.yaml"))) == 3
    texts = [file.read_text("utf-8") for file in sorted(folder.glob("copy-*.yaml"))]
    assert ["C01-0" in texts[0], "C01-2" in texts[2], "C01-2" in texts[0]] == [True, True, False]
    assert "10020000元" in texts[2]
