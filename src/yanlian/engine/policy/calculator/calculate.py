"""Typed facts under packs: outcomes with amounts, their derivation, and what would make the others eligible."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Schema
from yanlian.engine.dossier.cases import row_of_case
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.explain import Explanation, explain
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.near import NearMiss, near_miss
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.payments import PAYMENTS

UNKNOWN: Final = "未知"
SUBJECTS: Final = ("enterprise", "institution", "person", "park")


@dataclass(frozen=True, slots=True, eq=False)
class Calculated:
    """What typed facts come to. `outcomes`: of the clauses asked about, after stacking and caps over all clauses."""

    evaluator: Evaluator
    row: Mapping[str, object]
    outcomes: tuple[Outcome, ...]
    coverage: Coverage = field(default_factory=lambda: Coverage(everything=True))

    @property
    def total_fen(self) -> int:
        """What is due in all."""
        return sum(one.amount_fen for one in self.outcomes if one.kind == "eligible")

    def explained(self, outcome: Outcome) -> Explanation:
        """Its derivation."""
        return explain(self.evaluator, self.row, self.coverage, outcome.clause, outcome.matter or None)

    def near(self, outcome: Outcome) -> NearMiss:
        """The smallest changes that would make it eligible."""
        return near_miss(self.evaluator, self.row, self.coverage, outcome.clause, outcome.matter or None)


def calculate(
    packs: PackSet,
    facts: Mapping[str, object],
    as_of: date,
    *,
    kind: str = "enterprise",
    clauses: Collection[str] = (),
    with_drafts: bool = False,
) -> Calculated:
    """Judge typed facts (Chinese or English names, values as people write them; see facts.md). A kind of record that is
    not named is unknown; an empty list or null says that there is none. Without `clauses`: all in force on the day.

    Earlier payments that nobody mentions are taken as none: a firm knows what it received. Refused: names and values
    that do not fit (`case_fact_unknown`, `case_value_wrong`), a clause that there is not.
    """
    if kind not in SUBJECTS:
        raise Refused("case_value_wrong", where="kind", found=kind, expected=" | ".join(SUBJECTS))
    for one in clauses:
        packs.clause(one)
    evaluator = Evaluator(packs, as_of, with_drafts=with_drafts)
    row = row_of_case(packs.schema, {**_nothing_known(packs.schema, facts), **facts}, kind)
    coverage = Coverage(everything=True)
    found = evaluator.evaluate(row, coverage)
    return Calculated(evaluator, row, tuple(one for one in found if not clauses or one.clause in clauses), coverage)


def _nothing_known(schema: Schema, facts: Mapping[str, object]) -> dict[str, object]:
    """Every kind of record that is not mentioned, as not delivered; earlier payments as none."""
    named = {schema.names[name].key for name in facts if name in schema.names}
    found: dict[str, object] = {kind.zh: UNKNOWN for kind in schema.records.values() if kind.key not in named}
    payments = schema.names[PAYMENTS]
    if payments.key not in named:
        found[payments.zh] = []
    return found
