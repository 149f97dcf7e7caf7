"""Drawn columns as the text a department writes: days in its pattern, amounts in its unit, flags as 是 and 否."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.dossier import Field
from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import EMPTY, Rows, constant, day
from yanlian.web.sample.layout import UNITS, FileLayout
from yanlian.web.sample.population import KINDS, Block

_FIRST, _LAST = day("1990-01-01"), day("2036-12-31")
_PATTERNS = {
    "dash": "{0:04d}-{1:02d}-{2:02d}",
    "slash": "{0:04d}/{1}/{2}",
    "dot": "{0:04d}.{1:02d}.{2:02d}",
    "han": "{0:04d}年{1}月{2}日",
    "plain": "{0:04d}{1:02d}{2:02d}",
}
_CENTS = pa.array([f".{cents:02d}" for cents in range(100)])


def text_table(block: Block, rows: Rows, layout: FileLayout) -> Any:
    """The rows as an Arrow table of strings under the department's headers; empty cells are empty strings."""
    columns = _key_columns(block, rows, layout)
    for field in layout.fields.values():
        columns.append(pc.fill_null(_text(rows.values[field.key], field, layout), ""))
    return pa.table(columns, names=layout.all_headers())


def _key_columns(block: Block, rows: Rows, layout: FileLayout) -> list[Any]:
    owner = pa.array(rows.owner)
    count = rows.owner.size
    if layout.persons:
        columns = [block.person_name.take(owner), block.person_id.take(owner)]
    else:
        columns = [block.uscc.take(owner), block.name.take(owner)]
    headers = layout.key_headers()
    if "主体类型" in headers:
        columns.append(rows.values["entity_kind"])
        assert len(KINDS) == 3, "kinds are those of organisations"
    if "虚构" in headers:
        columns.append(constant("是", count))
    return columns


def _text(values: Any, field: Field, layout: FileLayout) -> Any:
    """One column as strings; null where the cell is empty."""
    if not isinstance(values, np.ndarray):
        return values
    empty = values == EMPTY
    plain = np.where(empty, 0, values)
    text = _plain_text(plain, field, layout, layout.headers.get(field.key, ""))
    return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), text) if empty.any() else text


def _plain_text(values: Ints, field: Field, layout: FileLayout, header: str) -> Any:
    match field.type:
        case "date":
            return _day_words(layout.dates).take(pa.array(np.clip(values, _FIRST, _LAST) - _FIRST))
        case "money":
            return _amounts(values, layout.money)
        case "area":
            return pc.binary_join_element_wise(_whole(values // 100), _CENTS.take(pa.array(values % 100)), "")
        case "rate":
            return _rates(values, percent="%" in header)
        case "flag":
            return pa.array(["否", "是"]).take(pa.array(values))
    return _whole(values)


def _whole(values: Ints) -> Any:
    return pc.cast(pa.array(values), pa.string())


@cache
def _day_words(pattern: str) -> Any:
    days = np.arange(_FIRST, _LAST + 1).astype("datetime64[D]").tolist()
    return pa.array([_PATTERNS[pattern].format(d.year, d.month, d.day) for d in days])


def _amounts(values: Ints, unit: str) -> Any:
    """Fen as yuan with two decimals, or as ten thousand yuan with separators and as many decimals as are needed."""
    if unit == "元":
        return pc.binary_join_element_wise(_whole(values // 100), _CENTS.take(pa.array(values % 100)), "")
    scale = UNITS[unit]
    return pa.array([_with_commas(value, scale) for value in values.tolist()], pa.string())


def _with_commas(value: int, scale: int) -> str:
    digits = len(str(scale)) - 1
    fraction = f"{value % scale:0{digits}d}".rstrip("0").ljust(2, "0")
    return f"{value // scale:,}.{fraction}"


def _rates(values: Ints, *, percent: bool) -> Any:
    """Millionths as a plain number, or as per cent without the sign (which stands in the header)."""
    places = 4 if percent else 6
    whole, rest = values // 10**places, values % 10**places
    return pc.binary_join_element_wise(_whole(whole), ".", pc.utf8_lpad(_whole(rest), places, "0"), "")
