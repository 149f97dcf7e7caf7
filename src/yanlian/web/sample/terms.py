"""Applications, money ordered back, related parties and households: what terms of payment ask for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import Rows, choose, day, optional, sample, words, year_of, yuan
from yanlian.web.sample.population import ENTERPRISE, Block

_LAST_DAY = day("2025-12-31")
# Clauses of the sample's packs that are applied for.
_APPLIED = ("QD-IC-2022-03a", "SZJ-SW-2022", "BB-TEST-2022", "QD-IPL-2015-01")
_REASONS = ("提供虚假材料", "承诺期内迁出", "认定被撤销", "项目未达到验收标准")
_WAYS = ("持股", "被持股", "间接持股", "间接被持股", "同一控制", "共同任职", "亲属", "其他")


def terms(block: Block) -> list[Rows]:
    """All records of this module."""
    return [_applications(block), _recoveries(block), _affiliations(block), _households(block)]


def _days(block: Block, rng: np.random.Generator, owner: Ints, first: str) -> Ints:
    """Days on which the owner was here already."""
    low: Ints = np.minimum(np.maximum(block.since(owner), day(first)), _LAST_DAY - 1)
    span: Ints = (rng.random(owner.size) * (_LAST_DAY - low)).astype(np.int64)
    return low + span


def _applications(block: Block) -> Rows:
    """Applications of the last two years; few are withdrawn."""
    rng = block.rng("applications")
    owner = sample(rng, block.of(ENTERPRISE), 0.02, 1)
    applied = _days(block, rng, owner, "2024-01-01")
    withdrawn = applied + rng.integers(3, 40, owner.size)
    return Rows(
        "application",
        owner,
        {
            "number": block.numbers.text("SB", owner.size),
            "clause": words(_APPLIED, choose(rng, [1, 1, 1, 1], owner.size)),
            "matter": words([None], np.zeros(owner.size, dtype=np.int64)),
            "applied_on": applied,
            "withdrawn_on": optional(withdrawn, (rng.random(owner.size) < 0.05) & (withdrawn <= _LAST_DAY)),
        },
    )


def _recoveries(block: Block) -> Rows:
    """A few sums ordered back; who deceived may not apply for three years."""
    rng = block.rng("recoveries")
    owner = sample(rng, block.of(ENTERPRISE), 0.002, 1)
    decided = _days(block, rng, owner, "2020-01-01")
    reason = choose(rng, [0.25, 0.25, 0.25, 0.25], owner.size)
    repaid = decided + rng.integers(10, 200, owner.size)
    return Rows(
        "recovery",
        owner,
        {
            "number": block.numbers.text("ZH", owner.size),
            "clause": words(_APPLIED, choose(rng, [1, 1, 1, 1], owner.size)),
            "matter": words([None], np.zeros(owner.size, dtype=np.int64)),
            "year": year_of(decided) - 1,
            "reason": words(_REASONS, reason),
            "amount": yuan(rng, 120_000, 0.6, owner.size),
            "decided_on": decided,
            "repaid_on": optional(repaid, (rng.random(owner.size) < 0.6) & (repaid <= _LAST_DAY)),
            "banned_until": optional(decided + 3 * 365, reason == 0),
        },
    )


def _affiliations(block: Block) -> Rows:
    """One firm in twenty is related to another of the block; holdings around the quarter that relates."""
    rng = block.rng("affiliations")
    owner = sample(rng, block.of(ENTERPRISE), 0.05, 20)
    other = (owner + rng.integers(1, max(block.size, 2), owner.size)) % block.size
    keep = other != owner
    owner, other = owner[keep], other[keep]
    way = choose(rng, [0.4, 0.3, 0.04, 0.04, 0.06, 0.08, 0.04, 0.04], owner.size)
    share = rng.choice([100_000, 249_999, 250_000, 510_000, 1_000_000], size=owner.size)
    starts = _days(block, rng, owner, "2016-01-01")
    ends = starts + rng.integers(200, 2000, owner.size)
    return Rows(
        "affiliation",
        owner,
        {
            "party": block.uscc.take(pa.array(other)),
            "party_name": block.name.take(pa.array(other)),
            "relation": words(_WAYS, way),
            "share": optional(share, way < 2),
            "starts_on": starts,
            "ends_on": optional(ends, (rng.random(owner.size) < 0.15) & (ends <= _LAST_DAY)),
        },
    )


def _households(block: Block) -> Rows:
    """One person in four is asked for: alone, as a couple, with children."""
    rng = block.rng("households")
    owner = sample(rng, np.arange(block.employer.size, dtype=np.int64), 0.25)
    married = rng.random(owner.size) < 0.6
    return Rows(
        "household",
        owner,
        {
            "number": block.numbers.text("JT", owner.size),
            "spouse": words([None], np.zeros(owner.size, dtype=np.int64)),
            "size": np.where(married, rng.integers(2, 6, owner.size), rng.integers(1, 3, owner.size)),
            "homes": choose(rng, [0.6, 0.35, 0.05], owner.size),
            "spouse_benefits": (married & (rng.random(owner.size) < 0.08)).astype(np.int64),
        },
        persons=True,
    )
