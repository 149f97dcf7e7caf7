"""Who pays which part: each payer's share of entitlements, exact to the fen, as the clause says on the event's day.

The bank pays the beneficiary once; what the payers owe each other is settled between them from these sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.packs import packs_of
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults, PackSet
from yanlian.engine.policy.settlement.cost import payers_of
from yanlian.ui.numbers import yuan
from yanlian.ui.words import t


def payers(row: Entitlement) -> list[tuple[str, int]]:
    """Each payer's part of one entitlement in fen; empty when the cost is not shared, or nobody can tell any more."""
    try:
        packs = _packs(row.run.pack_hash, row.run_id)
    except (Refused, PackFaults):
        return []
    clause = next((one for one in packs.clauses if one.id == row.clause), None)
    if clause is None:
        return []
    return payers_of(clause.source, clause.document.source, row.amount_fen, row.event_on, row.run.as_of)


def payers_text(row: Entitlement) -> str:
    """The same in one line."""
    return t("，", ", ").join(f"{payer} {yuan(fen)}" for payer, fen in payers(row))


def sums_by_payer(rows: Iterable[Entitlement]) -> list[tuple[str, int]]:
    """What each payer owes for all of these, in the order in which payers are first named."""
    sums: dict[str, int] = {}
    for row in rows:
        for payer, fen in payers(row):
            sums[payer] = sums.get(payer, 0) + fen
    return list(sums.items())


@lru_cache(maxsize=16)
def _packs(pack_hash: str, run: int) -> PackSet:
    # The hash says which rules these are, so that the key is enough; that they are gone is not remembered.
    return packs_of(Run.objects.get(pk=run))
