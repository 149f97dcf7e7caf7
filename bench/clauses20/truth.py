"""Exact answers by whole numbers in NumPy (`peers/exact.py`), a block of rows at a time.

truth.py compute ROWS FOLDER COPIES FILE.npy     what each enterprise is paid; prints the totals as JSON
truth.py compare EXACT.npy FOUND.npy             prints how many differ and by how much as JSON
truth.py cut ENT PAT ENT_OUT PAT_OUT ROWS        the first rows as tables of their own
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

from columns import plain
from exact import amounts, payable
from parameters import CLAUSES, of_copy

BLOCK = 250_000


def compute(rows: str, folder: str, copies: str, out: str) -> None:
    """Sums by clause (of the set itself), and what each enterprise is paid by all copies together."""
    enterprises = pq.ParquetFile(Path(folder) / f"ent_{rows}.parquet")
    table = pq.read_table(Path(folder) / f"pat_{rows}.parquet")
    grants = {name: plain(table[name]) for name in table.column_names}
    sums = dict.fromkeys(CLAUSES, 0)
    paid: list[np.ndarray] = []
    first = 1
    for batch in enterprises.iter_batches(batch_size=BLOCK):
        ent = {name: plain(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
        wanted = (grants["eid"] >= first) & (grants["eid"] < first + batch.num_rows)
        own = {name: column[wanted] for name, column in grants.items()}
        own["eid"] = own["eid"] - (first - 1)
        total = np.zeros(batch.num_rows, np.int64)
        for copy in range(int(copies)):
            found = amounts(ent, own, of_copy(copy))
            total += payable(found, of_copy(copy))
            if copy == 0:
                sums = {name: sums[name] + int(found[name].sum()) for name in CLAUSES}
        paid.append(total)
        first += batch.num_rows
    everyone = np.concatenate(paid)
    np.save(out, everyone)
    print(json.dumps({"total_fen": int(everyone.sum()), "clause_fen": sums}))


def compare(exact: str, found: str) -> None:
    """In how many enterprises, at worst by how much, and by how much in sum."""
    error = np.load(found) - np.load(exact)
    worst = int(np.abs(error).max(initial=0))
    print(json.dumps({"wrong": int(np.count_nonzero(error)), "worst_fen": worst, "net_fen": int(error.sum())}))


def cut(ent: str, pat: str, ent_out: str, pat_out: str, rows: str) -> None:
    """The first rows, and the patents of those."""
    enterprises = next(pq.ParquetFile(ent).iter_batches(batch_size=int(rows)))
    grants = pq.read_table(pat)
    pq.write_table(grants.filter(pc.less_equal(grants["eid"], int(rows))), pat_out, compression="zstd")
    pq.write_table(pa.Table.from_batches([enterprises]), ent_out, compression="zstd")


MODES: dict[str, Callable[..., None]] = {"compute": compute, "compare": compare, "cut": cut}

if __name__ == "__main__":
    MODES[sys.argv[1]](*sys.argv[2:])
