"""What is known when links are not, from CSV files: flows between sectors, and firms with sector, revenue, costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.inferred import Known
from yanlian.engine.chain.risk.tables import read_sheet

# Where nobody says how many links there are: so many for each firm.
LINKS_A_FIRM = 3


def read_known(sectors: Path, firms: Path, links: int = 0) -> Known:
    """Read both files (columns as in `tables.py`: supplier_sector, customer_sector, weight; firm, sector, revenue and,
    where known, costs). The size of a firm is its revenue as a seller, its costs (else revenue) as a buyer. `links` 0
    takes `LINKS_A_FIRM`. Rows of one pair of sectors are added. Refused: see `tables.Sheet`; a firm twice, revenue that
    is not known, a flow between sectors of which no firm is listed."""
    sheet = read_sheet(firms)
    codes = sheet.texts("firm")
    first = np.zeros(len(codes), dtype=bool)
    first[np.unique(codes.to_numpy(zero_copy_only=False), return_index=True)[1]] = True
    sheet.check("firm", codes, first, "不重复的企业", "a firm that is not yet in the list")
    sector = sheet.texts("sector").to_pylist()
    revenue = sheet.numbers("revenue", missing=True)
    if np.isnan(revenue).any():
        raise Refused("risk_revenue_unknown", file=sheet.file, missing=int(np.isnan(revenue).sum()))
    costs = sheet.numbers("costs", missing=True) if sheet.has("costs") else revenue
    table = read_sheet(sectors)
    names = sorted(set(sector))
    number = {name: at for at, name in enumerate(names)}
    flow, weight = np.zeros((len(names), len(names))), table.numbers("weight")
    ends = []
    for column in ("supplier_sector", "customer_sector"):
        found = table.texts(column).to_pylist()
        here = np.array([one in number for one in found], dtype=bool)
        table.check(column, found, here | (weight == 0), "企业名单中的行业", "a sector of the list of firms")
        ends.append(np.array([number.get(one, 0) for one in found], dtype=np.int32))
    np.add.at(flow, (ends[0], ends[1]), weight)
    buys = np.where(np.isnan(costs), revenue, costs)
    return Known(codes.to_pylist(), sector, revenue, revenue, buys, names, flow, links or LINKS_A_FIRM * len(codes))
