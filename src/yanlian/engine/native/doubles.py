"""Exact whole quotients of eight rows at once, found with double precision.

Processors divide no vectors of integers, but they multiply, divide and round vectors of doubles. A whole number up to
2**52 is a double exactly, and the quotient is never left to rounding:

With n, d whole, n >= 0, d >= 1, q = floor(n / d), let x = (n + 1/2) / d. Then q + 1/(2d) <= x <= q + 1 - 1/(2d), so
x - 1/2 lies nearer to q than to any other whole number, by 1/(2d). What is computed of x - 1/2 is wrong by less than
(3n/d + 2) / 2**53 (two or three roundings, each of 2**-53 of a number up to x + 1), which is less than 1/(2d) as long
as n + d < 2**50. So the nearest whole number to what is computed is q. Adding 1.5 * 2**52 rounds to it: doubles there
stand one apart, and the lowest bits of the sum are those of q, negative or not.

Halves up is n + floor(d/2) in place of n; for numbers below nought the magnitude is divided and the sign put back.
"""

from __future__ import annotations

import struct
from fractions import Fraction

from yanlian.engine.native.ir import Const, Divide
from yanlian.engine.native.writer import Writer

_LARGEST = 1 << 50
_MAGIC = 3 << 51  # 1.5 * 2**52, as a double and, by its bits, as an integer
_MAGIC_BITS = 0x4338 << 48
_WHOLE_BITS = 0x4330 << 48  # of 2**52: its lowest 52 bits count ones


def by_doubles(node: Divide) -> bool:
    """Whether a quotient can be found so."""
    most = max(-node.left.low, node.left.high)
    if most + 2 * node.right.high >= _LARGEST or node.rounding == "half_even":
        return False
    return node.left.low >= 0 or node.rounding != "floor"


def quotient(w: Writer, node: Divide, a: str, b: str | None, width: int, target: int) -> str:
    """The quotients of eight numbers `a`, `b` in `width` bits, as numbers of `target` bits; `b` None: a constant."""
    signed = node.left.low < 0
    number = _double(w, a, width, signed=signed)
    size = w.value(f"call {_D} @llvm.fabs.v8f64({_D} {number})") if signed else number
    found = _by_constant(w, node, size) if b is None else _by_number(w, node, size, b, width)
    raised = w.value(f"fadd {_D} {found}, {_splat(_MAGIC)}")
    if signed:
        whole = w.value(f"fsub {_D} {raised}, {_splat(_MAGIC)}")
        whole = w.value(f"call {_D} @llvm.copysign.v8f64({_D} {whole}, {_D} {number})")
        raised = w.value(f"fadd {_D} {whole}, {_splat(_MAGIC)}")
    found = w.value(f"bitcast {_D} {raised} to <8 x i64>")
    if target == 64:
        return w.value(f"sub <8 x i64> {found}, splat (i64 {_MAGIC_BITS})")
    return w.value(f"trunc <8 x i64> {found} to <8 x i{target}>")


_D = "<8 x double>"


def _by_constant(w: Writer, node: Divide, size: str) -> str:
    """(n + h + 1/2) / d - 1/2 as n * (1/d) + c."""
    assert isinstance(node.right, Const)
    d = node.right.value
    half = d // 2 if node.rounding == "half_up" else 0
    rest = (half + Fraction(1, 2)) / d - Fraction(1, 2)
    product = w.value(f"fmul {_D} {size}, {_splat(Fraction(1, d))}")
    return w.value(f"fadd {_D} {product}, {_splat(rest)}")


def _by_number(w: Writer, node: Divide, size: str, b: str, width: int) -> str:
    divisor = _double(w, b, width, signed=False)
    if node.rounding == "half_up":
        half = w.value(f"lshr <8 x i{width}> {b}, splat (i{width} 1)")
        size = w.value(f"fadd {_D} {size}, {_double(w, half, width, signed=False)}")
    size = w.value(f"fadd {_D} {size}, {_splat(Fraction(1, 2))}")
    return w.value(f"fsub {_D} {w.value(f'fdiv {_D} {size}, {divisor}')}, {_splat(Fraction(1, 2))}")


def _double(w: Writer, value: str, width: int, *, signed: bool) -> str:
    """Numbers as doubles, exactly."""
    if width == 32:
        return w.value(f"sitofp <8 x i32> {value} to {_D}")
    if signed:
        moved = w.value(f"add <8 x i64> {value}, splat (i64 {_MAGIC_BITS})")
        return w.value(f"fsub {_D} {w.value(f'bitcast <8 x i64> {moved} to {_D}')}, {_splat(_MAGIC)}")
    moved = w.value(f"or disjoint <8 x i64> {value}, splat (i64 {_WHOLE_BITS})")
    return w.value(f"fsub {_D} {w.value(f'bitcast <8 x i64> {moved} to {_D}')}, {_splat(1 << 52)}")


def _splat(value: Fraction | int) -> str:
    """A constant, rounded to the nearest double."""
    pattern = struct.unpack("<Q", struct.pack("<d", float(value)))[0]
    return f"splat (double 0x{pattern:016X})"
