"""128 bits for the content of each dossier row, for whole batches at once: equal content gives equal bits.

Definition. A row's hash is two 64-bit sums (modulo 2^64), one for each lane, over all values that are not null:
`mix(seed of the value's path, value)`. Numbers, dates (days) and truth values are their 64-bit integers; a text is the
sum of its mixed 8-byte pieces and its length; a struct that is there counts 1 under its own path besides its fields; a
list counts its length, and each element's sum is mixed once more with its place. Paths are names, so neither the order
of columns, nor widths of integers, nor dictionaries, nor row groups matter, and a column of nulls is as none at all.
Fit to find what changed, not against forgery: the hash of the snapshot (`layout_digest.py`) is there for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]

_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xD6E8FEB86659FD93)
_THIRD = np.uint64(0xC2B2AE3D27D4EB4F)
_PLACE = np.uint64(0x165667B19E3779F9)
_SHIFT = np.uint64(32)
_PIECE = 8
# How much of an 8-byte piece counts when the text ends within it.
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(_PIECE + 1)], np.uint64)


def hash_rows(rows: pa.RecordBatch | pa.Table) -> Words:
    """The hashes of rows as an array of shape (rows, 2)."""
    total = np.zeros((2, rows.num_rows), np.uint64)
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        total += _array(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column, name)
    return np.ascontiguousarray(total.T)


@cache
def _seed(path: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "little"))


def _mix(values: Words, seed: np.uint64) -> Words:
    """Both lanes of values under a seed, shape (2, n). One to one in each lane."""
    out = np.empty((2, len(values)), np.uint64)
    first, second = out
    np.bitwise_xor(values, seed, out=first)
    first *= _FIRST
    np.right_shift(first, _SHIFT, out=second)
    first ^= second
    first *= _SECOND
    np.right_shift(first, _SHIFT, out=second)
    first ^= second
    np.add(first, seed, out=second)
    second *= _THIRD
    second ^= second >> _SHIFT
    return out


def _array(array: pa.Array, path: str) -> Words:
    """The sums of one column, shape (2, n); zero where it is null."""
    kind = array.type
    if pa.types.is_struct(kind):
        out = _mix(np.ones(len(array), np.uint64), _seed(path))
        # flatten() makes the fields of an absent struct null.
        for field, child in zip(kind, array.flatten(), strict=True):
            out += _array(child, f"{path}.{field.name}")
    elif pa.types.is_list(kind):
        out = _list(array, path)
    elif pa.types.is_dictionary(kind):
        of_word = _array(array.dictionary, path)
        codes = pc.fill_null(array.indices, 0).to_numpy()
        out = of_word[:, codes] if len(array.dictionary) else np.zeros((2, len(array)), np.uint64)
    elif pa.types.is_string(kind):
        out = _text(array, path)
    else:
        out = _mix(numbers(array).view(np.uint64), _seed(path))
    return out if not array.null_count else out * _valid(array)


def numbers(array: pa.Array) -> NDArray[np.int64]:
    """Integers, dates (days) and truth values as 64-bit integers, 0 where null. TypeError for anything else."""
    kind = array.type
    if pa.types.is_date32(kind):
        array = array.cast(pa.int32())
    elif pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif pa.types.is_null(kind):
        return np.zeros(len(array), np.int64)
    elif not pa.types.is_integer(kind):
        raise TypeError(f"a dossier holds no {kind}")
    filled = pc.fill_null(array, 0) if array.null_count else array
    return np.ascontiguousarray(filled.to_numpy(zero_copy_only=False).astype(np.int64))


def _valid(array: pa.Array) -> Words:
    return np.asarray(array.is_valid().cast(pa.uint8()).to_numpy(zero_copy_only=False), np.uint64)


def _list(array: pa.Array, path: str) -> Words:
    offsets = array.offsets.to_numpy()
    start, ends = int(offsets[0]) if len(offsets) else 0, offsets - (offsets[0] if len(offsets) else 0)
    inner = array.values.slice(start, int(ends[-1]) if len(ends) else 0)
    lengths = np.diff(ends).astype(np.uint64)
    out = _mix(lengths, _seed(path))
    if not len(inner):
        return out
    elements = _array(inner, f"{path}[]")
    places = np.arange(len(inner), dtype=np.uint64) - np.repeat(ends[:-1].astype(np.uint64), lengths.astype(np.int64))
    for lane in (0, 1):
        placed = _mix(elements[lane] + places * _PLACE, _seed(f"{path}[]{lane}"))[lane]
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(placed, dtype=np.uint64)])
        out[lane] += running[ends[1:]] - running[ends[:-1]]
    return out


def text_bytes(array: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text starts, how many bytes it has (0 where null), and the bytes."""
    _, offsets_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    if array.null_count:
        lengths = np.where(_valid(array).astype(bool), lengths, 0)
    return offsets[:-1], lengths, data


def letters_of(array: pa.Array) -> NDArray[np.uint8]:
    """The bytes of all texts of a column one after the other."""
    starts, lengths, data = text_bytes(array)
    return data[int(starts[0]) : int(starts[-1] + lengths[-1])] if len(array) else data[:0]


def text_pieces(array: pa.Array) -> Iterator[tuple[NDArray[np.int64], Words]]:
    """Texts in pieces of eight bytes: for each piece which rows reach it, and the piece as a little-endian number, the
    bytes beyond the end of the text being zero."""
    starts, lengths, data = text_bytes(array)
    if not len(array) or not int(lengths.max()):
        return
    low, high = int(starts[0]), int(starts[-1] + lengths[-1])
    padded = np.concatenate([data[low:high], np.zeros(_PIECE, np.uint8)])
    # Every byte as the start of a word: reading a piece of each text is one gather.
    words = np.ndarray((len(padded) - _PIECE + 1,), "<u8", padded.data, 0, (1,))
    for done in range(0, int(lengths.max()), _PIECE):
        reached = np.flatnonzero(lengths > done)
        found = words[starts[reached] - low + done] & _MASKS[np.minimum(lengths[reached] - done, _PIECE)]
        yield reached, found.astype(np.uint64)


def _text(array: pa.Array, path: str) -> Words:
    _, lengths, _ = text_bytes(array)
    out = _mix(lengths.view(np.uint64), _seed(path))
    for piece, (reached, found) in enumerate(text_pieces(array)):
        mixed = _mix(found, _seed(f"{path}#{piece}"))
        if len(reached) == len(array):
            out += mixed
        else:
            out[:, reached] += mixed
    return out
