"""Whole-number division in machine code, all four roundings, up to 128 bits, exact.

A constant divisor becomes a multiplication: up to 64 bits LLVM does that itself; above, the quotient is found 64 bits
at a time by a reciprocal that is made beforehand (Möller and Granlund, "Improved division by invariant integers", IEEE
Transactions on Computers 60, 2011, algorithm 4). Other divisors above 64 bits go through functions of our own, so that
nothing is asked of the C library.
"""

from __future__ import annotations

from yanlian.engine.native.ir import Const, Divide, Node, Rounding
from yanlian.engine.native.writer import Writer, moved

_WORD = 1 << 64

# By a constant: two steps of the paper's algorithm, the first only where it finds anything. `%d` has its highest bit
# set: it is the divisor shifted by `%s`; `%v` is its reciprocal. By others below 2**64: four digits of 32 bits each,
# guessed from the leading halves and put right (Knuth, TAOCP 2, 4.3.1, theorem B: the guess is never too small and
# at most 2 too large). By a larger one: bit by bit, which is rare.
FUNCTIONS = """
define internal i128 @wide_step(i64 %u1, i64 %u0, i64 %d, i64 %v) alwaysinline nounwind memory(none) {
  %high = zext i64 %u1 to i128
  %low = zext i64 %u0 to i128
  %reciprocal = zext i64 %v to i128
  %product = mul nuw i128 %high, %reciprocal
  %high.up = shl nuw i128 %high, 64
  %number = or i128 %high.up, %low
  %sum = add nuw i128 %product, %number
  %q0 = trunc i128 %sum to i64
  %sum.up = lshr i128 %sum, 64
  %q1 = trunc i128 %sum.up to i64
  %first = add i64 %q1, 1
  %taken = mul i64 %first, %d
  %rest = sub i64 %u0, %taken
  %below = icmp ugt i64 %rest, %q0
  %second = select i1 %below, i64 %q1, i64 %first
  %rest.back = add i64 %rest, %d
  %rest2 = select i1 %below, i64 %rest.back, i64 %rest
  %above = icmp uge i64 %rest2, %d
  %one = zext i1 %above to i64
  %third = add i64 %second, %one
  %rest.less = sub i64 %rest2, %d
  %rest3 = select i1 %above, i64 %rest.less, i64 %rest2
  %q.wide = zext i64 %third to i128
  %q.up = shl nuw i128 %q.wide, 64
  %rest.wide = zext i64 %rest3 to i128
  %both = or i128 %q.up, %rest.wide
  ret i128 %both
}
define internal i128 @wide_by_reciprocal(i128 %n, i64 %d, i64 %v, i64 %s) noinline nounwind willreturn memory(none) {
entry:
  %lo = trunc i128 %n to i64
  %n.up = lshr i128 %n, 64
  %hi = trunc i128 %n.up to i64
  %u2 = call i64 @llvm.fshl.i64(i64 0, i64 %hi, i64 %s)
  %u1 = call i64 @llvm.fshl.i64(i64 %hi, i64 %lo, i64 %s)
  %u0 = shl i64 %lo, %s
  %zero = icmp eq i64 %u2, 0
  %less = icmp ult i64 %u1, %d
  %short = and i1 %zero, %less
  br i1 %short, label %last, label %first
first:
  %found = call i128 @wide_step(i64 %u2, i64 %u1, i64 %d, i64 %v)
  %rest.found = trunc i128 %found to i64
  %found.up = lshr i128 %found, 64
  %upper.found = shl nuw i128 %found.up, 64
  br label %last
last:
  %rest = phi i64 [ %u1, %entry ], [ %rest.found, %first ]
  %upper = phi i128 [ 0, %entry ], [ %upper.found, %first ]
  %step = call i128 @wide_step(i64 %rest, i64 %u0, i64 %d, i64 %v)
  %lower = lshr i128 %step, 64
  %q = or i128 %upper, %lower
  ret i128 %q
}
define internal i128 @wide_digit(i64 %u, i64 %next, i64 %d) alwaysinline nounwind memory(none) {
  %top = lshr i64 %d, 32
  %guess = udiv i64 %u, %top
  %q0 = call i64 @llvm.umin.i64(i64 %guess, i64 4294967295)
  %u.wide = zext i64 %u to i128
  %u.up = shl i128 %u.wide, 32
  %next.wide = zext i64 %next to i128
  %n = or i128 %u.up, %next.wide
  %q0.wide = zext i64 %q0 to i128
  %d.wide = zext i64 %d to i128
  %p = mul i128 %q0.wide, %d.wide
  %r0 = sub i128 %n, %p
  %s0 = ashr i128 %r0, 127
  %a0 = and i128 %s0, %d.wide
  %r1 = add i128 %r0, %a0
  %q1 = add i128 %q0.wide, %s0
  %s1 = ashr i128 %r1, 127
  %a1 = and i128 %s1, %d.wide
  %r2 = add i128 %r1, %a1
  %q2 = add i128 %q1, %s1
  %q.up = shl i128 %q2, 64
  %both = or i128 %q.up, %r2
  ret i128 %both
}
define internal i128 @wide_by_word(i128 %n, i64 %d) noinline nounwind willreturn memory(none) {
  %lo = trunc i128 %n to i64
  %n.up = lshr i128 %n, 64
  %hi = trunc i128 %n.up to i64
  %small = icmp eq i64 %hi, 0
  br i1 %small, label %word, label %digits
word:
  %q = udiv i64 %lo, %d
  %q.wide = zext i64 %q to i128
  ret i128 %q.wide
digits:
  %s = call i64 @llvm.ctlz.i64(i64 %d, i1 true)
  %e = shl i64 %d, %s
  %u2 = call i64 @llvm.fshl.i64(i64 0, i64 %hi, i64 %s)
  %u1 = call i64 @llvm.fshl.i64(i64 %hi, i64 %lo, i64 %s)
  %u0 = shl i64 %lo, %s
  %u1.hi = lshr i64 %u1, 32
  %u1.lo = and i64 %u1, 4294967295
  %u0.hi = lshr i64 %u0, 32
  %u0.lo = and i64 %u0, 4294967295
  %d3 = call i128 @wide_digit(i64 %u2, i64 %u1.hi, i64 %e)
  %r3 = trunc i128 %d3 to i64
  %d2 = call i128 @wide_digit(i64 %r3, i64 %u1.lo, i64 %e)
  %r2 = trunc i128 %d2 to i64
  %d1 = call i128 @wide_digit(i64 %r2, i64 %u0.hi, i64 %e)
  %r1 = trunc i128 %d1 to i64
  %d0 = call i128 @wide_digit(i64 %r1, i64 %u0.lo, i64 %e)
  %q3 = lshr i128 %d3, 64
  %q3.up = shl i128 %q3, 96
  %q2 = lshr i128 %d2, 64
  %q2.up = shl i128 %q2, 64
  %q1 = lshr i128 %d1, 64
  %q1.up = shl i128 %q1, 32
  %q0 = lshr i128 %d0, 64
  %a = or i128 %q3.up, %q2.up
  %b = or i128 %q1.up, %q0
  %c = or i128 %a, %b
  ret i128 %c
}
define internal i128 @wide_by_wide(i128 %n, i128 %d) noinline nounwind willreturn memory(none) {
entry:
  %d.up = lshr i128 %d, 64
  %small = icmp eq i128 %d.up, 0
  br i1 %small, label %word, label %bit
word:
  %d.word = trunc i128 %d to i64
  %found = call i128 @wide_by_word(i128 %n, i64 %d.word)
  ret i128 %found
bit:
  %left = phi i128 [ %n, %entry ], [ %left.next, %bit ]
  %rest = phi i128 [ 0, %entry ], [ %rest.next, %bit ]
  %q = phi i128 [ 0, %entry ], [ %q.next, %bit ]
  %count = phi i32 [ 0, %entry ], [ %count.next, %bit ]
  %top = lshr i128 %left, 127
  %left.next = shl i128 %left, 1
  %rest.up = shl i128 %rest, 1
  %rest.more = or i128 %rest.up, %top
  %fits = icmp uge i128 %rest.more, %d
  %taken = select i1 %fits, i128 %d, i128 0
  %rest.next = sub i128 %rest.more, %taken
  %q.up = shl i128 %q, 1
  %one = zext i1 %fits to i128
  %q.next = or i128 %q.up, %one
  %count.next = add i32 %count, 1
  %done = icmp eq i32 %count.next, 128
  br i1 %done, label %end, label %bit
end:
  ret i128 %q.next
}
"""


def divided(w: Writer, node: Divide, a: str, b: str, width: int) -> str:
    """The quotient in `width` bits (a, b and the result fit), rounded as the node says; b is proven to be positive."""
    left, right = node.left, node.right
    if width <= 64:
        return (_unsigned if left.low >= 0 else _signed)(w, node, a, b, width)
    if left.low >= 0 and left.high < _WORD and right.high < _WORD:
        a, b = moved(w, a, width, 64, signed=False), moved(w, b, width, 64, signed=False)
        found = _unsigned(w, node, a, b, 64)
        return w.value(f"zext i64 {found} to i{width}")
    return _wide(w, node, a, b)


def _half(w: Writer, b: str, width: int) -> str:
    """Half of the divisor, downwards: added before a division it makes it round halves up, for odd divisors too."""
    return w.value(f"lshr i{width} {b}, 1") if b[0] == "%" else str(int(b) // 2)


def _unsigned(w: Writer, node: Divide, a: str, b: str, width: int) -> str:
    """a >= 0; the numbers may use all bits of the width."""
    kind = f"i{width}"
    if node.rounding == "half_up" and node.left.high + node.right.high // 2 < 1 << width:
        raised = w.value(f"add nuw {kind} {a}, {_half(w, b, width)}")
        return w.value(f"udiv {kind} {raised}, {b}")
    q = w.value(f"udiv {kind} {a}, {b}")
    if node.rounding in {"floor", "trunc"}:
        return q
    r = _rest(w, kind, a, q, b)
    return w.value(f"add {kind} {q}, {_up(w, node.rounding, kind, q, r, b)}")


def _rest(w: Writer, kind: str, a: str, q: str, b: str) -> str:
    product = w.value(f"mul {kind} {q}, {b}")
    return w.value(f"sub {kind} {a}, {product}")


def _up(w: Writer, rounding: Rounding, kind: str, q: str, r: str, b: str) -> str:
    """1 where the magnitude of the quotient is to be raised, else 0; 0 <= r < b."""
    other = w.value(f"sub {kind} {b}, {r}")
    if rounding == "half_up":
        up = w.value(f"icmp uge {kind} {r}, {other}")
    else:
        odd = w.value(f"and {kind} {q}, 1")
        more = w.value(f"add {kind} {r}, {odd}")
        up = w.value(f"icmp ugt {kind} {more}, {other}")
    return w.value(f"zext i1 {up} to {kind}")


def _mirrored(w: Writer, kind: str, value: str, sign: str) -> str:
    """The value where the sign is 0, its opposite where it is -1."""
    return w.value(f"sub {kind} {w.value(f'xor {kind} {value}, {sign}')}, {sign}")


def _signed(w: Writer, node: Divide, a: str, b: str, width: int) -> str:
    kind = f"i{width}"
    most = max(-node.left.low, node.left.high) + node.right.high // 2
    sign = w.value(f"ashr {kind} {a}, {width - 1}")
    if node.rounding == "half_up" and most < 1 << width - 1:
        raised = w.value(f"add nsw {kind} {a}, {_mirrored(w, kind, _half(w, b, width), sign)}")
        return w.value(f"sdiv {kind} {raised}, {b}")
    q = w.value(f"sdiv {kind} {a}, {b}")
    if node.rounding == "trunc":
        return q
    r = _rest(w, kind, a, q, b)
    if node.rounding == "floor":
        down = w.value(f"ashr {kind} {r}, {width - 1}")
        return w.value(f"add {kind} {q}, {down}")
    up = _up(w, node.rounding, kind, q, _mirrored(w, kind, r, sign), b)
    return w.value(f"add {kind} {q}, {_mirrored(w, kind, up, sign)}")


def _wide(w: Writer, node: Divide, a: str, b: str) -> str:
    """By magnitudes; rounding down a negative quotient raises its magnitude."""
    sign = "0" if node.left.low >= 0 else w.value(f"ashr i128 {a}, 127")
    size = a if sign == "0" else _mirrored(w, "i128", a, sign)
    if node.rounding == "half_up":
        size = w.value(f"add nuw i128 {size}, {_half(w, b, 128)}")
    q = _quotient(w, size, node.right, b)
    if node.rounding == "half_even" or (node.rounding == "floor" and sign != "0"):
        r = _rest(w, "i128", size, q, b)
        if node.rounding == "half_even":
            up = _up(w, "half_even", "i128", q, r, b)
        else:
            some = w.value(f"icmp ne i128 {r}, 0")
            one = w.value(f"zext i1 {some} to i128")
            up = w.value(f"and i128 {one}, {sign}")
        q = w.value(f"add i128 {q}, {up}")
    return q if sign == "0" else _mirrored(w, "i128", q, sign)


def _quotient(w: Writer, size: str, right: Node, b: str) -> str:
    """size / b downwards, as unsigned numbers."""
    if isinstance(right, Const) and right.value & (right.value - 1) == 0:
        return w.value(f"lshr i128 {size}, {right.value.bit_length() - 1}")
    if isinstance(right, Const) and right.value < _WORD:
        return _by_reciprocal(w, size, right.value)
    if right.high < _WORD:
        return w.value(f"call i128 @wide_by_word(i128 {size}, i64 {moved(w, b, 128, 64, signed=False)})")
    return w.value(f"call i128 @wide_by_wide(i128 {size}, i128 {b})")


def _by_reciprocal(w: Writer, size: str, divisor: int) -> str:
    shift = 64 - divisor.bit_length()
    even = divisor << shift
    reciprocal = (_WORD * _WORD - 1) // even - _WORD
    return w.value(f"call i128 @wide_by_reciprocal(i128 {size}, i64 {even}, i64 {reciprocal}, i64 {shift})")
