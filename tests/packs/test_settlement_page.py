"""The page of budgets and quotas is written for strangers: its examples check, and their cases pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yanlian.engine.policy import check_pack, load_packs, run_cases
from yanlian.engine.policy.settlement.result import SETTLEMENT_SCHEMA, STATES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "settlement.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(document:.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PACK = """
pack: {id: page, title: 示例, district: '370212'}
facts:
  fields:
    talent_title:
      home_number: {zh: 户号, en: Household number, type: text}
"""


@pytest.fixture(params=range(len(EXAMPLES)))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / "page"
    made.mkdir()
    (made / "pack.yaml").write_text(PACK, encoding="utf-8")
    (made / "example.yaml").write_text(EXAMPLES[request.param], encoding="utf-8")
    return made


def test_there_is_an_example_of_firms_and_one_of_households() -> None:
    assert len(EXAMPLES) == 2


def test_an_example_is_well_formed_and_pays_what_it_says(folder: Path) -> None:
    assert [fault.text("zh") for fault in check_pack(folder) if fault.severity == "error"] == []
    results = run_cases(load_packs([folder]), "page")
    assert sum(bool(result.case.beneficiaries) for result in results) >= 1
    assert [result.text("zh") for result in results if not result.passed] == []


def test_every_column_and_state_of_a_settlement_is_on_the_page() -> None:
    assert [name for name in (*SETTLEMENT_SCHEMA.names, *STATES) if f"`{name}`" not in PAGE] == []
