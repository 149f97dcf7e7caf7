"""The figures of the twenty clauses, as every engine takes them, and the shifted copies by which a set grows.

Money is integer fen, areas 0.01 m², rates hundredths. Copy 0 is the set itself; in copy k every figure of money is
(1 + k/1000) of it, which stays a whole number of fen.
"""

from __future__ import annotations

from dataclasses import dataclass

CLAUSES = tuple(f"C{number:02d}" for number in range(1, 21))
# Only the higher of a group is paid.
GROUPS = (("C02", "C03"), ("C05", "C06"), ("C07", "C08"))
SINGLE = tuple(name for name in CLAUSES if not any(name in group for group in GROUPS))

# Days since 1970-01-01.
YEAR_FIRST, YEAR_LAST = 20089, 20453  # 2025-01-01, 2025-12-31
VALID_FIRST = 19358  # 2023-01-01: certificates of high-tech enterprises from here to the end of 2025 are valid
INVENTION, PCT = 1, 4
AI_INDUSTRIES = (6513, 6531, 6550, 6572)
YUAN = 100


@dataclass(frozen=True)
class Parameters:
    """One set of figures; money in fen."""

    scale_mfg: int
    scale_svc: int
    scale_else: int
    growth_revenue: int
    growth_10: int
    growth_20: int
    growth_30: int
    increment_cap: int
    crossings: tuple[tuple[int, int], ...]
    research_first: int
    research_second: int
    research_cap: int
    more_research_least: int
    more_research_cap: int
    hnte_first: int
    hnte_again: int
    srdi_1: int
    srdi_2: int
    srdi_3: int
    invention: int
    invention_more: int
    invention_cap: int
    pct: int
    pct_cap: int
    interest_cap: int
    guarantee_cap: int
    rent_metre: int
    rent_cap: int
    equipment_least: int
    equipment_cap: int
    export_cap: int
    graduate: int
    graduate_cap: int
    head: int
    head_more: int
    head_cap: int
    compute_cap: int
    exhibition_cap: int
    equity_least: int
    equity_cap: int
    entity_cap: int


def of_copy(copy: int) -> Parameters:
    """The figures of a copy of the set."""

    def yuan(amount: int) -> int:
        return amount * YUAN * (1000 + copy) // 1000

    return Parameters(
        scale_mfg=yuan(100_000),
        scale_svc=yuan(50_000),
        scale_else=yuan(30_000),
        growth_revenue=yuan(20_000_000),
        growth_10=yuan(100_000),
        growth_20=yuan(200_000),
        growth_30=yuan(300_000),
        increment_cap=yuan(2_000_000),
        crossings=tuple(
            (yuan(line * 1_000_000), yuan(amount))
            for line, amount in ((100, 100_000), (500, 300_000), (1000, 500_000), (5000, 1_000_000))
        ),
        research_first=yuan(1_000_000),
        research_second=yuan(5_000_000),
        research_cap=yuan(1_000_000),
        more_research_least=yuan(1_000_000),
        more_research_cap=yuan(500_000),
        hnte_first=yuan(200_000),
        hnte_again=yuan(100_000),
        srdi_1=yuan(100_000),
        srdi_2=yuan(300_000),
        srdi_3=yuan(500_000),
        invention=yuan(5_000),
        invention_more=yuan(8_000),
        invention_cap=yuan(500_000),
        pct=yuan(10_000),
        pct_cap=yuan(200_000),
        interest_cap=yuan(500_000),
        guarantee_cap=yuan(200_000),
        rent_metre=yuan(60),
        rent_cap=yuan(300_000),
        equipment_least=yuan(5_000_000),
        equipment_cap=yuan(5_000_000),
        export_cap=yuan(300_000),
        graduate=yuan(1_000),
        graduate_cap=yuan(100_000),
        head=yuan(2_000),
        head_more=yuan(3_000),
        head_cap=yuan(500_000),
        compute_cap=yuan(1_000_000),
        exhibition_cap=yuan(50_000),
        equity_least=yuan(10_000_000),
        equity_cap=yuan(1_000_000),
        entity_cap=yuan(10_000_000),
    )
