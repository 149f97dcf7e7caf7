"""Lists of few entries a row, written by machine code: what flags say of picked rows, gathered row by row.

Two loops by hand, made once for this machine and kept as programs are. NumPy asks for a pass and new memory for every
step of them, ten times their time.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from yanlian.engine.native import cache as disk
from yanlian.engine.native.machine import Loaded, object_code, this_machine

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

# gather: for each picked row i and place k in order, where flags[k][i] is set: the row, the number of the place and
# `old[k][row]`, which becomes `new[k][i]`; and `told[m * places + k][i]` for each m.
# lists: a bit for each row that has an entry; of how many entries each row has, after a 0, where they begin.
_CODE = """
define i64 @gather(i64 %rows, i64 %places, i64 %more, ptr noalias %row, ptr noalias %flags, ptr noalias %old,
                   ptr noalias %new, ptr noalias %numbers, ptr noalias %told, ptr noalias %out) nounwind {
entry:
  %o.row = load ptr, ptr %out
  %o.number.at = getelementptr ptr, ptr %out, i64 1
  %o.number = load ptr, ptr %o.number.at
  %o.old.at = getelementptr ptr, ptr %out, i64 2
  %o.old = load ptr, ptr %o.old.at
  %o.told = getelementptr ptr, ptr %out, i64 3
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %outer.next ]
  %c0 = phi i64 [ 0, %entry ], [ %c.next, %outer.next ]
  %r.at = getelementptr i64, ptr %row, i64 %i
  %r = load i64, ptr %r.at
  br label %inner
inner:
  %k = phi i64 [ 0, %outer ], [ %k.next, %inner.next ]
  %c = phi i64 [ %c0, %outer ], [ %c.next, %inner.next ]
  %f.at = getelementptr ptr, ptr %flags, i64 %k
  %f.column = load ptr, ptr %f.at
  %f.place = getelementptr i8, ptr %f.column, i64 %i
  %f = load i8, ptr %f.place
  %set = icmp ne i8 %f, 0
  br i1 %set, label %entry.new, label %inner.next
entry.new:
  %old.at = getelementptr ptr, ptr %old, i64 %k
  %old.column = load ptr, ptr %old.at
  %old.place = getelementptr i64, ptr %old.column, i64 %r
  %was = load i64, ptr %old.place
  %new.at = getelementptr ptr, ptr %new, i64 %k
  %new.column = load ptr, ptr %new.at
  %new.place = getelementptr i64, ptr %new.column, i64 %i
  %becomes = load i64, ptr %new.place
  store i64 %becomes, ptr %old.place
  %n.at = getelementptr i32, ptr %numbers, i64 %k
  %n = load i32, ptr %n.at
  %to.row = getelementptr i64, ptr %o.row, i64 %c
  store i64 %r, ptr %to.row
  %to.number = getelementptr i32, ptr %o.number, i64 %c
  store i32 %n, ptr %to.number
  %to.old = getelementptr i64, ptr %o.old, i64 %c
  store i64 %was, ptr %to.old
  %c.more = add i64 %c, 1
  %any = icmp sgt i64 %more, 0
  br i1 %any, label %tell, label %inner.next
tell:
  %m = phi i64 [ 0, %entry.new ], [ %m.next, %tell ]
  %skip = mul i64 %m, %places
  %which = add i64 %skip, %k
  %t.at = getelementptr ptr, ptr %told, i64 %which
  %t.column = load ptr, ptr %t.at
  %t.place = getelementptr i64, ptr %t.column, i64 %i
  %t = load i64, ptr %t.place
  %to.at = getelementptr ptr, ptr %o.told, i64 %m
  %to.column = load ptr, ptr %to.at
  %to.place = getelementptr i64, ptr %to.column, i64 %c
  store i64 %t, ptr %to.place
  %m.next = add i64 %m, 1
  %m.more = icmp slt i64 %m.next, %more
  br i1 %m.more, label %tell, label %inner.next
inner.next:
  %c.next = phi i64 [ %c, %inner ], [ %c.more, %entry.new ], [ %c.more, %tell ]
  %k.next = add i64 %k, 1
  %k.more = icmp slt i64 %k.next, %places
  br i1 %k.more, label %inner, label %outer.next
outer.next:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %rows
  br i1 %i.more, label %outer, label %done
done:
  ret i64 %c.next
}
define void @lists(i64 %entries, i64 %rows, ptr noalias %row, ptr noalias %offsets, ptr noalias %bits) nounwind {
entry:
  %some = icmp sgt i64 %entries, 0
  br i1 %some, label %count, label %begins
count:
  %e = phi i64 [ 0, %entry ], [ %e.next, %count ]
  %r.at = getelementptr i64, ptr %row, i64 %e
  %r = load i64, ptr %r.at
  %r.after = add i64 %r, 1
  %n.at = getelementptr i32, ptr %offsets, i64 %r.after
  %n = load i32, ptr %n.at
  %n.more = add i32 %n, 1
  store i32 %n.more, ptr %n.at
  %byte = lshr i64 %r, 3
  %b.at = getelementptr i8, ptr %bits, i64 %byte
  %b = load i8, ptr %b.at
  %part = trunc i64 %r to i8
  %part.bit = and i8 %part, 7
  %bit = shl i8 1, %part.bit
  %b.new = or i8 %b, %bit
  store i8 %b.new, ptr %b.at
  %e.next = add i64 %e, 1
  %e.more = icmp slt i64 %e.next, %entries
  br i1 %e.more, label %count, label %begins
begins:
  br label %sum
sum:
  %i = phi i64 [ 0, %begins ], [ %i.next, %sum ]
  %before = phi i32 [ 0, %begins ], [ %after, %sum ]
  %o.at = getelementptr i32, ptr %offsets, i64 %i
  %own = load i32, ptr %o.at
  %after = add i32 %before, %own
  store i32 %after, ptr %o.at
  %i.next = add i64 %i, 1
  %i.more = icmp sle i64 %i.next, %rows
  br i1 %i.more, label %sum, label %done
done:
  ret void
}
"""
_P, _N = ctypes.c_void_p, ctypes.c_int64
_GATHER = ctypes.CFUNCTYPE(_N, _N, _N, _N, _P, _P, _P, _P, _P, _P, _P)
_LISTS = ctypes.CFUNCTYPE(None, _N, _N, _P, _P, _P)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that picked rows may have an entry of. `flags`, `new` and `told` by picked row; `old` by row of the
    batch. Integers of 64 bits, flags of 8 that are 0 or 1."""

    number: int
    flags: NDArray[np.int8]
    old: Longs
    new: Longs
    told: Sequence[Longs]


class Lists:
    """The two loops as machine code."""

    def __init__(self, cache: Path | None) -> None:
        machine = this_machine()
        name = disk.key(["lists"], machine)
        code = None if cache is None else disk.load(cache, name)
        if code is None:
            code = object_code(_CODE, machine)
            if cache is not None:
                disk.keep(cache, name, code)
        self._loaded = Loaded(code, machine)
        self._gather = _GATHER(self._loaded.address("gather"))
        self._lists = _LISTS(self._loaded.address("lists"))

    def gathered(self, rows: Longs, places: Sequence[Place]) -> tuple[Longs, Ints, list[Longs]]:
        """An entry for every flag that is set, by row and place: the row, the place's number, and what `old` was there
        followed by what is told of it. Afterwards `old` is `new` there. All places tell equally many things."""
        count = sum(int(np.count_nonzero(one.flags)) for one in places)
        more = len(places[0].told)
        out_rows, out_number = room(count, np.int64), room(count, np.int32)
        values = [room(count, np.int64) for _ in range(1 + more)]
        if len(rows):
            told = [one.told[m] for m in range(more) for one in places]
            pointers = [_pointers([getattr(one, which) for one in places]) for which in ("flags", "old", "new")]
            numbers = np.array([one.number for one in places], np.int32)
            self._gather(
                *(len(rows), len(places), more, _address(rows), *pointers, _address(numbers)),
                *(_pointers(told), _pointers([out_rows, out_number, *values])),
            )
        return out_rows, out_number, values

    def offsets(self, owners: Longs, rows: int) -> tuple[pa.Buffer, pa.Buffer]:
        """Of entries whose rows ascend: where those of each of `rows` rows begin, and one more, as 32 bits; and a
        bitmap of the rows that have any."""
        begins, bits = pa.allocate_buffer((rows + 1) * 4), pa.allocate_buffer(rows // 8 + 1)
        for one in (begins, bits):
            np.frombuffer(one, np.uint8).fill(0)
        self._lists(len(owners), rows, _address(owners), begins.address, bits.address)
        return begins, bits


@functools.cache
def lists_for(cache: Path | None) -> Lists:
    """The loops, made once in a process; `cache`: where their code is kept."""
    return Lists(cache)


def room(size: int, kind: type[np.int64] | type[np.int32]) -> NDArray[np.signedinteger]:
    """Memory of Arrow's, which is used again; of the system's every batch would touch new memory."""
    return np.frombuffer(pa.allocate_buffer(size * np.dtype(kind).itemsize), kind)


def _pointers(arrays: Sequence[NDArray[np.generic]]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * max(1, len(arrays)))(*map(_address, arrays))


def _address(array: NDArray[np.generic]) -> int:
    assert array.flags.c_contiguous
    return int(pa.py_buffer(array).address)
