"""The worked example of docs/reference/kernel.md, on the pack and dossiers of evaluate.md, does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from yanlian.engine.stream.kernel import FULL_AFTER_ROWS

PAGES = Path(__file__).parents[3] / "docs" / "reference"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_program_of_the_worked_example_is_the_one_on_the_page(tmp_path: Path):
    for _, name, text in BLOCK.findall((PAGES / "evaluate.md").read_text("utf-8")):
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, capture_output=True)
    (console,) = [
        text for kind, _, text in BLOCK.findall((PAGES / "kernel.md").read_text("utf-8")) if kind == "console"
    ]
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert len(steps) == 2
    for command, shown in steps:
        done = subprocess.run(
            command.split(),
            cwd=tmp_path,
            env={**os.environ, "PATH": tools, "COLUMNS": "200"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        # Tables are as wide as the console.
        assert [line.rstrip() for line in done.stdout.splitlines()] == [line.rstrip() for line in shown.splitlines()]


def test_the_page_says_after_how_many_dossiers_full_code_is_made():
    assert f"after {FULL_AFTER_ROWS:,} dossiers" in (PAGES / "kernel.md").read_text("utf-8")
