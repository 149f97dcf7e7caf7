"""Compiled programs over batches of dossiers: buffers bound, every row worked out, and again those that need more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
            if any(values.any() for name, values in outputs.items() if name.endswith(OUTSIDE)):
                raise OutsideRange(kernel.program.name)
            found |= outputs
            by_caps = _flagged(outputs, CAPPED)
            by_stacking = _flagged(outputs, STACKED)
            if by_caps is not None and by_stacking is not None:
                by_stacking = by_stacking & (by_caps == 0)
            few += self._few(stacked, by_stacking, given)
            few += self._few(capped, by_caps, given)
        return found, few

    def _few(self, details: Kernel | None, flags: Ints | None, given: Sequence[Buffer | None]) -> list[Few]:
        """The details of the rows that are flagged."""
        if details is None or flags is None:
            return []
        picked = np.flatnonzero(flags)
        if not len(picked):
            return []
        outputs = self._outputs(details, [*given, picked.astype(np.int32)], len(picked))
        return [Few(picked, {name: values.copy() for name, values in outputs.items()})]

    def _outputs(self, kernel: Kernel, given: Sequence[Buffer | None], rows: int) -> Outputs:
        outputs = [self._buffer(one.name, one.storage, rows) for one in kernel.program.outputs]
        kernel.run(given, rows, outputs)
        return {one.name: buffer[:rows] for one, buffer in zip(kernel.program.outputs, outputs, strict=True)}

    def _buffer(self, name: str, storage: str, rows: int) -> Ints:
        dtype = np.dtype(f"int{storage[1:]}")
        if name.endswith((":code", ":fen")):
            # Arrow's own memory: it becomes a column as it is, and Arrow uses it again when nobody needs it.
            return np.frombuffer(pa.allocate_buffer(max(rows, 1) * dtype.itemsize), dtype)
        known = self._buffers.get(name)
        if known is None or len(known) < rows:
            known = self._buffers[name] = np.zeros(max(rows, 1), dtype)
        return known


def _flagged(outputs: Outputs, ending: str) -> Ints | None:
    """Where one of the flags of a program with this ending is set; None when it has none."""
    flags = [values for name, values in outputs.items() if name.endswith(ending)]
    return np.bitwise_or.reduce(flags) if flags else None
