"""Clauses that exclude or need each other, and wide caps, in the kernel: it says what the interpreter says, and asks it
only about dossiers in which there is something to choose."""

from __future__ import annotations

import tempfile
from datetime import date
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.policy.combination.test_best_combination import packs
from tests.engine.policy.lower.made_facts import FACTS
from tests.engine.policy.tiny_packs import Data, clause, codes, document, written
from tests.engine.stream.kernel_kit import both

from yanlian.engine.dossier import Coverage, load_schema
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.policy import check_pack

IDS = "ABCD"
EVERYTHING = Coverage(everything=True)
CHOICES = [set(some) for count in range(len(IDS) + 1) for some in combinations(IDS, count)]
RULES = [
    {"label": "不同享", "not_together": ["A", "B"]},
    {"label": "须同享", "clause": "C", "only_with": ["A", "D"]},
]


def row_clause(one: str, amount: str = "10") -> Data:
    """A clause for which every dossier is eligible whose paid-in capital, as bits, says so."""
    numbers = ", ".join(str(n) for n, some in enumerate(CHOICES) if one in some)
    return clause(id=one, amount=amount, conditions=[{"label": "有", "when": f"登记.注册资本 in ({numbers})"}])


def rows(**more: object) -> pa.RecordBatch:
    """A dossier for each set of clauses."""
    made = [
        {"id": f"E{n:02d}", "name": "某", "kind": "enterprise", "registration": {"capital": n * 100}, **more}
        for n in range(len(CHOICES))
    ]
    return pa.RecordBatch.from_pylist(made, schema=dossier_schema(load_schema(FACTS)))


def both_say(folder: Path, clauses: list[Data], exclusions: list[Data], batch: pa.RecordBatch) -> dict[str, int]:
    """The kernel's report, when both say the same."""
    around = {"subject": ["enterprise"], "exclusions": exclusions}
    made = both(written(folder, document(*clauses, rules=around), facts=FACTS), EVERYTHING)
    ours, theirs = made.kernel(batch), made.interpreter(batch)
    assert ours.to_pylist() == theirs.to_pylist()
    return dict(made.kernel.report)


def test_only_dossiers_with_two_eligible_rivals_or_a_need_go_to_the_interpreter_and_are_counted(tmp_path):
    report = both_say(tmp_path, [row_clause(one) for one in IDS], RULES, rows())
    asked = [some for some in CHOICES if {"A", "B"} <= some or ("C" in some and not some & {"A", "D"})]
    assert report["interpreted"] == report["interpreted.A"] == len(asked) == 6


def test_clauses_in_no_exclusion_stay_with_the_kernel(tmp_path):
    rules = [{"label": "不同享", "not_together": ["A", "B"]}]
    report = both_say(tmp_path, [row_clause(one) for one in IDS], rules, rows())
    assert {key for key in report if key.startswith("interpreted.")} == {"interpreted.A"}


@pytest.mark.parametrize(("paid", "asked"), [("A", 14), ("D", 10), (None, 14), ("X", 6)])
def test_where_one_of_the_clauses_was_paid_the_interpreter_adds_up_what_counts(tmp_path, paid, asked):
    payment = {"payment_number": "P", "clause": paid, "matter": "", "level": "区级", "year": 2025, "amount": 500,
        "paid_on": date(2025, 6, 1)}  # fmt: skip
    report = both_say(tmp_path, [row_clause(one) for one in IDS], RULES, rows(payment=[payment]))
    # A: all with A, B (its rival) or C (which needs it); D: those with C, or with both rivals; X is in no exclusion.
    assert report["interpreted"] == asked


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=packs(), need=st.sampled_from(["1", "2"]))
def test_packs_made_by_chance_mean_the_same_in_both(made: tuple[list[Data], Data, list[Data]], need: str) -> None:
    clauses, around, exclusions = made
    for n, one in enumerate(clauses):
        if n % 2:
            one["conditions"] = [{"label": "有", "when": f"登记.注册资本 >= {need}"}]
    titles = [{"number": n, "issued_on": day} for n, day in (("1", date(2024, 3, 1)), ("2", date(2025, 4, 1)))]
    facts: list[Data] = [
        {"registration": {"capital": capital}, "science_title": titles[:count]}
        for capital in (0, 100, 200)
        for count in (0, 1, 2)
    ]
    whole = [{"id": f"E{n}", "name": "某", "kind": "enterprise", **row} for n, row in enumerate(facts)]
    batch = pa.RecordBatch.from_pylist(whole, schema=dossier_schema(load_schema(FACTS)))
    with tempfile.TemporaryDirectory() as folder:
        pack = written(Path(folder), document(*clauses, rules={**around, "exclusions": exclusions}), facts=FACTS)
        if codes(check_pack(pack)):
            return
        both_ = both(pack, EVERYTHING)
        assert both_.kernel(batch).to_pylist() == both_.interpreter(batch).to_pylist()
