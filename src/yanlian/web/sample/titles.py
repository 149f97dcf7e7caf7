"""Recognitions: science and industry titles, accreditations, evaluations, and the upper-level money they brought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.web.sample import calibration as cal
from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.books import Y2020, Y2024, Books
from yanlian.web.sample.columns import (
    EMPTY,
    Rows,
    choose,
    constant,
    day,
    numbered,
    optional,
    sample,
    where,
    words,
    year_of,
)
from yanlian.web.sample.population import ENTERPRISE, INSTITUTION, PARK, Block
from yanlian.web.sample.title_kinds import HIGH_TECH, LADDER, TECH_SME, TITLES, TitleKind

_LAST_DAY = day("2025-12-31")
_DOCUMENT_DAY = day("2025-06-26")  # the district's science policy of 2025 counts recognitions from here


class Recognitions:
    """Titles of one block as they are drawn: columns grow kind by kind."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.fixed = np.zeros(0, dtype=np.int64)
        self.parts: list[tuple[TitleKind, Ints, Ints, Ints, Ints, Any, Ints]] = []

    def add(self, kind: TitleKind, owner: Ints, issued: Ints, level: Ints, renewed: Ints) -> Any:
        """Add titles of a kind; those that fall before the owner is known here or after the last day are left out."""
        keep = (issued >= self.block.since(owner)) & (issued <= _LAST_DAY)
        owner, issued, level, renewed = owner[keep], issued[keep], level[keep], renewed[keep]
        number = numbered(f"YL-{kind.series}-", self.block.numbers.take(kind.series, owner.size), 8)
        end = np.where(kind.years > 0, issued + 365 * kind.years, EMPTY)
        self.parts.append((kind, owner, issued, end, level, number, renewed))
        return self.parts[-1]

    def rows(self, record: str, rng: np.random.Generator) -> Rows:
        """The records of one kind: science_title, industry_title or accreditation. One in sixty was revoked later."""
        parts = [p for p in self.parts if p[0].record == record]
        issued = np.concatenate([p[2] for p in parts])
        revoked = issued + 90 + rng.integers(0, 900, issued.size)
        away = (rng.random(issued.size) < 1 / 60) & (revoked <= _LAST_DAY)
        return Rows(
            record,
            np.concatenate([p[1] for p in parts]),
            {
                "kind": pa.concat_arrays([constant(p[0].name, p[1].size) for p in parts]),
                "level": pa.concat_arrays([words(p[0].levels.words, p[4]) for p in parts]),
                "name": pa.concat_arrays(
                    [
                        pc.binary_join_element_wise(words(p[0].levels.words, p[4]), p[0].name, "（虚构）", "")
                        for p in parts
                    ]
                ),
                "number": pa.concat_arrays([p[5] for p in parts]),
                "issued_on": issued,
                "expires_on": np.concatenate([p[3] for p in parts]),
                "renewed": np.concatenate([p[6] for p in parts]),
                "revoked_on": optional(revoked, away),
            },
        )


def titles(block: Block, books: Books) -> tuple[list[Rows], Recognitions]:
    """All recognitions of a block, evaluations and upper-level money; and what others hang on titles."""
    rng = block.rng("titles")
    found = Recognitions(block)
    _high_tech(found, books, rng)
    _tech_smes(found, books, rng)
    _ladder(found, books, rng)
    for kind in TITLES:
        _plain(found, kind, rng)
    rows = [found.rows(record, rng) for record in ("science_title", "industry_title", "accreditation")]
    return [*rows, _evaluations(found, rng), _upper_funds(found, rng)], found


def event_days(rng: np.random.Generator, count: int, first: int = 2018) -> Ints:
    """Days of recognitions: even over the years, denser in 2021 and in the second half of 2025."""
    days = rng.integers(day(f"{first}-01-01"), _LAST_DAY + 1, size=count)
    draw = rng.random(count)
    days = np.where(draw < 0.15, rng.integers(day("2021-01-10"), day("2021-12-20"), size=count), days)
    days = np.where(draw > 0.62, rng.integers(_DOCUMENT_DAY, day("2025-12-20"), size=count), days)
    return np.where(draw > 0.97, rng.integers(day("2025-12-23"), _LAST_DAY + 1, size=count), days)


def _candidates(block: Block, who: str) -> Ints:
    """The organisations that a kind of title is for."""
    enterprise = block.kind == ENTERPRISE
    masks = {
        "any": enterprise | (block.kind == INSTITUTION),
        "enterprise": enterprise,
        "making": block.in_sector("工业"),
        "software": block.in_cluster("software") | block.in_cluster("ai") | block.in_cluster("industrial_internet"),
        "chip": block.in_cluster("microelectronics"),
        "testing": block.industry_is("M7452"),
        "platform": block.industry_is("I6431"),
        "institution": block.kind == INSTITUTION,
        "research": (block.kind == INSTITUTION) & block.industry_is("M7320", "M7310"),
        "vr": block.in_cluster("vr"),
        "carrier": (block.kind == PARK) | ((block.kind == INSTITUTION) & block.industry_is("L7264")),
    }
    return where(masks[who])


def _plain(found: Recognitions, kind: TitleKind, rng: np.random.Generator) -> None:
    """Titles that hang on nothing else; a fixed number of them by the end of 2021 where the text publishes one."""
    block = found.block
    candidates = _candidates(block, kind.who)
    least = block.quota(kind.least)
    if kind.fixed_2021:
        settled = np.setdiff1d(candidates[block.since(candidates) < day("2019-01-01")], found.fixed)
        early = sample(rng, settled, 0, block.quota(kind.fixed_2021))
        assert early.size == block.quota(kind.fixed_2021), f"too few candidates for {kind.name}"
        # One firm counts once among the published smart manufacturers.
        found.fixed = np.union1d(found.fixed, early)
        found.add(
            kind,
            early,
            rng.integers(day("2019-01-05"), day("2021-12-20"), size=early.size),
            choose(rng, kind.levels.weights, early.size),
            np.zeros(early.size, dtype=np.int64),
        )
    owner = sample(rng, candidates, kind.rate, least)
    issued = event_days(rng, owner.size, 2022 if kind.fixed_2021 is not None else 2018)
    if kind.fixed_2021 is not None:
        issued = np.where(issued < day("2022-01-01"), issued + 4 * 365 + 2, issued)
        issued = np.where(issued > _LAST_DAY, issued - 365, issued)
    if kind.late:
        last = rng.integers(day("2025-12-23"), _LAST_DAY + 1, size=owner.size)
        issued = np.where(rng.random(owner.size) < 0.5, last, issued)
    level = choose(rng, kind.levels.weights, owner.size)
    _, owner, issued, end, level, _, _ = found.add(kind, owner, issued, level, np.zeros(owner.size, dtype=np.int64))
    again = sample(rng, where((end != EMPTY) & (end < _LAST_DAY)), kind.renewals)
    found.add(kind, owner[again], end[again] + 5, level[again], np.ones(again.size, dtype=np.int64))


def _high_tech(found: Recognitions, books: Books, rng: np.random.Generator) -> None:
    """High-tech enterprises: about 15 %, those that do research first; three years, then re-recognised or not."""
    block = found.block
    intensity = books.research[:, [Y2020, Y2024]].sum(axis=1) / books.revenue[:, [Y2020, Y2024]].sum(axis=1)
    able = where((block.kind == ENTERPRISE) & (intensity >= 0.03))
    owner = sample(rng, able, 0.15 * block.of(ENTERPRISE).size / max(able.size, 1))
    issued = np.maximum(block.since(owner) + 400, rng.integers(day("2014-06-01"), day("2025-11-30"), size=owner.size))
    level = np.zeros(owner.size, dtype=np.int64)
    renewed = level
    while owner.size:
        _, owner, issued, _, _, _, _ = found.add(
            HIGH_TECH, owner, issued, np.zeros(owner.size, dtype=np.int64), renewed[: owner.size]
        )
        stay = sample(rng, np.arange(owner.size, dtype=np.int64), 0.85)
        owner, issued = owner[stay], issued[stay] + 3 * 365 + rng.integers(-30, 60, stay.size)
        renewed = np.ones(owner.size, dtype=np.int64)
        owner, issued = owner[issued <= _LAST_DAY], issued[issued <= _LAST_DAY]
        renewed = renewed[: owner.size]


def _tech_smes(found: Recognitions, books: Books, rng: np.random.Generator) -> None:
    """Technology-based SMEs: filed for one calendar year, most of them again and again."""
    block = found.block
    small = (
        (books.employees[:, 2] <= 500) & (books.revenue[:, Y2024] <= 20_000_000_000) & (books.research[:, Y2024] > 0)
    )
    able = where((block.kind == ENTERPRISE) & small & (books.research[:, Y2024] / books.revenue[:, Y2024] > 0.03))
    # Who files in one year files in the next as well, with some more: shares of one fixed order.
    order = rng.permutation(able)
    for year, rate in ((2020, 0.22), (2021, 0.24), (2024, 0.26), (2025, 0.28)):
        owner = np.sort(order[: round(order.size * rate)])
        issued = rng.integers(day(f"{year}-02-01"), day(f"{year}-08-31"), size=owner.size)
        keep = issued >= block.since(owner)
        zero = np.zeros(int(keep.sum()), dtype=np.int64)
        part = found.add(TECH_SME, owner[keep], issued[keep], zero, zero)
        part[3][:] = day(f"{year}-12-31")


def _ladder(found: Recognitions, books: Books, rng: np.random.Generator) -> None:
    """Innovative → specialised → little giant → key little giant: each some of the step before."""
    block = found.block
    active = books.research[:, Y2024] > 500_000 * 100
    owner = sample(rng, where((block.kind == ENTERPRISE) & active), 0.18)
    issued = rng.integers(day("2017-06-01"), day("2025-10-30"), size=owner.size)
    for kind in LADDER:
        owner = owner[: issued.size]
        part = found.add(
            kind, owner, issued, np.zeros(owner.size, dtype=np.int64), np.zeros(owner.size, dtype=np.int64)
        )
        _, owner, issued, end, _, _, _ = part
        again = sample(rng, where((end != EMPTY) & (end < _LAST_DAY)), 0.8)
        ones = np.ones(again.size, dtype=np.int64)
        found.add(kind, owner[again], end[again] + 10, np.zeros(again.size, dtype=np.int64), ones)
        up = sample(rng, np.arange(owner.size, dtype=np.int64), kind.rate)
        owner, issued = owner[up], issued[up] + rng.integers(250, 1000, up.size)


def _evaluations(found: Recognitions, rng: np.random.Generator) -> Rows:
    """Evaluations some time after recognition, many of them in the second half of 2025."""
    parts = [p for p in found.parts if p[0].evaluated]
    owner = np.concatenate([p[1] for p in parts])
    issued = np.concatenate([p[2] for p in parts])
    number = pa.concat_arrays([p[5] for p in parts])
    later = issued + np.where(
        issued > day("2025-06-01"), rng.integers(20, 120, owner.size), rng.integers(200, 600, owner.size)
    )
    recent = rng.integers(day("2025-07-01"), day("2025-12-20"), size=owner.size)
    on = np.where((issued < day("2025-06-01")) & (rng.random(owner.size) < 0.3), recent, later)
    keep = where(on <= _LAST_DAY)
    return Rows(
        "evaluation",
        owner[keep],
        {
            "title_number": number.take(pa.array(keep)),
            "year": year_of(on[keep]),
            "evaluated_on": on[keep],
            "grade": words(["优秀", "良好", "合格", "不合格"], choose(rng, [0.4, 0.3, 0.24, 0.06], keep.size)),
        },
    )


def _upper_funds(found: Recognitions, rng: np.random.Generator) -> Rows:
    """Money of city, province and state for a title, received some months later."""
    owners, numbers, days, levels, amounts, names = [], [], [], [], [], []
    for kind, owner, issued, _, level, number, _ in found.parts:
        if not kind.funds:
            continue
        mine = sample(rng, np.arange(owner.size, dtype=np.int64), 0.85)
        received = issued[mine] + rng.integers(15, 150, mine.size)
        # Money for older titles also comes after the district's document of 2025.
        recent = (issued[mine] < _DOCUMENT_DAY) & (rng.random(mine.size) < 0.35)
        received = np.where(recent, rng.integers(day("2025-07-01"), day("2025-12-20"), size=mine.size), received)
        mine, received = mine[received <= _LAST_DAY], received[received <= _LAST_DAY]
        table = np.array(kind.funds, dtype=np.int64)
        drawn = table[rng.integers(0, table.size, mine.size)]
        owners.append(owner[mine])
        numbers.append(number.take(pa.array(mine)))
        days.append(received)
        # Municipal money for titles of every level; provincial money for some of the higher ones; the state pays for
        # its own projects.
        higher = (level[mine] < len(kind.levels.words) - 1) & (rng.random(mine.size) < 0.4)
        national = kind.name == "国家重点研发计划项目"
        levels.append(np.zeros(mine.size, dtype=np.int64) if national else np.where(higher, 1, 2))
        amounts.append(drawn * 100)
        names.append(constant(f"{kind.name}资助（虚构）", mine.size))
    owner = np.concatenate(owners)
    return Rows(
        "upper_fund",
        owner,
        {
            "document_number": found.block.numbers.text("FUND", owner.size),
            "programme": pa.concat_arrays(names),
            "level": words(["国家级", "省级", "市级"], np.concatenate(levels).astype(np.int64)),
            "title_number": pa.concat_arrays(numbers),
            "amount": np.concatenate(amounts),
            "received_on": np.concatenate(days),
        },
    )


assert sum(kind.fixed_2021 or 0 for kind in TITLES if kind.smart) == cal.SMART_MANUFACTURERS
