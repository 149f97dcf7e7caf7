"""Making nodes: constants are folded, ranges are worked out, and what was made before is given again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from yanlian.engine.native.ir import (
    WIDTHS,
    Arithmetic,
    ArithmeticOp,
    Both,
    Carried,
    Choose,
    Column,
    Compare,
    ComparisonOp,
    Const,
    Divide,
    Either,
    Index,
    Lookup,
    Loop,
    Node,
    Not,
    Output,
    Program,
    Read,
    Result,
    Rounding,
    Row,
    below,
)
from yanlian.engine.native.same_loops import SameLoops
from yanlian.engine.native.truths import Literal, Literals, Truths, contradict, known_range, within, without

_INTEGER, _TRUTH = False, True
Body = Callable[[Index, tuple[Carried, ...]], Sequence[Node]]


class TooWide(ValueError):
    """A result may need more than 128 bits: its parts must be narrowed first."""


class Builder:
    """Makes the nodes of one program (or of several that share columns)."""

    def __init__(self) -> None:
        self.columns: list[Column] = []
        self.tables: list[tuple[int, ...]] = []
        self.notes: dict[Node, str] = {}
        self._column_of: dict[str, int] = {}
        self._table_of: dict[tuple[int, ...], int] = {}
        self._made: dict[Hashable, Node] = {}
        self._truths = Truths()
        self._loops = SameLoops()
        self.true = self._once(("const", 1, True), lambda: Const(1, 1, is_bool=True, value=1))
        self.false = self._once(("const", 0, True), lambda: Const(0, 0, is_bool=True, value=0))

    def _once(self, key: Hashable, make: Callable[[], Node]) -> Node:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        return found

    # Leaves

    def const(self, value: int) -> Node:
        """An integer."""
        return self._once(("const", value, False), lambda: Const(value, value, is_bool=False, value=value))

    def truth(self, value: bool) -> Node:
        """A truth value."""
        return self.true if value else self.false

    def column(self, column: Column) -> int:
        """The number of a column; the same name must always mean the same."""
        number = self._column_of.get(column.name)
        if number is None:
            number = self._column_of[column.name] = len(self.columns)
            self.columns.append(column)
        elif self.columns[number] != column:
            raise ValueError(f"two columns of one name: {column.name}")
        return number

    def read(self, column: Column, index: Node | None = None) -> Node:
        """An element of a column."""
        number = self.column(column)
        is_bool = column.storage == "bit"
        return self._once(("read", number, id(index)), lambda: Read(column.low, column.high, is_bool, number, index))

    def row(self) -> Node:
        """The number of the row; a batch has fewer than 2**31."""
        return self._once("row", lambda: Row(0, WIDTHS["i32"][1], is_bool=False))

    def lookup(self, table: Sequence[int], index: Node) -> Node:
        """An element of a constant table."""
        values = tuple(table)
        if index.low < 0 or index.high >= len(values):
            raise ValueError("a position may lie outside of the table")
        if isinstance(index, Const):
            return self.const(values[index.value])
        number = self._table_of.get(values)
        if number is None:
            number = self._table_of[values] = len(self.tables)
            self.tables.append(values)
        inside = values[index.low : index.high + 1]
        low, high = min(inside), max(inside)
        return self._once(("lookup", number, id(index)), lambda: Lookup(low, high, _INTEGER, number, index))

    # Integers

    def arithmetic(self, op: ArithmeticOp, a: Node, b: Node) -> Node:
        """a op b; `TooWide` when the range of the result does not fit 128 bits."""
        if isinstance(a, Const) and not isinstance(b, Const) and op != "-":
            a, b = b, a
        if isinstance(b, Const):
            if (b.value == 0 and op in "+-") or (b.value == 1 and op == "*"):
                return a
            if b.value == 0 and op == "*":
                return b
        if a is b and op in {"min", "max"}:
            return a
        if op == "min" and (a.high <= b.low or b.high <= a.low):
            return a if a.high <= b.low else b
        if op == "max" and (a.low >= b.high or b.low >= a.high):
            return a if a.low >= b.high else b
        low, high = _range(op, a, b)
        if low < WIDTHS["i128"][0] or high > WIDTHS["i128"][1]:
            raise TooWide(f"{a.low}..{a.high} {op} {b.low}..{b.high}")
        if low == high:
            return self.const(low)
        return self._once((op, id(a), id(b)), lambda: Arithmetic(low, high, _INTEGER, op, a, b))

    def add(self, a: Node, b: Node) -> Node:
        """a + b."""
        return self.arithmetic("+", a, b)

    def subtract(self, a: Node, b: Node) -> Node:
        """a - b."""
        return self.const(0) if a is b else self.arithmetic("-", a, b)

    def multiply(self, a: Node, b: Node) -> Node:
        """a * b."""
        return self.arithmetic("*", a, b)

    def divide(self, a: Node, b: Node, rounding: Rounding) -> Node:
        """a / b as a whole number; b must be proven to be at least 1."""
        if b.low < 1:
            raise ValueError("a divisor may be nought or negative")
        if isinstance(b, Const) and b.value == 1:
            return a
        ends = [rounded(x, y, rounding) for x in (a.low, a.high) for y in (b.low, b.high)]
        low, high = min(ends), max(ends)
        if low == high:
            return self.const(low)
        return self._once(("/", rounding, id(a), id(b)), lambda: Divide(low, high, _INTEGER, a, b, rounding))

    # Truth values

    def compare(self, op: str, a: Node, b: Node) -> Node:
        """a op b with = != < <= > >=."""
        if op == "!=":
            return self.negate(self.compare("=", a, b))
        if op in {">", ">="}:
            return self.compare(op.replace(">", "<"), b, a)
        decided = _decided(op, a, b)
        if decided is not None:
            return self.truth(decided)
        if isinstance(a, Const) or isinstance(b, Const):
            found = self._with_constant(op, a, b)
            if found is not None:
                return found
        known: ComparisonOp = "=" if op == "=" else "<" if op == "<" else "<="
        return self._once((known, id(a), id(b)), lambda: Compare(0, 1, _TRUTH, known, a, b))

    def _with_constant(self, op: str, a: Node, b: Node) -> Node | None:
        """What is said of a number and a constant in several ways, in one: the number < the constant, or not."""
        if isinstance(a, Const):
            if op == "=":
                return self.compare("=", b, a)
            # c < x is x >= c + 1, and c <= x is x >= c.
            return self.negate(self.compare("<", b, self.const(a.value + (op == "<"))))
        assert isinstance(b, Const)
        if op == "<=":
            return self.compare("<", a, self.const(b.value + 1))
        if op == "=" and b.value == a.low:
            return self.compare("<", a, self.const(b.value + 1))
        if op == "=" and b.value == a.high:
            return self.negate(self.compare("<", a, b))
        return None

    def negate(self, a: Node) -> Node:
        """not a."""
        if isinstance(a, Const):
            return self.truth(not a.value)
        if isinstance(a, Not):
            return a.operand
        return self._once(("not", id(a)), lambda: Not(0, 1, _TRUTH, a))

    def both(self, *nodes: Node) -> Node:
        """All of them."""
        found = self.true
        for node in nodes:
            if node is self.false or found is self.false:
                return self.false
            if node is self.true or node is found:
                continue
            found = node if found is self.true else self._both(found, node)
        return found

    def _both(self, a: Node, b: Node) -> Node:
        """Both of them, without what the other decides."""
        first, second = self._truths.all_of(a), self._truths.all_of(b)
        if contradict(first, second):
            return self.false
        if within(second, first):
            return a
        if within(first, second):
            return b
        shorter = self._given(b, first)
        if shorter is not b:
            return self.both(a, shorter)
        shorter = self._given(a, second)
        if shorter is not a:
            return self.both(shorter, b)
        return self._once(("both", id(a), id(b)), lambda: Both(0, 1, _TRUTH, a, b))

    def _given(self, node: Node, known: Literals) -> Node:
        """A truth value where others are known to hold: alternatives that they rule out are left out."""
        parts = self._truths.any_of(node)
        if len(parts) < 2:
            return node
        if any(part in known for part in parts):
            return self.true
        left = without(parts, known)
        return node if left is None else self.either(*(self._literal(part) for part in left))

    def either(self, *nodes: Node) -> Node:
        """At least one of them."""
        found = self.false
        for node in nodes:
            if node is self.true or found is self.true:
                return self.true
            if node is self.false or node is found:
                continue
            found = node if found is self.false else self._either(found, node)
        return found

    def _either(self, a: Node, b: Node) -> Node:
        """At least one of them, without what the other makes idle."""
        first, second = self._truths.any_of(a), self._truths.any_of(b)
        if contradict(first, second):
            return self.true
        if within(second, first):
            return a
        if within(first, second):
            return b
        shorter = self._failing(b, first)
        if shorter is not b:
            return self.either(a, shorter)
        shorter = self._failing(a, second)
        if shorter is not a:
            return self.either(shorter, b)
        return self._once(("either", id(a), id(b)), lambda: Either(0, 1, _TRUTH, a, b))

    def _failing(self, node: Node, others: Literals) -> Node:
        """A truth value where none of the others holds: conditions that this settles are left out."""
        parts = self._truths.all_of(node)
        if len(parts) < 2:
            return node
        if any(part in others for part in parts):
            return self.false
        left = without(parts, others)
        return node if left is None else self.both(*(self._literal(part) for part in left))

    def _literal(self, part: Literal) -> Node:
        node, sign = part
        return node if sign else self.negate(node)

    # Both kinds

    def choose(self, condition: Node, then: Node, otherwise: Node, *, lazy: bool = False) -> Node:
        """then where the condition is true, else otherwise."""
        if isinstance(condition, Const):
            return then if condition.value else otherwise
        if then is otherwise:
            return then
        if isinstance(condition, Not):
            condition, then, otherwise = condition.operand, otherwise, then
        if then.is_bool:
            if then is self.true or then is condition:
                return self.either(condition, otherwise)
            if then is self.false:
                return self.both(self.negate(condition), otherwise)
            if otherwise is self.false:
                return self.both(condition, then)
            if otherwise is self.true:
                return self.either(self.negate(condition), then)
        a = known_range(then, self._truths.all_of(condition), holds=True)
        b = known_range(otherwise, self._truths.any_of(condition), holds=False)
        low, high = min(a[0], b[0]), max(a[1], b[1])
        if low == high and not then.is_bool:
            return self.const(low)
        return self._once(
            ("choose", id(condition), id(then), id(otherwise), lazy),
            lambda: Choose(low, high, then.is_bool, condition, then, otherwise, lazy),
        )

    def narrowed(self, a: Node, low: int, high: int) -> tuple[Node, Node]:
        """The value where it lies in a range, else the end nearest to it; and whether it lies inside."""
        inside = self.both(self.compare("<=", self.const(low), a), self.compare("<=", a, self.const(high)))
        return self.arithmetic("max", self.arithmetic("min", a, self.const(high)), self.const(low)), inside

    def loop(
        self,
        start: Node,
        end: Node,
        initial: Sequence[Node],
        ranges: Sequence[tuple[int, int]],
        body: Body,
        again: Callable[[tuple[Node, ...]], Node] | None = None,
    ) -> list[Node]:
        """The carried values after a walk over positions. `ranges`: within which each value stays, whatever the number
        of turns; `again`: whether to go on after a turn, from the values after it."""
        index = Index(start.low, max(end.high - 1, start.low), is_bool=False)
        carried = tuple(Carried(low, high, one.is_bool) for one, (low, high) in zip(initial, ranges, strict=True))
        after = tuple(body(index, carried))
        if len(after) != len(carried):
            raise ValueError("a loop must give every value that it carries")
        going = again(after) if again else None
        changing = _changing(carried, after, going)
        loop = Loop(start, end, index)
        loop.carried = tuple(carried[n] for n in changing)
        loop.initial = tuple(initial[n] for n in changing)
        loop.next = tuple(after[n] for n in changing)
        loop.again = going
        loop = self._loops.first(loop)
        places = {n: place for place, n in enumerate(changing)}
        return [self._result(loop, places[n]) if n in places else initial[n] for n in range(len(carried))]

    def _result(self, loop: Loop, number: int) -> Node:
        one = loop.carried[number]
        return self._once(("last", id(loop), number), lambda: Result(one.low, one.high, one.is_bool, loop, number))

    def program(self, name: str, outputs: Sequence[Output]) -> Program:
        """The finished program."""
        for output in outputs:
            low, high = WIDTHS[output.storage]
            if output.node.low < low or output.node.high > high:
                raise TooWide(f"{output.name}: {output.node.low}..{output.node.high} in {output.storage}")
        return Program(name, tuple(self.columns), tuple(self.tables), tuple(outputs), self.notes)


def _changing(carried: Sequence[Carried], after: Sequence[Node], going: Node | None) -> list[int]:
    """Which values a loop has to carry: all but those that stay as they came and that nothing in it looks at."""
    idle = {n for n, (one, new) in enumerate(zip(carried, after, strict=True)) if one is new}
    if not idle:
        return list(range(len(carried)))
    read = below([*(new for n, new in enumerate(after) if n not in idle), *([] if going is None else [going])])
    return [n for n, one in enumerate(carried) if n not in idle or one in read]


def _range(op: ArithmeticOp, a: Node, b: Node) -> tuple[int, int]:
    if op == "+":
        return a.low + b.low, a.high + b.high
    if op == "-":
        return a.low - b.high, a.high - b.low
    if op == "*":
        ends = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
        return min(ends), max(ends)
    pick = min if op == "min" else max
    return pick(a.low, b.low), pick(a.high, b.high)


def _decided(op: str, a: Node, b: Node) -> bool | None:
    """What a comparison gives by the ranges alone."""
    if op == "=":
        if a is b or (a.low == a.high == b.low == b.high):
            return True
        return False if a.high < b.low or b.high < a.low else None
    if op == "<":
        return True if a.high < b.low else False if a is b or a.low >= b.high else None
    return True if a is b or a.high <= b.low else False if a.low > b.high else None


def rounded(a: int, b: int, rounding: Rounding) -> int:
    """a / b as a whole number, b >= 1: the meaning of `Divide`."""
    floor, rest = divmod(a, b)
    if rounding == "floor" or not rest:
        return floor
    if rounding == "trunc":
        return floor if a > 0 else floor + 1
    if 2 * rest != b:
        return floor + (2 * rest > b)
    if rounding == "half_up":
        return floor + 1 if a > 0 else floor
    return floor + (floor & 1)
