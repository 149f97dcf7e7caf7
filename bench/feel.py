"""Our FEEL engine against other engines, per family of expressions: right answers, and CPU time as ratios of one run.

    .venv/bin/python bench/feel.py [--rounds 7] [--only ours,pySFeel] [--work DIR] [--json FILE]

Each engine runs in a process of its own over the same expressions (`feel_peers/cases.yaml`). The others are put by
pip or npm into an environment of their own under `--work`; they are never dependencies of this project. What cannot be
installed is left out with a line that says why. In every round an expression is measured in one engine right after the
other; a ratio is the other engine's time by ours within a round, the median over rounds, then the geometric mean over a
family, only over what that engine answers rightly. A machine that is busy changes seconds, hardly ratios.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from feel_peers.cases import as_json, load  # noqa: E402 (found beside this script)

WORKERS = HERE / "feel_peers"
CASES = load()
TOLERANCE = Decimal("1e-8")
PACKAGES = {
    "pySFeel": ("pySFeel",),
    "pyDMNrules": ("pyDMNrules",),
    "bkflow-feel": ("bkflow-feel",),
    # The engine that reads FEEL was taken out after 3.0; what is left evaluates Python.
    "SpiffWorkflow": ("SpiffWorkflow<3.1",),
    "feelin": ("feelin",),
}
ENGINES = ("ours", *PACKAGES)


class Left(Exception):
    """An engine that is left out, and why."""


@dataclass
class Engine:
    """A running engine: what it answered, and the seconds of one call by case and mode, one a round."""

    name: str
    process: subprocess.Popen[str]
    version: str = ""
    answers: list[dict[str, object]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    times: dict[tuple[int, str], list[float]] = field(default_factory=dict)

    def can(self, case: int, mode: str) -> bool:
        """Whether the engine answers a case rightly in a mode."""
        return self.right[case] and (mode == "whole" or bool(self.answers[case].get("again")))

    def measure(self, case: int, mode: str) -> None:
        """One measurement."""
        self.times.setdefault((case, mode), []).append(float(self.ask(f"{case} {mode}\n")))

    def ask(self, line: str = "") -> str:
        """Send a line and read one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()
        found = self.process.stdout.readline()
        if not found:
            raise Left("its process ended")
        return found


# Installing


def run(command: list[str], where: Path, why: str) -> None:
    """Run an installer, or say why it could not."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Left(f"{why}: {lines[-1] if lines else done.returncode}")


def command_of(name: str, work: Path, cases: Path) -> tuple[list[str], Path]:
    """The command that starts an engine's worker, and its folder; installs the engine if it is not there."""
    worker = str(WORKERS / "worker.py")
    if name == "ours":
        return [sys.executable, worker, name, str(cases)], HERE.parent
    home = work / name
    if name == "feelin":
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise Left("node and npm are not on this machine")
        if not (home / "node_modules" / name).is_dir():
            home.mkdir(parents=True, exist_ok=True)
            (home / "package.json").write_text('{"name": "peer", "private": true}\n', "utf-8")
            run([npm, "install", "--no-audit", "--no-fund", *PACKAGES[name]], home, "npm could not install it")
        return [node, str(WORKERS / "feelin.mjs"), str(cases)], home
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = home / "installed"
    if not done.is_file():
        run([sys.executable, "-m", "venv", "--clear", str(home)], HERE, "no virtual environment could be made")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, *PACKAGES[name]], home, "pip could not install it")
        done.write_text("ok\n", "utf-8")
    return [str(python), worker, name, str(cases)], home


def start(name: str, work: Path, cases: Path) -> Engine:
    """An engine that has answered all cases."""
    command, where = command_of(name, work, cases)
    with (work / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        )
    engine = Engine(name, process)
    try:
        said = json.loads(engine.ask())
    except Left:
        lines = (work / f"{name}.log").read_text("utf-8").strip().splitlines()
        raise Left(f"its worker stopped: {lines[-1] if lines else ''}") from None
    engine.version, engine.answers = said["version"], said["answers"]
    for case, answer in zip(CASES, engine.answers, strict=True):
        right = "answer" in answer and agrees(case.answer, answer["answer"], TOLERANCE)
        engine.right.append(right)
        engine.exact.append(right and agrees(case.answer, answer["answer"], Decimal(0)))
    return engine


def agrees(expected: object, found: object, tolerance: Decimal) -> bool:
    """Whether an answer is the expected one, numbers within a tolerance (relative for large ones)."""
    if isinstance(expected, dict) and isinstance(found, dict) and "number" in expected:
        if "number" not in found:
            return False
        right, given = Decimal(str(expected["number"])), Decimal(str(found["number"]))
        return given.is_finite() and abs(given - right) <= tolerance * max(1, abs(right))
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(
            agrees(a, b, tolerance) for a, b in zip(expected, found, strict=True)
        )
    return type(expected) is type(found) and expected == found


# Measuring and telling


def measure(engines: list[Engine], rounds: int) -> None:
    """All rounds: every case in every engine in turn, the first engine another one each round."""
    for number in range(rounds):
        turn = number % len(engines)
        order = [*engines[turn:], *engines[:turn]]
        for case in range(len(CASES)):
            for mode in ("whole", "again"):
                for engine in order:
                    if engine.can(case, mode):
                        engine.measure(case, mode)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)


def ratio(ours: Engine, peer: Engine, case: int, mode: str) -> float | None:
    """The other engine's time by ours, the median over rounds. What cannot keep a parsed text parses again."""
    theirs = peer.times.get((case, mode)) or peer.times.get((case, "whole"))
    mine = ours.times.get((case, mode))
    if not theirs or not mine:
        return None
    return statistics.median(a / b for a, b in zip(theirs, mine, strict=True))


def mean(values: list[float]) -> float | None:
    """The geometric mean."""
    return math.exp(statistics.fmean(math.log(value) for value in values)) if values else None


def times_of(engine: Engine, cases: list[int], mode: str) -> float | None:
    """The geometric mean of an engine's median seconds over cases."""
    return mean([statistics.median(engine.times[case, mode]) for case in cases if (case, mode) in engine.times])


def families() -> dict[str, list[int]]:
    """The numbers of the cases of every family."""
    found: dict[str, list[int]] = {}
    for number, case in enumerate(CASES):
        found.setdefault(case.family, []).append(number)
    return found


def table(engines: list[Engine], mode: str) -> str:
    """One Markdown table: our microseconds, then for each other engine its ratio and its right answers."""
    ours, peers = engines[0], engines[1:]
    lines = ["| family | ours, µs | right |" + "".join(f" {p.name} | right |" for p in peers)]
    lines.append("| --- | ---: | ---: |" + " ---: | ---: |" * len(peers))
    rows: dict[str, list[int]] = {**families(), "all": list(range(len(CASES)))}
    for family, cases in rows.items():
        seconds = times_of(ours, cases, mode)
        cells = [family, "–" if seconds is None else f"{seconds * 1e6:.1f}", right_of(ours, cases)]
        for peer in peers:
            found = mean([r for case in cases if (r := ratio(ours, peer, case, mode)) is not None])
            cells += ["–" if found is None else f"{found:.1f}×", right_of(peer, cases)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def right_of(engine: Engine, cases: list[int]) -> str:
    """Right answers of so many; in brackets those that are exact, where fewer."""
    right, exact = (sum(kind[case] for case in cases) for kind in (engine.right, engine.exact))
    return f"{right}/{len(cases)}" + ("" if exact == right else f" ({exact} exact)")


def slower(engines: list[Engine]) -> list[str]:
    """Every expression in which another engine is faster than ours."""
    ours = engines[0]
    found: list[str] = []
    for peer in engines[1:]:
        for case, asked in enumerate(CASES):
            for mode in ("whole", "again"):
                r = ratio(ours, peer, case, mode)
                if r is not None and r < 1:
                    found.append(f"{peer.name}, {mode}: `{asked.text}` {r:.2f}×")
    return found


def report(engines: list[Engine], left: dict[str, str], rounds: int) -> str:
    """Everything as Markdown."""
    parts = ["Engines: " + ", ".join(f"{e.name} {e.version}" for e in engines) + f"; {rounds} rounds."]
    parts += [f"Left out: {name}, {why}." for name, why in left.items()]
    parts += ["", "## Parse and evaluate, CPU time of the other engine by ours", "", table(engines, "whole")]
    parts += ["", "## Evaluate what was parsed before (who cannot keep it parses again)", "", table(engines, "again")]
    lost = slower(engines)
    parts += ["", "## Expressions in which another engine is faster", ""]
    return "\n".join(parts + ([f"- {line}" for line in lost] or ["None."]))


def record(engines: list[Engine], left: dict[str, str]) -> dict[str, object]:
    """Everything as JSON."""
    return {
        "left out": left,
        "cases": [{"family": case.family, "text": case.text, "answer": case.answer} for case in CASES],
        "engines": {
            e.name: {
                "version": e.version,
                "answers": e.answers,
                "right": e.right,
                "exact": e.exact,
                "seconds": {f"{case} {mode}": times for (case, mode), times in e.times.items()},
            }
            for e in engines
        },
    }


def cache() -> Path:
    """Where the other engines are installed unless told: the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(base) / "yanlian-bench-feel"


def main() -> None:
    """Install, ask, measure, tell."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--only", default=",".join(ENGINES), help="engines, with commas")
    options.add_argument("--work", type=Path, default=cache(), help="where the other engines are installed")
    options.add_argument("--json", type=Path, help="a file for all single figures")
    given = options.parse_args()
    wanted = ["ours", *(name for name in given.only.split(",") if name != "ours")]
    if unknown := set(wanted) - set(ENGINES):
        options.error(f"unknown engines: {', '.join(sorted(unknown))}; known: {', '.join(ENGINES)}")
    given.work.mkdir(parents=True, exist_ok=True)
    engines: list[Engine] = []
    left: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="yanlian-bench-") as folder:
        cases = Path(folder) / "cases.json"
        cases.write_text(json.dumps(as_json(CASES)), "utf-8")
        for name in wanted:
            try:
                engines.append(start(name, given.work, cases))
            except Left as why:
                left[name] = str(why)
                print(f"left out: {name}, {why}", file=sys.stderr)
        measure(engines, given.rounds)
    for engine in engines:
        engine.process.terminate()
    print(report(engines, left, given.rounds))
    if given.json:
        given.json.write_text(json.dumps(record(engines, left), ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
