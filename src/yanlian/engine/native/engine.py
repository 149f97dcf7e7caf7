"""Programs that run: compiled, or loaded from the cache, and called with NumPy's view of Arrow buffers."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from yanlian.engine.native import cache as disk
from yanlian.engine.native.code import module_text
from yanlian.engine.native.ir import Program, Read
from yanlian.engine.native.machine import Loaded, object_code, this_machine
from yanlian.engine.native.order import Order, ordered
from yanlian.engine.native.show import digest

Buffer = NDArray[np.generic]
_CALL = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_BYTES = ctypes.CFUNCTYPE(ctypes.c_int64)
_ALIGNED = 64
_ROWS_MAX = (1 << 31) - 1
# NumPy's flags as it numbers them (NPY_ARRAY_C_CONTIGUOUS, _ALIGNED, _WRITEABLE).
_LIES_RIGHT = 0x0001 | 0x0100
_WRITEABLE = 0x0400


@dataclass(frozen=True, slots=True)
class Compiled:
    """How code was come by: seconds until it could be called, whether the cache had it, its size in bytes."""

    seconds: float
    from_cache: bool
    size: int


class Kernel:
    """A program as machine code. May be called from several threads at once."""

    def __init__(self, program: Program, order: Order, loaded: Loaded, name: str, compiled: Compiled) -> None:
        reads = [vertex for vertex in order.vertices if isinstance(vertex, Read)]
        self.program = program
        self.compiled = compiled
        self.used = tuple(sorted({read.column for read in reads}))
        self._by_row = frozenset(read.column for read in reads if read.index is None)
        self._types = [np.dtype(np.uint8 if c.storage == "bit" else f"int{c.storage[1:]}") for c in program.columns]
        self._results = [np.dtype(f"int{output.storage[1:]}") for output in program.outputs]
        self._loaded = loaded
        self._call = _CALL(loaded.address(name))
        self._buffer_bytes: int = _BYTES(loaded.address(name + "_bytes"))()

    @property
    def seconds(self) -> float:
        """How long it took until it could be called."""
        return self.compiled.seconds

    def run(self, columns: Sequence[Buffer | None], rows: int, outputs: Sequence[NDArray[np.signedinteger]]) -> None:
        """Fills the first `rows` elements of the outputs.

        `columns`: in the program's order, signed integers of the declared width, or bytes of a bitmap; None where the
        program does not read (`used` says where it does). A column that is read by row has at least `rows` elements,
        any other at least one, and every element that is read lies in its declared range. Outputs share no memory with
        anything. `ValueError` for what can be checked at once."""
        if not 0 <= rows <= _ROWS_MAX:
            raise ValueError(f"{self.program.name}: {rows} rows; 0 to {_ROWS_MAX} can be run")
        if len(columns) != len(self._types) or len(outputs) != len(self._results):
            raise ValueError(
                f"{self.program.name}: {len(self._types)} columns and {len(self._results)} outputs expected, "
                f"{len(columns)} and {len(outputs)} given"
            )
        sources = (ctypes.c_void_p * max(1, len(columns)))()
        targets = (ctypes.c_void_p * max(1, len(outputs)))()
        for number in self.used:
            sources[number] = self._column(number, columns[number], rows)
        for number, output in enumerate(outputs):
            name = self.program.outputs[number].name
            self._check(name, output, self._results[number], rows, _LIES_RIGHT | _WRITEABLE)
            targets[number] = _address(output)
        if rows == 0:
            return
        self._apart(sources, targets, len(outputs))
        buffers = np.empty(self._buffer_bytes + _ALIGNED, dtype=np.uint8)
        self._call(rows, sources, targets, -(-_address(buffers) // _ALIGNED) * _ALIGNED)

    def _column(self, number: int, column: Buffer | None, rows: int) -> int:
        declared = self.program.columns[number]
        if column is None:
            raise ValueError(f"{self.program.name}: {declared.name} is read and not given")
        least = max(1, rows) if number in self._by_row else 1
        least = -(-least // 8) if declared.storage == "bit" else least
        self._check(declared.name, column, self._types[number], least, _LIES_RIGHT)
        return _address(column)

    def _check(self, name: str, array: Buffer, expected: np.dtype[np.generic], least: int, flags: int) -> None:
        """Asked of every buffer of every batch, so that what is right is seen at once."""
        kind = array.dtype
        right = (kind is expected or kind == expected) and array.ndim == 1 and len(array) >= least
        if not right:
            raise ValueError(
                f"{self.program.name}: {name}: {expected} of at least {least} elements expected, "
                f"{kind} of shape {array.shape} given"
            )
        missing = flags & ~array.flags.num
        if missing & _LIES_RIGHT:
            raise ValueError(f"{self.program.name}: {name}: elements must lie side by side and be aligned")
        if missing:
            raise ValueError(f"{self.program.name}: {name} cannot be written")

    def _apart(self, sources: ctypes.Array[ctypes.c_void_p], targets: ctypes.Array[ctypes.c_void_p], n: int) -> None:
        written = set(targets[:n])
        if len(written) != n or not written.isdisjoint(sources):
            raise ValueError(f"{self.program.name}: an output shares memory with a column or with another output")


def compile_program(program: Program, cache: Path | None = None) -> Kernel:
    """One program, ready to run. `cache`: a folder where code is kept; None: nothing is kept."""
    return compile_programs([program], cache)[0]


def compile_programs(programs: Sequence[Program], cache: Path | None = None) -> list[Kernel]:
    """Several programs in one module. What the cache has is loaded without being made again."""
    started = time.perf_counter()
    machine = this_machine()
    orders = [ordered(program) for program in programs]
    name = disk.key([digest(one, order) for one, order in zip(programs, orders, strict=True)], machine)
    code = None if cache is None else disk.load(cache, name)
    from_cache = code is not None
    if code is None:
        code = object_code(module_text(programs, machine.lanes), machine)
        if cache is not None:
            disk.keep(cache, name, code)
    loaded = Loaded(code, machine)
    compiled = Compiled(time.perf_counter() - started, from_cache, len(code))
    return [
        Kernel(program, order, loaded, f"program_{number}", compiled)
        for number, (program, order) in enumerate(zip(programs, orders, strict=True))
    ]


def _address(array: Buffer) -> int:
    """By way of Arrow, which tells it several times faster than NumPy."""
    return int(pa.py_buffer(array).address)
