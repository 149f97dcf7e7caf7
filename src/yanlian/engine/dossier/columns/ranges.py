"""Ranges of columns: what a storage can hold, or what statistics say, widened so that few different ranges occur."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from yanlian.engine.native.ir import WIDTHS, Column, Storage

_EPOCH = date(1970, 1, 1)
_STORAGES: dict[pa.DataType, Storage] = {
    pa.int8(): "i8",
    pa.int16(): "i16",
    pa.int32(): "i32",
    pa.int64(): "i64",
    pa.date32(): "i32",
    pa.bool_(): "bit",
}


def storage_of(type_: pa.DataType, declared: str) -> Storage | None:
    """How a field of a declared type (`Field.type`) lies in a column of this Arrow type; None: it must not."""
    if declared in ("text", "code"):
        words = type_.value_type if pa.types.is_dictionary(type_) else type_
        return "i32" if pa.types.is_string(words) or pa.types.is_large_string(words) else None
    if declared == "date":
        return "i32" if pa.types.is_date32(type_) else None
    if declared == "flag":
        return "bit" if pa.types.is_boolean(type_) else None
    return _STORAGES.get(type_) if pa.types.is_signed_integer(type_) else None


def whole(name: str, storage: Storage) -> Column:
    """A column of all that its storage can hold."""
    return Column(name, "bit") if storage == "bit" else Column(name, storage, *WIDTHS[storage])


def positions(name: str, storage: Storage) -> Column:
    """A column of positions, numbers of texts or of patterns: nought and above."""
    return Column(name, storage, 0, WIDTHS[storage][1])


def widened(low: int, high: int, storage: Storage) -> tuple[int, int]:
    """[0, 2**k - 1] or [-2**k, 2**k - 1], the narrowest that holds both bounds and nought, within the storage."""
    bits = min(max(high.bit_length(), (-1 - low).bit_length() if low < 0 else 0), WIDTHS[storage][1].bit_length())
    return (0 if low >= 0 else -(1 << bits)), (1 << bits) - 1


def ranged(name: str, storage: Storage, bounds: tuple[object, object]) -> Column:
    """A column whose values lie between the bounds (integers or dates); a bound that is neither says nothing."""
    low, high = _stored(bounds[0]), _stored(bounds[1])
    if low is None or high is None:
        return whole(name, storage)
    return Column(name, storage, *widened(low, high, storage))


def _stored(bound: object) -> int | None:
    if isinstance(bound, date):
        return (bound - _EPOCH).days
    return bound if isinstance(bound, int) else None


def gap_bounds(name: str, of_years: bool, years: Column | None) -> Column:
    """Bounds of phantoms: years (next to those of the column `years`, if any, and up to 9999) or days."""
    if not of_years:
        return Column(name, "i32", -(1 << 22), (1 << 22) - 1)
    low = 0 if years is None else min(years.low - 1, 0)
    if low == -1:
        low = 0
    storage: Storage = "i32" if low > WIDTHS["i32"][0] else "i64"
    return Column(name, storage, *widened(low, 9999, storage))
