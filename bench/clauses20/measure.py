"""Measuring: one fresh process a run, rounds in which every engine has its turn, and what the runs come to.

A figure is the median over rounds. A ratio is an engine's CPU seconds by those of the base engine in the same round,
the median over rounds: a machine that is busy changes seconds, hardly ratios.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clauses20.environments import FLOOR, Engine, Left, command_of, settings_of
from clauses20.tables import Exact, Tables, as_expected, differences, exact, first_of, generated

MODES = ("loaded", "end_to_end")
SECONDS = ("cpu", "user", "system", "wall")
LIMIT = 3600
Run = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What is asked of all engines alike."""

    rows: int
    rounds: int
    data: Path
    work: Path
    copies: int = 1
    threads: int = 1
    modes: tuple[str, ...] = MODES


@dataclass
class Measured:
    """An engine's runs by mode, one a round, and how far it is from the exact answers.

    tables: what it is given, all rows or the first of them; exact: the answers to those; rows: how many were asked for.
    """

    engine: Engine
    tables: Tables
    exact: Exact
    rows: int
    runs: dict[str, list[Run]] = field(default_factory=dict)
    wrong: dict[str, int] | None = None

    @property
    def scale(self) -> float:
        """By how much seconds of a sample are multiplied; 1 when all rows were measured."""
        return self.rows / self.tables.rows


def measure(engines: Sequence[Engine], setting: Setting, tell: Callable[[str], None]) -> dict[str, object]:
    """All rounds of all engines, and the result as JSON."""
    tables = generated(setting.rows, setting.data)
    truth = exact(tables, setting.copies)
    left: dict[str, str] = {}
    measured: dict[str, Measured] = {}
    for engine in (*engines, FLOOR):
        try:
            measured[engine.name] = prepare(engine, tables, truth, setting)
        except Left as reason:
            left[engine.name] = str(reason)
    for number in range(setting.rounds):
        for name in in_turn(list(measured), number):
            try:
                one_round(measured[name], setting)
            except Left as reason:
                left[name] = str(reason)
                del measured[name]
                tell(f"{name} is left out: {reason}")
        tell(f"round {number + 1} of {setting.rounds}")
    floor = measured.pop(FLOOR.name, None)
    return {
        "rows": setting.rows,
        "clauses": 20 * setting.copies,
        "threads": setting.threads,
        "rounds": setting.rounds,
        "exact": {
            "total_fen": truth.total_fen,
            "clause_fen": truth.clause_fen,
            "as_expected": as_expected(setting.rows, setting.copies, truth),
        },
        "floor": {} if floor is None else {mode: seconds_of(runs, 1) for mode, runs in floor.runs.items()},
        "left_out": left,
        "engines": {name: record(one) for name, one in measured.items()},
        "ratios": ratios(measured),
    }


def in_turn(names: list[str], number: int) -> list[str]:
    """Another engine is the first in each round."""
    turn = number % len(names) if names else 0
    return [*names[turn:], *names[:turn]]


def prepare(engine: Engine, tables: Tables, truth: Exact, setting: Setting) -> Measured:
    """An engine that can be run, with the rows it is given. Raises `Left`."""
    if setting.copies > 1 and not engine.copies:
        raise Left("it knows one copy of the set")
    command_of(engine, setting.work)
    own = tables if engine.sample is None else first_of(tables, engine.sample)
    return Measured(engine, own, truth if own == tables else exact(own, setting.copies), tables.rows)


def one_round(measured: Measured, setting: Setting) -> None:
    """One run in each mode; the first also compares what each enterprise is paid."""
    for mode in setting.modes:
        runs = measured.runs.setdefault(mode, [])
        with tempfile.TemporaryDirectory(dir=setting.work) as folder:
            answers = Path(folder) / "answers.npy"
            run = one_run(measured, setting, mode, Path(folder), None if runs else answers)
            runs.append(run)
            if measured.wrong is None and answers.is_file():
                measured.wrong = differences(measured.exact, answers)


def one_run(measured: Measured, setting: Setting, mode: str, folder: Path, answers: Path | None) -> Run:
    """A fresh process. Raises `Left` with its last words when it fails."""
    threads = setting.threads if measured.engine.threads else 1
    options = {
        "rows": measured.tables.rows,
        "data": measured.tables.folder,
        "mode": mode,
        "out": folder / "outcomes.parquet",
        "copies": setting.copies,
        "threads": threads,
        **({} if answers is None else {"answers": answers}),
    }
    command = [*command_of(measured.engine, setting.work), *(f"--{name}={value}" for name, value in options.items())]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=settings_of(threads), timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        raise Left(f"it took more than {LIMIT} seconds") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Left(f"its process stopped: {lines[-1] if lines else done.returncode}")
    run: Run = json.loads(done.stdout.strip().splitlines()[-1])
    return run


def seconds_of(runs: Sequence[Run], scale: float) -> dict[str, object]:
    """Medians over the runs of one mode, seconds scaled to all rows."""
    found: dict[str, object] = {name: median(runs, name) * scale for name in ("cpu", "wall")}
    found["stages"] = {
        stage: {name: statistics.median(run["stages"][stage][name] for run in runs) * scale for name in SECONDS}
        for stage in runs[0]["stages"]
    }
    found["warm_cpu"] = median(runs, "warm_cpu")
    found["process_cpu"] = median(runs, "process_cpu")
    found["peak_bytes"] = int(median(runs, "peak_bytes"))
    found["rounds_cpu"] = [run["cpu"] * scale for run in runs]
    return found


def median(runs: Sequence[Run], name: str) -> float:
    """The median of a figure over runs."""
    return float(statistics.median(run[name] for run in runs))


def record(measured: Measured) -> dict[str, object]:
    """An engine's part of the JSON."""
    first = next(iter(measured.runs.values()))[0]
    same = first["total_fen"] == measured.exact.total_fen and first["clause_fen"] == measured.exact.clause_fen
    return {
        "version": first["version"],
        "rows_measured": measured.tables.rows,
        "scaled": measured.scale != 1,
        **{mode: seconds_of(runs, measured.scale) for mode, runs in measured.runs.items()},
        "build_cpu": max((run.get("build_cpu") or 0 for runs in measured.runs.values() for run in runs), default=0),
        "total_fen": first["total_fen"],
        "clause_fen": first["clause_fen"],
        "exact_total_fen": measured.exact.total_fen,
        "wrong_clauses": [name for name, fen in measured.exact.clause_fen.items() if first["clause_fen"][name] != fen],
        "wrong_entities": measured.wrong,
        "exact": same and not (measured.wrong or {}).get("wrong"),
    }


def ratios(measured: dict[str, Measured]) -> dict[str, dict[str, float]]:
    """By mode: each engine's CPU seconds by those of the first engine."""
    names = list(measured)
    if not names:
        return {}
    base = measured[names[0]]
    found: dict[str, dict[str, float]] = {}
    for mode, runs in base.runs.items():
        own = [run["cpu"] * base.scale for run in runs]
        found[mode] = {
            name: statistics.median(
                run["cpu"] * one.scale / mine for run, mine in zip(one.runs[mode], own, strict=True)
            )
            for name, one in measured.items()
        }
    return found
