"""A made pack and made dossiers, run by the interpreter and by the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
from tests.engine.policy.lower.made_dossiers import Dossiers, coverage_of, odd_form
from tests.engine.policy.lower.made_facts import FACTS
from tests.engine.policy.lower.made_packs import AS_OF, make_pack

from yanlian.engine.dossier import Coverage, load_schema
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.policy import Evaluator, PackSet, load_packs
from yanlian.engine.stream.components import components
from yanlian.engine.stream.interpreter import Interpreting, interpreter_of
from yanlian.engine.stream.kernel import KernelEvaluator, KernelMaker, Ranges
from yanlian.engine.stream.sheet import columns_of, sheet_schema


@dataclass(frozen=True)
class Both:
    """The two ways of running the same rules."""

    packs: PackSet
    interpreter: Interpreting
    kernel: KernelEvaluator


def both(folder: Path, coverage: Coverage, ranges: Ranges | None = None) -> Both:
    """Both evaluators of the pack in a folder, its drafts too. `ranges`: what statistics say of the data set."""
    packs = load_packs([folder])
    inner = interpreter_of(packs, [folder], coverage, AS_OF, with_drafts=True)
    evaluator = Evaluator(packs, AS_OF, with_drafts=True)
    clauses = evaluator.clauses
    sheet = sheet_schema(columns_of(clauses, components(clauses), AS_OF), AS_OF.year)
    maker = KernelMaker(inner, "rows", tuple(sorted((ranges or {}).items())), sheet)
    return Both(packs, Interpreting(evaluator, coverage), KernelEvaluator(maker, packs))


def made_batch(seeds: list[int], *, holes: float, huge: float, odd: bool = False) -> pa.RecordBatch:
    """A dossier for each seed. `odd`: in another form than snapshots have."""
    schema = load_schema(FACTS)
    rows = [Dossiers(Random(seed), schema, holes=holes, huge=huge).row(n) for n, seed in enumerate(seeds)]
    form = dossier_schema(schema)
    return pa.RecordBatch.from_pylist(rows, schema=odd_form(form, Random(seeds[0])) if odd else form)


def ranges_in(batch: pa.RecordBatch) -> Ranges:
    """The least and greatest stored value of every figure and date, as statistics of a data set have them."""
    found: dict[tuple[str, str], list[object]] = {}
    for row in batch.to_pylist():
        for key, value in row.items():
            for record in value if isinstance(value, list) else [value]:
                for name, held in record.items() if isinstance(record, dict) else ():
                    if held is not None and type(held) in (int, date):
                        found.setdefault((key, name), []).append(held)
    return {place: (min(values), max(values)) for place, values in found.items()}


__all__ = ["Both", "both", "coverage_of", "made_batch", "make_pack", "ranges_in"]
