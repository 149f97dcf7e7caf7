"""The example of docs/reference/near-miss.md: the page says what the engine says."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.engine.dossier import Coverage, row_of_case
from yanlian.engine.policy import Evaluator, load_packs, run_cases
from yanlian.engine.policy.near import near_miss, render_near

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "near-miss.md"


def test_the_example_of_the_reference_says_what_the_engine_says(tmp_path):
    rule, said = re.findall(r"```(?:yaml)?\n(.*?)```", PAGE.read_text("utf-8"), re.S)[:2]
    (made,) = yaml.safe_load(rule)
    packs = load_packs([written(tmp_path, document(clause(**made)))])
    (case,) = packs.clause("N-01").source.cases
    assert [one.text() for one in run_cases(packs) if not one.passed] == []
    row = row_of_case(packs.schema, case.facts, case.kind)
    miss = near_miss(Evaluator(packs, case.as_of), row, Coverage(everything=True), "N-01")
    assert render_near(miss, packs.schema.departments) == said.strip()
