"""How long from the command to the outcomes, the packs of the repository over few dossiers: cold, warm, and its parts.

    .venv/bin/python bench/cold_start.py SNAPSHOT [--dossiers 1000,10000] [--rounds 3] [--json FILE]

SNAPSHOT is one that the sample district made (`python3 run.py demo --no-serve`, then the newest folder under
`snapshots` of its data); its first dossiers are evaluated by `yanlian evaluate` in a process of its own. *Cold*: an
empty folder of kernels, so that all programs are compiled. *Warm*: the same again. The whole process counts: start,
imports and writing the outcomes included; Python's own bytecode is there (a run before fills it). *Parts* are those of
one process, from its start to the outcomes of the first batch: *programs* is the first run of the compiled programs,
*the rest* the batch once more with what goes to the interpreter and the making of rows. Medians. Without pandas, which
only the extra for Spark brings.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from real_packs import AS_OF, PACKS, ROOT, repeated

from yanlian.engine.dossier.overlay import open_dossiers

T = TypeVar("T")
_PARTS = ("import", "load packs", "open dossiers", "read", "bind and lower", "compile", "programs", "the rest")


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of a process and of those that it waited for."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, spent = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return time.monotonic() - started, spent.ru_utime + spent.ru_stime


def environment(scratch: Path, kernels: Path) -> dict[str, str]:
    """Of the processes that are measured: bytecode as an installed package has it, an own folder of kernels."""
    found = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    # pyarrow loads pandas where it finds it, for half a second; it is none of our packages, but of the extra for Spark.
    (scratch / "none").mkdir(exist_ok=True)
    (scratch / "none" / "pandas.py").write_text("raise ImportError")
    sources = os.pathsep.join([str(scratch / "none"), str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    own = {"PYTHONPATH": sources, "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"), "YANLIAN_KERNELS": str(kernels)}
    return {**found, **own}


def run_once(dossiers: Path, scratch: Path, kernels: Path) -> tuple[float, float]:
    """`yanlian evaluate` over the dossiers: wall and CPU seconds."""
    out = scratch / "run"
    shutil.rmtree(out, ignore_errors=True)
    packs = [word for pack in PACKS for word in ("--packs", str(pack))]
    told = ["--dossiers", str(dossiers), "--as-of", AS_OF.isoformat(), "--out", str(out)]
    return timed([sys.executable, "-m", "yanlian.web.cli", "evaluate", *packs, *told], environment(scratch, kernels))


def rounds_of(dossiers: Path, scratch: Path, rounds: int) -> dict[str, object]:
    """Cold and warm, so many times, one after the other; and the parts of a process, cold and warm."""
    kernels = scratch / "kernels"
    # Python's bytecode, and the files in the system's memory.
    run_once(dossiers, scratch, kernels)
    runs: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": []}
    parts: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    for _ in range(rounds):
        for found in (runs, parts):
            shutil.rmtree(kernels)
            for state in ("cold", "warm"):
                if found is runs:
                    runs[state].append(run_once(dossiers, scratch, kernels))
                else:
                    parts[state].append(_parts_in_a_process(dossiers, scratch, kernels))
    told: dict[str, object] = {}
    for state, times in runs.items():
        told[f"{state}_wall"] = statistics.median(wall for wall, _ in times)
        told[f"{state}_cpu"] = statistics.median(cpu for _, cpu in times)
        told[f"{state}_parts_cpu"] = {name: statistics.median(p[name] for p in parts[state]) for name in _PARTS}
    return told


def _parts_in_a_process(dossiers: Path, scratch: Path, kernels: Path) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), str(dossiers), "--parts"]
    told = subprocess.run(command, env=environment(scratch, kernels), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def parts_here(dossiers: Path) -> dict[str, float]:
    """CPU seconds of each step, in this process: to be asked once."""
    spent: dict[str, float] = {}

    def step(name: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        found = work()
        spent[name] = time.process_time() - started
        return found

    from yanlian.engine.policy import load_packs
    from yanlian.engine.stream import kernel as stream_kernel
    from yanlian.engine.stream.run import reading_of
    from yanlian.engine.stream.units import units_of

    # All that this process has done until now but reading this file.
    spent["import"] = time.process_time()
    step("load packs", lambda: load_packs(PACKS))
    maker = step("open dossiers", lambda: stream_kernel.kernel(PACKS, dossiers, AS_OF))
    spent["open dossiers"] -= spent["load packs"]
    evaluator = maker.make()
    (unit, *_) = units_of(open_dossiers(dossiers).sizes(), maker.unit_rows)
    batch = step("read", lambda: next(iter(reading_of(maker, dossiers).open().batches(unit))))
    made = stream_kernel.Tiers
    stream_kernel.Tiers = lambda *given: step("compile", lambda: made(*given))
    sheets = step("bind and lower", lambda: evaluator.sheets(batch.schema, narrow=True))
    programs = sheets.programs
    spent["bind and lower"] -= spent["compile"]
    step("programs", lambda: programs.run(batch))
    step("the rest", lambda: evaluator(batch))
    return spent


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("snapshot", type=Path)
    asked.add_argument("--dossiers", default="1000,10000", help="how many; several sizes with commas between")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", type=Path)
    asked.add_argument("--parts", action="store_true", help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.parts:
        print(json.dumps(parts_here(told.snapshot)))
        return
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="yanlian-cold-") as scratch:
        for size in told.dossiers.split(","):
            folder = Path(scratch) / f"dossiers-{size}"
            folder.mkdir()
            one = found[size] = rounds_of(repeated(told.snapshot, int(size), folder), Path(scratch), told.rounds)
            for state in ("cold", "warm"):
                print(f"{size} dossiers, {state}: {one[f'{state}_wall']:.2f} s, {one[f'{state}_cpu']:.2f} s of CPU")
                parts = one[f"{state}_parts_cpu"]
                assert isinstance(parts, dict)
                print("  CPU: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in parts.items()))
    if told.json is not None:
        told.json.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
