"""What a lowered value says of a row: outputs of a program, and what is read from their buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

import numpy as np

from yanlian.engine.feel.temporal import DaysTime, YearsMonths
from yanlian.engine.native.ir import WIDTHS, Node, Output
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.values import (
    Day,
    Fields,
    Length,
    NotLowered,
    Number,
    One,
    Rounded,
    Several,
    Span,
    Text,
    Truth,
    Value,
)

_ORDINARY, _NULL, _UNKNOWN, _GIVEN = range(4)
Buffers = Mapping[str, np.ndarray[tuple[int], np.dtype[np.signedinteger]]]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Only the interpreter can tell."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The kernel says: unknown."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """A number as the kernel has it, and how far the interpreter's decimal may be from it."""

    value: Fraction
    error: Fraction
    rounded: Rounded | None


@dataclass(frozen=True, slots=True)
class Reach:
    """A range as the kernel has it."""

    low: object
    high: object
    low_closed: bool
    high_closed: bool


Reader = Callable[[Buffers, int], object]


@dataclass(slots=True)
class Results:
    """Outputs for a value and all its parts."""

    formulas: Formulas
    outputs: list[Output] = field(default_factory=list)

    def reader(self, value: Value) -> Reader:
        """Adds the outputs that a value needs; gives what reads them."""
        state = self._state(value)
        ordinary = self._ordinary(value)

        def read(buffers: Buffers, row: int) -> object:
            found = int(buffers[state][row])
            if found == _ORDINARY:
                return ordinary(buffers, row)
            return None if found == _NULL else NotKnown() if found == _UNKNOWN else GivenUp()

        return read

    def add(self, storage: Literal["i8", "i32", "i64"], node: Node) -> str:
        """One output; its name."""
        name = f"r{len(self.outputs)}"
        self.outputs.append(Output(name, storage, node))
        return name

    def _state(self, value: Value) -> str:
        b = self.formulas.builder
        given = b.either(value.given, *self._too_wide(value))
        node = b.choose(value.null, b.const(_NULL), b.const(_ORDINARY))
        node = b.choose(value.unknown, b.const(_UNKNOWN), node)
        # What is unknown or null is so however wide it would be.
        plain = b.negate(b.either(value.unknown, value.null))
        given = b.either(value.given, b.both(plain, given))
        return self.add("i8", b.choose(given, b.const(_GIVEN), node))

    def _too_wide(self, value: Value) -> list[Node]:
        b = self.formulas.builder
        nodes = [value.num, value.over] if isinstance(value, Number) else [value.day] if isinstance(value, Day) else []
        low, high = _room(value)
        return [b.negate(b.narrowed(node, low, high)[1]) for node in nodes if node is not None]

    def _ordinary(self, value: Value) -> Reader:
        low, high = _room(value)
        if isinstance(value, Number):
            return self._number(value, low, high)
        if isinstance(value, Truth):
            name = self.add("i8", value.true)
            return lambda buffers, row: bool(buffers[name][row])
        if isinstance(value, Day):
            day = self.add("i32", self.formulas.builder.narrowed(value.day, low, high)[0])
            return lambda buffers, row: date.fromordinal(int(buffers[day][row]) + 719_163)
        if isinstance(value, Text):
            return self._text(value)
        if isinstance(value, Length):
            length = YearsMonths(value.months) if value.months is not None else DaysTime(value.nanoseconds)
            return lambda _, __: length
        if isinstance(value, Several):
            return self._list(value)
        if isinstance(value, Fields):
            entries = {key: self.reader(one) for key, one in value.entries.items()}
            return lambda buffers, row: {key: one(buffers, row) for key, one in entries.items()}
        if isinstance(value, Span):
            return self._span(value)
        return lambda _, __: GivenUp()

    def _number(self, value: Number, low: int, high: int) -> Reader:
        b = self.formulas.builder
        num = self.add("i64", b.narrowed(value.num, low, high)[0])
        over = "" if value.over is None else self.add("i64", b.narrowed(value.over, low, high)[0])

        def read(buffers: Buffers, row: int) -> object:
            divisor = int(buffers[over][row]) if over else 1
            return Exactly(Fraction(int(buffers[num][row]), value.den * divisor), value.error, value.rounded)

        return read

    def _text(self, value: Text) -> Reader:
        code = self.add("i32", value.code)
        strings, derived = self.formulas.strings, value.derived

        def read(buffers: Buffers, row: int) -> object:
            text = strings.text(int(buffers[code][row]))
            return text if derived is None else derived.call(text)

        return read

    def _list(self, value: Several) -> Reader:
        if value.vague or not all(isinstance(part, One) for part in value.parts):
            raise NotLowered("a list of which not every member is told")
        members = [self.reader(part.value) for part in value.parts if isinstance(part, One)]
        return lambda buffers, row: [one(buffers, row) for one in members]

    def _span(self, value: Span) -> Reader:
        low = None if value.low is None else self.reader(value.low)
        high = None if value.high is None else self.reader(value.high)
        return lambda buffers, row: Reach(
            None if low is None else low(buffers, row),
            None if high is None else high(buffers, row),
            value.low_closed,
            value.high_closed,
        )


def _room(value: Value) -> tuple[int, int]:
    """What a payload may be to be told: 64 bits, or a date that the calendar has."""
    if isinstance(value, Day):
        return date.min.toordinal() - 719_163, date.max.toordinal() - 719_163
    return WIDTHS["i64"]


def has_given_up(found: object) -> bool:
    """Whether the kernel left any part to the interpreter."""
    if isinstance(found, GivenUp):
        return True
    if isinstance(found, list):
        return any(map(has_given_up, found))
    if isinstance(found, dict):
        return any(map(has_given_up, found.values()))
    return isinstance(found, Reach) and (has_given_up(found.low) or has_given_up(found.high))
