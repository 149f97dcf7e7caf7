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


class Unusable(Exception):
    """An option that cannot be followed: which, what was found, what was expected."""

    def __init__(self, option: str, found: object, expected: str) -> None:
        super().__init__(f"--{option}: {found}; expected {expected}")
        self.option, self.found, self.expected = option, str(found), expected


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=0, help="enterprises; by default a million")
    parser.add_argument("--engines", default=",".join(ENGINES), help=f"of {', '.join(ENGINES)}; the first is the base")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--scale", default="", help="measure along an axis: rows, clauses or threads")
    parser.add_argument("--points", default="", help="with --scale: where to measure, for example 10000,100000")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--work", type=Path, default=cache_folder(), help="environments and tables are kept here")
    return parser.parse_args(arguments)


def engines_of(text: str) -> list[Engine]:
    """The engines named. Raises `Unusable` when one does not exist."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in ENGINES]
    if unknown or not names:
        raise Unusable("engines", ", ".join(unknown) or "–", ", ".join(ENGINES))
    return [ENGINES[name] for name in dict.fromkeys(names)]


def setting_of(options: argparse.Namespace) -> Setting:
    """What the options ask of every engine. Raises `Unusable`."""
    modes = tuple(mode for mode in MODES if mode in options.modes.split(","))
    if not modes:
        raise Unusable("modes", options.modes, ", ".join(MODES))
    if options.scale and options.scale not in POINTS:
        raise Unusable("scale", options.scale, ", ".join(POINTS))
    for name, least in (("rounds", 1), ("threads", 1), ("rows", 0)):
        if getattr(options, name) < least:
            raise Unusable(name, getattr(options, name), f">= {least}")
    rows = options.rows or (ROWS_OF_CLAUSES if options.scale == "clauses" else ROWS)
    options.work.mkdir(parents=True, exist_ok=True)
    work = options.work.resolve()
    return Setting(rows, options.rounds, work / "tables", work, threads=options.threads, modes=modes)


def points_of(options: argparse.Namespace) -> Sequence[int]:
    """Where along the axis it is measured. Raises `Unusable`."""
    try:
        return [int(point) for point in options.points.split(",") if point] or POINTS[options.scale]
    except ValueError:
        raise Unusable("points", options.points, "10000,100000") from None


def along(axis: str, point: int, setting: Setting) -> Setting:
    """The setting at a point of an axis. Raises `Unusable`."""
    if point < 1:
        raise Unusable("points", point, ">= 1")
    if axis == "clauses":
        if point % CLAUSES_OF_SET:
            raise Unusable("points", point, f"{CLAUSES_OF_SET}, {2 * CLAUSES_OF_SET}, {3 * CLAUSES_OF_SET} …")
        return replace(setting, copies=point // CLAUSES_OF_SET)
    return replace(setting, rows=point) if axis == "rows" else replace(setting, threads=point)


def machine() -> dict[str, object]:
    """Where it was measured."""
    return {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. Raises `Unusable`."""
    options = read_arguments(arguments)
    engines, setting = engines_of(options.engines), setting_of(options)
    result: dict[str, Any]
    if not options.scale:
        result = {"machine": machine(), **measure(engines, setting, _tell)}
        print(table(result))
    else:
        settings = [along(options.scale, point, setting) for point in points_of(options)]
        found = [measure(engines, one, _tell) for one in settings]
        result = {"machine": machine(), "scale": options.scale, "points": found}
        print(scaling(found, options.scale))
    if options.json is not None:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unusable as problem:
        sys.exit(str(problem))
