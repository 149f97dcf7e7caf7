"""Numbers as scaled integers: exact arithmetic, quotients that wait, comparison by cross-multiplication, rounding.

A number is num / (den * over): `den` is known beforehand (fen have 100, a rate of 0.5 % adds 200), `over` is the
divisor of a quotient, kept until somebody compares (then both sides are multiplied) or rounds (then it is divided
once). The interpreter's decimals round after 34 digits; where its value could differ from the exact one, `error` bounds
by how much, and a comparison or rounding that this could change is not lowered.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from yanlian.engine.native.builder import TooWide
from yanlian.engine.native.ir import ArithmeticOp, Const, Node, Rounding
from yanlian.engine.policy.lower.values import Flags, Makers, NotLowered, Number

# A decimal of 34 digits is within this share of the exact value.
_SHARE = Fraction(1, 10**33)
_EXACT = 10**34
_HALF = (1 << 62) - 1


class Numbers(Makers):
    """Arithmetic."""

    def plus(self, a: Number, b: Number) -> Number:
        """a + b."""
        return self._sum("+", a, b)

    def minus(self, a: Number, b: Number) -> Number:
        """a - b."""
        return self._sum("-", a, b)

    def _sum(self, op: ArithmeticOp, a: Number, b: Number) -> Number:
        error = a.error + b.error
        a, b, over = self._over_one(*self.same_scale(a, b))
        num, inside = self._safe(op, a.num, b.num)
        return self._made(self.flags(a, b), inside, num, a.den, over, error)

    def times(self, a: Number, b: Number) -> Number:
        """a * b; factors that cancel are left out."""
        if isinstance(a.num, Const) and not isinstance(b.num, Const):
            a, b = b, a
        flags = self.flags(a, b)
        error = a.largest * b.error + b.largest * a.error + a.error * b.error
        num, den = a.num, a.den * b.den
        if isinstance(b.num, Const) and b.over is None:
            factor = gcd(abs(b.num.value), den)
            num, inside = self._safe("*", num, self.builder.const(b.num.value // factor))
            return self._made(flags, inside, num, den // factor, a.over, error)
        num, inside = self._safe("*", a.num, b.num)
        over = a.over if b.over is None else b.over
        if a.over is not None and b.over is not None:
            over, narrow = self._safe("*", a.over, b.over)
            inside = self.builder.both(inside, narrow)
        return self._made(flags, inside, num, den, over, error)

    def divided(self, a: Number, b: Number) -> Number:
        """a / b; by nought it is null."""
        b_ = self.builder
        if isinstance(b.num, Const) and b.over is None:
            if b.num.value == 0:
                return self._null_number(a, b)
            inverse = self.number(Fraction(b.den, b.num.value))
            return replace(self.times(a, inverse), flags=self.flags(a, b))
        if b.error:
            raise NotLowered("/ by a rounded number")
        zero = b_.compare("=", b.num, b_.const(0))
        negative = b_.compare("<", b.num, b_.const(0))
        size = b_.choose(negative, b_.subtract(b_.const(0), b.num), b_.arithmetic("max", b.num, b_.const(1)))
        size = b_.arithmetic("max", size, b_.const(1))
        num = b_.choose(negative, b_.subtract(b_.const(0), a.num), a.num)
        inside = b_.true
        num, one = self._safe("*", num, b_.const(b.den))
        inside = b_.both(inside, one)
        if b.over is not None:
            num, one = self._safe("*", num, b.over)
            inside = b_.both(inside, one)
        over = size
        if a.over is not None:
            over, one = self._safe("*", a.over, size)
            inside = b_.both(inside, one)
        flags = self.flags(a, b)
        flags = replace(flags, null=b_.either(flags.null, zero))
        return self._made(flags, inside, num, a.den, over, a.error * b.den, quotient=True)

    def _null_number(self, a: Number, b: Number) -> Number:
        flags = replace(self.flags(a, b), null=self.builder.true)
        return Number(flags=flags, num=a.num, den=a.den)

    def negative(self, a: Number) -> Number:
        """-a."""
        return replace(a, num=self.builder.subtract(self.builder.const(0), a.num), ends=None)

    def larger(self, a: Number, b: Number, *, smallest: bool = False) -> Number:
        """max(a, b), or min(a, b)."""
        if a.over is not None or b.over is not None:
            raise NotLowered("min or max of quotients")
        self._surely_apart(a, b)
        error = max(a.error, b.error)
        a, b = self.same_scale(a, b)
        num = self.builder.arithmetic("min" if smallest else "max", a.num, b.num)
        return self._made(self.flags(a, b), self.builder.true, num, a.den, None, error)

    def compared(self, op: str, a: Number, b: Number) -> tuple[Node, Node]:
        """a op b, and whether the numbers were narrow enough to tell."""
        self._surely_apart(a, b)
        common = gcd(a.den, b.den)
        left, right, inside = a.num, b.num, self.builder.true
        for factor in (self.builder.const(b.den // common), b.over):
            if factor is not None:
                left, one = self._safe("*", left, factor)
                inside = self.builder.both(inside, one)
        for factor in (self.builder.const(a.den // common), a.over):
            if factor is not None:
                right, one = self._safe("*", right, factor)
                inside = self.builder.both(inside, one)
        return self.builder.compare(op, left, right), inside

    def rounded(self, a: Number, step: Fraction, mode: Rounding) -> Number:
        """a to a whole number of steps, as the number of steps."""
        factor = 1 / step
        over_high = 1 if a.over is None else a.over.high
        if a.error and a.error * 2 * a.den * over_high * step.denominator * factor.numerator >= 1:
            raise NotLowered("rounding of what is rounded after 34 digits")
        common = gcd(factor.numerator, a.den * factor.denominator)
        num, inside = self._safe("*", a.num, self.builder.const(factor.numerator // common))
        divisor = self.builder.const(a.den * factor.denominator // common)
        if a.over is not None:
            divisor, one = self._safe("*", divisor, a.over)
            inside = self.builder.both(inside, one)
        steps = self.builder.divide(num, divisor, mode)
        return self._made(self.flags(a), inside, steps, 1, None, Fraction(0))

    def same_scale(self, a: Number, b: Number) -> tuple[Number, Number]:
        """The same two numbers with the same `den`."""
        if a.den == b.den:
            return a, b
        den = lcm(a.den, b.den)
        return self._scaled(a, den), self._scaled(b, den)

    def _scaled(self, a: Number, den: int) -> Number:
        if a.den == den:
            return a
        num, inside = self._safe("*", a.num, self.builder.const(den // a.den))
        return self.flagged(replace(a, num=num, den=den, ends=None), given=self.builder.negate(inside))

    def _over_one(self, a: Number, b: Number) -> tuple[Number, Number, Node | None]:
        """Both over the same divisor."""
        if a.over is b.over:
            return a, b, a.over
        left, right, inside = a.num, b.num, self.builder.true
        if b.over is not None:
            left, inside = self._safe("*", left, b.over)
        if a.over is not None:
            right, one = self._safe("*", right, a.over)
            inside = self.builder.both(inside, one)
        over = b.over if a.over is None else a.over
        if a.over is not None and b.over is not None:
            over, one = self._safe("*", a.over, b.over)
            inside = self.builder.both(inside, one)
        lost = self.builder.negate(inside)
        return self.flagged(replace(a, num=left), given=lost), self.flagged(replace(b, num=right), given=lost), over

    def _safe(self, op: ArithmeticOp, a: Node, b: Node) -> tuple[Node, Node]:
        """a op b within 128 bits, and whether both were narrow enough for it."""
        try:
            return self.builder.arithmetic(op, a, b), self.builder.true
        except TooWide:
            a, first = self.builder.narrowed(a, -_HALF, _HALF)
            b, second = self.builder.narrowed(b, -_HALF, _HALF)
            return self.builder.arithmetic(op, a, b), self.builder.both(first, second)

    def _made(
        self,
        flags: Flags,
        inside: Node,
        num: Node,
        den: int,
        over: Node | None,
        error: Fraction,
        *,
        quotient: bool = False,
    ) -> Number:
        """A result with the flags of what it is made of, given up where a part was too wide."""
        flags = replace(flags, given=self.builder.either(flags.given, self.builder.negate(inside)))
        if over is not None and isinstance(over, Const):
            den, over = den * over.value, None
        size = Fraction(max(abs(num.low), abs(num.high)), den)
        if quotient or over is not None or not _has_34_digits(num, den):
            error += size * _SHARE
        return Number(flags=flags, num=num, den=den, over=over, error=error)

    @staticmethod
    def _surely_apart(a: Number, b: Number) -> None:
        """Numbers that differ must differ by more than decimals may be off."""
        if not a.error and not b.error:
            return
        overs = (1 if a.over is None else a.over.high) * (1 if b.over is None else b.over.high)
        if (a.error + b.error) * lcm(a.den, b.den) * overs >= 1:
            raise NotLowered("comparison of what is rounded after 34 digits")


def _has_34_digits(num: Node, den: int) -> bool:
    """Whether every value is a decimal of at most 34 digits."""
    rest, twos, fives = den, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return False
    scale = max(twos, fives)
    largest: int = max(abs(num.low), abs(num.high)) * 10**scale // den
    return largest < _EXACT
