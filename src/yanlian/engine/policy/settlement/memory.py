"""Settling outcomes that are all in memory: for worked cases and for trying a policy on a few beneficiaries."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from yanlian.engine.dossier import Dossier
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.settlement.apply import Teller, settled_outcome
from yanlian.engine.policy.settlement.claims import CLAIM_SCHEMA, Claims, KeyColumn
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.settlement.keys import KeyReader
from yanlian.engine.policy.settlement.limits import Limits
from yanlian.engine.policy.settlement.paid import PaidReader
from yanlian.engine.policy.settlement.result import Entry, Settled
from yanlian.engine.policy.settlement.settle import settle

COMPETING = ("eligible", "unknown", "manual")


def settle_here(
    evaluator: Evaluator, dossiers: Sequence[Dossier], outcomes: Sequence[Outcome]
) -> tuple[list[Outcome], Settled]:
    """The outcomes of these dossiers after the budgets and quotas of the clauses that were run, and how it came.

    The ids of the dossiers must differ.
    """
    rules = rules_in_force(evaluator)
    clauses = [one.id for one in evaluator.clauses]
    tied = frozenset().union(*(rule.clauses for rule in rules))
    competing = [one for one in outcomes if one.clause in tied and one.kind in COMPETING]
    rows = [{name: getattr(one, name) for name in CLAIM_SCHEMA.names} for one in competing]
    reader, paid = KeyReader(evaluator, rules), PaidReader(evaluator.packs.schema, tied)
    by_id = {str(dossier.row["id"]): dossier for dossier in dossiers}
    for entity, dossier in by_id.items():
        paid.read(dossier)
        mine = {
            n: (one.clause, one.matter, one.period)
            for n, one in enumerate(competing)
            if one.entity == entity and one.clause in reader.clauses
        }
        if mine:
            reader.read(dossier, mine)
    gaps = paid.gaps(dossiers[0].coverage, evaluator.as_of) if dossiers else ()
    found = paid.found(gaps)
    claims = Claims.of(pa.Table.from_pylist(rows, CLAIM_SCHEMA), clauses, found.payments)
    claims.keys = {column: KeyColumn.of(values, len(claims)) for column, values in reader.values.items()}
    limits = limits_of(evaluator)
    result = settle(rules, claims, found, limits.of, evaluator.as_of)
    by_outcome: dict[tuple[str, str, str, str], list[Entry]] = {}
    for entry in result.entries():
        by_outcome.setdefault(entry.outcome, []).append(entry)
    teller = Teller.of(result.rules, result.buckets)
    return [
        settled_outcome(one, by_outcome.get((one.entity, one.clause, one.matter, one.period), ()), teller)
        for one in outcomes
    ], result


def rules_in_force(evaluator: Evaluator) -> tuple[CompiledSettling, ...]:
    """The budgets and quotas that hold over a clause that is run."""
    run = {one.id for one in evaluator.clauses}
    return tuple(rule for rule in evaluator.packs.settling if rule.clauses & run)


def limits_of(evaluator: Evaluator) -> Limits:
    """What asks for the limits of an evaluator's rules."""
    district = next((pack.district for pack in reversed(evaluator.packs.packs) if pack.district), "")
    return Limits(evaluator.packs.schema, evaluator.as_of, district, evaluator.parameters)
