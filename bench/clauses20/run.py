"""Twenty clauses side by side in many engines: seconds, memory, and whether the money is right to the fen.

    yanlian bench clauses20 [--rows 1000000] [--engines yanlian,numba,…] [--rounds 3] [--json FILE]
    python bench/clauses20/run.py …            the same

Each engine has an isolated environment, made with pip on first use in `--work` (by default the user's cache); what
cannot be installed is named with the reason. Each measured run is a fresh process on one thread; in a round every
engine has its turn. `--scale rows|clauses|threads` measures along an axis instead: rows 10⁴ to 10⁷, clauses 20 to 500
(the set repeated with shifted figures; 100,000 rows unless told), threads 1 and 2; `--points` names others.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clauses20.environments import ENGINES, Engine, cache_folder
from clauses20.measure import MODES, Setting, measure
from clauses20.told import scaling, table

ROWS, ROWS_OF_CLAUSES = 1_000_000, 100_000
POINTS = {"rows": (10_000, 100_000, 1_000_000, 10_000_000), "clauses": (20, 100, 200, 500), "threads": (1, 2)}
CLAUSES_OF_SET = 20


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=0, help="enterprises; by default a million")
    parser.add_argument("--engines", default=",".join(ENGINES), help=f"of {', '.join(ENGINES)}; the first is the base")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--scale", choices=tuple(POINTS), default="")
    parser.add_argument("--points", default="", help="with --scale: where to measure, for example 10000,100000")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--work", type=Path, default=cache_folder(), help="environments and tables are kept here")
    return parser.parse_args(arguments)


def engines_of(text: str) -> list[Engine]:
    """The engines named; ends the command when one does not exist."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in ENGINES]
    if unknown or not names:
        raise SystemExit(f"--engines: {', '.join(unknown) or 'none'} is not one of {', '.join(ENGINES)}")
    return [ENGINES[name] for name in dict.fromkeys(names)]


def setting_of(options: argparse.Namespace) -> Setting:
    """What the options ask of every engine."""
    modes = tuple(mode for mode in MODES if mode in options.modes.split(","))
    if not modes or options.rounds < 1 or options.threads < 1 or options.rows < 0:
        raise SystemExit("--modes, --rounds, --threads: at least one; --rows: a positive number")
    rows = options.rows or (ROWS_OF_CLAUSES if options.scale == "clauses" else ROWS)
    options.work.mkdir(parents=True, exist_ok=True)
    work = options.work.resolve()
    return Setting(rows, options.rounds, work / "tables", work, threads=options.threads, modes=modes)


def along(axis: str, point: int, setting: Setting) -> Setting:
    """The setting at a point of an axis."""
    if axis == "clauses":
        if point % CLAUSES_OF_SET:
            raise SystemExit(f"--points: clauses come by {CLAUSES_OF_SET}, not {point}")
        return replace(setting, copies=point // CLAUSES_OF_SET)
    return replace(setting, rows=point) if axis == "rows" else replace(setting, threads=point)


def machine() -> dict[str, object]:
    """Where it was measured."""
    return {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    options = read_arguments(arguments)
    engines, setting = engines_of(options.engines), setting_of(options)
    result: dict[str, Any]
    if not options.scale:
        result = {"machine": machine(), **measure(engines, setting, _tell)}
        print(table(result))
    else:
        points = [int(point) for point in options.points.split(",") if point] or POINTS[options.scale]
        found = [measure(engines, along(options.scale, point, setting), _tell) for point in points]
        result = {"machine": machine(), "scale": options.scale, "points": found}
        print(scaling(found, options.scale))
    if options.json is not None:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
