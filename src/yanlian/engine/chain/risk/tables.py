"""Links, firms and essential inputs from CSV files into an economy; what is wrong is told by file, row and column.

Columns (either language, any order, more columns do no harm; also the names that the public reference programs use):
links: supplier, customer, weight, and if known product, essential (0, 1, 2); firms: firm, sector, revenue, costs;
essential inputs: supplier_sector, customer_sector, essential. Without a file of firms the links must carry
supplier_sector and customer_sector. docs/reference/risk.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.base.refusal import Refused
from yanlian.engine.chain.delimited import Delimited, numbers_of, read_delimited
from yanlian.engine.chain.links import Floats, Ints, Links
from yanlian.engine.chain.risk.economy import LINEAR, Basis, Bytes, Economy, Essentials, Told, economy_of

NAMES: Mapping[str, tuple[str, ...]] = {
    "supplier": ("supplier", "seller", "from", "source", "供应方", "供应商"),
    "customer": ("customer", "buyer", "to", "target", "采购方", "客户"),
    "weight": ("weight", "amount", "value", "volume", "金额", "交易额"),
    "product": ("product", "产品"),
    "essential": ("essential", "type", "必需程度"),
    "supplier_sector": ("supplier_sector", "suppliernace", "供应方行业"),
    "customer_sector": ("customer_sector", "customernace", "采购方行业"),
    "firm": ("firm", "id", "company", "node", "企业", "统一社会信用代码"),
    "sector": ("sector", "nace", "industry", "行业", "行业代码"),
    "revenue": ("revenue", "turnover", "营业收入"),
    "costs": ("costs", "成本", "营业成本"),
}


@dataclass(frozen=True, slots=True)
class Files:
    """What is read. `revenue`: "strength" lets sales within the network stand in for revenue that is not known; without
    it missing revenue is refused. `default`: essentiality of pairs of sectors that are not told. `inferred`: the links
    were not observed."""

    links: Path
    firms: Path | None = None
    essential: Path | None = None
    revenue: Basis = "revenue"
    default: int = LINEAR
    inferred: bool = False


@dataclass(frozen=True)
class Sheet:
    """A CSV file, all values as text; rows are told by the line of the file."""

    file: str
    read: Delimited
    columns: Mapping[str, str]

    def has(self, name: str) -> bool:
        """Is there such a column?"""
        return name in self.columns

    def texts(self, name: str) -> pa.Array:
        """A column that must be there, trimmed. Refused: it is not there, or a value is empty."""
        if name not in self.columns:
            found = ", ".join(self.read.names)
            raise Refused("risk_columns", file=self.file, missing=name, found=found)
        values = self.read.column(self.columns[name]).combine_chunks()
        self.check(name, values, pc.not_equal(values, "").to_numpy(zero_copy_only=False), "非空", "a value")
        return values

    def numbers(self, name: str, *, missing: bool = False) -> Floats:
        """A column of numbers of at least 0; an empty cell is NaN where it may be. Refused: anything else."""
        if not self.has(name):
            self.texts(name)
        values = self.read.column(self.columns[name]).combine_chunks()
        numbers, unsure = numbers_of(pa.chunked_array([values]), self.read.separator)
        if unsure:
            shown = next(one for one in values.to_pylist() if "," in one)
            raise Refused("delimited_comma", file=self.file, column=self.columns[name], found=shown)
        fine = np.isfinite(numbers) & (numbers >= 0)
        if missing:
            fine |= pc.equal(values, "").to_numpy(zero_copy_only=False)
        self.check(name, values, fine, "不小于 0 的数", "a number of at least 0")
        return np.where(np.isfinite(numbers), numbers, np.nan)

    def check(self, name: str, values: Sequence[object], fine: np.ndarray, zh: str, en: str) -> None:
        """Refuse the rows that are not fine: the first with its value, the next by number."""
        wrong = np.flatnonzero(~fine)
        if not len(wrong):
            return
        others = [str(self.read.line(int(one))) for one in wrong[1:11]]
        raise Refused(
            "risk_row",
            file=self.file,
            row=self.read.line(int(wrong[0])),
            column=self.columns[name],
            found=str(values[int(wrong[0])]),
            expected_zh=zh,
            expected_en=en,
            faults=len(wrong),
            more_zh=f"，另见第 {'、'.join(others)} 行" if others else "",
            more_en=f", also in rows {', '.join(others)}" if others else "",
        )


def read_sheet(file: Path) -> Sheet:
    """Read anyone's CSV file with column names; of several columns with one meaning the first is taken. Refused: it
    cannot be read (`delimited`); a column occurs twice under one name."""
    read = read_delimited(file)
    known = {alias: name for name, aliases in NAMES.items() for alias in aliases}
    columns: dict[str, str] = {}
    for one in read.names:
        name = known.get(one.lower())
        if name is None:
            continue
        if read.names.count(one) > 1:
            raise Refused("delimited_twice", file=file.name, column=one, count=read.names.count(one))
        columns.setdefault(name, one)
    return Sheet(file.name, read, columns)


def read_economy(files: Files) -> Economy:
    """Read everything. Refused: see `Sheet`; a firm of the links that is not in the list; a firm twice; revenue that is
    not known without `revenue="strength"`."""
    links = read_sheet(files.links)
    supplier, customer = links.texts("supplier"), links.texts("customer")
    weight = links.numbers("weight")
    firms, sector, revenue, costs = _firms(files, links, supplier, customer)
    made = Links(
        firms, _places(links, "supplier", supplier, firms), _places(links, "customer", customer, firms), weight
    )
    told = Told(_classes(links), _products(links), costs, files.inferred)
    return economy_of(made, sector, revenue, _essentials(files), told)


def _firms(
    files: Files, links: Sheet, supplier: pa.Array, customer: pa.Array
) -> tuple[list[str], list[str], Floats | None, Floats | None]:
    if files.firms is None:
        return _firms_of_links(files, links, supplier, customer)
    sheet = read_sheet(files.firms)
    firms = sheet.texts("firm")
    first = np.zeros(len(firms), dtype=bool)
    first[np.unique(firms.to_numpy(zero_copy_only=False), return_index=True)[1]] = True
    sheet.check("firm", firms, first, "不重复的企业", "a firm that is not yet in the list")
    revenue = _revenue(files, sheet, len(firms))
    costs = None
    if sheet.has("costs"):
        costs = np.nan_to_num(sheet.numbers("costs", missing=True))
    return firms.to_pylist(), sheet.texts("sector").to_pylist(), revenue, costs


def _revenue(files: Files, sheet: Sheet, firms: int) -> Floats | None:
    if files.revenue == "strength":
        return None
    found = sheet.numbers("revenue", missing=True) if sheet.has("revenue") else np.full(firms, np.nan)
    if np.isnan(found).any():
        raise Refused("risk_revenue_unknown", file=sheet.file, missing=int(np.isnan(found).sum()))
    return found


def _firms_of_links(
    files: Files, links: Sheet, supplier: pa.Array, customer: pa.Array
) -> tuple[list[str], list[str], None, None]:
    """Firms in the order in which the links name them first, each with the sector of its first link."""
    pairs: dict[str, str] = {}
    sectors = (links.texts("supplier_sector"), links.texts("customer_sector"))
    if files.revenue != "strength":
        both = pa.concat_arrays([supplier, customer])
        raise Refused("risk_revenue_unknown", file=links.file, missing=pc.count_distinct(both).as_py())
    columns = (supplier.to_pylist(), sectors[0].to_pylist(), customer.to_pylist(), sectors[1].to_pylist())
    for one, its, other, their in zip(*columns, strict=True):
        pairs.setdefault(one, its)
        pairs.setdefault(other, their)
    return list(pairs), list(pairs.values()), None, None


def _places(links: Sheet, name: str, found: pa.Array, firms: list[str]) -> Ints:
    places = pc.index_in(found, value_set=pa.array(firms, pa.string()))
    at = pc.fill_null(places, -1).to_numpy(zero_copy_only=False)
    links.check(name, found, at >= 0, "企业名单中的企业", "a firm of the list")
    at_firm: Ints = at.astype(np.int32)
    return at_firm


def _classes(links: Sheet) -> Bytes | None:
    if not links.has("essential"):
        return None
    found = links.numbers("essential")
    links.check("essential", found.tolist(), np.isin(found, (0, 1, 2)), "0、1 或 2", "0, 1 or 2")
    return found.astype(np.int8)


def _products(links: Sheet) -> Ints | None:
    if not links.has("product"):
        return None
    coded = links.texts("product").dictionary_encode()
    products: Ints = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return products


def _essentials(files: Files) -> Essentials:
    if files.essential is None:
        return Essentials(default=files.default)
    sheet = read_sheet(files.essential)
    found = sheet.numbers("essential")
    sheet.check("essential", found.tolist(), np.isin(found, (0, 1, 2)), "0、1 或 2", "0, 1 or 2")
    one, other = sheet.texts("supplier_sector").to_pylist(), sheet.texts("customer_sector").to_pylist()
    pairs = {(a, b): int(c) for a, b, c in zip(one, other, found.tolist(), strict=True)}
    return Essentials(pairs, files.default)
