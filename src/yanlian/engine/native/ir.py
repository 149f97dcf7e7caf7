"""The intermediate form: exact integers with proven ranges, truth values, loops over child rows; nothing else.

A `Program` says for every row of a batch what each output is. Its nodes are values of one row:

- integers with an inclusive range `[low, high]` that every run keeps (from declared columns, by interval arithmetic),
  so that the width of a machine number is chosen, never hoped for; and truth values (`is_bool`);
- columns are read at the row (`index` None) or at a given position (a child row, a dictionary code);
- a loop goes through the positions from `start` up to, not including, `end` and carries values along.

Nodes have no effects and never fail, so any of them may be computed although its value is not used. Positions must be
valid even then: who builds a program chooses between a real position and 0, and whoever calls it hands over columns of
at least one element. What may be unknown, null or left to the interpreter is for the builder of a program to say in
truth values of their own: here everything is a plain value. Nodes are made by `Builder`, which folds what is
constant and gives equal nodes only once; they are compared by identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Storage: TypeAlias = Literal["bit", "i8", "i16", "i32", "i64"]
ArithmeticOp: TypeAlias = Literal["+", "-", "*", "min", "max"]
ComparisonOp: TypeAlias = Literal["=", "<", "<="]
Rounding: TypeAlias = Literal["floor", "trunc", "half_up", "half_even"]

WIDTHS: dict[str, tuple[int, int]] = {
    "i8": (-(1 << 7), (1 << 7) - 1),
    "i16": (-(1 << 15), (1 << 15) - 1),
    "i32": (-(1 << 31), (1 << 31) - 1),
    "i64": (-(1 << 63), (1 << 63) - 1),
    "i128": (-(1 << 127), (1 << 127) - 1),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One buffer of a batch. `bit`: an Arrow bitmap (least significant bit first), read as a truth value; else signed
    integers that lie in [low, high] wherever the program reads them."""

    name: str
    storage: Storage
    low: int = 0
    high: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value of one row. For truth values the range is within [0, 1]."""

    low: int
    high: int
    is_bool: bool

    @property
    def wide(self) -> bool:
        """Whether 64 bits are not enough."""
        return self.low < WIDTHS["i64"][0] or self.high > WIDTHS["i64"][1]


@dataclass(frozen=True, slots=True, eq=False)
class Const(Node):
    """A constant; of a truth value 0 or 1."""

    value: int


@dataclass(frozen=True, slots=True, eq=False)
class Read(Node):
    """An element of a column: of this row, or at a position."""

    column: int
    index: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class Row(Node):
    """The number of this row in the batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Node):
    """An element of a constant table; the index is proven to lie inside."""

    table: int
    index: Node


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    """a op b, exactly: the range holds every result."""

    op: ArithmeticOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Divide(Node):
    """left / right as a whole number; right >= 1. half_up: ties away from nought."""

    left: Node
    right: Node
    rounding: Rounding


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Node):
    """a op b of two integers."""

    op: ComparisonOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Not(Node):
    """The other truth value."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Both(Node):
    """a and b."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Either(Node):
    """a or b."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Choose(Node):
    """then where the condition is true, else otherwise; both integers or both truth values. `lazy`: worth a jump, so
    that the other side is not computed."""

    condition: Node
    then: Node
    otherwise: Node
    lazy: bool = False


@dataclass(eq=False, slots=True)
class Loop:
    """A walk over positions start ≤ i < end. `next` gives the carried values after a turn, from `index`, `carried` and
    anything outside; `again` (if any), asked after a turn, says whether to go on."""

    start: Node
    end: Node
    index: Index
    carried: tuple[Carried, ...] = ()
    initial: tuple[Node, ...] = ()
    next: tuple[Node, ...] = ()
    again: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Index(Node):
    """The position in a loop; only inside its body."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried(Node):
    """A value carried through a loop, as it is at the start of a turn; only inside its body."""


@dataclass(frozen=True, slots=True, eq=False)
class Result(Node):
    """A carried value after the loop."""

    loop: Loop
    number: int


@dataclass(frozen=True, slots=True)
class Output:
    """A buffer that the program fills, one element a row. Truth values are written as 0 and 1."""

    name: str
    storage: Literal["i8", "i16", "i32", "i64"]
    node: Node


@dataclass(frozen=True, slots=True)
class Program:
    """What is computed of each row. `notes`: words for a person who reads it, by node."""

    name: str
    columns: tuple[Column, ...]
    tables: tuple[tuple[int, ...], ...]
    outputs: tuple[Output, ...]
    notes: dict[Node, str] = field(default_factory=dict, compare=False)


def parts(node: Node) -> Sequence[Node]:
    """The nodes directly below a node; of a result its loop's start, end and first values, not what is inside."""
    if isinstance(node, (Arithmetic, Divide, Compare, Both, Either)):
        return node.left, node.right
    if isinstance(node, Not):
        return (node.operand,)
    if isinstance(node, Choose):
        return node.condition, node.then, node.otherwise
    if isinstance(node, Read):
        return () if node.index is None else (node.index,)
    if isinstance(node, Lookup):
        return (node.index,)
    if isinstance(node, Result):
        return node.loop.start, node.loop.end, *node.loop.initial
    return ()


def table_kind(table: Sequence[int]) -> str:
    """The smallest storage that holds every number of a table."""
    low, high = min(table), max(table)
    return next(name for name, (least, most) in WIDTHS.items() if least <= low and high <= most)


def below(nodes: Iterable[Node]) -> set[Node]:
    """These nodes and all that they are made of, bodies of loops included."""
    found: set[Node] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node in found:
            continue
        found.add(node)
        todo += parts(node)
        if isinstance(node, Result):
            todo += node.loop.next
            if node.loop.again is not None:
                todo.append(node.loop.again)
    return found
