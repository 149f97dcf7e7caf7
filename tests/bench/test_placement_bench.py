"""The benchmark of placement on a small folder made for this test: what it reads, leaves out, prints and writes."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from yanlian.base.refusal import Refused

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from bench import placement

LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
FIRMS = 40


def word(at: int) -> str:
    """The word of a class, of letters that no other class writes."""
    return LETTERS[2 * at : 2 * at + 2]


def written(folder: Path, name: str, lines: list[list[str]]) -> None:
    with gzip.open(folder / name, "wt", encoding="utf-8") as file:
        file.write("\n".join("\t".join(line) for line in [["head"] * len(lines[0]), *lines]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty firms of ten classes whose names and products hold the word of their class; one firm without products, one
    without a name, one broken line of products."""
    firms = [(f"{600000 + number}", number % 10) for number in range(FIRMS)]
    names = [[code, f"{word(at)}股份", f"{word(at)}股份有限公司", "x", "2020-01-01"] for code, at in firms]
    written(tmp_path, "company.tsv.gz", [*names, ["700000", "无产品", "无产品公司", "x", "2020-01-01"]])
    classes = [[f"{code}.SH", "x", f"1100{at:02}", f"{word(at)}Ⅱ"] for code, at in firms]
    bare = [["700000.SH", "x", "110001", "x"], ["700001.SH", "x", "110001", f"{word(1)}Ⅱ"]]
    written(tmp_path, "company_industry.tsv.gz", [*bare, *classes])
    products = [[f"{code}SH", f"{word(at)}产品", "主营产品", "0.9"] for code, at in firms]
    written(tmp_path, "company_product.tsv.gz", [*products, ["600000SH", "坏", "主营产品", "many"]])
    return tmp_path


def test_what_cannot_be_used_is_counted(folder: Path) -> None:
    data = placement.read(folder)
    assert len(data.classes) == FIRMS
    assert data.titles["110003"] == word(3)
    assert data.left_out == {
        "product lines unreadable": 1,
        "firms without a name": 1,
        "firms without products": 1,
    }


def test_every_measurement_is_printed_and_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "figures.json"
    sets = ["name+product", "name, learned from name+product", "name"]
    placement.main(["--data", str(folder), "--json", str(out), "--sets", ";".join(sets)])
    figures = json.loads(out.read_text("utf-8"))
    assert figures["firms"] == FIRMS
    assert list(figures["sets"]) == sets
    assert all(one["top_1"] == 1.0 and one["firms"] == FIRMS for one in figures["sets"].values())
    rules = figures["other_rule"].values()
    assert [one["hidden"] + one["shown"] for one in rules] == [FIRMS, FIRMS]  # a fifth of them, five times
    printed = capsys.readouterr().out
    assert all(f"{one}: top-1 1.0000" in printed for one in sets)


def test_a_missing_file_and_an_unknown_set_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="bench_option"):
        placement.main(["--data", str(folder), "--sets", "scope"])
    (folder / "company.tsv.gz").unlink()
    with pytest.raises(Refused, match="bench_file_missing"):
        placement.main(["--data", str(folder)])
