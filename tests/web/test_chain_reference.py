"""docs/reference/chains.md: its example does what the page says, and the page names every key, column and code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from yanlian.engine.chain.template import build
from yanlian.engine.chain.template.exchange.convert import load, save
from yanlian.engine.chain.template.exchange.tables import TABLES, WORDS
from yanlian.engine.chain.template.read import read_chain
from yanlian.web.cli.chain_verbs import chain

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "chains.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
TOLD = re.findall(r"```\n\$ yanlian chain (.*?)\n(.*?)```", PAGE, re.DOTALL)


def check(folder: Path, text: str, words: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    Path("kite.yaml").write_text(text, "utf-8")
    return CliRunner().invoke(chain, words.split(), terminal_width=400).output


def test_the_worked_example_is_without_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words, told = TOLD[0]
    assert check(tmp_path, EXAMPLE, words, monkeypatch) == told


def test_the_three_slips_are_told_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words, told = TOLD[1]
    slips = EXAMPLE.replace("from: kite-frame", "from: kite-frme").replace("tier: 1", "tier: 0", 1)
    assert check(tmp_path, slips.replace("'2439'", "'9999'"), words, monkeypatch) == told


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a.graphml", "a.zip", "a"])
def test_the_worked_example_goes_through_every_format(tmp_path: Path, name: str):
    (tmp_path / "kite.yaml").write_text(EXAMPLE, "utf-8")
    made = read_chain(tmp_path / "kite.yaml")
    save(made, tmp_path / name)
    assert load(tmp_path / name) == made


def rows(title: str) -> set[str]:
    """The names in the first column of the table under a heading."""
    part = PAGE.split(f"\n### {title}\n")[1].split("\n#")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("|")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_page_names_every_key():
    assert rows("chain") == set(build.CHAIN)
    assert rows("segments") == set(build.SEGMENT)
    assert rows("edges") == set(build.EDGE)
    sources = PAGE.split("\n### sources\n")[1].split("\n#")[0]
    assert set(build.SOURCE) <= set(re.findall(r"`(\w+)`", sources))


def test_the_page_names_every_sheet_and_column():
    sheets = PAGE.split("- **XLSX**")[1].split("- **CSV**")[0]
    for part, name in TABLES.items():
        columns = " ".join(re.split(rf"{name}: ", sheets)[1].split(";")[0].split())
        assert set(WORDS[part].values()) <= set(re.split(r"[ .]", columns)), part


def test_the_page_names_every_code_of_the_review():
    review = yaml.safe_load((ROOT / "src" / "yanlian" / "base" / "refusals" / "chain_review.yaml").read_text("utf-8"))
    part = PAGE.split("\n## The review\n")[1].split("\n## ")[0]
    assert set(re.findall(r"`(chain_\w+)`", part)) == set(review)
