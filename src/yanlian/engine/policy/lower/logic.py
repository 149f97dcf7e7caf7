"""Three-valued logic with unknown and given-up values: `and`, `or`, `not`, and the choice between values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.numbers import Numbers
from yanlian.engine.policy.lower.values import (
    Beyond,
    Day,
    Fields,
    Flags,
    Nothing,
    NotLowered,
    Number,
    Record,
    Text,
    Truth,
    Value,
)


class Logic(Numbers):
    """Truth values; also what `if` does with any two values."""

    def as_truth(self, value: Value) -> Truth:
        """A value where a truth value is wanted: what is none counts as null."""
        if isinstance(value, Truth):
            return value
        null = self.builder.negate(self.builder.either(value.given, value.unknown))
        return Truth(flags=Flags(value.given, value.unknown, null), true=self.no)

    def conjunction(self, values: Iterable[Value]) -> Truth:
        """`and`: false decides, then given up, unknown, null."""
        parts = [self.as_truth(value) for value in values]
        b = self.builder
        false = b.either(*(self.false_of(part) for part in parts))
        open_ = b.negate(false)
        flags = self.flags(*parts)
        return Truth(flags=self.where(flags, open_), true=b.both(*(part.true for part in parts)))

    def disjunction(self, values: Iterable[Value]) -> Truth:
        """`or`: true decides, then given up, unknown, null."""
        parts = [self.as_truth(value) for value in values]
        b = self.builder
        true = b.either(*(part.true for part in parts))
        open_ = b.negate(true)
        flags = self.flags(*parts)
        return Truth(flags=self.where(flags, open_), true=true)

    def where(self, flags: Flags, condition: Node) -> Flags:
        """The flags, only where a condition holds."""
        both = self.builder.both
        return Flags(both(flags.given, condition), both(flags.unknown, condition), both(flags.null, condition))

    def negation(self, value: Value) -> Truth:
        """`not`."""
        truth = self.as_truth(value)
        return replace(truth, true=self.false_of(truth))

    def branch(self, condition: Value, then: Value, otherwise: Value) -> Value:
        """`if`: an unknown condition is unknown, anything but true takes the other side."""
        asked = self.as_truth(condition)
        chosen = self.pick(asked.true, then, otherwise)
        given, unknown = asked.given, self.builder.both(asked.unknown, self.builder.negate(asked.given))
        return self.covered(chosen, given, unknown)

    def covered(self, value: Value, given: Node, unknown: Node) -> Value:
        """A value that is given up or unknown where these hold, whatever it is otherwise."""
        b = self.builder
        if given is self.no and unknown is self.no:
            return value
        shut = b.negate(b.either(given, unknown))
        inner = self.where(value.flags, shut)
        flags = Flags(b.either(given, inner.given), b.either(unknown, inner.unknown), inner.null)
        if isinstance(value, Truth):
            return Truth(flags=flags, true=b.both(value.true, shut))
        if isinstance(value, (Number, Day)):
            return replace(value, flags=flags, ends=None)
        return replace(value, flags=flags)

    def pick(self, condition: Node, a: Value, c: Value) -> Value:
        """One of two values of the same kind, or of which one is null or given up."""
        b = self.builder
        if condition is b.true or a is c:
            return a
        if condition is b.false:
            return c
        flags = Flags(
            b.choose(condition, a.given, c.given),
            b.choose(condition, a.unknown, c.unknown),
            b.choose(condition, a.null, c.null),
        )
        if isinstance(a, (Nothing, Beyond)) or isinstance(c, (Nothing, Beyond)):
            kept = c if isinstance(a, (Nothing, Beyond)) else a
            if isinstance(kept, Truth):
                return self.stated(flags.given, flags.unknown, flags.null, kept.true)
            return self._bare(kept, flags)
        if isinstance(a, Truth) and isinstance(c, Truth):
            return Truth(flags=flags, true=b.choose(condition, a.true, c.true))
        if isinstance(a, Number) and isinstance(c, Number):
            return self.one_of_two(condition, a, c, flags)
        if isinstance(a, Day) and isinstance(c, Day):
            return Day(flags=flags, day=b.choose(condition, a.day, c.day))
        if isinstance(a, Text) and isinstance(c, Text):
            if a.derived is not None or c.derived is not None:
                raise NotLowered("if … texts made of texts")
            return Text(flags=flags, code=b.choose(condition, a.code, c.code))
        if isinstance(a, Fields) and isinstance(c, Fields) and a.entries.keys() == c.entries.keys():
            return Fields(flags=flags, entries={k: self.pick(condition, a.entries[k], c.entries[k]) for k in a.entries})
        if isinstance(a, Record) and isinstance(c, Record) and a.kind is c.kind and a.index and c.index:
            hollow = b.choose(condition, a.hollow, c.hollow)
            return Record(flags=flags, kind=a.kind, index=b.choose(condition, a.index, c.index), hollow=hollow)
        raise NotLowered(f"if … {type(a).__name__} … {type(c).__name__}")

    @staticmethod
    def _bare(value: Value, flags: Flags) -> Value:
        if isinstance(value, (Number, Day)):
            return replace(value, flags=flags, ends=None)
        return replace(value, flags=flags)

    def choice(self, rows: Sequence[tuple[Node, Value]], otherwise: Value) -> Value:
        """The value of the first row whose condition holds."""
        found = otherwise
        for condition, value in reversed(rows):
            found = self.pick(condition, value, found)
        return found
