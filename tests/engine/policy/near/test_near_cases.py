"""Over the worked cases of all packs that do not pay: every claim of a near miss is tried, and most cases get one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.engine.policy.near.claims import tried

from yanlian.engine.dossier import Coverage, row_of_case
from yanlian.engine.policy import Evaluator, PackSet, load_packs, run_cases
from yanlian.engine.policy.near import near_miss

PACKS = Path(__file__).parents[4] / "packs"
EVERYTHING = Coverage(everything=True)


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / "national", PACKS / "laoshan"])


def test_every_claim_about_a_worked_case_is_true_and_nine_in_ten_cases_get_one(packs):
    told: Counter[str] = Counter()
    checked = 0
    for result in run_cases(packs):
        for outcome in result.outcomes:
            if outcome.kind in {"eligible", "manual"}:
                continue
            case = result.case
            evaluator = Evaluator(packs, case.as_of, only=tied(packs, outcome.clause), any_status=True,
                parameters=case.parameters)  # fmt: skip
            row = row_of_case(packs.schema, case.facts, case.kind)
            miss = near_miss(evaluator, row, EVERYTHING, outcome.clause, outcome.matter)
            assert miss.obstacles, (outcome.clause, case.name)
            checked += tried(evaluator, row, EVERYTHING, miss)
            told[miss.kind] += 1
    assert told["none"] * 10 <= sum(told.values()), told
    assert {"supply", "wait", "improve", "cannot"} <= set(told), told
    assert checked > 40


def tied(packs: PackSet, clause: str) -> set[str]:
    """The clause with those of its document."""
    return {one.id for one in packs.clause(clause).document.clauses}
