"""Programs that run: compiled, or loaded from the cache, and called with NumPy's view of Arrow buffers."""

from __future__ import annotations

import ctypes
import threading
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
from yanlian.engine.native.lanes import LANES
from yanlian.engine.native.machine import Effort, Loaded, Machine, object_code, this_machine
from yanlian.engine.native.order import Order, ordered
from yanlian.engine.native.show import digest

Buffer = NDArray[np.generic]
_CALL = ctypes.CFUNCTYPE(
    None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
)
_BYTES = ctypes.CFUNCTYPE(ctypes.c_int64)
_ALIGNED = 64
_ROWS_MAX = (1 << 31) - 1
# NumPy's flags as it numbers them (NPY_ARRAY_C_CONTIGUOUS, _ALIGNED, _WRITEABLE).
_LIES_RIGHT = 0x0001 | 0x0100
_WRITEABLE = 0x0400
# What one thread makes the others find in the cache.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Compiled:
    """How code was come by: seconds until it could be called, whether the cache had it, its size in bytes, how much
    was done to make it fast."""

    seconds: float
    from_cache: bool
    size: int
    effort: Effort = "full"


class Kernel:
    """A program as machine code. May be called from several threads at once."""

    def __init__(self, program: Program, order: Order, loaded: Loaded, compiled: Compiled) -> None:
        reads = [vertex for vertex in order.vertices if isinstance(vertex, Read)]
        self.program = program
        self.compiled = compiled
        self.used = tuple(sorted({read.column for read in reads}))
        self._by_row = frozenset(read.column for read in reads if read.index is None)
        self._by_index = frozenset(read.column for read in reads if read.index is not None)
        self._types = [np.dtype(np.uint8 if c.storage == "bit" else f"int{c.storage[1:]}") for c in program.columns]
        self._results = [np.dtype(f"int{output.storage[1:]}") for output in program.outputs]
        # What the last call asked of its columns: batches are mostly of one size.
        self._known: tuple[int, list[tuple[int, int, np.dtype[np.generic]]]] | None = None
        self._loaded = loaded
        self._call = _CALL(loaded.address("program_0"))
        self._buffer_bytes: int = _BYTES(loaded.address("program_0_bytes"))()

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
        for number, least, expected in self._expected(rows):
            column = columns[number]
            if column is None:
                raise ValueError(f"{self.program.name}: {self.program.columns[number].name} is read and not given")
            if not _lies_right(column, least, expected, _LIES_RIGHT):
                self._refuse(self.program.columns[number].name, column, expected, least, _LIES_RIGHT)
            sources[number] = _address(column)
        for number, (output, expected) in enumerate(zip(outputs, self._results, strict=True)):
            if not _lies_right(output, rows, expected, _LIES_RIGHT | _WRITEABLE):
                name = self.program.outputs[number].name
                self._refuse(name, output, expected, rows, _LIES_RIGHT | _WRITEABLE)
            targets[number] = _address(output)
        if rows == 0:
            return
        self._apart(sources, targets, len(outputs))
        buffers = np.empty(self._buffer_bytes + _ALIGNED, dtype=np.uint8)
        room = -(-_address(buffers) // _ALIGNED) * _ALIGNED
        whole = rows - rows % LANES
        if whole:
            self._call(0, whole, rows - 1, sources, targets, room)
        if whole < rows:
            kept = [self._padded(number, columns[number], sources, whole, rows) for number in self.used]
            few = [np.empty(LANES, kind) for kind in self._results]
            for number, output in enumerate(few):
                targets[number] = _address(output) - whole * output.itemsize
            self._call(whole, whole + LANES, rows - 1, sources, targets, room)
            del kept
            for output, found in zip(outputs, few, strict=True):
                output[whole:rows] = found[: rows - whole]

    def _padded(
        self, number: int, column: Buffer | None, sources: ctypes.Array[ctypes.c_void_p], whole: int, rows: int
    ) -> Buffer | None:
        """The last rows of a column, repeated until they are LANES; `sources` has its address. Bitmaps have whole bytes
        anyway. A column that is also read elsewhere is copied from its start."""
        if column is None or number not in self._by_row or self.program.columns[number].storage == "bit":
            return None
        start, end = (0, len(column)) if number in self._by_index else (whole, rows)
        copied = np.resize(column[end - 1 : end], max(end, whole + LANES) - start)
        copied[: end - start] = column[start:end]
        sources[number] = _address(copied) - start * copied.itemsize
        return copied

    def _expected(self, rows: int) -> list[tuple[int, int, np.dtype[np.generic]]]:
        """Of each column that is read: its number, how many elements it has at least, of which type."""
        known = self._known
        if known is None or known[0] != rows:
            found = []
            for number in self.used:
                least = max(1, rows) if number in self._by_row else 1
                least = -(-least // 8) if self.program.columns[number].storage == "bit" else least
                found.append((number, least, self._types[number]))
            known = self._known = rows, found
        return known[1]

    def _refuse(self, name: str, array: Buffer, expected: np.dtype[np.generic], least: int, flags: int) -> None:
        if array.dtype != expected or array.ndim != 1 or len(array) < least:
            raise ValueError(
                f"{self.program.name}: {name}: {expected} of at least {least} elements expected, "
                f"{array.dtype} of shape {array.shape} given"
            )
        if flags & ~array.flags.num & _LIES_RIGHT:
            raise ValueError(f"{self.program.name}: {name}: elements must lie side by side and be aligned")
        raise ValueError(f"{self.program.name}: {name} cannot be written")

    def _apart(self, sources: ctypes.Array[ctypes.c_void_p], targets: ctypes.Array[ctypes.c_void_p], n: int) -> None:
        written = set(targets[:n])
        if len(written) != n or not written.isdisjoint(sources):
            raise ValueError(f"{self.program.name}: an output shares memory with a column or with another output")


def compile_program(program: Program, cache: Path | None = None, effort: Effort = "full") -> Kernel:
    """One program, ready to run. `cache`: a folder where code is kept; None: nothing is kept. Code that took more
    effort is as welcome when the cache has it."""
    return Source(program, cache).kernel(effort)


def compile_programs(programs: Sequence[Program], cache: Path | None = None, effort: Effort = "full") -> list[Kernel]:
    """Several programs, each a module of its own: one that is changed leaves the code of the others as it was."""
    return [compile_program(program, cache, effort) for program in programs]


class Source:
    """What code is made of: a program with what is worked out of it once."""

    def __init__(self, program: Program, cache: Path | None) -> None:
        self.program = program
        self.cache = cache
        self.machine: Machine = this_machine()
        self._order = ordered(program)
        self.digest = digest(program, self._order)

    def kernel(self, effort: Effort) -> Kernel:
        """From the cache, or made here and now."""
        started = time.perf_counter()
        with _one_at_a_time:
            found = self._kept("full") or (self._kept(effort) if effort != "full" else None)
            if found is not None:
                return self._loaded(*found, started, from_cache=True)
            code = object_code(self.text(effort), self.machine, effort)
            self._keep(code, effort)
        return self._loaded(code, effort, started, from_cache=False)

    def text(self, effort: Effort) -> str:
        """For LLVM."""
        return module_text([self.program], vectors=effort == "full")

    def made(self, code: bytes) -> Kernel:
        """Of full code that was made elsewhere."""
        started = time.perf_counter()
        self._keep(code, "full")
        return self._loaded(code, "full", started, from_cache=False)

    def _name(self, effort: Effort) -> str:
        return disk.key([self.digest, effort], self.machine)

    def _kept(self, effort: Effort) -> tuple[bytes, Effort] | None:
        code = None if self.cache is None else disk.load(self.cache, self._name(effort))
        return None if code is None else (code, effort)

    def _keep(self, code: bytes, effort: Effort) -> None:
        if self.cache is not None:
            disk.keep(self.cache, self._name(effort), code)

    def _loaded(self, code: bytes, effort: Effort, started: float, *, from_cache: bool) -> Kernel:
        loaded = Loaded(code, self.machine)
        compiled = Compiled(time.perf_counter() - started, from_cache, len(code), effort)
        return Kernel(self.program, self._order, loaded, compiled)


def _lies_right(array: Buffer, least: int, expected: np.dtype[np.generic], flags: int) -> bool:
    """Asked of every buffer of every batch, so that what is right is seen at once."""
    kind = array.dtype
    return (
        (kind is expected or kind == expected)
        and array.ndim == 1
        and array.size >= least
        and array.flags.num & flags == flags
    )


def _address(array: Buffer) -> int:
    """By way of Arrow, which tells it several times faster than NumPy."""
    return int(pa.py_buffer(array).address)
