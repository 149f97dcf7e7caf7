"""What was paid before: the district's payments to 2021 as published, and later ones for rules about history."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yanlian.web.sample import calibration as cal
from yanlian.web.sample.apportion import Ints, apportion
from yanlian.web.sample.columns import Rows, choose, constant, day, numbered, sample, where, words, year_of, yuan
from yanlian.web.sample.population import ENTERPRISE, Block
from yanlian.web.sample.titles import Recognitions

_LAST_DAY = day("2025-12-31")
# Clauses of the integrated policy package that the text speaks of; their own numbers are not public.
_EARLY = ("LS-JC-2019-01", "LS-JC-2019-02", "LS-JC-2019-03", "LS-JC-2020-01", "LS-JC-2020-02")
_LATER = ("ND-2023", "QD-IC-2022-03a", "GD-UP-2020", "SZJ-SW-2022", "SZ-HR-2023-01", "BB-TEST-2022", "QD-IPL-2015-01")
_LEVELS = ("区级", "市级")


def payments(block: Block, found: Recognitions) -> list[Rows]:
    """Payments to organisations and to persons."""
    first, end = block.heads(cal.BENEFICIARIES - cal.BENEFICIARY_PERSONS)
    firms = cal.BENEFICIARIES - cal.BENEFICIARY_PERSONS
    organisations = _published(
        block, end - first, block.money(cal.PAID_TO_2021 - cal.PAID_TO_PERSONS, firms), persons=False
    )
    first, end = block.heads(cal.BENEFICIARY_PERSONS)
    persons = _published(block, end - first, block.money(cal.PAID_TO_PERSONS, cal.BENEFICIARY_PERSONS), persons=True)
    return [organisations, _later(block), _of_titles(block, found), persons]


def _published(block: Block, heads: int, total: int, *, persons: bool) -> Rows:
    """The beneficiaries of F27 and their money of F28, paid by the end of 2021; one in six of them twice."""
    rng = block.rng(f"paid-{'p' if persons else 'o'}")
    pool = np.arange(block.employer.size, dtype=np.int64) if persons else block.of(ENTERPRISE)
    if not persons:
        pool = pool[block.since(pool) < day("2018-06-01")]
    chosen = sample(rng, pool, 0, heads)
    assert chosen.size == heads, "too few beneficiaries in the block"
    owner = np.concatenate([chosen, sample(rng, chosen, 1 / 6)]) if heads else chosen
    amount = yuan(rng, 200_000, 0.8, owner.size)
    if heads:
        amount = apportion(total, amount.astype(np.float64))
    paid = rng.integers(day("2019-06-01"), day("2021-12-20"), size=owner.size)
    clause = words(_EARLY, choose(rng, [1, 1, 1, 1, 1], owner.size))
    return _rows(block, rng, owner, amount, paid, clause, np.zeros(owner.size, dtype=np.int64), persons=persons)


def _later(block: Block) -> Rows:
    """Payments of 2022 to 2025 by district and city under clauses with ladders, first times and caps over life."""
    rng = block.rng("paid-later")
    some = sample(rng, block.of(ENTERPRISE), 0.03)
    chips = sample(rng, where(block.in_cluster("microelectronics")), 0.3)
    owner = np.concatenate([some, chips])
    clause = np.concatenate([choose(rng, [0.4, 0, 0.2, 0.15, 0.05, 0.1, 0.1], some.size), np.full(chips.size, 1)])
    amount = yuan(rng, 150_000, 0.7, owner.size)
    # Some chip firms have used up most or all of the twelve million they may get over the life of the policy.
    used = rng.choice([3_000_000, 6_000_000, 11_500_000, 12_000_000], size=owner.size) * 100
    amount = np.where(clause == 1, used, amount)
    low = np.maximum(block.since(owner) + 60, day("2022-03-01"))
    paid = low + (rng.random(owner.size) * np.maximum(_LAST_DAY - low, 1)).astype(np.int64)
    keep = paid <= _LAST_DAY
    level = (rng.random(owner.size) < 0.25).astype(np.int64)
    level = np.where(clause == 1, 0, level)
    texts = words(_LATER, clause.astype(np.int64)).filter(pa.array(keep))
    return _rows(block, rng, owner[keep], amount[keep], paid[keep], texts, level[keep], persons=False)


def _of_titles(block: Block, found: Recognitions) -> Rows:
    """Recognitions of the second half of 2025 that were already paid under the district's science policy."""
    rng = block.rng("paid-titles")
    owners, amounts, days, matters = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [], []
    days.append(np.zeros(0, dtype=np.int64))
    by_level = np.array([5_000_000, 2_000_000, 500_000], dtype=np.int64) * 100
    for kind, owner, issued, _, level, number, _ in found.parts:
        if kind.name not in ("重点实验室", "技术创新中心"):
            continue
        mine = sample(rng, where((issued >= day("2025-06-01")) & (issued < day("2025-10-15"))), 0.25)
        owners.append(owner[mine])
        amounts.append(by_level[level[mine]])
        days.append(issued[mine] + 60)
        matters.append(number.take(pa.array(mine)))
    owner, paid = np.concatenate(owners), np.concatenate(days)
    rows = _rows(
        block,
        rng,
        owner,
        np.concatenate(amounts),
        paid,
        constant("LS-2025-01", owner.size),
        np.zeros(owner.size, dtype=np.int64),
        persons=False,
    )
    rows.values["matter"] = pa.concat_arrays([pa.array([], pa.string()), *matters])
    return rows


def _rows(
    block: Block,
    rng: np.random.Generator,
    owner: Ints,
    amount: Ints,
    paid: Ints,
    clause: object,
    level: Ints,
    *,
    persons: bool,
) -> Rows:
    number = block.numbers.take("ZF-P", owner.size)
    year = year_of(paid) - (rng.random(owner.size) < 0.6).astype(np.int64)
    return Rows(
        "payment",
        owner,
        {
            "payment_number": numbered("YL-ZF-", number, 8),
            "clause": clause,
            "matter": numbered("样例事项第", number, 8, "号（虚构）"),
            "level": words(_LEVELS, level),
            "year": year,
            "amount": amount,
            "paid_on": paid,
        },
        persons=persons,
    )
