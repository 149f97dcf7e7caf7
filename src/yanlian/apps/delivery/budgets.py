"""Budgets and quotas looked at again when a list is drafted: what is promised and paid by then, together with it.

A run knows what was paid when its snapshot was made; entitlements drafted since, from this run or another, are known
only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yanlian.apps.delivery.actions_move import chunks
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.settling import settlement_of
from yanlian.base.refusal import Refused
from yanlian.engine.policy.settlement.claims import Key, Payment
from yanlian.engine.policy.settlement.result import LIFE, Bucket, RuleTold, entries_of
from yanlian.engine.stream.settled import SettlementFile

S = Entitlement.State
# Nothing is owed or paid any more.
OVER = (S.REJECTED, S.WAIVED, S.EXPIRED, S.REFUNDED)
# Nothing was said in public yet: a later run may still say otherwise.
UNSAID = (S.DRAFT, S.CONFIRMED, S.CORRECTED)


def promised() -> list[Payment]:
    """What the district is bound to pay or has paid, for runs: their budgets and quotas count it as gone."""
    rows = Entitlement.objects.exclude(state__in=(*OVER, *UNSAID)).order_by("pk")
    found = rows.values_list("entity__code", "clause", "matter", "period", "amount_fen")
    return [Payment(*one) for one in found.iterator(chunk_size=2000)]


def require_room(run: Run, fresh: Sequence[Outcome]) -> None:
    """Refuse a draft that puts a budget or quota of its run over its limit: `budget_exceeded`, `quota_exceeded`."""
    settlement = settlement_of(run)
    if settlement is None:
        return
    standing: dict[str, dict[Key, int]] = {}
    for number, rule in enumerate(settlement.rules):
        mine = [row for row in fresh if row.clause in rule.clauses]
        if mine and not rule.grouped:
            for clause in rule.clauses:
                if clause not in standing:
                    standing[clause] = _standing([clause])
            live = {key: fen for clause in rule.clauses for key, fen in standing[clause].items()}
            _require(settlement, number, rule, live, {_key(row): row.amount_fen for row in mine})


def _standing(clauses: Sequence[str]) -> dict[Key, int]:
    rows = Entitlement.objects.exclude(state__in=OVER)
    return {
        (one[0], one[1], one[2], one[3]): one[4]
        for some in chunks(list(clauses))
        for one in rows.filter(clause__in=some).values_list("entity__code", "clause", "matter", "period", "amount_fen")
    }


def _require(
    settlement: SettlementFile, number: int, rule: RuleTold, live: Mapping[Key, int], fresh: Mapping[Key, int]
) -> None:
    """One rule: what stands, what was paid elsewhere, and what is asked for, in each of its years."""
    gone = {
        one.outcome: one.after_fen
        for one in entries_of(settlement.of_rule(number))
        if one.state in ("gone", "paid") and one.outcome not in live
    }
    for bucket in _together(rule, [one for one in settlement.buckets if one.rule == number]):
        committed = {key: fen for key, fen in {**gone, **live}.items() if _is_of(key, bucket)}
        asked = {key: fen for key, fen in fresh.items() if _is_of(key, bucket)}
        if not asked or bucket.limit is None:
            continue
        if rule.kind == "quota":
            # Level ones that all got in may be more than there are places.
            room = max(bucket.limit, bucket.paid + bucket.granted) - len(committed)
            if len(asked) > room:
                raise Refused(
                    "quota_exceeded", label=rule.label, year=bucket.name, limit=bucket.limit, committed=len(committed),
                    asked=len(asked),
                )  # fmt: skip
            continue
        # What straddles may be paid in full: then the run itself says more than the limit.
        left = max(bucket.limit, bucket.paid + bucket.granted_fen) - sum(committed.values())
        if sum(asked.values()) > left:
            raise Refused(
                "budget_exceeded", label=rule.label, year=bucket.name, limit_fen=bucket.limit,
                committed_fen=sum(committed.values()), asked_fen=sum(asked.values()),
            )  # fmt: skip


def _together(rule: RuleTold, buckets: Sequence[Bucket]) -> Sequence[Bucket]:
    """The years one by one; all in one where what is left waits for the next."""
    known = [one for one in buckets if one.limit is not None]
    if rule.how != "next_year" or not known:
        return buckets
    limit, granted = sum(one.limit or 0 for one in known), sum(one.granted_fen for one in known)
    return [Bucket(known[0].rule, LIFE, limit, paid=sum(one.paid for one in known), granted_fen=granted)]


def _is_of(key: Key, bucket: Bucket) -> bool:
    return bucket.name in (LIFE, key[3])


def _key(row: Outcome) -> Key:
    return row.entity.code, row.clause, row.matter, row.period
