"""What becomes of an outcome when all beneficiaries were looked at together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.settlement.result import Bucket, Entry, RuleTold

NO_PLACE = "“{label}”无法确定排名或额度，须人工判定"
TIED = "“{label}”排名第{rank}并列，名额不足，须人工判定"


@dataclass(frozen=True, slots=True)
class Teller:
    """Rules and buckets by what entries call them."""

    rules: Sequence[RuleTold]
    buckets: Mapping[tuple[int, str], Bucket]

    @classmethod
    def of(cls, rules: Sequence[RuleTold], buckets: Iterable[Bucket]) -> Teller:
        """Of a settlement."""
        return cls(rules, {(one.rule, one.name): one for one in buckets})

    def bucket(self, entry: Entry) -> Bucket:
        """What the entry's rule came to in the entry's year."""
        return self.buckets[entry.rule, entry.bucket]


def settled_outcome(outcome: Outcome, entries: Iterable[Entry], teller: Teller) -> Outcome:
    """The outcome after budgets and quotas. `entries`: those of this very outcome, in the order of rules.

    An entry that does not begin with the amount that the outcome has is of another outcome; it changes nothing, so that
    whoever compares finds the difference.
    """
    for entry in entries:
        if entry.state == "gone":
            continue
        undecided = outcome.kind in ("unknown", "manual")
        if not undecided and (outcome.kind != "eligible" or entry.before_fen != outcome.amount_fen):
            return outcome
        outcome = _settled(outcome, entry, teller)
    return outcome


def _settled(outcome: Outcome, entry: Entry, teller: Teller) -> Outcome:
    if entry.state == "open":
        return outcome
    rule, reason = teller.rules[entry.rule], dict(outcome.reason)
    if entry.state == "unknown":
        reason["missing"] = [*_listed(reason.get("missing")), *(dict(one) for one in entry.missing)]
        return replace(outcome, kind="unknown", amount_fen=0, reason=reason)
    if entry.state == "manual":
        text = TIED if entry.rank else NO_PLACE
        reason["manual"] = text.format(label=rule.label, rank=entry.rank)
        return replace(outcome, kind="manual", amount_fen=0, reason=reason)
    if entry.after_fen < entry.before_fen:
        reason["reduced"] = [*_listed(reason.get("reduced")), _reduction(entry, rule, teller.bucket(entry))]
    if entry.state == "out" and outcome.clause in rule.gated:
        # A qualification has no amount that could become nothing.
        reason["failed"] = [rule.label]
        return replace(outcome, kind="not_eligible", reason=reason)
    if entry.provisional:
        known = {str(one) for one in _listed(reason.get("provisional"))}
        reason["provisional"] = sorted(known | set(teller.bucket(entry).open_clauses))
    return replace(outcome, amount_fen=entry.after_fen, reason=reason)


def _reduction(entry: Entry, rule: RuleTold, bucket: Bucket) -> dict[str, object]:
    said: dict[str, object] = {
        "by": rule.kind,
        "label": rule.label,
        "from_fen": entry.before_fen,
        "to_fen": entry.after_fen,
        "bucket": entry.bucket,
    }
    if entry.rank and (rule.kind == "quota" or rule.how != "pro_rata"):
        said["rank"] = entry.rank
        said["of"] = bucket.count
    if entry.carried_fen:
        said["carried_fen"] = entry.carried_fen
    return said


def _listed(found: object) -> list[object]:
    return list(found) if isinstance(found, list) else []
