"""Whatever rules and dossiers: a claim of a near miss is true, and nothing is claimed of what is eligible.

Rules made by chance are mostly beyond help; `test_near_shapes` has rules of the kinds that policies are made of."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engine.policy.lower.made_dossiers import Dossiers, coverage_of
from tests.engine.policy.lower.made_packs import AS_OF, make_pack
from tests.engine.policy.near.claims import tried

from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.policy.near import near_miss

SEEDS = st.integers(0, 1 << 48)
CLAUSES, ROWS, EXAMPLES = 4, 5, 1
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Counted:
    """How many near misses were told, by kind, and how many of their figures were checked to the unit."""

    told: Counter[str] = field(default_factory=Counter)
    exact: int = 0


@pytest.mark.parametrize("how", ["everything", "gaps"])
def test_a_claim_about_made_rules_and_dossiers_is_true(how):
    counted = Counted()

    @FEW
    @given(clauses=st.lists(SEEDS, min_size=CLAUSES, max_size=CLAUSES, unique=True), rows=SEEDS)
    def run(clauses: list[int], rows: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            one_pack(Path(folder), how, clauses, rows, counted)

    run()
    assert counted.told


def one_pack(folder: Path, how: str, clauses: list[int], rows: int, counted: Counted) -> None:
    pack = make_pack(folder, [clauses], huge=False, odd=True, tied=0.2)
    packs = load_packs([pack])
    evaluator = Evaluator(packs, AS_OF, with_drafts=True)
    chance = Random(rows)
    made = Dossiers(chance, packs.schema, holes=0.03, huge=0)
    coverage = coverage_of(chance, how)
    for number in range(ROWS):
        row = made.row(number)
        # Where it came from is another matter: see the tests of firms that moved in.
        if isinstance(row["registration"], dict):
            row["registration"]["moved_in_on"] = None
        for clause, matter in sorted({(one.clause, one.matter) for one in evaluator.evaluate(row, coverage)}):
            miss = near_miss(evaluator, row, coverage, clause, matter)
            if miss.outcome.kind in {"eligible", "manual"}:
                assert not miss.ways
                continue
            counted.told[miss.kind] += 1
            counted.exact += tried(evaluator, row, coverage, miss)
