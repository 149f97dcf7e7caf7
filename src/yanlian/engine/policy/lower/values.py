"""FEEL values inside a program: a payload of nodes, and truth values for what is not an ordinary value.

Three flags say that a value is no ordinary one; of two that hold the earlier counts: `given` (given up: only the
interpreter can tell), `unknown` (nobody delivered it), `null`. Where a flag holds, the payload is anything; of a truth
value `true` never holds then. `unknown` means here exactly what it means to the interpreter; only what is missing
is not kept, so that whoever needs the reason asks the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, TypeVar

from yanlian.engine.dossier import RecordKind
from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import Node


class NotLowered(Exception):
    """A construct that the kernel does not know: the interpreter decides where it matters."""


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """What a value is instead of an ordinary one."""

    given: Node
    unknown: Node
    null: Node


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Value:
    """Any value."""

    flags: Flags

    @property
    def given(self) -> Node:
        """Whether only the interpreter can tell."""
        return self.flags.given

    @property
    def unknown(self) -> Node:
        """Whether nobody delivered it."""
        return self.flags.unknown

    @property
    def null(self) -> Node:
        """Whether it is null."""
        return self.flags.null


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ends:
    """Inclusive bounds of an unknown value, as plain integers (years, days, counts), and where each is known."""

    low: Node
    has_low: Node
    high: Node
    has_high: Node


@dataclass(frozen=True, slots=True)
class Rounded:
    """Of a number that the interpreter rounded once after 34 digits and then only shifted and scaled by decimals: it is
    exact wherever the result has few enough decimal places. What was rounded has at most max(places of the result,
    `places`) + `more` of them then; nothing on the way is larger than `top`. `plain`: the rounding came last."""

    top: Fraction
    places: int = 0
    more: int = 0
    plain: bool = False

    def is_exact(self, places: int) -> bool:
        """Whether the number is exact wherever it has at most so many decimal places."""
        return self.top * Fraction(10) ** (max(places, self.places) + self.more) < 10**34


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Number(Value):
    """num / (den * over). `error`: how far the interpreter's value may be from this one, because decimal128 rounds
    after 34 digits; nought for nearly all; `rounded`: how it came about, nothing when nobody can say where the two are
    equal. `ends`: what is known of it while it is unknown (then den is 1)."""

    num: Node
    den: int = 1
    over: Node | None = None
    error: Fraction = Fraction(0)
    rounded: Rounded | None = None
    ends: Ends | None = None

    @property
    def largest(self) -> Fraction:
        """No value is larger, sign apart."""
        return Fraction(max(abs(self.num.low), abs(self.num.high)), self.den)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Truth(Value):
    """true, false, or what the flags say."""

    true: Node


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Day(Value):
    """A date as days since 1970-01-01."""

    day: Node
    ends: Ends | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A function from text to text (or null), asked once a text by the interpreter's own function."""

    name: str
    call: Callable[[str], object]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Text(Value):
    """A text by its number among all texts of the run; `constant` where it is the same for all rows. `derived`: what a
    function of the text with that number gives, with words that name the function."""

    code: Node
    constant: str | None = None
    derived: Derived | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Length(Value):
    """A constant duration: of months, or (with no months) of nanoseconds."""

    months: int | None = None
    nanoseconds: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Record(Value):
    """One record of a dossier, or a record that may exist undelivered. `index` None: the one of its kind in this row.
    `hollow`: a single record that nobody delivered, whose fields are all unknown."""

    kind: RecordKind
    index: Node | None
    hollow: Node
    phantom: Ends | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fields(Value):
    """A context made by a formula."""

    entries: dict[str, Value]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Span(Value):
    """A range as it is written."""

    low: Value | None
    high: Value | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Nothing(Value):
    """null itself."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Beyond(Value):
    """What the kernel cannot say."""


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of a kind that pass tests, in order: a part of a list."""

    kind: RecordKind
    tests: tuple[Callable[[Record], Truth], ...] = ()
    taken: Callable[[Record], Value] | None = None

    def element(self, record: Record) -> Value:
        """What a record gives for the list."""
        return record if self.taken is None else self.taken(record)


@dataclass(frozen=True, slots=True, eq=False)
class One:
    """A single member: a part of a list."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Several(Value):
    """A list: records that pass tests, single members, one after the other. `vague`: of which only is known whether it
    has any members."""

    parts: tuple[Records | One, ...]
    vague: bool = False


AnyValue = TypeVar("AnyValue", bound=Value)
Constant: TypeAlias = "Decimal | str | bool | date | list[Constant] | None"


class Makers:
    """Constants and the combination of flags, over one builder."""

    def __init__(self, builder: Builder, number_of: Callable[[str], int]) -> None:
        self.builder = builder
        self._number_of = number_of
        self.no = builder.false
        self.plain = Flags(self.no, self.no, self.no)

    def number(self, value: Fraction | Decimal | int) -> Number:
        """A constant number."""
        exact = Fraction(value)
        num = self.builder.const(exact.numerator)
        return Number(flags=self.plain, num=num, den=exact.denominator)

    def truth(self, node: Node) -> Truth:
        """A truth value that is always one."""
        return Truth(flags=self.plain, true=node)

    def day(self, value: date) -> Day:
        """A constant date."""
        return Day(flags=self.plain, day=self.builder.const(days_of(value)))

    def text(self, value: str) -> Text:
        """A constant text."""
        code = self.builder.const(self._number_of(value))
        return Text(flags=self.plain, code=code, constant=value)

    def nothing(self) -> Nothing:
        """null."""
        return Nothing(flags=Flags(self.no, self.no, self.builder.true))

    def beyond(self) -> Beyond:
        """What only the interpreter can tell."""
        return Beyond(flags=Flags(self.builder.true, self.no, self.no))

    def several(self, *parts: Records | One) -> Several:
        """A list."""
        return Several(flags=self.plain, parts=parts)

    def constant(self, value: object) -> Value:
        """A constant of a pack or of FEEL."""
        if value is None:
            return self.nothing()
        if isinstance(value, bool):
            return self.truth(self.builder.truth(value))
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, str):
            return self.text(value)
        if type(value) is date:
            return self.day(value)
        if isinstance(value, (list, tuple)):
            return self.several(*(One(self.constant(member)) for member in value))
        raise NotLowered(type(value).__name__)

    # Flags

    def flags(self, *values: Value) -> Flags:
        """The flags of what depends on all of these values."""
        either = self.builder.either
        return Flags(
            either(*(v.given for v in values)), either(*(v.unknown for v in values)), either(*(v.null for v in values))
        )

    def clean(self, value: Value) -> Node:
        """Whether it is an ordinary value."""
        return self.builder.negate(self.builder.either(value.given, value.unknown, value.null))

    def false_of(self, value: Truth) -> Node:
        """Whether it is false."""
        either = self.builder.either
        return self.builder.negate(either(value.true, value.given, value.unknown, value.null))

    def flagged(self, value: AnyValue, *, given: Node | None = None, null: Node | None = None) -> AnyValue:
        """The same value, given up or null where these hold as well."""
        either = self.builder.either
        flags = Flags(either(value.given, given or self.no), value.unknown, either(value.null, null or self.no))
        changed = replace(value, flags=flags)
        if isinstance(changed, Truth):
            changed = replace(changed, true=self.builder.both(changed.true, self.clean(changed)))
        return changed

    def stated(self, given: Node, unknown: Node, null: Node, true: Node) -> Truth:
        """A truth value; `true` counts only where no flag holds."""
        clean = self.builder.negate(self.builder.either(given, unknown, null))
        return Truth(flags=Flags(given, unknown, null), true=self.builder.both(true, clean))


def days_of(value: date) -> int:
    """Days since 1970-01-01."""
    return value.toordinal() - 719_163
