"""Compiled programs over batches of dossiers: buffers bound, every row worked out, and again those that need more."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.engine.dossier.columns import Buffer, Layout, OutsideRange, Strings
from yanlian.engine.native.engine import Kernel
from yanlian.engine.policy.lower.plan import CAPPED, OUTSIDE, STACKED, Plan

Ints = npt.NDArray[np.signedinteger]
Outputs = dict[str, Ints]


@dataclass(frozen=True, slots=True)
class Few:
    """The outputs of a details program for some rows of the batch."""

    rows: npt.NDArray[np.int64]
    outputs: Outputs


class Programs:
    """Compiled programs for dossiers of one layout; not to be shared by threads."""

    def __init__(self, plan: Plan, kernels: Sequence[Kernel], layout: Layout, strings: Strings) -> None:
        """`kernels`: those of the plan's programs, then of its details programs, in order."""
        self.plan = plan
        self.layout = layout
        self.strings = strings
        self.adopt(kernels)
        columns = plan.programs[0].columns if plan.programs else ()
        self._size = len(columns)
        self._used = [n for n in sorted({n for kernel in kernels for n in kernel.used}) if n < self._size]
        self._columns = [columns[number] for number in self._used]
        self._buffers: Outputs = {}
        self._rooms: list[npt.NDArray[np.uint8]] = []

    def adopt(self, kernels: Sequence[Kernel]) -> None:
        """Runs other code of the same programs from now on."""
        self.kernels = tuple(kernels[: len(self.plan.programs)])
        left = iter(kernels[len(self.plan.programs) :])
        self.details = tuple(
            (None if one.stacked is None else next(left), None if one.capped is None else next(left))
            for one in self.plan.details
        )

    def run(self, batch: pa.RecordBatch) -> tuple[Outputs, list[Few]]:
        """The outputs of all programs, one element a row, and details. All but codes and amounts are overwritten by the
        next call. `OutsideRange` when a value is none that the programs were made for."""
        rows = batch.num_rows
        given: list[Buffer | None] = [None] * self._size
        bound = self.layout.bind(batch, self._columns, self.strings)
        for number, buffer in zip(self._used, bound, strict=True):
            given[number] = buffer
        found: Outputs = {}
        few: list[Few] = []
        for kernel, (stacked, capped) in zip(self.kernels, self.details, strict=True):
            outputs = self._outputs(kernel, given, rows)
            if any(_truths(values).any() for name, values in outputs.items() if name.endswith(OUTSIDE)):
                raise OutsideRange(kernel.program.name)
            found |= outputs
            by_caps = _flagged(outputs, CAPPED)
            by_stacking = _flagged(outputs, STACKED)
            if by_caps is not None and by_stacking is not None:
                by_stacking = by_stacking & (by_caps == 0)
            few += self._few(stacked, by_stacking, given, outputs)
            few += self._few(capped, by_caps, given, outputs)
        return found, few

    def _few(
        self, details: Kernel | None, flags: Ints | None, given: Sequence[Buffer | None], known: Outputs
    ) -> list[Few]:
        """The details of the rows that are flagged; `known`: what the program of all rows has worked out."""
        if details is None or flags is None:
            return []
        picked = np.flatnonzero(_truths(flags))
        if not len(picked):
            return []
        more = [known[column.name] for column in details.program.columns[self._size + 1 :]]
        outputs = [np.empty(len(picked), f"i{int(one.storage[1:]) // 8}") for one in details.program.outputs]
        details.run([*given, picked.astype(np.int32), *more], len(picked), outputs)
        return [Few(picked, {one.name: out for one, out in zip(details.program.outputs, outputs, strict=True)})]

    def _outputs(self, kernel: Kernel, given: Sequence[Buffer | None], rows: int) -> Outputs:
        """What a program gives for every row. Codes and amounts become columns as they are."""
        kept = [(one.name, f"i{int(one.storage[1:]) // 8}", _stays(one.name)) for one in kernel.program.outputs]
        sizes = [-(-max(rows, 1) * int(kind[1:]) // _ALIGNED) * _ALIGNED if stays else 0 for _, kind, stays in kept]
        room = self._room(sum(sizes))
        ends = list(accumulate(sizes))
        outputs: list[Ints] = [
            room[end - size : end].view(kind)[:rows] if stays else self._buffer(name, kind, rows)
            for (name, kind, stays), size, end in zip(kept, sizes, ends, strict=True)
        ]
        kernel.run(given, rows, outputs)
        return {one.name: buffer[:rows] for one, buffer in zip(kernel.program.outputs, outputs, strict=True)}

    def _room(self, size: int) -> npt.NDArray[np.uint8]:
        """Memory for the columns of a batch. What nobody holds any more is used again: new memory would have to be
        cleared by the system first, which takes as long as the programs."""
        free = next((one for one in self._rooms if sys.getrefcount(one) == _HELD_BY_US and len(one) >= size), None)
        if free is None:
            free = np.empty(size, np.uint8)
            self._rooms = [one for one in self._rooms if sys.getrefcount(one) != _HELD_BY_US]
            self._rooms.append(free)
        return free

    def _buffer(self, name: str, kind: str, rows: int) -> Ints:
        known = self._buffers.get(name)
        if known is None or len(known) < rows:
            known = self._buffers[name] = np.zeros(max(rows, 1), kind)
        return known


# By the list, by the name in the loop and by the question itself.
_HELD_BY_US = 3
_ALIGNED = 64


def _truths(flags: Ints) -> npt.NDArray[np.bool_]:
    """Bytes that are 0 or 1 as truth values, which NumPy looks through many times as fast."""
    return flags.view(np.bool_)


def _stays(name: str) -> bool:
    """Whether an output becomes a column of the sheet as it is."""
    return name.endswith((":code", ":fen"))


def _flagged(outputs: Outputs, ending: str) -> Ints | None:
    """Where one of the flags of a program with this ending is set; None when it has none."""
    flags = [values for name, values in outputs.items() if name.endswith(ending)]
    return functools.reduce(np.bitwise_or, flags) if flags else None
