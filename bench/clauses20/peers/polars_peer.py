"""Hand-written Polars expressions over Int64: amounts by clause, no reason codes.

The patents are filtered first and then counted by owner, which is the cheapest order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from parameters import (
    AI_INDUSTRIES,
    CLAUSES,
    GROUPS,
    INVENTION,
    PCT,
    SINGLE,
    VALID_FIRST,
    YEAR_FIRST,
    YEAR_LAST,
    Parameters,
    of_copy,
)
from polars import col, lit, max_horizontal, min_horizontal, when
from task import Task, run

Loaded = tuple[pl.DataFrame, pl.DataFrame]


def half_up(over: pl.Expr, under: int) -> pl.Expr:
    """A quotient of a non-negative integer, rounded half-up."""
    return (2 * over + under) // (2 * under)


def at_most(amount: pl.Expr, cap: int) -> pl.Expr:
    """Not more than a cap."""
    return amount.clip(upper_bound=cap)


def at_least_zero(amount: pl.Expr) -> pl.Expr:
    """Not less than nothing."""
    return amount.clip(lower_bound=0)


def in_year(name: str) -> pl.Expr:
    """Whether a day lies in 2025."""
    return col(name).is_between(YEAR_FIRST, YEAR_LAST)


def count_patents(patents: pl.DataFrame) -> pl.LazyFrame:
    """Inventions and PCT patents granted in 2025, by owner."""
    of_kind = {"inventions": INVENTION, "pct": PCT}
    wanted = patents.lazy().filter(in_year("gdate") & col("ptype").is_in(list(of_kind.values())))
    counts = [(col("ptype") == kind).sum().cast(pl.Int64).alias(name) for name, kind in of_kind.items()]
    return wanted.group_by("eid").agg(counts)


def shares() -> dict[str, pl.Expr]:
    """By what a base is multiplied: thousandths in C03, halves in C16, hundredths elsewhere."""
    return {
        "C03": when(col("svc")).then(8).otherwise(5),
        "C06": when(col("valid")).then(10).otherwise(8),
        "C13": when(col("valid")).then(70).otherwise(50),
        "C14": when(col("srdi_l") >= 2).then(10).otherwise(8),
        "C16": when(col("srdi_l") >= 1).then(3).otherwise(2),
        "C18": when(col("ai")).then(36).otherwise(30),
    }


def crossing_of(p: Parameters) -> pl.Expr:
    """Fen for the highest line crossed for the first time."""
    crossing: pl.Expr = lit(0)
    for line, amount in p.crossings:
        crossing = when((col("rev_ty") >= line) & (col("rev_peak") < line)).then(amount).otherwise(crossing)
    return crossing


def growth_step(p: Parameters) -> pl.Expr:
    """Fen for the step of growth that is reached."""
    growth = col("rev_ty") - col("rev_ly")
    step = when(growth * 100 >= col("rev_ly") * 30).then(p.growth_30)
    step = step.when(growth * 100 >= col("rev_ly") * 20).then(p.growth_20)
    return step.when(growth * 100 >= col("rev_ly") * 10).then(p.growth_10).otherwise(0)


def clauses(p: Parameters) -> dict[str, pl.Expr]:
    """Fen by clause, before the gates."""
    growth, added = col("rev_ty") - col("rev_ly"), (col("emp") - col("emp_ly")).cast(pl.Int64)
    spent, more = col("rd_ty"), col("rd_ty") - col("rd_ly")
    large, srdi = col("rev_ty") >= p.growth_revenue, col("srdi_l")
    slices = (
        10 * at_most(spent, p.research_first)
        + 5 * (spent - p.research_first).clip(0, p.research_second - p.research_first)
        + 3 * at_least_zero(spent - p.research_second)
    )
    interest = min_horizontal(col("interest") * 3_600_000, col("principal") * col("days").cast(pl.Int64) * 345)
    rent = min_horizontal(col("rent") * 100, at_most(col("area"), 50_000) * (p.rent_metre * 12))
    heads = at_most(added, 50) * p.head + at_least_zero(added - 50) * p.head_more
    inventions = col("inventions")
    by_number = at_most(inventions, 10) * p.invention + at_least_zero(inventions - 10) * p.invention_more
    share, step = shares(), growth_step(p)
    graduates = half_up(col("grads").cast(pl.Int64) * share["C16"] * p.graduate, 2)
    scale = when(col("mfg")).then(p.scale_mfg).when(col("svc")).then(p.scale_svc).otherwise(p.scale_else)
    level = when(srdi == 1).then(p.srdi_1).when(srdi == 2).then(p.srdi_2).when(srdi == 3).then(p.srdi_3).otherwise(0)
    hnte = when(col("hnte_n") == 1).then(p.hnte_first).otherwise(p.hnte_again)
    raised = at_least_zero(growth) * share["C03"]
    exported = at_least_zero(col("exp_ty") - col("exp_ly"))
    tests: dict[str, tuple[pl.Expr, pl.Expr]] = {
        "C01": (in_year("scale"), scale),
        "C02": (large & (col("rev_ly") > 0), step),
        "C03": (large, at_most(half_up(raised, 1000), p.increment_cap)),
        "C04": (lit(True), crossing_of(p)),  # noqa: FBT003 (a literal of the data)
        "C05": (
            (col("rev_ty") > 0) & (spent * 100 >= col("rev_ty") * 3),
            at_most(half_up(slices, 100), p.research_cap),
        ),
        "C06": (
            (more > 0) & (spent >= p.more_research_least),
            at_most(half_up(at_least_zero(more) * share["C06"], 100), p.more_research_cap),
        ),
        "C07": (in_year("hnte"), hnte),
        "C08": (in_year("srdi"), level),
        "C09": (inventions > 0, at_most(by_number, p.invention_cap)),
        "C10": (col("pct") > 0, at_most(col("pct") * p.pct, p.pct_cap)),
        "C11": ((srdi >= 1) | col("valid"), at_most(half_up(interest, 7_200_000), p.interest_cap)),
        "C12": (col("guar") > 0, at_most(half_up(col("guar") * 30, 100), p.guarantee_cap)),
        "C13": (col("est") >= VALID_FIRST, at_most(half_up(rent * share["C13"], 10_000), p.rent_cap)),
        "C14": (
            col("mfg") & (col("equip") >= p.equipment_least),
            at_most(half_up(col("equip") * share["C14"], 100), p.equipment_cap),
        ),
        "C15": (exported > 0, at_most(half_up(exported, 100), p.export_cap)),
        "C16": (col("emp") >= col("emp_ly"), at_most(graduates, p.graduate_cap)),
        "C17": (added >= 5, at_most(heads, p.head_cap)),
        "C18": (col("mfg") | col("svc"), at_most(half_up(col("comp") * share["C18"], 100), p.compute_cap)),
        "C19": (col("exhib") > 0, at_most(half_up(col("exhib"), 2), p.exhibition_cap)),
        "C20": (col("equity") >= p.equity_least, at_most(half_up(col("equity"), 100), p.equity_cap)),
    }
    return {
        name: when(col("gate") & test).then(amount).otherwise(0).cast(pl.Int64)
        for name, (test, amount) in tests.items()
    }


def kinds() -> dict[str, pl.Expr]:
    """What several clauses ask."""
    ind = col("ind")
    return {
        "gate": col("in_dist") & ~col("blk") & col("fok"),
        "mfg": ind.is_between(1300, 4399),
        "svc": ind.is_between(6300, 6599) | ind.is_between(7100, 7599),
        "ai": ind.is_in(AI_INDUSTRIES),
        "valid": col("hnte").is_between(VALID_FIRST, YEAR_LAST),
        "inventions": col("inventions").fill_null(0),
        "pct": col("pct").fill_null(0),
    }


class Polars:
    """The peer."""

    version = pl.__version__

    def __init__(self, task: Task) -> None:
        self.copies = [of_copy(copy) for copy in range(task.copies)]

    def load(self, task: Task, rows: int) -> Loaded:
        ent = pl.read_parquet(task.enterprises, n_rows=rows)
        pat = pl.read_parquet(task.patents)
        days = [col(name).cast(pl.Int32) for name in ("est", "scale", "hnte", "srdi")]
        pat = pat.with_columns(col("gdate").cast(pl.Int32))
        return ent.with_columns(days), pat if rows == task.rows else pat.filter(col("eid") <= rows)

    def evaluate(self, loaded: Loaded) -> pl.DataFrame:
        ent, pat = loaded
        frame = ent.lazy().join(count_patents(pat), on="eid", how="left", maintain_order="left")
        frame = frame.with_columns(**kinds())
        named: dict[str, pl.Expr] = {}
        for copy, figures in enumerate(self.copies):
            named |= {f"{name}_{copy}": amount for name, amount in clauses(figures).items()}
        frame = frame.select("eid", **named)
        return frame.with_columns(payable=self._payable()).collect()

    def _payable(self) -> pl.Expr:
        paid: pl.Expr = lit(0, pl.Int64)
        for copy, figures in enumerate(self.copies):
            groups = [max_horizontal(f"{one}_{copy}", f"{other}_{copy}") for one, other in GROUPS]
            parts = [*groups, *(col(f"{name}_{copy}") for name in SINGLE)]
            paid = paid + at_most(sum(parts[1:], parts[0]), figures.entity_cap)
        return paid

    def write(self, outcome: pl.DataFrame, out: Path) -> None:
        outcome.write_parquet(out, compression="zstd")

    def totals(self, outcome: pl.DataFrame) -> dict[str, int]:
        return {name: int(outcome[f"{name}_0"].sum()) for name in CLAUSES}

    def payable(self, outcome: pl.DataFrame) -> np.ndarray:
        return outcome["payable"].to_numpy()

    def total(self, outcome: pl.DataFrame) -> int:
        return int(outcome["payable"].sum())


if __name__ == "__main__":
    run(Polars)
