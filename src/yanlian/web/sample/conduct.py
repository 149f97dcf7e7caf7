"""What speaks against an organisation or a person: credit lists, accidents, penalties; some removed or repaired."""

from __future__ import annotations

import numpy as np

from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import Rows, choose, day, optional, sample, words
from yanlian.web.sample.population import Block

_LAST_DAY = day("2025-12-31")
_FIRST_DAY = day("2016-01-01")


def conduct(block: Block) -> list[Rows]:
    """All records of this module: 0.8 to 1.5 % of the organisations on each list, and a few persons."""
    everyone = np.arange(block.size, dtype=np.int64)
    persons = np.arange(block.employer.size, dtype=np.int64)
    return [
        _list(block, "dishonesty", "SX", everyone, 0.008),
        _list(block, "dishonesty", "SX-P", persons, 0.002, persons=True),
        _list(block, "abnormal", "YC", everyone, 0.015),
        _list(block, "enforcement", "ZX", everyone, 0.008),
        _list(block, "enforcement", "ZX-P", persons, 0.002, persons=True),
        _accidents(block, everyone),
        _pollution(block, everyone),
    ]


def _days(block: Block, rng: np.random.Generator, owner: Ints, *, persons: bool) -> Ints:
    """Days since the owner is known here, denser in the last years."""
    low: Ints = np.full(owner.size, _FIRST_DAY, dtype=np.int64)
    if not persons:
        low = np.maximum(block.since(owner), low)
    return low + (np.sqrt(rng.random(owner.size)) * np.maximum(_LAST_DAY - low, 0)).astype(np.int64)


def _list(block: Block, record: str, series: str, candidates: Ints, rate: float, *, persons: bool = False) -> Rows:
    """Entries of a list; 45 % have left it again, by removal or repair, and of those a few on the last day itself."""
    rng = block.rng(f"list-{series}")
    owner = sample(rng, candidates, rate, 1)
    listed = _days(block, rng, owner, persons=persons)
    removed = listed + rng.integers(60, 1100, owner.size)
    removed = np.where(rng.random(owner.size) < 0.03, _LAST_DAY, removed)
    gone = (rng.random(owner.size) < 0.6) & (removed <= _LAST_DAY) & (removed >= listed)
    state = np.where(gone, 1 + choose(rng, [0.6, 0.4], owner.size), 0)
    return Rows(
        record,
        owner,
        {
            "number": block.numbers.text(series, owner.size),
            "listed_on": listed,
            "removed_on": optional(removed, gone),
            "state": words(["列入", "移出", "修复"], state),
        },
        persons=persons,
    )


def _accidents(block: Block, candidates: Ints) -> Rows:
    rng = block.rng("accidents")
    owner = sample(rng, candidates, 0.01, 1)
    return Rows(
        "accident",
        owner,
        {
            "number": block.numbers.text("AQ", owner.size),
            "kind": words(["事故", "行政处罚"], choose(rng, [0.35, 0.65], owner.size)),
            "grade": words(["一般", "较大", "重大", "特别重大"], choose(rng, [0.85, 0.11, 0.03, 0.01], owner.size)),
            "happened_on": _days(block, rng, owner, persons=False),
        },
    )


def _pollution(block: Block, candidates: Ints) -> Rows:
    rng = block.rng("pollution")
    owner = sample(rng, candidates, 0.01, 1)
    decided = _days(block, rng, owner, persons=False)
    rectified = decided + rng.integers(30, 400, owner.size)
    return Rows(
        "pollution",
        owner,
        {
            "number": block.numbers.text("HJ", owner.size),
            "serious": (rng.random(owner.size) < 0.2).astype(np.int64),
            "decided_on": decided,
            "rectified_on": optional(rectified, (rng.random(owner.size) < 0.7) & (rectified <= _LAST_DAY)),
        },
    )
