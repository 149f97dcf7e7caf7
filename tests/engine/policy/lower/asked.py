"""Formulas asked of made dossiers by the kernel and by the interpreter, each as the result of a clause of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from tests.engine.policy.lower.made_facts import FACTS
from tests.engine.policy.tiny_packs import clause, document, written
from tests.engine.stream.kernel_kit import both, ranges_in

from yanlian.engine.dossier import Coverage, load_schema
from yanlian.engine.dossier.arrow import dossier_schema

EVERYTHING = Coverage(everything=True)
KINDS = ["enterprise", "institution", "person", "park"]


@dataclass(frozen=True)
class Answers:
    """What both said of each formula: one row an entity. `asked`: formulas for which the kernel asked the interpreter
    about a row at least; `left`: why parts of formulas were given up."""

    kernel: dict[str, list[object]]
    interpreter: dict[str, list[object]]
    asked: set[str]
    left: dict[str, tuple[str, ...]]

    def agree(self, *formulas: str) -> None:
        """Both say the same of all formulas; of these the kernel by itself."""
        for formula, answers in self.interpreter.items():
            assert self.kernel[formula] == answers, formula
        for formula in formulas:
            assert formula not in self.asked, (formula, self.left.get(formula))


def answers(
    folder: Path,
    formulas: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    coverage: Coverage = EVERYTHING,
    *,
    ranges: bool = True,
    names: Mapping[str, object] | None = None,
    without: Sequence[str] = (),
) -> Answers:
    """Ask. Of a row only what matters is given; its id is its place. `without`: fields that the data set has not."""
    whole = [{"id": f"E{n:04d}", "name": "某", "kind": "enterprise", **row} for n, row in enumerate(rows)]
    batch = pa.RecordBatch.from_pylist(whole, schema=_without(dossier_schema(load_schema(FACTS)), without))
    clauses = [clause(id=f"Q-{n}", amount=None, gate_only=True, result=one) for n, one in enumerate(formulas)]
    head = {"valid_from": date(2024, 1, 1)}
    pack = written(folder, document(*clauses, rules={"subject": KINDS}, document=head, **(names or {})), facts=FACTS)
    made = both(pack, coverage, ranges_in(batch) if ranges else None)
    ours, theirs = made.kernel(batch).to_pylist(), made.interpreter(batch).to_pylist()
    formula = {f"Q-{n}": one for n, one in enumerate(formulas)}
    left = made.kernel.sheets(batch.schema, narrow=True).programs.plan.left
    return Answers(
        _by_formula(ours, formula),
        _by_formula(theirs, formula),
        {formula[key.removeprefix("interpreted.")] for key in made.kernel.report if key.startswith("interpreted.")},
        {formula[key]: reasons for key, reasons in left.items()},
    )


def _without(schema: pa.Schema, fields: Sequence[str]) -> pa.Schema:
    """The schema with single records that lack these fields."""
    for place, record in enumerate(schema):
        if pa.types.is_struct(record.type) and any(inner.name in fields for inner in record.type):
            kept = pa.struct([inner for inner in record.type if inner.name not in fields])
            schema = schema.set(place, record.with_type(kept))
    return schema


def _by_formula(outcomes: list[dict[str, object]], formula: Mapping[str, str]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {one: [] for one in formula.values()}
    for one in outcomes:
        found[formula[str(one["clause"])]].append((one["entity"], one["kind"], one["reason"]))
    return found
