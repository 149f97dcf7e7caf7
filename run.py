#!/usr/bin/env python3
"""The two commands, with nothing but the standard library.

python3 run.py                 make the environment, build the sample district, run its policies, serve the pages
python3 run.py test            run all tests
python3 run.py <verb> …        anything else goes to the command line `yanlian <verb> …`
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Each holds everything that the ones before it do.
LOCKS = {"run": "requirements.lock", "test": "requirements-dev.lock", "full": "requirements-full.lock"}


def say(text: str) -> None:
    print(f"[run.py] {text}", flush=True)


def fail(text: str) -> None:
    print(f"[run.py] {text}", file=sys.stderr)
    raise SystemExit(1)


def call(*command: str | Path) -> None:
    if subprocess.call([str(part) for part in command], cwd=ROOT) != 0:
        fail(
            f"This step failed: {' '.join(str(part) for part in command)}\n"
            "         Read the lines above; a second start goes on where this one stopped."
        )


def installed(lock: str) -> bool:
    mark = VENV / "installed.txt"
    return PYTHON.exists() and mark.exists() and f"{lock} {state_of(lock)}" in mark.read_text().splitlines()


def state_of(lock: str) -> str:
    """What the environment depends on: the lock file, the project file and the interpreter."""
    parts = (ROOT / lock).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), str(ROOT).encode()
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_environment(purpose: str) -> None:
    """Install the locked packages into .venv; nothing to do when they are there."""
    lock = LOCKS[purpose]
    if installed(lock):
        return
    started = time.monotonic()
    uv = shutil.which("uv")
    if not PYTHON.exists():
        say("making the environment in .venv")
        if uv:
            call(uv, "venv", "--quiet", "--python", sys.executable, VENV)
        elif subprocess.call([sys.executable, "-m", "venv", str(VENV)]) != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            fail("Python could not make a virtual environment. On Debian or Ubuntu: sudo apt install python3-venv")
    say(f"installing the locked packages ({lock}); the first time takes about a minute")
    if uv:
        call(uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock)
        call(uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--no-build-isolation", "-e", ".")
    else:
        pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        call(*pip, "--require-hashes", "-r", lock)
        call(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    mark = VENV / "installed.txt"
    locks = list(LOCKS.values())
    done = locks[: locks.index(lock) + 1]
    mark.write_text("".join(f"{name} {state_of(name)}\n" for name in done))
    say(f"environment ready after {time.monotonic() - started:.0f} s")


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: python3.12 run.py")
    testing = arguments[:1] == ["test"]
    # Spark is large: only those who want every part tested get it.
    every_part = os.environ.get("YANLIAN_REQUIRE_ALL") == "1"
    make_environment(("full" if every_part else "test") if testing else "run")
    if testing:
        # As many workers as cores; --dist loadfile keeps tests that share a server or a database file together.
        command = ["-m", "pytest", "-n", "auto", "--dist", "loadfile", *arguments[1:]]
    else:
        command = ["-m", "yanlian.web.cli", *(arguments or ["demo"])]
    try:
        return subprocess.call([str(PYTHON), *command], cwd=ROOT)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
