"""The tree of a FEEL text: frozen nodes, each with its place. Places do not count when trees are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, fields
from decimal import Decimal
from typing import TypeAlias

from yanlian.engine.feel.records import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: line and column of its first character from 1, and the slice of the text."""

    line: int = 1
    column: int = 1
    start: int = 0
    end: int = 0


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any node."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number; `spelling` keeps how it was written, with its unit (`2000万元`)."""

    value: Decimal
    spelling: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class String(Node):
    """Text in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """true or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null(Node):
    """null."""


@dataclass(frozen=True, slots=True)
class At(Node):
    """`@"…"`: a date, time, date and time or duration."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name, also `?` and `item`."""

    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`key: value` of a context; also the name and type of a parameter."""

    key: str
    value: Expression


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """`{a: 1, "b": 2}`."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """`[low..high]` with its borders; an open end is None (`(<10)` is a range without a low end)."""

    low: Expression | None
    high: Expression | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-a`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`a op b` with + - * / **."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`a op b` with = != < <= > >=."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b`, `a or b`."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`a between low and high`."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Test(Node):
    """One unary test: `op value` with an operator, or a bare expression with the operator empty."""

    op: str
    value: Expression


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """`a, b`, `not(a, b)`, or `-` (no tests at all: any value)."""

    tests: tuple[Test, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    """`a in tests`."""

    value: Expression
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class TypeOf(Node):
    """`list<t>` or `range<t>`."""

    kind: str
    member: Type


@dataclass(frozen=True, slots=True)
class TypeEntry(Node):
    """`name: type` of a context type or of a parameter."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class ContextType(Node):
    """`context<a: t, b: u>`."""

    entries: tuple[TypeEntry, ...]


@dataclass(frozen=True, slots=True)
class FunctionType(Node):
    """`function<t, u> -> v`."""

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class Restricted(Node):
    """The values of a type that pass tests (an item definition with allowed values). `passes` asks one value."""

    base: Type
    tests: UnaryTests
    passes: Callable[[object], object] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`a instance of t`."""

    value: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if a then b else c`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source` or `name in source..upto`."""

    name: str
    source: Expression
    upto: Expression | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for … return body`."""

    iterations: tuple[Iteration, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some … satisfies …` and `every … satisfies …`."""

    kind: str
    iterations: tuple[Iteration, ...]
    condition: Expression


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`."""

    source: Expression
    condition: Expression


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(a, b)` or `f(x: a, y: b)`."""

    function: Expression
    positional: tuple[Expression, ...] = ()
    named: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a function definition, with its type if declared."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(a, b: number) body`; `external` for a body that is not FEEL."""

    parameters: tuple[Parameter, ...]
    body: Expression
    external: bool = False


Type: TypeAlias = TypeName | TypeOf | ContextType | FunctionType | Restricted
Expression: TypeAlias = (
    Number
    | String
    | Boolean
    | Null
    | At
    | Name
    | ListLiteral
    | ContextLiteral
    | RangeLiteral
    | Negate
    | Arithmetic
    | Compare
    | Logic
    | Between
    | In
    | InstanceOf
    | If
    | For
    | Quantified
    | Filter
    | Path
    | Call
    | FunctionDefinition
)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in order."""
    for part in _parts(type(node)):
        value: object = getattr(node, part)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for member in value:
                if isinstance(member, Node):
                    yield member


# Fields of these types hold no nodes. Every text that is parsed is walked: the rest is found once per kind of node.
_PLAIN = frozenset({"str", "bool", "Decimal", "Place"})
_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts(kind: type[Node]) -> tuple[str, ...]:
    """The names of the fields of a kind of node that can hold nodes."""
    found = _PARTS.get(kind)
    if found is None:
        found = _PARTS[kind] = tuple(part.name for part in fields(kind) if part.type not in _PLAIN)
    return found


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, the root at depth 1; does not recurse."""
    stack: list[tuple[Node, int]] = [(node, 1)]
    while stack:
        top, depth = stack.pop()
        yield top, depth
        stack.extend((child, depth + 1) for child in children(top))
