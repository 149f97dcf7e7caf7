"""Built-in functions and those of packs, as far as rules need them; any other goes to the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from yanlian.engine.feel import ast, compile_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.temporal import DaysTime, YearsMonths
from yanlian.engine.feel.values import Range
from yanlian.engine.native.ir import Const, Node, Rounding
from yanlian.engine.policy.lower.lists import Lists
from yanlian.engine.policy.lower.values import (
    Day,
    Flags,
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
    days_of,
)
from yanlian.engine.policy.model import Scale

_POWERS = 8
_ROUNDINGS: dict[str, Rounding] = {
    "floor": "floor",
    "decimal": "half_even",
    "round half up": "half_up",
    "round down": "trunc",
}
_OF_TEXT = frozenset(
    {"starts with", "ends with", "contains", "matches", "upper case", "lower case"}
    | {"substring", "substring before", "substring after", "replace", "string length"}
)
_AWAY = frozenset({"ceiling", "round up", "round half down"})
_OF_NUMBER = frozenset({"abs", "even", "odd"}) | _AWAY | _ROUNDINGS.keys()
# Values that are no list, and hold none.
_SINGLE = (Number, Text, Truth, Day, Length, Nothing)


class Functions(Lists):
    """Calls."""

    def called(self, name: str, arguments: Sequence[Value]) -> Value:
        """A call of a built-in function or of one that all packs have."""
        if name in {"count", "sum", "min", "max", "append", "concatenate", "list contains", "all", "any"}:
            return self._of_lists(name, arguments)
        if name == "not" and len(arguments) == 1:
            return self.negation(arguments[0])
        if name in {"已知", "is known"} and len(arguments) == 1:
            return self._known(arguments[0])
        if name in _OF_NUMBER or name in _OF_TEXT:
            return self._of_one(name, arguments)
        if name in {"月数", "周年数"} and len(arguments) == 2:
            return self.months_between(arguments[0], arguments[1], years=name == "周年数")
        if name == "记录" and len(arguments) == 3:
            members, field, value = arguments
            if isinstance(field, Text) and field.constant is not None and isinstance(members, Several):
                return self.record_with(members, field.constant, value)
        if name == "date" and len(arguments) == 3:
            return self._date(arguments)
        return self._constant_call(name, arguments)

    def _of_one(self, name: str, arguments: Sequence[Value]) -> Value:
        """A function whose first argument is a number, or a text; null where it is of another kind."""
        first = arguments[0]
        if isinstance(first, Number) and name in _OF_NUMBER:
            if name in {"even", "odd"}:
                return self._even(first, odd=name == "odd")
            if name == "abs":
                return self.larger(first, self.negative(first))
            return self._rounded(name, arguments)
        if isinstance(first, Text) and name in _OF_TEXT:
            return self.text_length(first) if name == "string length" else self._of_text(name, arguments)
        single = all(isinstance(one, _SINGLE) for one in arguments)
        if single and not (name == "abs" and isinstance(first, Length)):
            return self.misfit(*arguments)
        return self._constant_call(name, arguments)

    def misfit(self, *values: Value) -> Nothing:
        """What cannot be done with these values is null; unknown where one of them is."""
        flags = self.flags(*values)
        return Nothing(flags=Flags(flags.given, flags.unknown, self.builder.true))

    def _constant_call(self, name: str, arguments: Sequence[Value]) -> Value:
        """A function of constants is asked now."""
        if name not in FUNCTIONS or name in {"now", "today"}:
            raise NotLowered(f"{name}()")
        values = [constant_of(one) for one in arguments]
        if any(one is NotLowered for one in values):
            raise NotLowered(f"{name}()")
        # As a call, so that too many, too few and unfit arguments give what they give in a formula.
        places = [f"p{n}" for n in range(len(values))]
        call = compile_expression(ast.Call(ast.Name(name), tuple(map(ast.Name, places))), names=places)
        return self.length_or_constant(call.evaluate(dict(zip(places, values, strict=True))))

    def length_or_constant(self, value: object) -> Value:
        """A constant of FEEL, durations and ranges among them."""
        if isinstance(value, YearsMonths):
            return Length(flags=self.plain, months=value.months)
        if isinstance(value, DaysTime):
            return Length(flags=self.plain, nanoseconds=value.nanoseconds)
        if isinstance(value, Range):
            low, high = (None if end is None else self.length_or_constant(end) for end in (value.low, value.high))
            closed = {"low_closed": value.low_closed, "high_closed": value.high_closed}
            return Span(flags=self.plain, low=low, high=high, **closed)
        return self.constant(value)

    def _known(self, value: Value) -> Truth:
        if isinstance(value, Several):
            raise NotLowered("已知 of a list")
        true = self.builder.negate(self.builder.either(value.unknown, value.given))
        return self.stated(value.given, self.no, self.no, true)

    # Numbers

    def _rounded(self, name: str, arguments: Sequence[Value]) -> Value:
        value = arguments[0]
        digits = constant_of(arguments[1]) if len(arguments) > 1 else Decimal(0)
        if len(arguments) > 1 and isinstance(arguments[1], _SINGLE) and not isinstance(arguments[1], Number):
            return self.misfit(*arguments)
        if not isinstance(value, Number) or not isinstance(digits, Decimal) or not -9 <= digits <= 9:
            raise NotLowered(f"{name}()")
        step = Fraction(10) ** -int(digits)
        steps = self._away(name, value, step) if name in _AWAY else self.rounded(value, step, _ROUNDINGS[name])
        return self.times(steps, self.number(step))

    def _away(self, name: str, value: Number, step: Fraction) -> Number:
        """Roundings that look to one side: up, away from nought, or with halves towards nought."""
        half = self.number(step / 2 if name == "round half down" else 0)
        up = self.negative(self.rounded(self.minus(half, value), step, "floor"))
        if name == "ceiling":
            return up
        down = self.rounded(self.plus(value, half), step, "floor")
        found = self.pick(self.less(value, self.number(0)).true, down, up)
        assert isinstance(found, Number)
        return found

    def _even(self, value: Number, *, odd: bool) -> Truth:
        """Whether a number is twice a whole number, or one more."""
        halves = self.rounded(self.times(value, self.number(Fraction(1, 2))), Fraction(1), "floor")
        twice = self.times(halves, self.number(2))
        found = self.equal(value, self.plus(twice, self.number(1)) if odd else twice)
        return self.flagged(found, null=self.builder.both(value.null, self.builder.negate(found.unknown)))

    def power(self, value: Number, exponent: Value) -> Number:
        """value ** exponent for a small whole constant, where nothing is rounded."""
        times = constant_of(exponent)
        if not isinstance(times, Decimal) or times != int(times) or not 0 <= times <= _POWERS:
            raise NotLowered("a power")
        found = replace(self.number(1), flags=value.flags)
        for _ in range(int(times)):
            found = self.times(found, value)
        if found.error:
            raise NotLowered("a power that is rounded after 34 digits")
        return found

    def _of_lists(self, name: str, arguments: Sequence[Value]) -> Value:
        first = arguments[0]
        if name == "append":
            if not isinstance(first, Several):
                raise NotLowered("append to what is no list")
            return replace(first, parts=(*first.parts, *(One(one) for one in arguments[1:])))
        if name == "concatenate":
            if not all(isinstance(one, Several) for one in arguments):
                raise NotLowered("concatenate of what is no list")
            parts = tuple(part for one in arguments if isinstance(one, Several) for part in one.parts)
            return replace(self.several(*parts), flags=self.flags(*arguments))
        if name == "list contains":
            if len(arguments) != 2 or not isinstance(first, Several):
                raise NotLowered("list contains")
            return self.contains(first, arguments[1])
        if len(arguments) == 1:
            return self._of_one_list(name, first)
        if name in {"min", "max"}:
            return self._extreme_of(arguments, smallest=name == "min")
        if name == "sum":
            return self.total(self.several(*map(One, arguments)))
        raise NotLowered(f"{name}()")

    def _of_one_list(self, name: str, value: Value) -> Value:
        if not isinstance(value, Several):
            raise NotLowered(f"{name}() of what is no list")
        if name == "count":
            return self.count(value)
        if name == "sum":
            return self.total(value)
        if name in {"min", "max"}:
            if value.parts and all(isinstance(part, One) for part in value.parts):
                members = [part.value for part in value.parts if isinstance(part, One)]
                return self._extreme_of(members, smallest=name == "min")
            return self.extreme(value, smallest=name == "min")
        if name == "all":
            return self.quantified(value, lambda member: self._truth_only(member), every=True, looks=False)
        return self.quantified(value, lambda member: self._truth_only(member), every=False, looks=False)

    @staticmethod
    def _truth_only(member: Value) -> Value:
        if not isinstance(member, (Truth, Nothing)):
            raise NotLowered("all() or any() of what is no truth value")
        return member

    def _extreme_of(self, values: Sequence[Value], *, smallest: bool) -> Value:
        """The least or greatest of values that are written out: numbers or dates."""
        if all(isinstance(one, Number) for one in values):
            numbers = [one for one in values if isinstance(one, Number)]
            found = numbers[0]
            for one in numbers[1:]:
                found = self.larger(found, one, smallest=smallest)
            return found
        if all(isinstance(one, Day) for one in values):
            days = [one for one in values if isinstance(one, Day)]
            node = days[0].day
            for day in days[1:]:
                node = self.builder.arithmetic("min" if smallest else "max", node, day.day)
            return Day(flags=self.flags(*days), day=node)
        raise NotLowered("min or max of such values")

    # Texts and dates

    def _of_text(self, name: str, arguments: Sequence[Value]) -> Value:
        text = arguments[0]
        rest = [constant_of(one) for one in arguments[1:]]
        if not isinstance(text, Text) or any(one is NotLowered for one in rest):
            raise NotLowered(f"{name}()")
        return self.text_function(name, text, rest)

    def _date(self, arguments: Sequence[Value]) -> Value:
        """date(year, month, day) with a constant month and day."""
        year, month, day = arguments[0], constant_of(arguments[1]), constant_of(arguments[2])
        if not isinstance(year, Number) or not isinstance(month, Decimal) or not isinstance(day, Decimal):
            raise NotLowered("date()")
        if year.den != 1 or year.over is not None or int(month) != month or int(day) != day:
            raise NotLowered("date()")
        b = self.builder
        low, high = max(year.num.low, 1900), min(year.num.high, 2149)
        if low > high:
            raise NotLowered("dates of other centuries")
        node, inside = b.narrowed(year.num, low, high)
        days: list[int] = []
        for one in range(low, high + 1):
            try:
                days.append(days_of(date(one, int(month), int(day))))
            except ValueError:
                raise NotLowered("a day that not every year has") from None
        found: Node = b.lookup(days, b.subtract(node, b.const(low)))
        return self.flagged(Day(flags=year.flags, day=found), given=b.negate(inside))

    # Scales

    def on_scale(self, scale: Scale, arguments: Sequence[Value]) -> Value:
        """What a scale gives for a value: the sum over its brackets, or the rate of the one it falls into."""
        if len(arguments) != 1 or not isinstance(arguments[0], Number):
            raise NotLowered("a scale of what is no number")
        value = arguments[0]
        total: Value = self.number(0)
        if scale.mode == "whole":
            rows: list[tuple[Node, Value]] = []
            for bracket in reversed(scale.brackets):
                reached = self.less(value, self.number(bracket.start))
                gives = self.number(bracket.amount) if bracket.amount is not None else None
                result = self.times(value, self.number(bracket.rate)) if gives is None else gives
                rows.append((self.false_of(reached), replace(result, flags=Flags(self.no, self.no, self.no))))
            total = self.choice(rows, total)
            return self._like(total, value)
        for i, bracket in enumerate(scale.brackets):
            total = self._and_bracket(total, value, scale, i, bracket.rate, bracket.amount)
        return self._like(total, value)

    def _and_bracket(
        self, total: Value, value: Number, scale: Scale, number: int, rate: Decimal, amount: Decimal | None
    ) -> Value:
        start = scale.brackets[number].start
        reached = self.false_of(self.less(value, self.number(start)))
        assert isinstance(total, Number)
        if amount is not None:
            return self.plus(total, self.pick_number(reached, self.number(amount)))
        slice_ = value
        if number + 1 < len(scale.brackets):
            slice_ = self.larger(slice_, self.number(scale.brackets[number + 1].start), smallest=True)
        slice_ = self.larger(self.minus(slice_, self.number(start)), self.number(0))
        slice_ = replace(slice_, flags=Flags(slice_.given, self.no, self.no))
        return self.plus(total, self.times(slice_, self.number(rate)))

    def pick_number(self, condition: Node, value: Number) -> Number:
        """A number where a condition holds, else nought."""
        found = self.pick(condition, value, self.number(0))
        assert isinstance(found, Number)
        return found

    def _like(self, result: Value, argument: Number) -> Value:
        """A result that is unknown or null where its argument is."""
        covered = self.covered(result, argument.given, argument.unknown)
        return self.flagged(covered, null=argument.null) if isinstance(covered, Number) else covered


def constant_of(value: Value) -> object:
    """The FEEL value of a constant; `NotLowered` itself for anything else. What is unknown or null somewhere is none,
    whatever its payload."""
    flags = (value.given, value.unknown, *(() if isinstance(value, Nothing) else (value.null,)))
    if any(not isinstance(flag, Const) or flag.value for flag in flags):
        return NotLowered
    if isinstance(value, Length):
        return YearsMonths(value.months) if value.months is not None else DaysTime(value.nanoseconds)
    if isinstance(value, Text) and value.constant is not None and value.derived is None:
        return value.constant
    if isinstance(value, Number) and isinstance(value.num, Const) and value.over is None:
        return Decimal(value.num.value) / Decimal(value.den)
    if isinstance(value, Truth) and isinstance(value.true, Const):
        return bool(value.true.value)
    if isinstance(value, Day) and isinstance(value.day, Const):
        return date.fromordinal(value.day.value + 719_163)
    if isinstance(value, Nothing):
        return None
    return NotLowered


FunctionOf = Callable[[Sequence[Value]], Value]
