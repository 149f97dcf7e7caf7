"""The twenty clauses once more, by hand, slow and obvious: what every engine and the pack itself are checked against.

    python bench/clauses20/oracle.py FOLDER ROWS      compares the totals of the generated tables with expected.json

Takes rows as generate.py writes them (fen, hundredths of a square metre, 1970-01-01 for no date), computes in exact
decimals and knows nothing of packs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, getcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

getcontext().prec = 60
CLAUSES = tuple(f"C{n:02d}" for n in range(1, 21))
GROUPS = (("C02", "C03"), ("C05", "C06"), ("C07", "C08"))
AI_CLASSES = (6513, 6531, 6550, 6572)
TOTAL_CAP_FEN = 1_000_000_000
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
INVENTION, PCT = 1, 4
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Paid:
    """Fen of each clause: `alone` before, `due` after stacking groups and the cap over all."""

    alone: Mapping[str, int]
    due: Mapping[str, int]

    @property
    def total(self) -> int:
        """What the firm gets."""
        return sum(self.due.values())


class Firm:
    """A row's figures: money in yuan, areas in square metres."""

    def __init__(self, row: Row, patents: Sequence[tuple[int, date]]) -> None:
        self.row = row
        self.industry = self.count("ind")
        self.factory = 1300 <= self.industry <= 4399
        self.service = 6300 <= self.industry <= 6599 or 7100 <= self.industry <= 7599
        self.high_tech = date(2023, 1, 1) <= self.day("hnte") <= LAST
        self.level = self.count("srdi_l")
        self.inventions = sum(kind == INVENTION and FIRST <= day <= LAST for kind, day in patents)
        self.pct = sum(kind == PCT and FIRST <= day <= LAST for kind, day in patents)

    def yuan(self, name: str) -> Decimal:
        """A sum of money."""
        return Decimal(self.count(name)) / 100

    def count(self, name: str) -> int:
        """A whole number."""
        found = self.row[name]
        assert isinstance(found, int)
        return found

    def day(self, name: str) -> date:
        """A date, 1970-01-01 for none."""
        found = self.row[name]
        assert isinstance(found, date)
        return found

    def this_year(self, name: str) -> bool:
        """Whether a date lies in 2025."""
        return FIRST <= self.day(name) <= LAST


def _growth(f: Firm) -> dict[str, Decimal]:
    this, last, peak = f.yuan("rev_ty"), f.yuan("rev_ly"), f.yuan("rev_peak")
    found = {}
    if f.this_year("scale"):
        found["C01"] = Decimal(100_000 if f.factory else 50_000 if f.service else 30_000)
    if this >= 20_000_000 and last > 0:
        for percent, amount in ((30, 300_000), (20, 200_000), (10, 100_000)):
            if (this - last) * 100 >= percent * last:
                found["C02"] = Decimal(amount)
                break
    if this >= 20_000_000:
        rate = Decimal("0.008") if f.service else Decimal("0.005")
        found["C03"] = min(max(this - last, Decimal(0)) * rate, Decimal(2_000_000))
    for step, amount in ((5 * 10**9, 1_000_000), (10**9, 500_000), (5 * 10**8, 300_000), (10**8, 100_000)):
        if this >= step > peak:
            found["C04"] = Decimal(amount)
            break
    return found


def _research(f: Firm) -> dict[str, Decimal]:
    revenue, this, last = f.yuan("rev_ty"), f.yuan("rd_ty"), f.yuan("rd_ly")
    found = {}
    if revenue > 0 and this * 100 >= 3 * revenue:
        million = Decimal(1_000_000)
        low = min(this, million) * Decimal("0.10")
        middle = max(min(this, 5 * million) - million, Decimal(0)) * Decimal("0.05")
        high = max(this - 5 * million, Decimal(0)) * Decimal("0.03")
        found["C05"] = min(low + middle + high, million)
    if this > last and this >= 1_000_000:
        rate = Decimal("0.10") if f.high_tech else Decimal("0.08")
        found["C06"] = min((this - last) * rate, Decimal(500_000))
    return found


def _titles(f: Firm) -> dict[str, Decimal]:
    found = {}
    if f.this_year("hnte"):
        found["C07"] = Decimal(200_000 if f.count("hnte_n") == 1 else 100_000)
    if f.this_year("srdi"):
        found["C08"] = Decimal({1: 100_000, 2: 300_000, 3: 500_000}.get(f.level, 0))
    many = f.inventions
    found["C09"] = min(Decimal(min(many, 10) * 5_000 + max(many - 10, 0) * 8_000), Decimal(500_000))
    found["C10"] = min(Decimal(f.pct * 10_000), Decimal(200_000))
    return found


def _finance(f: Firm) -> dict[str, Decimal]:
    found = {}
    half = Decimal("0.5")
    if f.level >= 1 or f.high_tech:
        at_prime = f.yuan("principal") * Decimal("0.0345") * f.count("days") * half / 360
        found["C11"] = min(f.yuan("interest") * half, at_prime, Decimal(500_000))
    found["C12"] = min(f.yuan("guar") * Decimal("0.3"), Decimal(200_000))
    if f.day("est") >= date(2023, 1, 1):
        square_metres = min(f.yuan("area"), Decimal(500))
        rate = Decimal("0.7") if f.high_tech else half
        found["C13"] = min(min(f.yuan("rent"), square_metres * 60 * 12) * rate, Decimal(300_000))
    if f.factory and f.yuan("equip") >= 5_000_000:
        rate = Decimal("0.10") if f.level >= 2 else Decimal("0.08")
        found["C14"] = min(f.yuan("equip") * rate, Decimal(5_000_000))
    if f.yuan("exp_ty") > f.yuan("exp_ly"):
        found["C15"] = min((f.yuan("exp_ty") - f.yuan("exp_ly")) * Decimal("0.01"), Decimal(300_000))
    return found


def _people(f: Firm) -> dict[str, Decimal]:
    found = {}
    more = f.count("emp") - f.count("emp_ly")
    if more >= 0:
        factor = Decimal("1.5") if f.level >= 1 else Decimal(1)
        found["C16"] = min(f.count("grads") * 1000 * factor, Decimal(100_000))
    if more >= 5:
        found["C17"] = min(Decimal(min(more, 50) * 2000 + max(more - 50, 0) * 3000), Decimal(500_000))
    if f.factory or f.service:
        factor = Decimal("1.2") if f.industry in AI_CLASSES else Decimal(1)
        found["C18"] = min(f.yuan("comp") * Decimal("0.3") * factor, Decimal(1_000_000))
    found["C19"] = min(f.yuan("exhib") * Decimal("0.5"), Decimal(50_000))
    if f.yuan("equity") >= 10_000_000:
        found["C20"] = min(f.yuan("equity") * Decimal("0.01"), Decimal(1_000_000))
    return found


def pay(row: Row, patents: Sequence[tuple[int, date]]) -> Paid:
    """What one firm gets; `patents` are (type, day of grant)."""
    alone = dict.fromkeys(CLAUSES, 0)
    if row["in_dist"] and not row["blk"] and row["fok"]:
        firm = Firm(row, patents)
        for part in (_growth, _research, _titles, _finance, _people):
            for clause, yuan in part(firm).items():
                alone[clause] = max(int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP)), 0)
    due = dict(alone)
    for first, second in GROUPS:
        # The higher counts; of two that are equal the one that stands first.
        due[first if alone[second] > alone[first] else second] = 0
    left = TOTAL_CAP_FEN
    for clause in CLAUSES:
        due[clause] = min(due[clause], left)
        left -= due[clause]
    return Paid(alone, due)


def patents_by_owner(grants: pa.Table) -> dict[int, list[tuple[int, date]]]:
    """The child table as lists."""
    found: dict[int, list[tuple[int, date]]] = {}
    columns = (grants.column(name).to_pylist() for name in ("eid", "ptype", "gdate"))
    for owner, kind, day in zip(*columns, strict=True):
        found.setdefault(owner, []).append((kind, day))
    return found


def pay_all(firms: pa.Table, grants: pa.Table) -> Iterator[tuple[Row, Paid]]:
    """Every firm with what it gets."""
    owned = patents_by_owner(grants)
    for batch in firms.to_batches(max_chunksize=50_000):
        for row in batch.to_pylist():
            yield row, pay(row, owned.get(row["eid"], ()))


def totals(firms: pa.Table, grants: pa.Table) -> dict[str, object]:
    """The form of expected.json: clauses alone, and the total that is due."""
    clauses = dict.fromkeys(CLAUSES, 0)
    total = 0
    for _, paid in pay_all(firms, grants):
        total += paid.total
        for clause, fen in paid.alone.items():
            clauses[clause] += fen
    return {"total_fen": total, "clause_fen": clauses}


def main(folder: Path, rows: int) -> int:
    """0 when the totals of the generated tables are those of expected.json."""
    expected = json.loads(Path(__file__).with_name("expected.json").read_text(encoding="utf-8"))[str(rows)]
    found = totals(pq.read_table(folder / f"ent_{rows}.parquet"), pq.read_table(folder / f"pat_{rows}.parquet"))
    same = all(found[key] == expected[key] for key in found)
    print(json.dumps(found, indent=1), "equal" if same else "DIFFERENT", sep="\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
