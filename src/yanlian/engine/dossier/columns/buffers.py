"""Arrow's memory as arrays, without a copy wherever its layout allows."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Buffer: TypeAlias = npt.NDArray[np.generic]
Ints: TypeAlias = npt.NDArray[np.signedinteger]
Bits: TypeAlias = npt.NDArray[np.uint8]
Truths: TypeAlias = npt.NDArray[np.bool_]

# By the number of the Arrow type: to hash a type is to print it.
_DTYPES: dict[int, np.dtype[np.signedinteger]] = {
    pa.int8().id: np.dtype(np.int8),
    pa.int16().id: np.dtype(np.int16),
    pa.int32().id: np.dtype(np.int32),
    pa.int64().id: np.dtype(np.int64),
    pa.date32().id: np.dtype(np.int32),
}
# What stands for bitmaps that are not there; longer ones are made when they are asked for.
_ONES: Bits = np.full(1 << 14, 255, np.uint8)
_ONES.flags.writeable = False


class OutsideRange(ValueError):
    """A value of the batch lies outside the range that the layout promises for its column (`column`: its name)."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def integers(array: pa.Array) -> Ints:
    """The values of an array of signed integers or days; at least one element. What lies under nulls is Arrow's."""
    dtype = _DTYPES[array.type.id]
    buffer, length = array.buffers()[1], len(array)
    if length == 0 or buffer is None:
        return np.zeros(max(length, 1), dtype)
    found = np.frombuffer(buffer, dtype, length, array.offset * dtype.itemsize)
    # Buffers that came over a wire may start anywhere; compiled code reads whole machine words.
    return found if found.flags.aligned else found.copy()


def truths(array: pa.Array) -> Bits:
    """The values of an array of flags, as a bitmap."""
    return _bits(array.buffers()[1], array.offset, len(array))


def validity(array: pa.Array) -> Bits:
    """A bitmap that says where the array is not null (of itself: what holds it may be null all the same)."""
    return _bits(array.buffers()[0], array.offset, len(array))


def _bits(buffer: pa.Buffer | None, offset: int, length: int) -> Bits:
    """The bits from `offset` on as a bitmap that starts with them; no buffer: all ones. At least one byte."""
    if length == 0:
        return np.zeros(1, np.uint8)
    size = (length + 7) // 8
    if buffer is None:
        return _ONES[:size] if size <= len(_ONES) else np.full(size, 255, np.uint8)
    first, shift = divmod(offset, 8)
    raw = np.frombuffer(buffer, np.uint8, count=(length + shift + 7) // 8, offset=first)
    if shift == 0:
        return raw
    moved: Bits = raw >> np.uint8(shift)
    moved[:-1] |= raw[1:] << np.uint8(8 - shift)
    return moved[:size]


def positions(array: pa.Array) -> npt.NDArray[np.integer]:
    """The positions in the dictionary of an array; whatever Arrow has under nulls."""
    dtype = np.dtype(array.type.index_type.to_pandas_dtype())
    if len(array) == 0:
        return np.zeros(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype, count=len(array), offset=array.offset * dtype.itemsize)


def within(values: Ints, low: int, high: int) -> bool:
    """Whether all values lie in [low, high], where low is 0 or -(high + 1), and high + 1 a power of two."""
    if low == 0:
        # One pass instead of two: no value has a bit that `high` has not.
        return 0 <= int(np.bitwise_or.reduce(values)) <= high
    return int(values.min()) >= low and int(values.max()) <= high


def where_valid(array: pa.Array) -> Truths:
    """One truth value an element: not null."""
    if not array.null_count:
        return np.ones(len(array), np.bool_)
    return np.unpackbits(validity(array), count=len(array), bitorder="little").view(np.bool_)


def open_list(array: pa.Array) -> tuple[Ints, pa.Array]:
    """(offsets, children): children of row r lie at offsets[r] ≤ i < offsets[r + 1]; a null list has none.

    The offsets are Arrow's own where the list starts with its first child; the children are a slice of Arrow's.
    """
    if len(array) == 0:
        return np.zeros(1, np.int32), array.values.slice(0, 0)
    offsets = integers(array.offsets)
    first, last = int(offsets[0]), int(offsets[-1])
    if array.null_count and (pc.sum(pc.list_value_length(array)).as_py() or 0) != last - first:
        return _without_hidden(array, offsets)
    if first:
        offsets = offsets - offsets.dtype.type(first)
    return offsets, array.values.slice(first, last - first)


def _without_hidden(array: pa.Array, offsets: Ints) -> tuple[Ints, pa.Array]:
    """As `open_list`, where null lists hide children: these are left out."""
    lengths = np.where(where_valid(array), np.diff(offsets), 0)
    made = np.zeros(len(offsets), offsets.dtype)
    np.cumsum(lengths, out=made[1:])
    return made, array.flatten()
