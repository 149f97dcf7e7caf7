"""The engines that are measured, and the isolated environment of each: made with pip on first use, versions pinned.

NumPy and the Decimal loop need nothing that this project does not need itself and run in its own environment, in
processes of their own. Nothing of the others is part of this project; they are installed only to be measured.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
TABLES = ("numpy==2.4.6", "pyarrow==26.0.1")
# Every way in which one of the engines, or a library below it, is told how many threads it may use.
THREAD_SETTINGS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"),
    *("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS", "ARROW_IO_THREADS"),
)


class Left(Exception):
    """An engine that is left out, and why."""


@dataclass(frozen=True)
class Engine:
    """How an engine is run.

    packages: what its environment holds, nothing: ours. sample: rows that are measured, None: all; the rest is scaled.
    threads: whether it can use several. copies: whether it can evaluate the set several times with shifted figures.
    """

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    environment: str = ""
    packages: tuple[str, ...] = ()
    sample: int | None = None
    threads: bool = False
    copies: bool = True


_FISCA = ("openfisca-core==46.0.1", *TABLES)
_NUMBA = ("numba==0.68.1", *TABLES)
ENGINES = {
    engine.name: engine
    for engine in (
        Engine("yanlian", "../ours.py", threads=True),
        Engine("numba", "numba_peer.py", ("reasons",), "numba", _NUMBA, threads=True),
        Engine("numba-totals", "numba_peer.py", ("totals",), "numba", _NUMBA, threads=True),
        Engine("polars", "polars_peer.py", (), "polars", ("polars==2.1.0", *TABLES), threads=True),
        Engine("numpy", "numpy_peer.py"),
        Engine("duckdb", "duckdb_peer.py", (), "duckdb", ("duckdb==2.0.0", *TABLES), threads=True),
        Engine("openfisca", "openfisca_peer.py", ("single",), "openfisca", _FISCA),
        Engine("openfisca64", "openfisca_peer.py", ("double",), "openfisca", _FISCA),
        Engine("policyengine", "policyengine_peer.py", (), "policyengine", ("policyengine-core==3.33.12", *TABLES)),
        Engine("zen", "zen_peer.py", (), "zen", ("zen-engine==2.1.3", *TABLES), sample=10_000),
        Engine("decimal", "decimal_peer.py", sample=10_000, copies=False),
    )
}
FLOOR = Engine("floor", "floor_peer.py", threads=True)


def cache_folder() -> Path:
    """Where environments and tables are kept unless told: the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(base) / "yanlian-clauses20"


def command_of(engine: Engine, work: Path) -> list[str]:
    """The start of the command that measures an engine; its environment is made when it is not there."""
    script = str((PEERS / engine.script).resolve())
    python = sys.executable if not engine.packages else str(_python_of(engine, work / "environments"))
    return [python, script, *engine.arguments]


def settings_of(threads: int) -> dict[str, str]:
    """The environment variables of a measured process: so many threads, no foreign modules."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO_"))}
    return {**kept, **dict.fromkeys(THREAD_SETTINGS, str(threads))}


def _python_of(engine: Engine, folder: Path) -> Path:
    pins = hashlib.sha256("\n".join((sys.version, *engine.packages)).encode()).hexdigest()[:8]
    home = folder / f"{engine.environment}-{pins}"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = home / "installed.txt"
    with _alone(folder):
        _make(engine, home, python, done)
    return python


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes an environment in the meantime (where the system has such locks)."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(engine: Engine, home: Path, python: Path, done: Path) -> None:
    if not done.is_file():
        print(f"{engine.name}: installing {' '.join(engine.packages)}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        _install([sys.executable, "-m", "venv", str(home)], "no virtual environment could be made")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _install([*pip, *engine.packages], "pip could not install it")
        done.write_text("\n".join(engine.packages) + "\n", "utf-8")


def _install(command: list[str], why: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise Left(f"{why}: {errors[-1] if errors else done.returncode}")
