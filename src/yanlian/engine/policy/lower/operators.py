"""Arithmetic between any two values: numbers, dates and durations, texts; whatever does not go together is null."""

from __future__ import annotations

from collections.abc import Callable

from yanlian.engine.feel import ast
from yanlian.engine.feel.arithmetic import OPERATIONS, negate
from yanlian.engine.feel.numbers import MAX_TEXT
from yanlian.engine.feel.values import Fault
from yanlian.engine.policy.lower.functions import Functions, constant_of
from yanlian.engine.policy.lower.values import (
    Day,
    Fields,
    Length,
    Nothing,
    NotLowered,
    Number,
    One,
    Several,
    Span,
    Text,
    Truth,
    Value,
)

# Nothing can be done with two of different kinds.
_KINDS = (Number, Text, Truth, Day, Span, Nothing, Fields)
_TYPES: dict[type[Value], str] = {
    Number: "number",
    Text: "string",
    Truth: "boolean",
    Day: "date",
    Fields: "context",
    Nothing: "",
}
_SIMPLE_TYPES = frozenset(
    {"Any", "number", "string", "boolean", "date", "time", "date and time", "context"}
    | {"years and months duration", "days and time duration"}
)


class Operators(Functions):
    """+ - * / ** and the unary minus."""

    def arithmetic(self, op: str, a: Value, b: Value) -> Value:
        """a op b."""
        if isinstance(a, Number) and isinstance(b, Number):
            if op == "+":
                return self.plus(a, b)
            if op == "-":
                return self.minus(a, b)
            if op == "*":
                return self.times(a, b)
            return self.divided(a, b) if op == "/" else self.power(a, b)
        if isinstance(a, Length) or isinstance(b, Length):
            return self._with_length(op, a, b)
        if op == "+" and isinstance(a, Text) and isinstance(b, Text):
            return self._joined(a, b)
        if self._is_plain(a) and self._is_plain(b) and not (isinstance(a, Day) and isinstance(b, Day)):
            return self.misfit(a, b)
        raise NotLowered(f"{type(a).__name__} {op} {type(b).__name__}")

    def negated(self, value: Value) -> Value:
        """-value."""
        if isinstance(value, Number):
            return self.negative(value)
        if isinstance(value, Length) and constant_of(value) is not NotLowered:
            return self.length_or_constant(negate(constant_of(value)))
        if self._is_plain(value):
            return self.misfit(value)
        raise NotLowered(f"-{type(value).__name__}")

    def _is_plain(self, value: Value) -> bool:
        """Whether it is of a kind with which only its own does anything; of lists those that are surely lists."""
        if isinstance(value, Several):
            return value.given is self.no and value.unknown is self.no
        return isinstance(value, _KINDS)

    def _with_length(self, op: str, a: Value, b: Value) -> Value:
        if isinstance(a, Day) and isinstance(b, Length) and op in {"+", "-"}:
            return self.shifted(a, b, 1 if op == "+" else -1)
        if isinstance(a, Length) and isinstance(b, Day) and op == "+":
            return self.shifted(b, a, 1)
        first, second = constant_of(a), constant_of(b)
        if first is not NotLowered and second is not NotLowered:
            found = OPERATIONS[op](first, second)
            return self.nothing() if isinstance(found, Fault) else self.length_or_constant(found)
        known = all(isinstance(one, Length) or self._is_plain(one) for one in (a, b))
        if known and not (isinstance(a, Number) or isinstance(b, Number)):
            return self.misfit(a, b)
        raise NotLowered(f"{type(a).__name__} {op} {type(b).__name__}")

    def _joined(self, a: Text, b: Text) -> Text:
        """Two texts one after the other, one of them a constant."""
        start, end = constant_of(a), constant_of(b)
        if isinstance(end, str):
            return self._joined_to(a, f"+ {end!r}", lambda word: word + end, len(end))
        if isinstance(start, str):
            return self._joined_to(b, f"{start!r} +", lambda word: start + word, len(start))
        raise NotLowered("Text + Text")

    def _joined_to(self, text: Text, spelled: str, function: Callable[[str], str], more: int) -> Text:
        # The interpreter refuses a text that grows too long.
        long = self.asked(text, f"longer than {MAX_TEXT - more}", lambda word: len(word) > MAX_TEXT - more)
        return self.flagged(self.made_of(text, spelled, function), given=long)

    # Types

    def instance(self, value: Value, kind: ast.Type) -> Truth:
        """Whether a value is of a type, one that FEEL has; null is of none."""
        b = self.builder
        simple = isinstance(kind, ast.TypeName) and kind.name in _SIMPLE_TYPES
        if isinstance(value, Several):
            return self._list_instance(value, kind, simple=simple)
        if isinstance(value, Fields) and isinstance(kind, ast.ContextType):
            return self._context_instance(value, kind)
        own = _length_type(value) if isinstance(value, Length) else _TYPES.get(type(value))
        if own is None or not (simple or isinstance(kind, ast.TypeOf)):
            raise NotLowered(f"instance of: {type(value).__name__}")
        fits = isinstance(kind, ast.TypeName) and kind.name in {own, "Any"}
        return self.stated(value.given, value.unknown, self.no, b.both(b.truth(fits), b.negate(value.null)))

    def _list_instance(self, value: Several, kind: ast.Type, *, simple: bool) -> Truth:
        parts = [part.value for part in value.parts if isinstance(part, One)]
        if not self._is_plain(value) or value.vague or len(parts) < len(value.parts):
            raise NotLowered("instance of: a list that is not written out")
        if isinstance(kind, ast.TypeOf):
            if kind.kind != "list":
                return self.truth(self.no)
            return self.conjunction([self._conforms(part, kind.member) for part in parts])
        if not simple:
            raise NotLowered("instance of: Several")
        return self.truth(self.builder.truth(isinstance(kind, ast.TypeName) and kind.name == "Any"))

    def _context_instance(self, value: Fields, kind: ast.ContextType) -> Truth:
        if any(entry.name not in value.entries for entry in kind.entries):
            found = self.truth(self.no)
        else:
            found = self.conjunction([self._conforms(value.entries[entry.name], entry.type) for entry in kind.entries])
        # null is of no type.
        there = self.builder.negate(value.null)
        flags, either = self.where(found.flags, there), self.builder.either
        given, unknown = either(value.given, flags.given), either(value.unknown, flags.unknown)
        return self.stated(given, unknown, self.no, self.builder.both(found.true, there))

    def _conforms(self, value: Value, kind: ast.Type) -> Truth:
        """The same of a member, which may be null."""
        null = self.builder.both(value.null, self.builder.negate(self.builder.either(value.given, value.unknown)))
        return self.disjunction([self.truth(null), self.instance(value, kind)])


def _length_type(value: Length) -> str:
    return "days and time duration" if value.months is None else "years and months duration"
