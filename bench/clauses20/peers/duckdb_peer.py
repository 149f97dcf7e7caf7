"""DuckDB SQL over BIGINT: amounts by clause, no reason codes. Rules are columns of one query over two tables."""

from __future__ import annotations

import string
from dataclasses import asdict
from pathlib import Path

import duckdb
import numpy as np
from parameters import AI_INDUSTRIES, CLAUSES, GROUPS, SINGLE, VALID_FIRST, YEAR_FIRST, YEAR_LAST, of_copy
from task import Task, run

# `//` is the division of integers; every amount is rounded half-up to fen.
KINDS = f"""
WITH counted AS (
  SELECT eid, count(*) FILTER (ptype = 1) AS inventions, count(*) FILTER (ptype = 4) AS pct
  FROM pat WHERE gdate BETWEEN {YEAR_FIRST} AND {YEAR_LAST} AND ptype IN (1, 4) GROUP BY eid
), known AS (
  SELECT ent.*, coalesce(inventions, 0) AS inventions, coalesce(pct, 0) AS pct,
    in_dist AND NOT blk AND fok AS gate, ind BETWEEN 1300 AND 4399 AS mfg,
    ind BETWEEN 6300 AND 6599 OR ind BETWEEN 7100 AND 7599 AS svc, ind IN {AI_INDUSTRIES} AS ai,
    hnte BETWEEN {VALID_FIRST} AND {YEAR_LAST} AS valid,
    rev_ty - rev_ly AS growth, rd_ty - rd_ly AS more, emp - emp_ly AS added
  FROM ent LEFT JOIN counted USING (eid)
)"""
RULES = string.Template(f"""
C01: CASE WHEN scale BETWEEN {YEAR_FIRST} AND {YEAR_LAST} THEN
  CASE WHEN mfg THEN $scale_mfg WHEN svc THEN $scale_svc ELSE $scale_else END ELSE 0 END
C02: CASE WHEN rev_ty < $growth_revenue OR rev_ly <= 0 THEN 0 WHEN growth * 100 >= rev_ly * 30 THEN $growth_30
  WHEN growth * 100 >= rev_ly * 20 THEN $growth_20 WHEN growth * 100 >= rev_ly * 10 THEN $growth_10 ELSE 0 END
C03: CASE WHEN rev_ty >= $growth_revenue THEN least($increment_cap,
  (2 * greatest(growth, 0) * CASE WHEN svc THEN 8 ELSE 5 END + 1000) // 2000) ELSE 0 END
C04: CASE $crossing ELSE 0 END
C05: CASE WHEN rev_ty > 0 AND rd_ty * 100 >= rev_ty * 3 THEN least($research_cap, (2 * (
  10 * least(rd_ty, $research_first) + 3 * greatest(rd_ty - $research_second, 0)
  + 5 * least(greatest(rd_ty - $research_first, 0), $research_second - $research_first)) + 100) // 200) ELSE 0 END
C06: CASE WHEN more > 0 AND rd_ty >= $more_research_least THEN least($more_research_cap,
  (2 * more * CASE WHEN valid THEN 10 ELSE 8 END + 100) // 200) ELSE 0 END
C07: CASE WHEN hnte BETWEEN {YEAR_FIRST} AND {YEAR_LAST} THEN
  CASE WHEN hnte_n = 1 THEN $hnte_first ELSE $hnte_again END ELSE 0 END
C08: CASE WHEN srdi BETWEEN {YEAR_FIRST} AND {YEAR_LAST} THEN
  CASE srdi_l WHEN 1 THEN $srdi_1 WHEN 2 THEN $srdi_2 WHEN 3 THEN $srdi_3 ELSE 0 END ELSE 0 END
C09: least($invention_cap, least(inventions, 10) * $invention + greatest(inventions - 10, 0) * $invention_more)
C10: least($pct_cap, pct * $pct)
C11: CASE WHEN srdi_l >= 1 OR valid THEN least($interest_cap,
  (2 * least(interest * 3600000, principal * days * 345) + 7200000) // 14400000) ELSE 0 END
C12: least($guarantee_cap, (2 * guar * 30 + 100) // 200)
C13: CASE WHEN est >= {VALID_FIRST} THEN least($rent_cap, (2 * least(rent * 100,
  least(area, 50000) * $rent_metre * 12) * CASE WHEN valid THEN 70 ELSE 50 END + 10000) // 20000) ELSE 0 END
C14: CASE WHEN mfg AND equip >= $equipment_least THEN least($equipment_cap,
  (2 * equip * CASE WHEN srdi_l >= 2 THEN 10 ELSE 8 END + 100) // 200) ELSE 0 END
C15: least($export_cap, (2 * greatest(exp_ty - exp_ly, 0) + 100) // 200)
C16: CASE WHEN emp >= emp_ly THEN least($graduate_cap,
  (grads::BIGINT * $graduate * CASE WHEN srdi_l >= 1 THEN 3 ELSE 2 END + 1) // 2) ELSE 0 END
C17: CASE WHEN added >= 5 THEN least($head_cap,
  least(added, 50)::BIGINT * $head + greatest(added - 50, 0)::BIGINT * $head_more) ELSE 0 END
C18: CASE WHEN mfg OR svc THEN least($compute_cap,
  (2 * comp * CASE WHEN ai THEN 36 ELSE 30 END + 100) // 200) ELSE 0 END
C19: least($exhibition_cap, (exhib + 1) // 2)
C20: CASE WHEN equity >= $equity_least THEN least($equity_cap, (2 * equity + 100) // 200) ELSE 0 END
""")


def rules(copy: int) -> dict[str, str]:
    """The SQL of each clause of a copy."""
    figures = of_copy(copy)
    crossing = " ".join(
        f"WHEN rev_ty >= {line} AND rev_peak < {line} THEN {amount}" for line, amount in reversed(figures.crossings)
    )
    text = RULES.substitute({name: str(value) for name, value in asdict(figures).items()}, crossing=crossing)
    bodies = text.strip().split("\nC")
    return {name: body.split(": ", 1)[1] for name, body in zip(CLAUSES, bodies, strict=True)}


def query(copies: int) -> str:
    """The whole set as one query."""
    amounts = [
        f"CASE WHEN gate THEN ({body})::BIGINT ELSE 0 END AS {name}_{copy}"
        for copy in range(copies)
        for name, body in rules(copy).items()
    ]
    paid = []
    for copy in range(copies):
        parts = [f"greatest({one}_{copy}, {other}_{copy})" for one, other in GROUPS]
        parts += [f"{name}_{copy}" for name in SINGLE]
        paid.append(f"least({of_copy(copy).entity_cap}, {' + '.join(parts)})")
    named = ",\n".join(amounts)
    return f"{KINDS}, amounts AS (SELECT eid, {named} FROM known)\nSELECT *, {' + '.join(paid)} AS payable FROM amounts"


class DuckDB:
    """The peer: tables in memory, the outcome a table in memory."""

    version = duckdb.__version__

    def __init__(self, task: Task) -> None:
        self.base = duckdb.connect(config={"threads": task.threads})
        self.query = query(task.copies)

    def load(self, task: Task, rows: int) -> None:
        days = ", ".join(
            f"({name} - DATE '1970-01-01')::INTEGER AS {name}" for name in ("est", "scale", "hnte", "srdi")
        )
        self.base.execute(
            f"CREATE OR REPLACE TABLE ent AS SELECT * REPLACE ({days}) FROM '{task.enterprises}' WHERE eid <= {rows}"
        )
        day = "(gdate - DATE '1970-01-01')::INTEGER AS gdate"
        self.base.execute(
            f"CREATE OR REPLACE TABLE pat AS SELECT * REPLACE ({day}) FROM '{task.patents}' WHERE eid <= {rows}"
        )

    def evaluate(self, loaded: None) -> None:
        self.base.execute(f"CREATE OR REPLACE TABLE outcome AS {self.query}")

    def write(self, outcome: None, out: Path) -> None:
        self.base.execute(f"COPY outcome TO '{out}' (FORMAT parquet, COMPRESSION zstd)")

    def totals(self, outcome: None) -> dict[str, int]:
        sums = ", ".join(f"sum({name}_0)::BIGINT" for name in CLAUSES)
        found = self.base.execute(f"SELECT {sums} FROM outcome").fetchone()
        assert found is not None
        return dict(zip(CLAUSES, found, strict=True))

    def payable(self, outcome: None) -> np.ndarray:
        return self.base.execute("SELECT payable FROM outcome ORDER BY eid").fetchnumpy()["payable"]

    def total(self, outcome: None) -> int:
        found = self.base.execute("SELECT sum(payable)::BIGINT FROM outcome").fetchone()
        assert found is not None
        return int(found[0])


if __name__ == "__main__":
    run(DuckDB)
