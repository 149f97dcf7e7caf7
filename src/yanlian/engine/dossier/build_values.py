"""Columns of tables as stored figures and words: fen, ppm, hundredths, dates, flags; exactly, or a fault with its row.

Whole columns at a time. A number is scaled without ever being rounded: a binary fraction is taken for the shortest
decimal that reads as it, text is cut at its point, and what has more places than storage holds is a fault. Everything
else goes through its different values, of which there are few.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.dossier.arrow import arrow_field
from yanlian.engine.dossier.build_fault import FaultList
from yanlian.engine.dossier.build_mapping import ColumnMap
from yanlian.engine.dossier.cases import stored_value
from yanlian.engine.dossier.layout_hash import letters_of
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.dossier.schema import SCALES, Field

Mask: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]

_OWN_UNIT = re.compile("[万亿%％‰元]|平方米")
_LARGEST = 2**63 - 1
# Beyond this a binary fraction no longer tells whole numbers apart.
_EXACT_FLOAT = 2.0**53
# Places of text that are looked at; no unit shifts by more.
_PLACES = 12
_NUMBER = r"^(?P<sign>[+-]?)(?P<whole>[0-9]{1,15})(?:\.(?P<part>[0-9]{0,12}))?$"
_FLAGS: Mapping[object, bool] = {0: False, 1: True, "0": False, "1": True}
_EXPECTED = {
    "money": "金额（整分，不超过存储范围） an amount in whole fen",
    "rate": "比率（至多六位小数） a rate of at most six places",
    "area": "面积（至多两位小数） an area of at most two places",
    "count": "整数 a whole number",
    "year": "年度 1–9999 a year",
    "date": "日期 a date (2025-01-31)",
    "flag": "是/否 true/false",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands, for faults: the file and the number of rows before it."""

    file: str
    done: int


def stored_column(array: pa.Array, column: ColumnMap, place: Place, faults: FaultList) -> pa.Array:
    """A block of a column in storage form; bad cells are noted, and null in what is returned."""
    field = column.field
    if column.empty:
        array = pc.if_else(_is_empty(array, column), None, array)
    kind = array.type
    if pa.types.is_null(kind):
        return pa.nulls(len(array), arrow_field(field).type)
    if field.type in SCALES and not column.words and (is_number(kind) or pa.types.is_string(kind)):
        stored, bad = _numbers(array, column)
        nulls = _nulls(array)
        if field.type == "year":
            bad |= ~nulls & ((stored < 1) | (stored > 9999))
            stored = np.where(bad, 0, stored)
        made = pa.array(stored, mask=bad | nulls).cast(arrow_field(field).type)
    elif kind.equals(arrow_field(field).type) and field.type in ("date", "flag") and not column.words:
        return array
    else:
        made, bad = _by_values(array, column)
    if bad.any():
        _note(array, bad, column, place, faults)
    return made


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type is read as figures."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _nulls(array: pa.Array) -> Mask:
    found: Mask = array.is_null(nan_is_null=pa.types.is_floating(array.type)).to_numpy(zero_copy_only=False)
    return found


def _is_empty(array: pa.Array, column: ColumnMap) -> pa.Array:
    try:
        if pa.types.is_string(array.type):
            told = pa.array([str(one) for one in column.empty])
        else:
            told = pa.array(list(column.empty)).cast(array.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Refused(
            "dossiers_mapping", file="", where=f"{column.column}.empty", found=column.empty, expected=str(array.type)
        ) from None
    return pc.is_in(array, value_set=told)


def _note(array: pa.Array, bad: Mask, column: ColumnMap, place: Place, faults: FaultList) -> None:
    field = column.field
    expected = " / ".join(column.words or field.values) or _EXPECTED.get(field.type, "文字 text")
    for row in faults.rows(bad):
        faults.add(
            "dossiers_cell",
            file=place.file,
            row=place.done + row + 1,
            column=column.column,
            found=str(array[row].as_py())[:60],
            expected=expected,
        )


# Numbers


def _numbers(array: pa.Array, column: ColumnMap) -> tuple[Integers, Mask]:
    """Scaled integers (0 where null or bad) and where they are bad."""
    kind, power = array.type, column.power
    if pa.types.is_unsigned_integer(kind) and kind.bit_width == 64:
        array = array.cast(pa.decimal128(20, 0))
    if pa.types.is_integer(kind) and not pa.types.is_decimal(array.type):
        values = pc.fill_null(array, 0).to_numpy(zero_copy_only=False).astype(np.int64)
        return _scaled(values, power)
    if pa.types.is_floating(kind):
        return _floats(array.cast(pa.float64()), power)
    return _texts(array if pa.types.is_string(kind) else array.cast(pa.string()), column)


def _scaled(values: Integers, power: int) -> tuple[Integers, Mask]:
    limit = _LARGEST // 10**power
    bad = (values > limit) | (values < -limit)
    return np.where(bad, 0, values) * np.int64(10**power), bad


def _floats(array: pa.Array, power: int) -> tuple[Integers, Mask]:
    nulls = _nulls(array)
    values = np.where(nulls, 0.0, pc.fill_null(array, 0.0).to_numpy(zero_copy_only=False))
    with np.errstate(over="ignore", invalid="ignore"):
        whole = np.rint(values * 10.0**power)
        # The nearest double to that many hundredths is the very value: nothing was rounded away.
        exact = (np.abs(whole) < _EXACT_FLOAT) & (whole / 10.0**power == values)
    return np.where(exact, whole, 0.0).astype(np.int64), ~exact


def _texts(array: pa.Array, column: ColumnMap) -> tuple[Integers, Mask]:
    """Plain figures by whole columns; others (1,234.5, 2000万元, 30%) one by one."""
    power = column.power
    plainly = _plain_texts(array, power)
    if plainly is not None:
        return plainly, np.zeros(len(array), bool)
    parts = pc.extract_regex(array, _NUMBER)
    plain: Mask = parts.is_valid().to_numpy(zero_copy_only=False)
    whole = _digits(pc.if_else(parts.is_valid(), parts.field("whole"), "0"))
    decimals = parts.field("part")
    kept = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(decimals, ""), _PLACES, "0"), 0, _PLACES)
    fraction, cut = np.divmod(_digits(kept), 10 ** (_PLACES - power))
    scaled, bad = _scaled(whole, power)
    total = scaled + fraction
    bad = plain & (bad | (cut != 0) | (total < 0))
    minus = pc.fill_null(pc.equal(parts.field("sign"), "-"), fill_value=False).to_numpy(zero_copy_only=False)
    total = np.where(minus, -total, total)
    for row in np.flatnonzero(~plain & ~_nulls(array)).tolist():
        found = _written(array[row].as_py(), column)
        bad[row] = found is None
        total[row] = found or 0
    return np.where(bad, 0, total), bad


def _plain_texts(array: pa.Array, power: int) -> Integers | None:
    """Scaled integers of a column in which every cell is a plain figure that storage holds; None for any other."""
    letters = letters_of(array)
    if (letters > ord("9")).any():
        # Arrow would read 0x10 and 1e3 as well, which people do not mean.
        return None
    try:
        decimals = array.cast(pa.decimal128(38, power))
    except pa.ArrowInvalid:
        return None
    pairs = np.frombuffer(decimals.buffers()[1], np.int64).reshape(-1, 2)[decimals.offset :][: len(array)]
    low = np.where(_nulls(array), 0, pairs[:, 0])
    high = np.where(_nulls(array), 0, pairs[:, 1])
    return low if (high == low >> 63).all() else None


def _digits(array: pa.Array) -> Integers:
    found: Integers = pc.cast(array, pa.int64()).to_numpy(zero_copy_only=False)
    return found


def _written(text: str, column: ColumnMap) -> int | None:
    """A figure as people write it; without a unit of its own it is in that of the column."""
    try:
        number = parse_figure(text)
    except Refused:
        return None
    power = SCALES[column.field.type] if _OWN_UNIT.search(text) else column.power
    scaled = number.scaleb(power)
    whole = int(scaled)
    return whole if whole == scaled and abs(whole) <= _LARGEST else None


# Few different values


def _by_values(array: pa.Array, column: ColumnMap) -> tuple[pa.Array, Mask]:
    coded = array.dictionary_encode()
    made = [_stored(value, column) for value in coded.dictionary.to_pylist()]
    wrong = np.array([value is UNDELIVERED for value in made] + [False])
    words = pa.array([None if value is UNDELIVERED else value for value in made], arrow_field(column.field).type)
    codes = pc.fill_null(coded.indices, len(made)).to_numpy(zero_copy_only=False)
    return words.take(coded.indices), wrong[codes]


def _stored(value: object, column: ColumnMap) -> object:
    """A value in storage form; UNDELIVERED where it is none."""
    field = column.field
    if column.words:
        found = column.words.get(str(value))
        if found is None:
            return UNDELIVERED
        value = found
    try:
        return _storable(value, field)
    except Refused:
        return UNDELIVERED


def _storable(value: object, field: Field) -> object:
    if isinstance(value, datetime):
        if field.type == "date" and value != datetime(value.year, value.month, value.day, tzinfo=value.tzinfo):
            return UNDELIVERED
        value = value.date()
    if field.type == "flag" and not isinstance(value, bool):
        return _FLAGS[value] if value in _FLAGS else stored_value(field, str(value), "")
    if field.type in ("text", "code") and isinstance(value, (bool, float, bytes, date)):
        return UNDELIVERED
    if field.type in SCALES and isinstance(value, (bool, float, bytes, date)):
        return UNDELIVERED
    return stored_value(field, value if isinstance(value, (date, Decimal)) else str(value), "")
