"""The worked example of docs/reference/evaluate.md does what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "evaluate.md"
SECONDS = re.compile(r"\d+\.\d s")


def test_the_worked_example_gives_what_the_page_shows(tmp_path):
    blocks = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    for _, name, text in blocks:
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
    (console,) = [text for kind, _, text in blocks if kind == "console"]
    tools = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "200"}
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.M)
    assert len(steps) == 3
    for command, shown in steps:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert SECONDS.sub("s", done.stdout) == SECONDS.sub("s", shown)
    assert (tmp_path / "outcomes.csv").read_text("utf-8").count("\n") == 4
