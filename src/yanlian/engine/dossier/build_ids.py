"""The ids of all entities in order, and which of them a row names: held in memory, some ten bytes an entity.

Whole numbers become text with leading zeros to the width of the largest, so that their order as text is their order as
numbers. Texts are ordered by their code points, as snapshots demand.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.build_fault import FaultList
from yanlian.engine.dossier.build_mapping import TableFile
from yanlian.engine.dossier.build_source import read_blocks
from yanlian.engine.dossier.layout_hash import Words, hash_rows, text_pieces

Ranks: TypeAlias = NDArray[np.int64]
_EXPECTED_ID = "编号 an id (text, or a whole number that is not negative)"
# A table from number to rank is used where numbers lie so densely that it is not much larger than the ids themselves.
_DENSE = 4
_HASHED_AT_ONCE = 262_144


class Ids:
    """All ids, ascending. `rank_of` finds rows of other tables; an id that is none has rank -1."""

    def __init__(self, keys: NDArray[np.generic]) -> None:
        self._keys = keys
        self.numeric = keys.dtype.kind == "i"
        self._width = len(str(keys[-1])) if self.numeric and len(keys) else 0
        self._dense: NDArray[np.int32] | None = None
        self._hashes: tuple[Words, Ranks] | None = None if self.numeric else self._hashed()
        if self.numeric and len(keys) and int(keys[-1]) < _DENSE * len(keys) + 1_000:
            self._dense = np.full(int(keys[-1]) + 1, -1, np.int32)
            self._dense[keys] = np.arange(len(keys), dtype=np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    def texts(self, first: int, last: int) -> pa.Array:
        """The ids of ranks `first` to `last` (exclusive) as they are written."""
        keys = self._keys[first:last]
        if self.numeric:
            return pc.utf8_lpad(pa.array(keys).cast(pa.string()), self._width, "0")
        return pa.array(keys, pa.binary()).cast(pa.string())

    def _hashed(self) -> tuple[Words, Ranks] | None:
        """Hashes of the ids, ascending, and whose they are: numbers are found faster than texts. None where two ids
        have the same hash."""
        steps = range(0, len(self), _HASHED_AT_ONCE)
        pieces = [_hash(self.texts(first, first + _HASHED_AT_ONCE)) for first in steps]
        hashes = np.concatenate([np.zeros(0, np.uint64), *pieces])
        order = np.argsort(hashes)
        ordered = hashes[order]
        return None if (ordered[1:] == ordered[:-1]).any() else (ordered, order)

    def rank_of(self, owners: pa.Array) -> Ranks:
        """Where each owner stands among the ids, -1 for none."""
        if not len(self):
            return np.full(len(owners), -1, np.int64)
        if self.numeric:
            numbers, good = _numbers(owners)
            return self._ranks_of_numbers(numbers, good)
        owners = owners if pa.types.is_string(owners.type) else owners.cast(pa.string())
        asked, good = _texts(owners)
        if self._hashes is None:
            at = np.minimum(np.searchsorted(self._keys, asked), len(self) - 1)
        else:
            found = np.searchsorted(self._hashes[0], _hash(owners))
            at = self._hashes[1][np.minimum(found, len(self) - 1)]
        return np.where(good & (self._keys[at] == asked), at, -1)

    def _ranks_of_numbers(self, numbers: Ranks, good: NDArray[np.bool_]) -> Ranks:
        if self._dense is not None:
            inside = good & (numbers >= 0) & (numbers < len(self._dense))
            return np.where(inside, self._dense[np.where(inside, numbers, 0)].astype(np.int64), -1)
        at = np.minimum(np.searchsorted(self._keys, numbers), len(self) - 1)
        return np.where(good & (self._keys[at] == numbers), at, -1)


def _numbers(array: pa.Array) -> tuple[Ranks, NDArray[np.bool_]]:
    """Whole numbers, and where there is one; texts count when they are nothing but digits."""
    if pa.types.is_string(array.type):
        digits = pc.match_substring_regex(array, r"^[0-9]{1,18}$")
        array = pc.if_else(digits, array, None).cast(pa.int64())
    elif not pa.types.is_integer(array.type):
        return np.zeros(len(array), np.int64), np.zeros(len(array), bool)
    good: NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
    return pc.fill_null(array, 0).to_numpy(zero_copy_only=False).astype(np.int64), good


def _texts(array: pa.Array) -> tuple[NDArray[np.bytes_], NDArray[np.bool_]]:
    """Texts as bytes of fixed width, and where there is one that such bytes can hold."""
    good: NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
    pieces = list(text_pieces(array)) or [(np.zeros(0, np.int64), np.zeros(0, np.uint64))]
    words = np.zeros((len(array), len(pieces)), "<u8")
    for n, (reached, found) in enumerate(pieces):
        words[reached, n] = found
    held = words.view(f"S{8 * len(pieces)}").reshape(len(array))
    # A zero byte is the only one that such bytes lose, at their end; no id has one anywhere.
    zeros = pc.match_substring(pc.fill_null(array, ""), "\0").to_numpy(zero_copy_only=False)
    return held, good & (np.char.str_len(held) > 0) & ~zeros


def _hash(array: pa.Array) -> Words:
    return np.ascontiguousarray(hash_rows(pa.record_batch([array], ["id"]))[:, 0])


def read_ids(file: TableFile, column: str, faults: FaultList) -> Ids:
    """All ids of the table of entities. Empty ones and those that stand twice are noted."""
    blocks: list[NDArray[np.generic]] = []
    done = 0
    for batch in read_blocks(file, [column], faults):
        array = batch.column(0)
        keys: NDArray[np.generic]
        if pa.types.is_integer(array.type):
            numbers, good = _numbers(array)
            keys, good = numbers, good & (numbers >= 0)
        elif pa.types.is_string(array.type):
            keys, good = _texts(array)
        else:
            raise Refused(
                "dossiers_cell", file=file.name, row=1, column=column, found=str(array.type), expected=_EXPECTED_ID
            )
        for row in faults.rows(~good):
            found = str(array[row].as_py() or "")
            faults.add(
                "dossiers_cell", file=file.name, row=done + row + 1, column=column, found=found, expected=_EXPECTED_ID
            )
        blocks.append(keys)
        done += len(keys)
    faults.stop_if_any()
    return Ids(_ordered(blocks, file, faults))


def _text_order(keys: NDArray[np.generic]) -> Ranks:
    """As a stable argsort: texts are compared eight bytes at a time, as big-endian numbers."""
    width = -(-keys.dtype.itemsize // 8)
    words = keys.astype(f"S{8 * width}").view(">u8").reshape(len(keys), width)
    return np.lexsort([words[:, n].astype(np.uint64) for n in reversed(range(width))])


def _ordered(blocks: list[NDArray[np.generic]], file: TableFile, faults: FaultList) -> NDArray[np.generic]:
    keys = np.concatenate(blocks) if blocks else np.zeros(0, np.int64)
    if (keys[1:] > keys[:-1]).all():
        return keys
    order = np.argsort(keys, kind="stable") if keys.dtype.kind == "i" else _text_order(keys)
    ordered = keys[order]
    for at in faults.rows(ordered[1:] == ordered[:-1]):
        found = ordered[at].decode() if ordered.dtype.kind == "S" else ordered[at]
        faults.add(
            "dossiers_id_twice", file=file.name, row=int(order[at + 1]) + 1, found=found, first=int(order[at]) + 1
        )
    faults.stop_if_any()
    return ordered
