"""What is filed regularly: registration, tax, statistics, staff, software income, grades of resource use."""

from __future__ import annotations

import numpy as np

from yanlian.web.sample import calibration as cal
from yanlian.web.sample import industries as ind
from yanlian.web.sample.apportion import Ints, Mask, apportion
from yanlian.web.sample.books import STAFF_YEARS, Y2019, Y2020, Y2023, Y2024, YEARS, YUAN, Books
from yanlian.web.sample.columns import (
    EMPTY,
    Rows,
    choose,
    day,
    optional,
    sample,
    where,
    words,
    yuan,
)
from yanlian.web.sample.population import (
    ENTERPRISE,
    HERE,
    INSTITUTION,
    KINDS,
    Block,
    status_words,
)

_SECTORS = ("工业", "批发", "零售", "住宿餐饮", "服务业")
# Above-scale borders in yuan by the order of _SECTORS; leasing, science and similar services have ten million.
_SECTOR_BORDER = (20_000_000, 20_000_000, 5_000_000, 2_000_000, 20_000_000)


def filings(block: Block, books: Books) -> list[Rows]:
    """All records of this module for one block."""
    entered, sector, left, listed = _statistics_entries(block, books)
    return [
        registration(block),
        _tax_registration(block),
        _tax_years(block, books),
        Rows(
            "statistics_entry",
            listed,
            {
                "sector": words(_SECTORS, sector),
                "entered_on": entered,
                "left_on": left,
                "district": words(
                    [HERE, "370203"], (block.rng("elsewhere").random(listed.size) < 0.03).astype(np.int64)
                ),
            },
        ),
        _statistics_years(block, books, listed, entered, left, sector),
        _statistics_flash(block, books, listed, entered, left),
        _software_years(block, books),
        _land_grades(block, books),
        _staff_years(block, books),
    ]


def registration(block: Block) -> Rows:
    """One row an organisation; the firms stand on the paid-in borders of 3, 30 and 100 million yuan now and then."""
    rng = block.rng("registration")
    everyone = np.arange(block.size, dtype=np.int64)
    capital = yuan(rng, 5_000_000, 1.3, block.size)
    paid_in = (
        np.round(capital * rng.choice([0.0, 0.3, 0.5, 1.0, 1.0, 1.0], size=block.size) / YUAN).astype(np.int64) * YUAN
    )
    edge = sample(rng, everyone, 0.02)
    paid_in[edge] = rng.choice([3_000_000, 30_000_000, 100_000_000], size=edge.size, p=[0.5, 0.3, 0.2]) * YUAN
    capital = np.maximum(capital, paid_in)
    form = np.where(block.legal_person, choose(rng, [0.92, 0.08], block.size), 2 + choose(rng, [0.5, 0.5], block.size))
    form = np.where(block.kind == INSTITUTION, 4 + choose(rng, [0.4, 0.6], block.size), form)
    forms = ("有限责任公司", "股份有限公司", "个人独资企业", "有限合伙企业", "事业单位", "民办非企业单位")
    return Rows(
        "registration",
        everyone,
        {
            "entity_kind": words(KINDS, block.kind),
            "legal_form": words(forms, form),
            "legal_person": block.legal_person.astype(np.int64),
            "established_on": block.established,
            "district": block.district,
            "moved_in_on": block.moved_in,
            "industry": words([i.code for i in ind.ALL], block.industry),
            "strategic": block.strategic.astype(np.int64),
            "capital": capital,
            "paid_in": paid_in,
            "status": status_words(block),
            "scope": words([f"{i.word}（虚构经营范围）" for i in ind.ALL], block.industry),
            "cluster": words(ind.CLUSTERS, block.cluster),
        },
    )


def _tax_registration(block: Block) -> Rows:
    rng = block.rng("tax_registration")
    return Rows(
        "tax_registration",
        np.arange(block.size, dtype=np.int64),
        {
            "district": words([HERE, "370203"], block.tax_elsewhere.astype(np.int64)),
            "credit_grade": words("ABMCD", choose(rng, [0.15, 0.5, 0.25, 0.07, 0.03], block.size)),
        },
    )


def _tax_years(block: Block, books: Books) -> Rows:
    rng = block.rng("tax_year")
    owner, column = (a.astype(np.int64) for a in np.nonzero(books.filed))
    revenue, research = books.revenue[owner, column], books.research[owner, column]
    size = owner.size
    hnte = research * (1000 + rng.integers(0, 250, size)) // 1000 // YUAN * YUAN
    in_china = hnte * _with_border(rng, 550, 1000, 600, size) // 1000
    hitech = revenue * _with_border(rng, 300, 960, 600, size) // 1000
    assets = np.round(revenue * np.exp(rng.normal(0.1, 0.6, size)) / YUAN).astype(np.int64) * YUAN
    agency = block.industry_is("L7263")[owner]
    return Rows(
        "tax_year",
        owner,
        {
            "year": np.array(YEARS, dtype=np.int64)[column],
            "revenue": revenue,
            "cost": revenue * (780 + rng.integers(0, 300, size)) // 1000,
            "assets": assets,
            "net_assets": assets * (150 + rng.integers(0, 700, size)) // 1000,
            "rd_deduction": research,
            "rd_hnte": hnte,
            "rd_in_china": in_china,
            "hitech_income": hitech,
            "tax_paid": revenue * (8 + rng.integers(0, 55, size)) // 1000,
            "passthrough": np.where(agency, revenue * (200 + rng.integers(0, 650, size)) // 1000, 0),
        },
    )


def _with_border(rng: np.random.Generator, low: int, high: int, border: int, size: int) -> Ints:
    """Thousandths between low and high; one in twenty exactly on the border."""
    return np.where(rng.random(size) < 0.05, border, rng.integers(low, high + 1, size)).astype(np.int64)


def _statistics_entries(block: Block, books: Books) -> tuple[Ints, Ints, Ints, Ints]:
    """Who is in the four-above list: entry day, sector, day of leaving, organisation. Entry on the first of a month."""
    rng = block.rng("entry")
    codes = np.array([_SECTORS.index(i.sector) for i in ind.ALL], dtype=np.int64)[block.industry]
    border = np.array(_SECTOR_BORDER, dtype=np.int64)[codes] * YUAN
    small = np.array([i.code[0] in "LM" for i in ind.ALL])[block.industry]
    border = np.where(small, 10_000_000 * YUAN, border)
    reached = (books.revenue * books.filed).max(axis=1) >= border
    carriers = np.zeros(block.size, dtype=bool)
    carriers[books.scale_software] = True
    others = where((block.kind == ENTERPRISE) & reached & ~carriers & ~(block.reporter & ~carriers))
    others = sample(rng, others, 0.45)
    listed = np.union1d(others, books.scale_software)
    start = np.maximum(block.since(listed) + 60, day("2012-01-01"))
    # The carriers are in the list before 2021 and the other software firms only after its first half.
    is_carrier = carriers[listed]
    late = block.in_cluster("software")[listed] & ~is_carrier
    early = is_carrier | (rng.random(listed.size) < 0.45)
    low = np.where(
        late, np.maximum(start, day("2021-08-01")), np.where(early, start, np.maximum(start, day("2021-01-01")))
    )
    high = np.where(
        is_carrier, day("2020-12-01"), np.where(early & ~late, np.maximum(low, day("2020-12-01")), day("2025-12-01"))
    )
    entered = low + (rng.random(listed.size) * np.maximum(high - low, 1)).astype(np.int64)
    # First of the month, but never before the firm is known here.
    month = entered.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    entered = np.where(month >= block.since(listed), month, entered)
    keep = entered <= day("2025-12-31")
    leaves = ~is_carrier & (rng.random(listed.size) < 0.06) & (entered + 400 < day("2025-12-01"))
    left = optional(entered + 400 + rng.integers(0, 300, listed.size), leaves)
    left = np.where(left > day("2025-12-31"), EMPTY, left)
    return entered[keep], codes[listed][keep], left[keep], listed[keep]


def _in_list(entered: Ints, left: Ints, on: int) -> Mask:
    listed: Mask = (entered <= on) & ((left == EMPTY) | (left > on))
    return listed


def _statistics_years(block: Block, books: Books, listed: Ints, entered: Ints, left: Ints, sector: Ints) -> Rows:
    """Annual statistics of listed firms in hundreds of yuan; output of industry only, some on 1, 5, 10 or 20 亿."""
    rng = block.rng("statistics_year")
    parts: list[tuple[Ints, Ints, Ints]] = []
    for at, year in enumerate(YEARS):
        mine = where(_in_list(entered, left, day(f"{year}-12-31")) & books.filed[listed, at])
        parts.append((listed[mine], np.full(mine.size, at, dtype=np.int64), sector[mine]))
    owner, column, sectors = (np.concatenate(c) for c in zip(*parts, strict=True))
    hundred = 100 * YUAN
    revenue = books.revenue[owner, column] * (970 + rng.integers(0, 61, owner.size)) // 1000 // hundred * hundred
    output = books.revenue[owner, column] * (950 + rng.integers(0, 140, owner.size)) // 1000 // hundred * hundred
    borders = np.array([100_000_000, 500_000_000, 1_000_000_000, 2_000_000_000], dtype=np.int64) * YUAN
    nearest = borders[np.abs(np.log(np.maximum(output, 1))[:, None] - np.log(borders)).argmin(axis=1)]
    on_border = (np.abs(output / nearest - 1) < 0.3) & (rng.random(owner.size) < 0.2)
    output = np.where(on_border, nearest, output)
    research = books.research[owner, column] * (800 + rng.integers(0, 201, owner.size)) // 1000 // hundred * hundred
    values = {
        "year": np.array(YEARS, dtype=np.int64)[column],
        "output": optional(output, sectors == 0),
        "revenue": revenue,
        "rd_internal": research,
    }
    return Rows("statistics_year", owner, values)


def _statistics_flash(block: Block, books: Books, listed: Ints, entered: Ints, left: Ints) -> Rows:
    """Half-years to 2021-06-30 and 2025-06-30. The above-scale software firms add up to F29 and F30."""
    rng = block.rng("flash")
    owners, ends, now, before = [], [], [], []
    for end, this, last in (("2021-06-30", Y2020, Y2020), ("2025-06-30", Y2024, Y2024)):
        mine = listed[_in_list(entered, left, day(end))]
        half = books.revenue[mine, last] * (430 + rng.integers(0, 120, mine.size)) // 1000
        grown = half * _with_border(rng, 850, 1450, 1100, mine.size) // 1000
        if this == Y2020:
            at = np.searchsorted(mine, books.scale_software)
            grown[at], half[at] = books.flash, books.flash_before
        owners.append(mine)
        ends.append(np.full(mine.size, day(end), dtype=np.int64))
        now.append(grown)
        before.append(half)
    return Rows(
        "statistics_flash",
        np.concatenate(owners),
        {
            "period_end": np.concatenate(ends),
            "revenue": np.concatenate(now),
            "revenue_before": np.concatenate(before),
        },
    )


def _software_years(block: Block, books: Books) -> Rows:
    """Software income: the reporters of F01 in 2019, 2020, 2023 and 2024, the other software firms from 2023."""
    carriers = where(books.software_income > 0)
    newer = where(block.in_cluster("software") & ~block.reporter)
    owners, years, amounts = [], [], []
    for column, year in ((Y2019, 2019), (Y2020, 2020), (Y2023, 2023), (Y2024, 2024)):
        mine = carriers
        if year > 2020:
            mine = np.concatenate([carriers, newer[books.filed[newer, column]]])
        revenue = books.revenue[mine, column]
        base, income = books.revenue[mine, Y2020], books.software_income[mine]
        # The same part of revenue as in 2020; exact for 2020 itself.
        amount = np.where(
            income > 0, np.round(revenue * (income / np.maximum(base, 1))).astype(np.int64), revenue * 9 // 10
        )
        owners.append(mine)
        years.append(np.full(mine.size, year, dtype=np.int64))
        amounts.append(np.where((year == 2020) & (income > 0), income, amount))
    return Rows(
        "software_year", np.concatenate(owners), {"year": np.concatenate(years), "revenue": np.concatenate(amounts)}
    )


def _land_grades(block: Block, books: Books) -> Rows:
    rng = block.rng("land")
    making = where(block.in_sector("工业"))
    owners = [making[books.filed[making, column]] for column in (Y2020, Y2024)]
    owner = np.concatenate(owners)
    years = np.repeat(np.array([2020, 2024], dtype=np.int64), [o.size for o in owners])
    grades = words(["A", "B", "C", "C-", "D"], choose(rng, [0.15, 0.55, 0.22, 0.05, 0.03], owner.size))
    return Rows("land_grade", owner, {"year": years, "grade": grades})


def _staff_years(block: Block, books: Books) -> Rows:
    """Staff of 2020, 2023 and 2024; talents introduced in 2020 add up to F41 over enterprises and institutions."""
    rng = block.rng("staff")
    owners, columns = [], []
    for at, year in enumerate(STAFF_YEARS):
        mine = where(books.filed[:, YEARS.index(year)])
        owners.append(mine)
        columns.append(np.full(mine.size, at, dtype=np.int64))
    owner, column = np.concatenate(owners), np.concatenate(columns)
    heads = books.employees[owner, column]
    science = heads * _with_border(rng, 0, 600, 100, owner.size) // 1000
    talents = np.round(heads * rng.random(owner.size) * 0.12).astype(np.int64)
    first = column == 0
    talents[first] = apportion(block.quota(cal.TALENTS_2020), heads[first] + 0.5)
    return Rows(
        "staff_year",
        owner,
        {
            "year": np.array(STAFF_YEARS, dtype=np.int64)[column],
            "employees": heads,
            "science_staff": science,
            "graduates": np.round(heads * rng.random(owner.size) * 0.1).astype(np.int64),
            "talents": talents,
        },
    )
