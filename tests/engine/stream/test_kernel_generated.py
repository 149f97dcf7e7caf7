"""The kernel says what the interpreter says, for packs and dossiers made by chance: kind, amounts, matter, period, day,
reason and order of every outcome.

Each test runs some ten thousand pairs of a dossier and a clause; together they are more than 100,000."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engine.stream.kernel_kit import Both, both, coverage_of, made_batch, make_pack, ranges_in

from yanlian.engine.policy import load_packs

CLAUSES, EXAMPLES, PAIRS = 10, 2, 10_200
SEEDS = st.integers(0, 1 << 48)
# A pack takes seconds to compile: what fails is told by clause and dossier, not made smaller by running it again.
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Counted:
    """What a test came to: pairs of a dossier and a clause, and how many of their dossiers the kernel decided alone."""

    pairs: int = 0
    alone: int = 0


@dataclass(frozen=True)
class How:
    """What is made: coverage, how often a cell is empty, how often a figure stands at an end of 64 bits; constants
    there too; what is not lowered; how often clauses depend on each other; whose ranges the kernel is told; whether
    columns are missing or lie otherwise than in snapshots."""

    coverage: str
    holes: float
    huge: float
    wide: bool
    odd: bool
    tied: float
    ranges: str
    odd_form: bool = False


WAYS = {
    "plain": How("everything", 0, 0, False, False, 0, "all"),
    "complete": How("complete", 0.03, 0, False, True, 0.25, "all"),
    "gaps": How("gaps", 0.02, 0, False, False, 0, "none", odd_form=True),
    "nothing": How("nothing", 0.1, 0, False, False, 0.25, "all"),
    "huge": How("complete", 0.02, 0.05, True, False, 0, "half"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_kernel_says_what_the_interpreter_says(way):
    how, counted = WAYS[way], Counted()

    @FEW
    @given(clauses=st.lists(SEEDS, min_size=CLAUSES, max_size=CLAUSES, unique=True), rows=SEEDS)
    def run(clauses: list[int], rows: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            one_pack(Path(folder), how, clauses, rows, counted)

    run()
    # The kernel must have had its say.
    assert counted.pairs >= EXAMPLES * PAIRS
    assert counted.alone > 0


def one_pack(folder: Path, how: How, clauses: list[int], rows: int, counted: Counted) -> None:
    half = len(clauses) // 2
    seeds = [clauses[:half], clauses[half:]]
    pack = make_pack(folder, seeds, huge=how.wide, odd=how.odd, tied=how.tied)
    # A clause that the types of FEEL refuse was left out of the pack.
    number = len(load_packs([pack]).clauses)
    places = range(PAIRS // number + 1)
    batch = made_batch([rows + n for n in places], holes=how.holes, huge=how.huge, odd=how.odd_form)
    # Statistics that hold for a part only: rows outside of them go another way.
    ranges = {"all": ranges_in(batch), "half": ranges_in(batch.slice(0, batch.num_rows // 2)), "none": None}[how.ranges]
    made = both(pack, coverage_of(Random(rows), how.coverage), ranges)
    compare(made, batch, pack)
    report = made.kernel.report
    # A batch may be a part of another one: its buffers begin elsewhere.
    part = batch.slice(13, 50)
    assert made.kernel(part).equals(made.interpreter(part))
    counted.pairs += number * batch.num_rows
    asked = sum(count for key, count in report.items() if key.startswith("interpreted."))
    counted.alone += number * batch.num_rows - asked


def compare(made: Both, batch: pa.RecordBatch, pack: Path) -> None:
    ours, theirs = made.kernel(batch), made.interpreter(batch)
    if ours.equals(theirs):
        return
    rows = {row["id"]: row for row in batch.to_pylist()}
    for one, other in zip(ours.to_pylist(), theirs.to_pylist(), strict=False):
        if one != other:
            texts = "\n".join(file.read_text("utf-8") for file in sorted(pack.glob("*.yaml")))
            raise AssertionError(f"kernel: {one}\ninterpreter: {other}\n{rows[other['entity']]}\n{texts}")
    raise AssertionError(f"{ours.num_rows} outcomes instead of {theirs.num_rows}")
