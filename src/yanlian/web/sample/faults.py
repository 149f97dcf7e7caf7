"""Faulty rows on purpose: copies of good rows with one thing wrong, so that the totals of the good rows still hold.

Each planted fault is written down (file, row, column, kind, what the import must do), so that a test can hold the
import to exactly these. They stand in the first block: 1 % of a file's rows, at least one of each kind, at most 40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """What is put into a copy of a good row: header → text. `{stranger}` becomes a code that nobody has."""

    kind: str
    column: str
    cells: Mapping[str, str]


def plant(table: Any, layout: FileLayout, block: Block, first_line: int, file: str) -> tuple[Any, list[Planted]]:
    """The table with faulty copies among its rows, and what was planted."""
    recipes = _recipes(layout)
    if not table.num_rows or not recipes or block.number:
        return table, []
    rng = block.rng(f"faults-{layout.record}-{int(layout.persons)}")
    # Small files show each kind of fault once.
    count = min(MOST, max(len(recipes), -(-table.num_rows // 100)), table.num_rows)
    models = np.sort(rng.choice(table.num_rows, size=count, replace=False))
    chosen = [recipes[n % len(recipes)] for n in range(count)]
    # A code with two names takes two rows: the import believes neither.
    pairs = np.array([2 if recipe.kind == "duplicate_uscc" else 1 for recipe in chosen])
    models, numbers = np.repeat(models, pairs), np.repeat(np.arange(count), pairs)
    # A faulty copy stands right behind the good row.
    order = np.insert(np.arange(table.num_rows), models + 1, models)
    at = models + 1 + np.arange(models.size)
    strangers = usccs(
        np.full(count, "91370212"), "MAW", np.arange(count, dtype=np.int64) + block.serial.size
    ).to_pylist()
    cells = [
        {header: text.format(stranger=strangers[n], row=row) for header, text in chosen[n].cells.items()}
        for row, n in enumerate(numbers.tolist())
    ]
    faulty = table.take(pa.array(order))
    for header in dict.fromkeys(header for cell in cells for header in cell):
        faulty = _put(faulty, header, {int(at[row]): cell[header] for row, cell in enumerate(cells) if header in cell})
    planted = [
        Planted(file, first_line + int(at[row]), chosen[n].column, chosen[n].kind, cells[row][chosen[n].column])
        for row, n in enumerate(numbers.tolist())
    ]
    return faulty, planted


def _put(table: Any, header: str, texts: Mapping[int, str]) -> Any:
    """The table with other texts in some rows of one column (rows ascending)."""
    mask = np.zeros(table.num_rows, dtype=bool)
    mask[list(texts)] = True
    column = pc.replace_with_mask(
        table[header].combine_chunks(), pa.array(mask), pa.array(list(texts.values()), pa.string())
    )
    return table.set_column(table.column_names.index(header), header, column)


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
    dates = [field for field in kind.fields.values() if field.type == "date"]
    money = [field for field in kind.fields.values() if field.type == "money"]
    keys = [kind.fields[key] for key in kind.key_fields if kind.fields[key].empty != "none"]
    recipes: list[_Recipe] = []
    code, name = "统一社会信用代码", "名称"
    if layout.record == "registration":
        cells = {code: "{stranger}", name: "样例重码企业第{row}号（虚构）有限公司"}
        recipes.append(_Recipe("duplicate_uscc", code, cells))
    elif not layout.persons:
        recipes.append(_Recipe("unknown_uscc", code, {code: "{stranger}"}))
    if dates:
        recipes.append(_one("impossible_date", layout.header(dates[0]), "2025-02-30"))
    if money:
        header = layout.header(money[0])
        recipes.append(_one("not_an_amount", header, "abc"))
        if layout.record in ("tax_year", "statistics_flash", "software_year"):
            recipes.append(_one("negative_revenue", header, "-1000.00"))
        if layout.money == "元":
            recipes.append(_one("third_decimal", header, "1234.567"))
    if money or dates:
        recipes.append(_one("error_cell", layout.header((money or dates)[0]), ERROR_CELL))
    if keys:
        recipes.append(_one("missing_key", layout.header(keys[0]), ""))
    return recipes


def _one(kind: str, header: str, text: str) -> _Recipe:
    return _Recipe(kind, header, {header: text})
