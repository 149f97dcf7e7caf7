"""Persons: where they are insured, what they studied, which talent title they hold, where they live."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import Rows, choose, day, optional, sample, words
from yanlian.web.sample.population import Block

_LAST_DAY = day("2025-12-31")
_LAST_MONTH = 2025 * 12 + 11
_DEGREES = ("博士", "硕士", "本科", "专科")
_CLASSES = ("顶尖人才", "领军人才", "高层次人才", "青年人才")
# The five plans that the district's text names, and none.
_PLANS = (
    "高端人才集聚计划",
    "本土人才倍增计划",
    "产业领军人才培育计划",
    "高校院所人才支持计划",
    "产业巨峰人才引进计划",
    None,
)
_HOMES = ("租赁型人才住房", "自有住房", "公租房", "共有产权", "住房补贴")
# Estates of the district's public notice of 2025 on talent homes to let.
_ESTATES = ("午山馨苑", "海逸公馆", "盛世悦府", "依山伴城-绣城", "依山伴城-颐城", "依山伴城-和城", None)
_TO_LET = 650  # fewer than the 703 homes of that notice
_STANDARDS = (60, 75, 90, 120, 150)


def persons(block: Block) -> list[Rows]:
    """All records of this module, about 2.3 a person."""
    return [_insurance(block), _degrees(block), _talents(block), _homes(block)]


def _month_starts(months: Ints) -> Ints:
    """First days of months counted as year × 12 + month − 1."""
    return (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _insurance(block: Block) -> Rows:
    """The present employer, and for 15 % an earlier one. Months paid may fall short of the calendar; ends stay open."""
    rng = block.rng("insurance")
    everyone = np.arange(block.employer.size, dtype=np.int64)
    since = block.since(block.employer)
    first = since.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12 + 1
    start = np.maximum(first, 2015 * 12)
    start = start + (rng.random(everyone.size) * np.maximum(_LAST_MONTH - 1 - start, 0)).astype(np.int64)
    start = np.minimum(start, _LAST_MONTH)
    until = np.minimum(start + rng.integers(6, 60, everyone.size), _LAST_MONTH)
    closed = (rng.random(everyone.size) < 0.2) & (until < _LAST_MONTH)
    changed = sample(rng, everyone[start > 2016 * 12 + 3], 0.15)
    owner = np.concatenate([everyone, changed])
    earlier_end = start[changed] - 1 - rng.integers(0, 3, changed.size)
    earlier_start = np.maximum(earlier_end - rng.integers(5, 60, changed.size), 2015 * 12)
    starts = np.concatenate([start, earlier_start])
    ends = np.concatenate([np.where(closed, until, _LAST_MONTH), earlier_end])
    is_closed = np.concatenate([closed, np.ones(changed.size, dtype=bool)])
    # The earlier employer is another organisation of the block; it may have been founded later, so only old ones serve.
    old = np.flatnonzero(block.settled)
    employer = np.concatenate([block.employer, rng.choice(old, changed.size)])
    gap = np.where(rng.random(owner.size) < 0.1, rng.integers(1, 4, owner.size), 0)
    last_day = _month_starts(ends + 1) - 1
    return Rows(
        "insurance",
        owner,
        {
            "employer": block.uscc.take(pa.array(employer)),
            "starts_on": _month_starts(starts),
            "ends_on": optional(last_day, is_closed),
            "months": np.maximum(ends - starts + 1 - gap, 1),
            "contract_years": rng.choice([1, 3, 3, 5, 5, 10], size=owner.size),
        },
        persons=True,
    )


def _degrees(block: Block) -> Rows:
    rng = block.rng("degrees")
    owner = sample(rng, np.arange(block.employer.size, dtype=np.int64), 0.92)
    level = choose(rng, [0.07, 0.27, 0.48, 0.18], owner.size)
    school = np.where(level < 3, choose(rng, [0.35, 0.65], owner.size), 1)
    return Rows(
        "degree",
        owner,
        {
            "number": block.numbers.text("XL", owner.size),
            "level": words(_DEGREES, level),
            "school_class": words(["双一流", "普通"], school),
            "graduated_on": rng.integers(day("1996-06-20"), day("2025-07-05"), size=owner.size),
        },
        persons=True,
    )


def _talents(block: Block) -> Rows:
    rng = block.rng("talents")
    owner = sample(rng, np.arange(block.employer.size, dtype=np.int64), 0.06)
    recognised = rng.integers(day("2016-03-01"), _LAST_DAY, size=owner.size)
    years = rng.choice([3, 5], size=owner.size)
    return Rows(
        "talent_title",
        owner,
        {
            "number": block.numbers.text("RC", owner.size),
            "class": words(_CLASSES, choose(rng, [0.04, 0.14, 0.42, 0.4], owner.size)),
            "plan": words(_PLANS, choose(rng, [0.15, 0.15, 0.15, 0.15, 0.1, 0.3], owner.size)),
            "recognised_on": recognised,
            "expires_on": optional(recognised + years * 365, rng.random(owner.size) < 0.85),
            "fulltime": (rng.random(owner.size) < 0.85).astype(np.int64),
        },
        persons=True,
    )


def _homes(block: Block) -> Rows:
    """Talent homes to let in their first to seventh year; areas on, below and above the standard and 1.5 times it."""
    rng = block.rng("homes")
    everyone = np.arange(block.employer.size, dtype=np.int64)
    to_let = sample(rng, everyone, 0.05)[: max(block.quota(_TO_LET), 1)]
    others = sample(rng, np.setdiff1d(everyone, to_let), 0.08)
    owner = np.concatenate([to_let, others])
    rented = np.arange(owner.size) < to_let.size
    kind = np.where(rented, 0, 1 + choose(rng, [0.6, 0.1, 0.1, 0.2], owner.size))
    standard = np.array(_STANDARDS, dtype=np.int64)[choose(rng, [0.2, 0.25, 0.3, 0.15, 0.1], owner.size)] * 100
    factor = rng.choice([100, 100, 150, 160, 0], size=owner.size)
    free = rng.integers(3_500, 14_000, owner.size)
    area = np.where(rented & (factor > 0), standard * factor // 100, free)
    starts = rng.integers(day("2019-01-05"), day("2025-11-30"), size=owner.size)
    # The notice on homes to let is of 2025: many leases start under it.
    fresh = rng.integers(day("2025-01-01"), day("2025-11-30"), size=owner.size)
    starts = np.where(rng.random(owner.size) < 0.4, fresh, starts)
    month = starts.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    starts = np.where(rented, month, starts)
    ends = starts + rng.choice([365, 1095, 1095, 2190, 2190], size=owner.size)
    return Rows(
        "home",
        owner,
        {
            "number": block.numbers.text("ZF", owner.size),
            "kind": words(_HOMES, kind),
            "project": words(_ESTATES, np.where(rented, choose(rng, [395, 20, 202, 51, 7, 28], owner.size), 6)),
            "area": area,
            "standard_area": optional(standard, rented),
            "market_rent": optional(area * rng.integers(28, 66, owner.size), rented),
            "starts_on": starts,
            "ends_on": optional(ends, np.isin(kind, (0, 2, 4))),
        },
        persons=True,
    )
