"""The sandbox says what a run of the changed packs would say: packs, dossiers and proposals made by chance."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engine.policy.lower.made_packs import AS_OF
from tests.engine.stream.kernel_kit import coverage_of, made_batch, make_pack, ranges_in

from yanlian.engine.dossier import Coverage
from yanlian.engine.policy import Evaluator, PackFaults, PackSet
from yanlian.engine.policy.revision import Change, Proposal
from yanlian.engine.policy.revision.figures import figures_of, written_id
from yanlian.engine.policy.revision.proposal import pointer
from yanlian.engine.stream.sandbox import Judgement, Sandbox
from yanlian.engine.stream.sandbox.held import Batch

SEEDS = st.integers(0, 1 << 48)
# A pack takes seconds to compile: what fails is told, not made smaller by running it again.
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PROPOSALS = 3


class HeldBatch:
    """Dossiers that were never in a file, in two batches."""

    def __init__(self, rows: pa.RecordBatch, coverage: Coverage, *, ranges: bool) -> None:
        self.coverage = coverage
        self.ranges = ranges_in(rows.slice(0, rows.num_rows // 2)) if ranges else {}
        self.rows = rows.num_rows
        self.trusted = False
        half = rows.num_rows // 2
        self._batches = [Batch(0, rows.slice(0, half)), Batch(half, rows.slice(half))]

    def batches(self) -> Iterator[Batch]:
        yield from self._batches

    def dossiers(self, batch: Batch, rows: list[int]) -> list[dict[str, object]]:
        return batch.rows.take(pa.array(rows, pa.int64())).to_pylist()


def judged_slowly(packs: PackSet, rows: pa.RecordBatch, coverage: Coverage) -> tuple[dict[str, Counter[str]], object]:
    """Outcomes by clause and kind, and what is due by clause and dossier, from the interpreter."""
    evaluator = Evaluator(packs, AS_OF, with_drafts=True)
    kinds: dict[str, Counter[str]] = {one.id: Counter() for one in evaluator.clauses}
    due: list[tuple[str, int, int]] = []
    for number, row in enumerate(rows.to_pylist()):
        for one in evaluator.evaluate(row, coverage):
            kinds[one.clause][one.kind] += 1
            if one.kind == "eligible":
                due.append((one.clause, number, one.amount_fen))
    return kinds, sorted(due)


def told(judgement: Judgement) -> tuple[dict[str, Counter[str]], object]:
    kinds = {name: Counter({kind: n for kind, n in one.kinds.items() if n}) for name, one in judgement.figures.items()}
    due = [
        (name, row, fen) for name, one in judgement.figures.items() for row, fen in zip(one.rows, one.fen, strict=True)
    ]
    return kinds, sorted(due)


def proposal_by_chance(box: Sandbox, random: Random) -> Proposal:
    """Some figures of some clauses, now and then a clause taken away or its cap taken away."""
    clauses = random.sample(list(box.packs.clauses), k=2)
    changes: list[Change] = []
    for clause in clauses:
        figures = figures_of(box.shelf, clause)
        for one in random.sample(figures, k=min(2, len(figures))):
            new = one.value * random.choice([0, 1, 2, 3]) + random.choice([0, 1])
            changes.append(Change(one.at, format(new, "f")))
    if random.random() < 0.3:
        gone = random.choice(list(box.packs.clauses))
        changes.append(Change(pointer(gone.source.document, "clauses", written_id(gone)), do="remove"))
    return Proposal("", tuple(changes))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("coverage", "holes", "huge", "tied"),
    [
        ("everything", 0.0, 0.0, 0.4),
        ("complete", 0.05, 0.0, 0.4),
        ("gaps", 0.03, 0.0, 0.2),
        ("nothing", 0.1, 0.03, 0.0),
    ],
)
def test_the_sandbox_says_what_a_run_of_the_changed_packs_says(coverage, holes, huge, tied):
    tried = Counter()

    @FEW
    @given(clauses=st.lists(SEEDS, min_size=8, max_size=8, unique=True), rows=SEEDS)
    def run(clauses: list[int], rows: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pack = make_pack(Path(folder), [clauses[:4], clauses[4:]], huge=huge > 0, odd=False, tied=tied)
            batch = made_batch([rows + n for n in range(250)], holes=holes, huge=huge)
            delivered = coverage_of(Random(rows), coverage)
            held = HeldBatch(batch, delivered, ranges=rows % 2 == 0)
            exact, quick = (Sandbox([pack], held, AS_OF, drafts=True, exact=one) for one in (True, False))
            assert told(exact.base()) == judged_slowly(exact.packs, batch, delivered)
            compare_quick(quick.base(), exact.base())
            random = Random(rows)
            for _ in range(PROPOSALS):
                proposal = proposal_by_chance(exact, random)
                try:
                    whole = exact.shelf.revised(proposal, whole=True)
                except PackFaults:
                    tried["refused"] += 1
                    with pytest.raises(PackFaults):
                        exact.ask(proposal)
                    continue
                tried["asked"] += 1
                after = exact.ask(proposal)
                assert told(after) == judged_slowly(whole.packs, batch, delivered), proposal
                compare_quick(quick.ask(proposal), after)

    run()
    assert tried["asked"] > 0


def compare_quick(quick: Judgement, exact: Judgement) -> None:
    """Without asking whether open events are ruled out: the same money, and no other kind is counted wrongly."""
    assert told(quick)[1] == told(exact)[1]
    for name, one in quick.figures.items():
        kinds, sure = one.kinds, exact.figures[name].kinds
        assert kinds["eligible"] == sure["eligible"], name
        assert kinds["not_applicable"] == sure["not_applicable"], name
        assert kinds["unknown"] <= sure.get("unknown", 0), name
        assert kinds["not_eligible"] <= sure.get("not_eligible", 0), name
