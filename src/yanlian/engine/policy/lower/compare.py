"""Equality and order of lowered values, membership in ranges and lists: engine.feel.compare in nodes."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.texts import Texts
from yanlian.engine.policy.lower.values import (
    Beyond,
    Day,
    Ends,
    Fields,
    Flags,
    Length,
    Nothing,
    NotLowered,
    Number,
    One,
    Record,
    Several,
    Span,
    Text,
    Truth,
    Value,
)


class Comparisons(Texts):
    """Comparison operators and tests."""

    def comparison(self, op: str, a: Value, b: Value) -> Truth:
        """a op b."""
        if op == "=":
            return self.equal(a, b)
        if op == "!=":
            return self.negation(self.equal(a, b))
        if op in {"<", ">="}:
            less = self.less(a, b)
            return less if op == "<" else self.negation(less)
        less = self.less(b, a)
        return less if op == ">" else self.negation(less)

    def equal(self, a: Value, b: Value) -> Truth:
        """a = b: null equals null and nothing else; values of different kinds give null."""
        if isinstance(a, Beyond) or isinstance(b, Beyond):
            return self.as_truth(self.beyond())
        nothing = isinstance(a, Nothing) or isinstance(b, Nothing)
        if not nothing and not _alike(a, b):
            # Values of different kinds: null, unless one of them is null, and then they are not equal.
            known = self.builder.negate(self.builder.either(a.null, b.null))
            return self.stated(*self._both_open(a, b), known, self.builder.both(a.null, b.null))
        given, unknown = self._both_open(a, b)
        if nothing:
            return self.stated(given, unknown, self.no, self.builder.both(a.null, b.null))
        whole = self._of_parts(a, b) if isinstance(a, (Fields, Span, Several)) else None
        b_ = self.builder
        if whole is not None:
            none = b_.either(a.null, b.null)
            flags = self.where(whole.flags, b_.negate(none))
            true = b_.choose(none, b_.both(a.null, b.null), whole.true)
            return self.stated(b_.either(given, flags.given), b_.either(unknown, flags.unknown), self.no, true)
        same, lost = self._same(a, b)
        either_null = b_.either(a.null, b.null)
        true = b_.choose(either_null, b_.both(a.null, b.null), same)
        given = b_.either(given, b_.both(lost, b_.negate(either_null)))
        plain = self.stated(given, unknown, self.no, true)
        return self._narrowed_by_ends(plain, a, b, order=False)

    def _both_open(self, a: Value, b: Value) -> tuple[Node, Node]:
        return self.builder.either(a.given, b.given), self.builder.either(a.unknown, b.unknown)

    def _of_parts(self, a: Value, b: Value) -> Truth | None:
        """Equality of two contexts, ranges or lists that are written out: of all their parts, where parts of different
        kinds are not equal. Nothing for other values."""
        if isinstance(a, Fields) and isinstance(b, Fields):
            same = a.entries.keys() == b.entries.keys()
            pairs = [(one, b.entries[key]) for key, one in a.entries.items()] if same else []
        elif isinstance(a, Span) and isinstance(b, Span):
            same = (a.low_closed, a.high_closed) == (b.low_closed, b.high_closed)
            ends = [(a.low, b.low), (a.high, b.high)]
            pairs = [(one or self.nothing(), other or self.nothing()) for one, other in ends]
        elif isinstance(a, Several) and isinstance(b, Several):
            first, second = _written_out(a), _written_out(b)
            if first is None or second is None:
                return None
            same = len(first) == len(second)
            pairs = list(zip(first, second, strict=False))
        else:
            return None
        if not same:
            return self.truth(self.no)
        return self.conjunction([self.not_null(self.equal(one, other)) for one, other in pairs])

    def _same(self, a: Value, b: Value) -> tuple[Node, Node]:
        """Whether two ordinary values are equal, and whether that cannot be told."""
        b_ = self.builder
        if isinstance(a, Number) and isinstance(b, Number):
            same, inside = self.compared("=", a, b)
            return same, b_.negate(inside)
        if isinstance(a, Day) and isinstance(b, Day):
            return b_.compare("=", a.day, b.day), self.no
        if isinstance(a, Text) and isinstance(b, Text):
            return self.texts_compared("=", a, b), self.no
        if isinstance(a, Truth) and isinstance(b, Truth):
            return b_.either(b_.both(a.true, b.true), b_.negate(b_.either(a.true, b.true))), self.no
        if isinstance(a, Length) and isinstance(b, Length):
            return b_.truth(_size(a) == _size(b)), self.no
        raise NotLowered(f"= of {type(a).__name__}")

    def less(self, a: Value, b: Value) -> Truth:
        """a < b; null for what has no common order."""
        if isinstance(a, Beyond) or isinstance(b, Beyond):
            return self.as_truth(self.beyond())
        given, unknown = self._both_open(a, b)
        b_ = self.builder
        if isinstance(a, Number) and isinstance(b, Number):
            below, inside = self.compared("<", a, b)
            given = b_.either(given, b_.negate(inside))
        elif isinstance(a, Day) and isinstance(b, Day):
            below = b_.compare("<", a.day, b.day)
        elif isinstance(a, Text) and isinstance(b, Text):
            below = self.texts_compared("<", a, b)
        elif isinstance(a, Length) and isinstance(b, Length) and (a.months is None) == (b.months is None):
            below = b_.truth(_size(a) < _size(b))
        else:
            return self.stated(given, unknown, b_.true, self.no)
        plain = self.stated(given, unknown, b_.either(a.null, b.null), below)
        return self._narrowed_by_ends(plain, a, b, order=True)

    # Unknown values of which bounds are known

    def _narrowed_by_ends(self, plain: Truth, a: Value, b: Value, *, order: bool) -> Truth:
        """What bounds decide although a value is unknown."""
        if not (isinstance(a, (Number, Day)) and isinstance(b, (Number, Day))):
            return plain
        if a.ends is None and b.ends is None:
            return plain
        first, second = self._ends(a), self._ends(b)
        if first is None or second is None:
            return plain
        b_ = self.builder
        unknown = b_.both(plain.unknown, b_.negate(plain.given))
        under = b_.both(first.has_high, second.has_low, b_.compare("<", first.high, second.low))
        if order:
            over = b_.both(first.has_low, second.has_high, b_.compare("<=", second.high, first.low))
            true, false = under, over
        else:
            above = b_.both(second.has_high, first.has_low, b_.compare("<", second.high, first.low))
            true, false = self.no, b_.either(under, above)
        decided = b_.both(unknown, b_.either(true, false))
        rest = b_.negate(decided)
        flags = Flags(plain.given, b_.both(plain.unknown, rest), b_.both(plain.null, rest))
        return Truth(flags=flags, true=b_.either(plain.true, b_.both(decided, true)))

    def bounds_of(self, value: Number | Day) -> Ends:
        """The bounds of a value that counts in ones; of others none is known."""
        found = self._ends(value)
        zero = self.builder.const(0)
        return found or Ends(low=zero, has_low=self.no, high=zero, has_high=self.no)

    def _ends(self, value: Number | Day) -> Ends | None:
        """The bounds of a value that counts in ones; an ordinary value is bounded by itself."""
        if isinstance(value, Number) and (value.den != 1 or value.over is not None):
            return None
        node = value.num if isinstance(value, Number) else value.day
        clean = self.clean(value)
        if value.ends is None:
            return Ends(low=node, has_low=clean, high=node, has_high=clean)
        b_, ends = self.builder, value.ends
        bounded = b_.both(value.unknown, b_.negate(value.given))
        return Ends(
            low=b_.choose(clean, node, ends.low),
            has_low=b_.either(clean, b_.both(bounded, ends.has_low)),
            high=b_.choose(clean, node, ends.high),
            has_high=b_.either(clean, b_.both(bounded, ends.has_high)),
        )

    # Tests

    def within(self, value: Value, span: Span) -> Truth:
        """Whether a value lies in a range: each end is asked on its own."""
        tests: list[Value] = []
        if span.low is not None:
            tests.append(self.comparison("<=" if span.low_closed else "<", span.low, value))
        if span.high is not None:
            tests.append(self.comparison("<=" if span.high_closed else "<", value, span.high))
        return self.conjunction(tests)

    def passes(self, value: Value, test: Value) -> Truth:
        """Whether a value lies in a range, is a member of a list, or equals a value."""
        if isinstance(test, Span):
            b, inside = self.builder, self.within(value, test)
            none = b.both(test.null, b.negate(b.either(test.given, test.unknown)))
            found = self.pick(none, self.equal(value, self.nothing()), inside)
            return self.as_truth(self.covered(found, test.given, test.unknown))
        if isinstance(test, Several):
            raise NotLowered("in a list that is not written out")
        return self.not_null(self.equal(value, test))

    def passes_one(self, value: Value, tests: Sequence[Value]) -> Truth:
        """Whether a value passes one of the tests of a list that is written out."""
        return self.disjunction([self.not_null(self.passes(value, test)) for test in tests])

    def not_null(self, truth: Truth) -> Truth:
        """The same, false instead of null."""
        return Truth(flags=Flags(truth.given, truth.unknown, self.no), true=truth.true)


def _alike(a: Value, b: Value) -> bool:
    """Whether two values are of one kind."""
    if isinstance(a, (Record, Fields)) and isinstance(b, (Record, Fields)):
        return True
    if isinstance(a, Length) and isinstance(b, Length):
        return (a.months is None) == (b.months is None)
    return type(a) is type(b)


def _written_out(value: Several) -> list[Value] | None:
    """The members of a list of single ones; nothing for any other list."""
    found = [part.value for part in value.parts if isinstance(part, One)]
    return found if len(found) == len(value.parts) and not value.vague else None


def _size(length: Length) -> int:
    return length.nanoseconds if length.months is None else length.months
