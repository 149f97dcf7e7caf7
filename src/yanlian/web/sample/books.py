"""The yearly figures of a block's firms, drawn together as they hang together, and scaled to the published totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yanlian.web.sample import calibration as cal
from yanlian.web.sample import industries as ind
from yanlian.web.sample.apportion import Floats, Ints, Mask, apportion
from yanlian.web.sample.columns import sample, where, year_of
from yanlian.web.sample.population import ENTERPRISE, INSTITUTION, Block

# Three years before each of the two as-of dates of the sample (end of 2021, end of 2025). Nobody delivered 2021.
YEARS = (2018, 2019, 2020, 2022, 2023, 2024)
STAFF_YEARS = (2020, 2023, 2024)
Y2019, Y2020, Y2023, Y2024 = YEARS.index(2019), YEARS.index(2020), YEARS.index(2023), YEARS.index(2024)
STAFF_AT = tuple(YEARS.index(year) for year in STAFF_YEARS)
# Borders of the rules, in yuan: firms stand exactly on them more often than chance would have it.
BORDERS = (5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000, 1_000_000_000)
YUAN = 100

Table = npt.NDArray[np.int64]


@dataclass
class Books:
    """Figures in fen and heads; rows organisations, columns YEARS (staff: STAFF_YEARS). `filed`: a return exists."""

    filed: npt.NDArray[np.bool_]
    revenue: Table
    research: Table
    employees: Table
    # Above-scale software firms that carry F29 and F30, with their two half-years.
    scale_software: Ints
    flash: Ints
    flash_before: Ints
    # Software income of 2020 by organisation; zero where none is reported.
    software_income: Ints


def draw_books(block: Block) -> Books:
    """Draw revenue, research and heads; totals of the published figures come out exactly."""
    rng = block.rng("books")
    median = np.array([i.revenue for i in ind.ALL])[block.industry]
    spread = np.where(block.in_cluster("vr") | block.in_cluster("microelectronics"), 0.8, 1.25)
    base = median * np.exp(rng.normal(0.0, 1.0, block.size) * spread)
    revenue = _over_years(rng, base)
    _stand_on_borders(rng, block, revenue)
    _scale_clusters(block, revenue)
    scale_software, flash, before = _above_scale_software(block, revenue)
    income = _software_income(rng, block, revenue)
    filed = _filed(block)
    research = _research(rng, block, revenue)
    employees = np.clip(revenue / YUAN / (550_000 * np.exp(rng.normal(0, 0.5, block.size)))[:, None], 1, 20_000)
    heads = np.round(employees[:, STAFF_AT]).astype(np.int64)
    edge = sample(rng, where((heads[:, 2] > 200) & (heads[:, 2] < 450)), 0.08)
    heads[edge, 2] = rng.choice([299, 300, 301], size=edge.size)
    return Books(filed, revenue, research, heads, scale_software, flash, before, income)


def _over_years(rng: np.random.Generator, base: Floats) -> Table:
    """Revenue of each year in fen, whole yuan, growing log-normally around 10 % a year from and to 2020."""
    steps = np.exp(rng.normal(0.09, 0.22, (5, base.size)))
    later = base * steps[2] ** 2
    years = [base / steps[0] / steps[1], base / steps[1], base, later, later * steps[3], later * steps[3] * steps[4]]
    rounded: Table = np.maximum(np.round(np.stack(years, axis=1)), 1_000).astype(np.int64)
    return rounded * YUAN


def _stand_on_borders(rng: np.random.Generator, block: Block, revenue: Table) -> None:
    """Put 4 % of the firms exactly on the nearest border in 2020 or 2024, and 2 % on a growth of 10, 15, 20 or 30 %."""
    borders = np.array(BORDERS, dtype=np.int64) * YUAN
    for column in (Y2020, Y2024):
        chosen = sample(rng, where(~block.settled), 0.04)
        nearest = np.abs(np.log(revenue[chosen, column])[:, None] - np.log(borders)).argmin(axis=1)
        revenue[chosen, column] = borders[nearest]
        grown = sample(rng, where(~block.settled), 0.02)
        round_before = np.maximum(revenue[grown, column - 1] // (100 * YUAN), 1) * 100 * YUAN
        revenue[grown, column - 1] = round_before
        revenue[grown, column] = round_before * rng.choice([110, 115, 120, 130], size=grown.size) // 100


def _scale_clusters(block: Block, revenue: Table) -> None:
    """Microelectronics and virtual reality add up to their published revenue; the other years move with them."""
    chips = cal.microelectronics_firms(block.plan.enterprises)
    for cluster, column, total, heads in (
        ("microelectronics", Y2020, cal.MICRO_REVENUE_2020, chips),
        ("microelectronics", Y2019, cal.MICRO_REVENUE_2019, chips),
        ("vr", Y2020, cal.VR_SCALE_2020, cal.VR_FIRMS),
    ):
        mine = where(block.in_cluster(cluster))
        part = block.money(total, heads)
        if mine.size == 0:  # a block of a very large sample may hold none of the 116 virtual-reality firms
            continue
        before = revenue[mine, column].astype(np.float64)
        revenue[mine, column] = apportion(part, before)
        if column == Y2020:
            others = np.ix_(mine, np.delete(np.arange(len(YEARS)), column))
            # Chips go on growing fast after the published year, so that some firms reach the borders of later rules.
            growth = np.where(
                np.delete(np.array(YEARS), column) > 2020, 3.0 if cluster == "microelectronics" else 1.0, 1.0
            )
            scaled = np.round(revenue[others] * (part / before.sum()) * growth / YUAN)
            revenue[others] = np.maximum(scaled, 1).astype(np.int64) * YUAN


def _above_scale_software(block: Block, revenue: Table) -> tuple[Ints, Ints, Ints]:
    """The largest reporting software firms are the above-scale ones; the rest stays below 20 million in 2020."""
    reporters = where(block.reporter)
    count = block.quota(cal.above_scale_software(block.plan.enterprises))
    order = reporters[np.argsort(-revenue[reporters, Y2020], kind="stable")]
    top = np.sort(order[:count])
    rest = order[count:]
    ceiling = 19_800_000 * YUAN
    over = rest[revenue[rest, Y2020] > ceiling]
    revenue[over, Y2020] = ceiling - (over % 997) * YUAN
    weights = 0.4 + np.sqrt(revenue[top, Y2020].astype(np.float64) / revenue[top, Y2020].mean())
    before = apportion(block.quota(cal.SOFTWARE_FLASH_2020H1), weights)
    flash = apportion(block.quota(cal.SOFTWARE_FLASH_2021H1), weights * (0.9 + 0.2 * (top % 11) / 10))
    full = np.maximum(before * 21 // 10, 20_000_000 * YUAN) // YUAN * YUAN
    for column, factor in zip(range(len(YEARS)), (0.7, 0.85, 1.0, 1.6, 1.75, 1.9), strict=True):
        revenue[top, column] = np.round(full * factor / YUAN).astype(np.int64) * YUAN
    return top, flash, before


def _software_income(rng: np.random.Generator, block: Block, revenue: Table) -> Ints:
    """Software income of 2020: most of a reporter's revenue; the large manufacturers carry the rest of the total."""
    income = np.zeros(block.size, dtype=np.int64)
    reporters, groups = where(block.reporter), where(block.group)
    part = 850 + rng.integers(0, 151, reporters.size)
    income[reporters] = revenue[reporters, Y2020] * part // 1000
    left = block.quota(cal.SOFTWARE_INCOME_2020) - int(income[reporters].sum())
    assert left > 0, "software firms of the block report more than its part of the published total"
    income[groups] = apportion(left, np.exp(rng.normal(0, 0.5, groups.size)))
    factor = 1.4 + 0.8 * rng.random(groups.size)
    for column, growth in zip(range(len(YEARS)), (0.8, 0.9, 1.0, 1.15, 1.22, 1.3), strict=True):
        revenue[groups, column] = np.round(income[groups] * factor * growth / YUAN).astype(np.int64) * YUAN
    return income


def _filed(block: Block) -> npt.NDArray[np.bool_]:
    """Which returns exist: from the year of founding or moving in; firms that left or closed stop before 2024."""
    first = year_of(block.since(np.arange(block.size)))
    filed = np.array(YEARS)[None, :] >= first[:, None]
    filed[(block.status != 0)[:, None] & (np.array(YEARS) >= 2024)[None, :]] = False
    # Park operators are no subject of the annual return in the fact schema.
    filed[~np.isin(block.kind, (ENTERPRISE, INSTITUTION))] = False
    return filed


def _research(rng: np.random.Generator, block: Block, revenue: Table) -> Table:
    """R&D of the tax deduction; some firms stand exactly on 3, 4 or 5 % and on 5 or 10 million yuan."""
    median = np.array([i.research for i in ind.ALL])[block.industry]
    ratio = np.minimum(median * np.exp(rng.normal(0.0, 0.6, block.size)), 0.9)
    yearly = np.minimum(ratio[:, None] * np.exp(rng.normal(0.0, 0.1, revenue.shape)), 0.95)
    research: Table = np.round(revenue * yearly / YUAN).astype(np.int64) * YUAN
    active: Mask = median > 0.02
    for column in (Y2020, Y2024):
        exact = sample(rng, where(active & (revenue[:, column] % (100 * YUAN) == 0)), 0.5)
        exact = np.union1d(exact, sample(rng, where(active), 0.03))
        research[exact, column] = revenue[exact, column] * rng.choice([3, 4, 5], size=exact.size) // 100
        for border in (5_000_000, 10_000_000):
            near = where(np.abs(research[:, column] / (border * YUAN) - 1) < 0.5)
            research[sample(rng, near, 0.08), column] = border * YUAN
    return research
