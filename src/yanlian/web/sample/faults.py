"""Faulty rows on purpose: copies of good rows with one thing wrong, so that the totals of the good rows still hold.

Each planted fault is written down (file, row, column, kind, what the import must answer), so that a test can hold the
import to exactly these. They stand in the first block of a file: 1 % of its rows, at most 40.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.dossier import load_schema
from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import where
from yanlian.web.sample.identifiers import usccs
from yanlian.web.sample.layout import FileLayout
from yanlian.web.sample.population import Block

MOST = 40
# In a workbook such a cell becomes a formula with an error; in a CSV file it is what a copied error looks like.
ERROR_CELL = "#REF!"


@dataclass(frozen=True)
class Planted:
    """One fault. `row` is the line of the file, the header being line 1. `effect` is refused or warned."""

    file: str
    row: int
    column: str
    kind: str
    found: str
    effect: str = "refused"


@dataclass(frozen=True)
class _Recipe:
    kind: str
    column: str
    found: str


def plant(table: Any, layout: FileLayout, block: Block, first_line: int, file: str) -> tuple[Any, list[Planted]]:
    """The table with faulty copies among its rows, and what was planted."""
    rows = table.num_rows
    recipes = _recipes(layout)
    count = min(MOST, -(-rows // 100))
    if not rows or not recipes or block.number:
        return table, []
    rng = block.rng(f"faults-{layout.record}-{int(layout.persons)}")
    models = np.sort(rng.choice(rows, size=min(count, rows), replace=False))
    # A faulty copy stands right behind the good row.
    order = np.insert(np.arange(rows), models + 1, models)
    at = models + 1 + np.arange(models.size)
    chosen = [recipes[n % len(recipes)] for n in range(models.size)]
    strangers = usccs(
        np.full(models.size, "91370212"), "MAW", np.arange(1, models.size + 1, dtype=np.int64)
    ).to_pylist()
    found = [recipe.found or strangers[n] for n, recipe in enumerate(chosen)]
    faulty = table.take(pa.array(order))
    for name in dict.fromkeys(recipe.column for recipe in chosen):
        mine = [n for n, recipe in enumerate(chosen) if recipe.column == name]
        mask = np.zeros(faulty.num_rows, dtype=bool)
        mask[at[mine]] = True
        values = pa.array(["" if found[n] == "<blank>" else found[n] for n in mine], pa.string())
        column = pc.replace_with_mask(faulty[name].combine_chunks(), pa.array(mask), values)
        faulty = faulty.set_column(faulty.column_names.index(name), name, column)
    planted = [
        Planted(file, first_line + int(at[n]), recipe.column, recipe.kind, found[n]) for n, recipe in enumerate(chosen)
    ]
    return faulty, planted


def bad_check_digits(block: Block, lines: Ints, owners: Ints, file: str) -> list[Planted]:
    """Codes with a wrong check digit in the register: stored with a warning. `lines`: where the rows stand."""
    return [
        Planted(
            file, int(lines[at]), "统一社会信用代码", "bad_check_digit", block.uscc[int(owners[at])].as_py(), "warned"
        )
        for at in where(block.broken[owners])
    ]


def lines_after_planting(rows: int, first_line: int, planted: Sequence[Planted]) -> Ints:
    """The line of each good row once the faulty ones stand among them."""
    taken = {fault.row for fault in planted}
    return np.array([n for n in range(first_line, first_line + rows + len(taken)) if n not in taken], dtype=np.int64)


def _recipes(layout: FileLayout) -> list[_Recipe]:
    """What can go wrong in this file, in the order in which it is planted."""
    kind = load_schema().records[layout.record]
    recipes: list[_Recipe] = []
    if layout.record == "registration":
        recipes.append(_Recipe("duplicate_uscc", "名称", "样例另名企业（虚构）有限公司"))
    elif not layout.persons:
        recipes.append(_Recipe("unknown_uscc", "统一社会信用代码", ""))
    dates = [field for field in kind.fields.values() if field.type == "date"]
    money = [field for field in kind.fields.values() if field.type == "money"]
    keys = [kind.fields[key] for key in kind.key_fields if kind.fields[key].empty != "none"]
    if dates:
        recipes.append(_Recipe("impossible_date", layout.header(dates[0]), "2025-02-30"))
    if money:
        header = layout.header(money[0])
        recipes += [_Recipe("not_an_amount", header, "abc"), _Recipe("error_cell", header, ERROR_CELL)]
        if layout.record in ("tax_year", "statistics_flash", "software_year"):
            recipes.append(_Recipe("negative_revenue", header, "-1000.00"))
        if layout.money == "元":
            recipes.append(_Recipe("third_decimal", header, "1234.567"))
    if keys:
        recipes.append(_Recipe("missing_key", layout.header(keys[0]), "<blank>"))
    return recipes
