"""The pack reference is written for strangers: its example and its recipes check, and their cases pass."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from yanlian.engine.policy import PackSet, check_pack, load_packs, run_cases

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "packs.md").read_text(encoding="utf-8")
FAMILIES = 20

PACK = """
pack: {id: reference, title: 参考, district: '370212', requires: [national]}
base_case:
  登记:
    {独立法人: true, 成立日期: 2015-03-01, 注册区划: '370212', 行业代码: C3922, 战略性新兴产业: false, 登记状态: 存续,
     产业集群: null}
"""
DOCUMENT = """
document: {id: RECIPES, title: 配方, status: in_force, valid_from: 2020-01-01, source: {grade: B}}
rules: {subject: [enterprise]}
clauses:
"""


def blocks(heading: str) -> list[str]:
    """The YAML blocks of one section."""
    section = REFERENCE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def recipes() -> str:
    return DOCUMENT + "".join(textwrap.indent(block, "  ") for block in blocks("7. Recipes"))


@pytest.fixture(scope="module", params=["example", "recipes", "combination"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of section 1, all recipes, or the example of section 8, as a pack beside the national one."""
    packs = tmp_path_factory.mktemp("packs")
    (packs / "national").symlink_to(ROOT / "packs" / "national")
    made = packs / "reference"
    made.mkdir()
    (made / "pack.yaml").write_text(PACK, encoding="utf-8")
    headings = {"example": "1. A whole small example", "combination": "8. Clauses that exclude each other"}
    text = blocks(headings[request.param])[0] if request.param in headings else recipes()
    (made / "document.yaml").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def packs(folder: Path) -> PackSet:
    return load_packs([folder])


def test_what_the_reference_shows_is_well_formed(folder: Path) -> None:
    errors = [fault.text("zh") for fault in check_pack(folder) if fault.severity == "error"]
    assert errors == []


def test_what_the_reference_shows_pays_what_it_says(packs: PackSet) -> None:
    results = run_cases(packs, "reference")
    assert results
    assert [result.text("zh") for result in results if not result.passed] == []


def test_every_recipe_has_a_worked_case() -> None:
    clauses = recipes().count("\n  - id: R-")
    assert clauses == len(blocks("7. Recipes")) >= FAMILIES
    assert all("cases:" in block for block in blocks("7. Recipes"))
