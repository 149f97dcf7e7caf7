"""The values FEEL computes with that Python does not have: unknown facts, incomplete lists, ranges, functions.

Numbers are `Decimal`, text `str`, booleans `bool`, null `None`, dates `datetime.date`, lists `list`, contexts any
`Mapping`; times and durations stand in `temporal`. What nobody delivered is *unknown*, and unknown is neither null nor
false:

- `Unknown(missing, low, high)` stands for a value that exists in the world but was not delivered. `missing` says which
  fact, which department holds it and for which period. `low` and `high` are inclusive bounds that are known anyway
  (a promise that the value is not null and lies between them).
- Whatever depends on an unknown is unknown, with the union of what is missing: arithmetic, comparison, `if`, paths,
  calls of functions. Three exceptions decide without it: three-valued logic (`false and unknown` is false, `true or
  unknown` is true, `null and unknown` is unknown), bounds (a date known to be at most 2019-12-31 is not after
  2024-01-01) and literals (a list or a context may have unknown members).
- `IncompleteList` is a list whose members are certain, plus `maybe`: values that may or may not be members, plus
  `missing`. It comes from a filter whose condition is unknown for some members, or from a record that was delivered
  in part. Without `bounded` nobody can say how many more there are; with `bounded` every further member is
  described by one of `maybe` (one may stand for several).
- A filter keeps members whose condition is true, drops those with false or null, and moves those with unknown to
  `maybe`; members of `maybe` stay maybe or are dropped. A plain list comes out when nothing is left open.
- `count` of an incomplete list is an unknown with a lower bound. `list contains`, `some` and `any` are true when
  certain members decide, `every` and `all` are false when certain members decide; everything else over an incomplete
  list or over a list with unknown members (`sum`, `min`, `max`, `mean`, `sort`, `=`, an index …) is unknown.
- A unary test on an unknown is unknown, except `-`, which is true. A row of a decision table never fires on it.
- `is known(x)`, in Chinese `已知(x)`, is always true or false: is x known through and through?

The promise behind all of it: a result that is not unknown stays the same whatever the unknown turns out to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.meter import charge_walk

Bound: TypeAlias = Decimal | date | None


@dataclass(frozen=True, slots=True)
class Missing:
    """One fact that nobody delivered: its name, the department that holds it, and the period it is missing for.

    `whole`: the fact is a record as a whole; a path into it names the part that is missing.
    """

    fact: str
    holder: str
    period: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that exists but was not delivered; `low` and `high` are inclusive bounds that are known anyway."""

    missing: frozenset[Missing] = frozenset()
    low: Bound = None
    high: Bound = None

    def plain(self) -> Unknown:
        """The same lack without the bounds: what depends on the value does not inherit them."""
        return self if self.low is None and self.high is None else Unknown(self.missing)

    def part(self, name: str) -> Unknown:
        """What a path into the unknown value is: where a whole record is missing, this part of it is."""
        if not any(one.whole for one in self.missing):
            return self.plain()
        return Unknown(
            frozenset(Missing(f"{m.fact}.{name}", m.holder, m.period) if m.whole else m for m in self.missing)
        )


class IncompleteList(list[object]):
    """The certain members, plus `maybe` members, plus what is `missing`.

    `bounded` says that every further member is described by one of `maybe` (which may stand for several); without it
    there may be others nobody listed.
    """

    __slots__ = ("bounded", "maybe", "missing")

    def __init__(
        self,
        known: Iterable[object] = (),
        maybe: Iterable[object] = (),
        missing: Iterable[Missing] = (),
        *,
        bounded: bool = False,
    ) -> None:
        super().__init__(known)
        self.maybe: list[object] = list(maybe)
        self.missing: frozenset[Missing] = frozenset(missing)
        self.bounded = bounded

    @property
    def is_open(self) -> bool:
        """Whether anything beyond the certain members may belong to the list."""
        return bool(self.maybe) or not self.bounded

    def unknown(self) -> Unknown:
        """What depends on the whole of this list."""
        return Unknown(missing_in((self,)))

    def __repr__(self) -> str:
        return f"IncompleteList({list(self)!r}, maybe={self.maybe!r}, bounded={self.bounded})"


@dataclass(frozen=True, slots=True)
class Range:
    """Everything between two ends; an end of `None` is open to that side."""

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True

    def __hash__(self) -> int:
        return hash((self.low_closed, self.high_closed))


@dataclass(frozen=True, slots=True)
class Function:
    """Something FEEL can call: parameter names in order, and what to do with the arguments.

    `variadic`: the last parameter takes any number of further positional arguments. `optional`: how many parameters at
    the end may be left out. `accepts_unknown`: unknown arguments are handed over instead of making the result unknown.
    `signature`: the type of the function, where it is known, asked for when it is needed. `others`: further lists of
    parameter names under which the same function may be called. `by_name`: for functions whose lists of names ask for
    different kinds, what to call when the arguments come with the names of one list. `numbered`: the prefix of the
    names a variadic parameter has when it is called by name (`c` for `min(c1: 1, c2: 2)`). `run`: used instead of
    `call` inside an evaluation, with the frame of the caller, so that budget and warnings are shared.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[..., object] = field(compare=False)
    variadic: bool = False
    optional: int = 0
    accepts_unknown: bool = False
    signature: Callable[[], ast.FunctionType] | None = field(default=None, compare=False, repr=False)
    others: tuple[tuple[str, ...], ...] = ()
    by_name: Callable[[tuple[str, ...]], Callable[..., object]] | None = field(default=None, compare=False, repr=False)
    numbered: str = ""
    run: Callable[[object, list[object]], object] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a function gives null: a stable code and the facts. Never a FEEL value; the caller turns it into null."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why an expression gave null, and where it stands."""

    code: str
    data: Mapping[str, object]
    line: int = 0
    column: int = 0

    def text(self, language: Language = "en") -> str:
        """The reason as a sentence, with its place if it has one."""
        sentence = Refused(self.code, **self.data).text(language)
        if not self.line:
            return sentence
        at = f"第{self.line}行第{self.column}列：" if language == "zh" else f"line {self.line}, column {self.column}: "
        return f"{at}{sentence}"


def fault(code: str, **data: object) -> Fault:
    """A fault with its facts."""
    return Fault(code, data)


def union(*values: object) -> Unknown:
    """The unknown that depends on all the given values: the union of everything missing in them."""
    if len(values) == 1 and type(values[0]) is Unknown:
        return values[0].plain()
    return Unknown(missing_in(values))


def missing_in(values: Iterable[object]) -> frozenset[Missing]:
    """Everything missing in the values, through lists, contexts and ranges."""
    found: set[Missing] = set()
    for value in values:
        if isinstance(value, Unknown):
            found |= value.missing
        elif isinstance(value, list):
            charge_walk(len(value))
            if isinstance(value, IncompleteList):
                found |= value.missing
                found |= missing_in(value.maybe)
            found |= missing_in(value)
        elif isinstance(value, Mapping):
            # A context that stands for records nobody delivered says so itself, as one lack instead of one an entry.
            lack: frozenset[Missing] | None = getattr(value, "lack", None)
            charge_walk(len(value) if lack is None else 1)
            found |= missing_in(value.values()) if lack is None else lack
        elif isinstance(value, Range):
            found |= missing_in((value.low, value.high))
    return frozenset(found)


_CERTAIN = frozenset({Decimal, str, bool, date, type(None)})


def is_known(value: object) -> bool:
    """Whether nothing in the value is unknown, through lists, contexts and ranges."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, list):
        if isinstance(value, IncompleteList) and value.is_open:
            return False
        charge_walk(len(value))
        if _CERTAIN.issuperset(map(type, value)):
            return True
        return all(type(member) in _CERTAIN or is_known(member) for member in value)
    if isinstance(value, Mapping):
        charge_walk(len(value))
        return all(is_known(member) for member in value.values())
    if isinstance(value, Range):
        return is_known(value.low) and is_known(value.high)
    return True
