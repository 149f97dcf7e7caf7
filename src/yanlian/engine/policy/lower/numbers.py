"""Numbers as scaled integers: exact arithmetic, quotients that wait, comparison by cross-multiplication, rounding.

A number is num / (den * over): `den` is known beforehand (fen have 100, a rate of 0.5 % adds 200), `over` is the
divisor of a quotient, kept until somebody compares (then both sides are multiplied) or rounds (then it is divided
once). The interpreter's decimals round after 34 digits; where its value could differ from the exact one, `error` bounds
by how much, and a comparison or rounding that this could change is not lowered: (1 / 3) * 3 is less than 1.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from yanlian.engine.native.builder import TooWide
from yanlian.engine.native.ir import ArithmeticOp, Const, Node, Rounding
from yanlian.engine.policy.lower.values import Flags, Makers, NotLowered, Number, Rounded

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
        rounded = _shifted(a, b) if a.error else _shifted(b, a)
        a, b, over = self._over_one(*self.same_scale(a, b))
        num, inside = self._safe(op, a.num, b.num)
        return self._made(self.flags(a, b), inside, num, a.den, over, error, rounded)

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
            return self._made(flags, inside, num, den // factor, a.over, error, _scaled(a, b))
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
            return self.times(a, replace(inverse, flags=b.flags))
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
            return self._larger_quotient(a, b, smallest=smallest)
        self._surely_apart(a, b)
        error = max(a.error, b.error)
        rounded = either_rounded(a, b)
        a, b = self.same_scale(a, b)
        num = self.builder.arithmetic("min" if smallest else "max", a.num, b.num)
        return self._made(self.flags(a, b), self.builder.true, num, a.den, None, error, rounded)

    def _larger_quotient(self, a: Number, b: Number, *, smallest: bool) -> Number:
        below, inside = self.compared("<", a, b)
        flags = self.flags(a, b)
        flags = replace(flags, given=self.builder.either(flags.given, self.builder.negate(inside)))
        return self.one_of_two(below if smallest else self.builder.negate(below), a, b, flags)

    def one_of_two(self, condition: Node, a: Number, b: Number, flags: Flags) -> Number:
        """a where a condition holds, else b; the flags are those that are told, and where the scale is too wide."""
        rounded = either_rounded(a, b)
        plain = Flags(self.no, self.no, self.no)
        a, b = self.same_scale(replace(a, flags=plain), replace(b, flags=plain))
        lost = self.builder.choose(condition, a.given, b.given)
        flags = replace(flags, given=self.builder.either(flags.given, lost))
        over: Node | None = None
        if a.over is not None or b.over is not None:
            one = self.builder.const(1)
            over = self.builder.choose(condition, a.over or one, b.over or one)
        num = self.builder.choose(condition, a.num, b.num)
        return Number(flags=flags, num=num, den=a.den, over=over, error=max(a.error, b.error), rounded=rounded)

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
        # Where it stands exactly on a half of a step, so must the interpreter's.
        if a.error and not (a.rounded and a.rounded.is_exact(_places(2 * step.denominator) or 0)):
            raise NotLowered("rounding of what was rounded before")
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
        rounded: Rounded | None = None,
        *,
        quotient: bool = False,
    ) -> Number:
        """A result with the flags of what it is made of, given up where a part was too wide."""
        flags = replace(flags, given=self.builder.either(flags.given, self.builder.negate(inside)))
        if over is not None and isinstance(over, Const):
            den, over = den * over.value, None
        size = Fraction(max(abs(num.low), abs(num.high)), den)
        if quotient or over is not None or not _has_34_digits(num, den):
            if not error:
                rounded = Rounded(size, plain=True)
            error += size * _SHARE
        if rounded is not None and size > rounded.top:
            rounded = replace(rounded, top=size)
        return Number(flags=flags, num=num, den=den, over=over, error=error, rounded=rounded if error else None)

    @staticmethod
    def _surely_apart(a: Number, b: Number) -> None:
        """Numbers that differ must differ by more than decimals may be off."""
        if not a.error and not b.error:
            return
        overs = (1 if a.over is None else a.over.high) * (1 if b.over is None else b.over.high)
        if (a.error + b.error) * lcm(a.den, b.den) * overs >= 1:
            raise NotLowered("comparison of what is rounded after 34 digits")
        # Numbers that are equal must be so to the interpreter too.
        if a.error and b.error:
            alike = a.rounded is not None and b.rounded is not None and a.rounded.plain and b.rounded.plain
        else:
            one, other = (a, b) if a.error else (b, a)
            places = _places(other.den)
            alike = one.rounded is not None and places is not None and one.rounded.is_exact(places)
        if not alike:
            raise NotLowered("comparison of what was rounded before")


def either_rounded(a: Number, b: Number) -> Rounded | None:
    """How one of two numbers came about, whichever it is."""
    if not a.error or not b.error:
        return a.rounded if a.error else b.rounded
    first, second = a.rounded, b.rounded
    if first is None or second is None:
        return None
    return Rounded(
        max(first.top, second.top),
        max(first.places, second.places),
        max(first.more, second.more),
        plain=first.plain and second.plain,
    )


def _shifted(a: Number, b: Number) -> Rounded | None:
    """What a rounded number becomes when an exact one is added or taken away."""
    places = _places(b.den)
    if a.rounded is None or b.error or b.over is not None or places is None:
        return None
    top = a.rounded.top + b.largest
    return replace(a.rounded, top=top, places=max(a.rounded.places, places), plain=False)


def _scaled(a: Number, b: Number) -> Rounded | None:
    """What a rounded number becomes when it is multiplied by an exact constant."""
    assert isinstance(b.num, Const)
    places, more = _places(b.den), _places(abs(b.num.value)) if b.num.value else None
    if a.rounded is None or b.error or places is None or more is None:
        return None
    top = a.rounded.top * max(b.largest, Fraction(1))
    return replace(a.rounded, top=top, more=a.rounded.more + more, plain=False)


def _places(den: int) -> int | None:
    """How many decimal places a fraction with this denominator has; nothing when it is no decimal."""
    twos, fives = 0, 0
    while den % 2 == 0:
        den, twos = den // 2, twos + 1
    while den % 5 == 0:
        den, fives = den // 5, fives + 1
    return max(twos, fives) if den == 1 else None


def _has_34_digits(num: Node, den: int) -> bool:
    """Whether every value is a decimal of at most 34 digits."""
    places = _places(den)
    if places is None:
        return False
    largest: int = max(abs(num.low), abs(num.high)) * 10**places // den
    return largest < _EXACT
