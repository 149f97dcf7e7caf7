"""Enterprises and patents drawn by a seed, for the twenty benchmark clauses: the same tables for the same number.

    python bench/clauses20/generate.py ROWS FOLDER

Writes `FOLDER/ent_ROWS.parquet` (money in fen, areas in hundredths of a square metre, no date as 1970-01-01) and
`FOLDER/pat_ROWS.parquet` (patents, a child table by `eid`). Figures are drawn so that many firms stand exactly on a
threshold. The order of the draws is part of the data: a draw added or moved changes every table after it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SEED = 20260331
# Filings are made in thousand yuan; one is this many fen.
THOUSAND_YUAN = 100_000
Integers = NDArray[np.integer]


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype("int64"))


class Draw:
    """A table's columns in the order in which they are drawn."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.random = np.random.default_rng(SEED)

    def mask(self, share: float) -> NDArray[np.bool_]:
        """True for about this share of rows."""
        return self.random.random(self.rows) < share

    def dates(self, share: float, first: str, last: str) -> Integers:
        """Days in a period for this share of rows, 0 for the others."""
        chosen = self.mask(share)
        return np.where(chosen, self.random.integers(_day(first), _day(last) + 1, self.rows), 0).astype("i4")

    def amounts(self, share: float, median: float, spread: float, most: float) -> Integers:
        """Log-normal sums of money in fen for this share of rows; median and most in yuan."""
        chosen = self.mask(share)
        drawn = np.exp(self.random.normal(np.log(median * 100), spread, self.rows))
        return np.where(chosen, np.minimum(drawn, most * 100), 0).astype("i8")

    def lognormal(self, centre: float, spread: float) -> NDArray[np.float64]:
        """exp of a normal draw."""
        return np.exp(self.random.normal(centre, spread, self.rows))


def _industries(draw: Draw) -> Integers:
    pool = np.concatenate(
        [
            np.arange(1311, 4399, 7),
            np.arange(5111, 5299, 5),
            np.arange(6311, 6599, 3),
            [6513, 6531, 6550, 6572],
            np.arange(7010, 7599, 5),
            np.arange(8010, 9700, 11),
        ]
    )
    weights = draw.random.random(pool.size)
    return draw.random.choice(pool, draw.rows, p=weights / weights.sum()).astype("i4")


def _revenue(draw: Draw) -> tuple[Integers, Integers, Integers]:
    """This year's, last year's and the highest revenue in thousand yuan; 2 % of firms exactly on a growth threshold."""
    last = np.minimum(draw.lognormal(np.log(8000), 1.9), 1e7).astype("i8")
    last[draw.mask(0.08)] = 0
    growth = draw.lognormal(0.06, 0.30)
    this = np.where(last > 0, np.minimum(last * growth, 1e7), draw.lognormal(np.log(1500), 1.5)).astype("i8")
    bunched = draw.mask(0.02) & (last >= 10)
    tens = last // 10 * 10
    last[bunched] = tens[bunched]
    step = draw.random.integers(11, 14, draw.rows)
    this[bunched] = (tens * step // 10)[bunched]
    peak = np.maximum(last, (last * draw.lognormal(-0.1, 0.3)).astype("i8"))
    return this, last, peak


def _research(draw: Draw, revenue: Integers) -> tuple[Integers, Integers]:
    """R&D of both years in thousand yuan; 2 % of firms exactly at 3 % of revenue (whose revenue is made round)."""
    chosen = draw.mask(0.35)
    intensity = np.where(chosen, np.abs(draw.random.normal(0.045, 0.03, draw.rows)), 0)
    this = (revenue * intensity).astype("i8")
    last = (this * draw.lognormal(-0.08, 0.35)).astype("i8")
    bunched = draw.mask(0.02) & (revenue >= 100)
    hundreds = revenue // 100 * 100
    revenue[bunched] = hundreds[bunched]
    this[bunched] = (hundreds * 3 // 100)[bunched]
    return this, last


def _staff(draw: Draw, revenue: Integers) -> tuple[Integers, Integers, Integers]:
    this = np.maximum(1, revenue / 800 * draw.lognormal(0, 0.5)).astype("i4")
    moved = draw.random.integers(-8, 9, draw.rows)
    last = np.maximum(0, this + moved - (this * 0.03 * draw.random.normal(0, 1, draw.rows)).astype("i4")).astype("i4")
    hiring = draw.mask(0.3)
    return this, last, np.where(hiring, draw.random.integers(0, 12, draw.rows), 0).astype("i4")


def _dates(days: Integers) -> pa.Array:
    return pa.array(days).cast(pa.date32())


def enterprises(draw: Draw) -> pa.Table:
    """One row a firm."""
    rows = draw.rows
    columns: dict[str, object] = {"eid": np.arange(1, rows + 1, dtype="i8"), "ind": _industries(draw)}
    columns |= {"in_dist": draw.mask(0.97), "blk": draw.mask(0.01), "fok": draw.mask(0.95)}
    founded = draw.random.integers(_day("2000-01-01"), _day("2025-12-31") + 1, rows).astype("i4")
    columns["est"] = _dates(founded)
    this, last, peak = _revenue(draw)
    research, research_last = _research(draw, this)
    for name, figure in (("rev_ty", this), ("rev_ly", last), ("rev_peak", peak)):
        columns[name] = figure * THOUSAND_YUAN
    columns |= {"rd_ty": research * THOUSAND_YUAN, "rd_ly": research_last * THOUSAND_YUAN}
    columns["emp"], columns["emp_ly"], columns["grads"] = _staff(draw, this)
    columns |= _titles(draw)
    columns |= _spending(draw)
    return pa.table(columns)


def _titles(draw: Draw) -> dict[str, object]:
    rows = draw.rows
    scaled = draw.dates(0.10, "2018-01-01", "2025-12-31")
    high_tech = draw.dates(0.18, "2021-01-01", "2025-12-31")
    times = np.where(high_tech > 0, draw.random.integers(1, 4, rows), 0).astype("i1")
    specialised = draw.dates(0.08, "2021-01-01", "2025-12-31")
    level = np.where(specialised > 0, draw.random.choice([1, 2, 3], rows, p=[0.7, 0.22, 0.08]), 0).astype("i1")
    return {
        "scale": _dates(scaled),
        "hnte": _dates(high_tech),
        "hnte_n": times,
        "srdi": _dates(specialised),
        "srdi_l": level,
    }


def _spending(draw: Draw) -> dict[str, object]:
    rows = draw.rows
    equipment = draw.amounts(0.12, 2e6, 1.4, 5e8)
    exports = draw.amounts(0.12, 3e6, 1.8, 2e9)
    exports_last = (exports * draw.lognormal(-0.05, 0.4)).astype("i8")
    principal = draw.amounts(0.25, 3e6, 1.0, 1e8) // 100 * 100
    days = np.where(principal > 0, draw.random.integers(30, 366, rows), 0).astype("i4")
    interest = (principal * draw.random.uniform(0.028, 0.055, rows) * days / 360).astype("i8")
    guarantee = draw.amounts(0.08, 3e4, 1.0, 3e6)
    rent = draw.amounts(0.35, 1.5e5, 1.0, 2e7)
    area = np.where(rent > 0, draw.lognormal(np.log(30000), 0.8), 0).astype("i8")
    computing = draw.amounts(0.08, 1e5, 1.3, 2e7)
    exhibition = draw.amounts(0.10, 2e4, 0.8, 1e6)
    equity = draw.amounts(0.01, 1e7, 1.0, 1e9) // 1_000_000 * 1_000_000
    return {
        "equip": equipment,
        "exp_ty": exports,
        "exp_ly": exports_last,
        "principal": principal,
        "interest": interest,
        "days": days,
        "guar": guarantee,
        "rent": rent,
        "area": area,
        "comp": computing,
        "exhib": exhibition,
        "equity": equity,
    }


def patents(draw: Draw) -> pa.Table:
    """Half as many again as firms, few firms having most of them; `ptype` 1 is an invention, 4 a PCT patent."""
    count = int(draw.rows * 1.5)
    places = np.minimum((draw.random.random(count) ** 2.2 * draw.rows).astype("i8") + 1, draw.rows)
    owners = np.sort(places)
    kinds = draw.random.choice(np.array([1, 2, 3, 4], "i1"), count, p=[0.30, 0.45, 0.17, 0.08])
    granted = draw.random.integers(_day("2021-01-01"), _day("2025-12-31") + 1, count).astype("i4")
    # Owners are renamed so that children do not stand in the order of their parents.
    names = draw.random.permutation(draw.rows) + 1
    return pa.table({"eid": names[owners - 1].astype("i8"), "ptype": kinds, "gdate": _dates(granted)})


def generate(rows: int) -> tuple[pa.Table, pa.Table]:
    """Firms and their patents."""
    draw = Draw(rows)
    firms = enterprises(draw)
    return firms, patents(draw)


def write(rows: int, folder: Path) -> tuple[Path, Path]:
    """Both tables as Parquet files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    firms, grants = folder / f"ent_{rows}.parquet", folder / f"pat_{rows}.parquet"
    tables = generate(rows)
    pq.write_table(tables[0], firms, compression="zstd", row_group_size=250_000)
    pq.write_table(tables[1], grants, compression="zstd", row_group_size=500_000)
    return firms, grants


if __name__ == "__main__":
    for path in write(int(sys.argv[1]), Path(sys.argv[2])):
        print(path)
