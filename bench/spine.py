"""The main job from nothing: seconds of each stage, seconds of a second start, largest memory of any process.

    .venv/bin/python bench/spine.py 5000 100000

Each size runs in a data folder of its own, which is removed afterwards. Figures of one machine on one day: compare
ratios, not seconds.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def demo(enterprises: int, data: str) -> tuple[float, str]:
    """Run the demo without serving; returns seconds and what it printed."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "yanlian.web.cli", "demo", "--no-serve", "--enterprises", str(enterprises)],
        cwd=ROOT,
        env={**os.environ, "YANLIAN_DATA": data},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.monotonic() - started, done.stdout


def stages(printed: str) -> list[tuple[str, float]]:
    """The demo's own stage times: a line with a dot, later a line that is only seconds."""
    found: list[tuple[str, float]] = []
    title = ""
    for line in printed.splitlines():
        if line.startswith("•"):
            title = line[1:].strip()
        elif seconds := re.fullmatch(r"\s+([\d.]+) s", line):
            found.append((title, float(seconds[1])))
    return found


def main(sizes: list[int]) -> None:
    """Measure each size and print a table."""
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="yanlian-bench-") as data:
            first, printed = demo(size, data)
            second, _ = demo(size, data)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"\n{size:,} enterprises: first {first:.1f} s, second start {second:.1f} s, peak {peak:,.0f} MiB a process"
        )
        for title, seconds in stages(printed):
            print(f"  {seconds:8.1f} s  {title}")


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [5_000])
