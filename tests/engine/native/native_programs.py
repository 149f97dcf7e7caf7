"""Programs at random, with data at their borders: what the machine code is held against the slow meaning on."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from yanlian.engine.native.builder import Builder, TooWide
from yanlian.engine.native.engine import Kernel
from yanlian.engine.native.ir import WIDTHS, Arithmetic, Carried, Column, Index, Node, Output, Program, Rounding
from yanlian.engine.native.machine import Effort
from yanlian.engine.native.reference import run_slowly

ROUNDINGS: tuple[Rounding, ...] = ("floor", "trunc", "half_up", "half_even")
EFFORTS: tuple[Effort, ...] = ("quick", "full")
LEAST, MOST = WIDTHS["i128"]
_EDGES = [0, 1, 2, 3, 7, 10, 127, 128, 255, 10**4, 10**6, 1 << 31, (1 << 32) - 1, 1 << 32, 10**13, (1 << 52) + 1]
_EDGES += [(1 << 63) - 1, 1 << 63, (1 << 63) + 1, (1 << 64) - 1, 1 << 64, (1 << 64) + 1, 10**25, (1 << 100) + 7, MOST]
OFFSETS = "offsets"


@dataclass
class Case:
    """A program, and columns for it."""

    program: Program
    columns: list[np.ndarray]
    rows: int


def agrees(case: Case, kernel: Kernel) -> None:
    """Fails where the kernel's outputs differ from the slow meaning."""
    expected = run_slowly(case.program, case.columns, case.rows)
    outputs = [np.full(case.rows, 85, dtype=f"int{one.storage[1:]}") for one in case.program.outputs]
    kernel.run(case.columns, case.rows, outputs)
    for output, a, b in zip(case.program.outputs, expected, outputs, strict=True):
        assert a.tolist() == b.tolist(), output.name


def values_within(pick: random.Random, low: int, high: int, n: int) -> list[int]:
    """Numbers of a range, half of them at its ends or around nought."""
    edges = [one for one in (low, low + 1, high, high - 1, -1, 0, 1) if low <= one <= high]
    return [pick.choice(edges) if pick.random() < 0.5 else pick.randint(low, high) for _ in range(n)]


def bitmap(bits: Sequence[int]) -> np.ndarray:
    """An Arrow bitmap."""
    return np.packbits(np.array(bits, dtype=np.uint8), bitorder="little")


@dataclass
class Maker:
    """Makes one program: nodes are drawn from those made before; what is made in a loop is seen only there."""

    pick: random.Random
    rows: int
    wide: bool
    b: Builder = field(default_factory=Builder)
    integers: list[Node] = field(default_factory=list)
    truths: list[Node] = field(default_factory=list)
    depth: int = 0

    def case(self, size: int) -> Case:
        """A program of about so many steps over columns of `rows` rows."""
        counts = [self.pick.choice([0, 0, 1, 2, 5]) for _ in range(self.rows)]
        offsets = [sum(counts[:n]) for n in range(self.rows + 1)]
        self.children = max(1, offsets[-1])
        self.offsets = Column(OFFSETS, "i32", 0, self.children)
        self.leaves()
        for _ in range(size):
            self.step()
        outputs = self.outputs()
        program = self.b.program("random", outputs)
        columns = [offsets if one.name == OFFSETS else self.data(one) for one in program.columns]
        stored = [
            bitmap(values) if one.storage == "bit" else np.array(values, dtype=f"int{one.storage[1:]}")
            for one, values in zip(program.columns, columns, strict=True)
        ]
        return Case(program, stored, self.rows)

    def data(self, column: Column) -> list[int]:
        n = self.children if column.name.startswith("child") else self.rows
        return values_within(self.pick, column.low, column.high, n)

    def fresh_column(self, kind: str) -> Column:
        storage = self.pick.choice(["bit", "i8", "i16", "i32", "i64", "i64"])
        name = f"{kind}{len(self.b.columns)}"
        if storage == "bit":
            return Column(name, "bit")
        low, high = WIDTHS[storage]
        shape = self.pick.randrange(5)
        if shape == 1:
            low = 0
        elif shape == 2:
            low, high = 0, min(high, 10**13)
        elif shape == 3:
            low, high = max(low, -(10**9)), min(high, 10**9)
        elif shape == 4:
            low, high = sorted((self.pick.randint(low, high), self.pick.randint(low, high)))
        return Column(name, storage, low, high)

    def keep(self, node: Node) -> None:
        (self.truths if node.is_bool else self.integers).append(node)

    def leaves(self) -> None:
        self.truths += [self.b.true, self.b.false]
        self.integers += [self.b.row(), self.b.const(self.pick.choice(_EDGES)), self.b.const(-self.pick.choice(_EDGES))]
        for _ in range(self.pick.randint(2, 6)):
            self.keep(self.b.read(self.fresh_column("parent")))

    def integer(self) -> Node:
        return self.pick.choice(self.integers[-12:] if self.pick.random() < 0.6 else self.integers)

    def truth(self) -> Node:
        return self.pick.choice(self.truths)

    def clamped(self, node: Node, low: int, high: int) -> Node:
        return self.b.narrowed(node, low, high)[0]

    def step(self) -> None:
        steps: list[tuple[int, Callable[[], Node]]] = [
            (8, self.arithmetic),
            (6, self.division),
            (5, self.comparison),
            (3, self.logic),
            (4, self.choice),
            (1, self.lookup),
            (1, self.far_read),
            (0 if self.depth >= 2 else 1, self.loop),
            (0 if self.depth else 1, lambda: self.b.read(self.fresh_column("parent"))),
        ]
        made = self.pick.choices([one for _, one in steps], [weight for weight, _ in steps])[0]
        self.keep(made())

    def arithmetic(self) -> Node:
        op = self.pick.choice("+-*") if self.pick.random() < 0.7 else self.pick.choice(["min", "max"])
        a, b = self.integer(), self.integer()
        limit = (1 << 62) if self.wide else (1 << 30)
        try:
            found = self.b.arithmetic(op, a, b)
        except TooWide:
            found = self.b.arithmetic(op, self.clamped(a, -limit, limit), self.clamped(b, -limit, limit))
        if found.wide and not self.wide:
            return self.clamped(found, *WIDTHS["i64"])
        return found

    def division(self) -> Node:
        b = self.integer()
        divisor = self.b.const(self.pick.choice(_EDGES) or 5) if self.pick.random() < 0.6 else b
        if divisor.low < 1:
            divisor = self.b.arithmetic("max", divisor, self.b.const(1))
        return self.b.divide(self.integer(), divisor, self.pick.choice(ROUNDINGS))

    def comparison(self) -> Node:
        return self.b.compare(self.pick.choice(["=", "!=", "<", "<=", ">", ">="]), self.integer(), self.integer())

    def logic(self) -> Node:
        which = self.pick.randrange(3)
        if which == 0:
            return self.b.negate(self.truth())
        return (self.b.both if which == 1 else self.b.either)(self.truth(), self.truth(), self.truth())

    def choice(self) -> Node:
        source = self.truth if self.pick.random() < 0.3 else self.integer
        return self.b.choose(self.truth(), source(), source(), lazy=self.pick.random() < 0.6)

    def lookup(self) -> Node:
        low, high = WIDTHS[self.pick.choice(["i8", "i32", "i64", "i128" if self.wide else "i64"])]
        table = values_within(self.pick, low, high, self.pick.randint(1, 9))
        return self.b.lookup(table, self.clamped(self.integer(), 0, len(table) - 1))

    def far_read(self) -> Node:
        return self.b.read(self.fresh_column("child"), self.clamped(self.integer(), 0, self.children - 1))

    def loop(self) -> Node:
        """Over the row's child rows, over a few positions, or over none."""
        b = self.b
        here = b.row()
        start, end = b.read(self.offsets, here), b.read(self.offsets, b.add(here, b.const(1)))
        if self.pick.random() < 0.3:
            start, end = self.clamped(self.integer(), 0, 3), self.clamped(self.integer(), 0, min(4, self.children))
        count = self.pick.randint(1, 3)
        first = [self.truth() if self.pick.random() < 0.3 else self.integer() for _ in range(count)]
        ranges = [(0, 1) if one.is_bool else self.span(one) for one in first]
        again = (lambda _: self.inner_truth) if self.pick.random() < 0.4 else None

        def body(index: Index, carried: tuple[Carried, ...]) -> list[Node]:
            outside = list(self.integers), list(self.truths)
            self.depth += 1
            self.integers += [index, *(one for one in carried if not one.is_bool)]
            self.truths += [one for one in carried if one.is_bool]
            child = b.read(self.fresh_column("child"), b.arithmetic("min", index, b.const(self.children - 1)))
            self.keep(child)
            for _ in range(self.pick.randint(2, 6)):
                self.step()
            found = [
                self.truth() if one.is_bool else self.clamped(self.integer(), *span)
                for one, span in zip(first, ranges, strict=True)
            ]
            self.inner_truth = self.truth()
            self.depth -= 1
            self.integers, self.truths = outside
            return found

        results = b.loop(start, end, first, ranges, body, again)
        for one in results[1:]:
            self.keep(one)
        return results[0]

    def span(self, first: Node) -> tuple[int, int]:
        reach = self.pick.choice([0, 100, 1 << 40, 1 << 70 if self.wide else 1 << 40])
        low, high = first.low - reach, first.high + reach
        return (first.low, first.high) if low < LEAST or high > MOST else (low, high)

    def outputs(self) -> list[Output]:
        found: list[Output] = []
        for node in [*self.integers[-8:], *self.truths[-4:]]:
            found += self.written(f"out{len(found)}", node)
        return found

    def written(self, name: str, node: Node) -> list[Output]:
        """All bits of a node: a wide one in two parts, the lower of them shifted into the signed range."""
        if node.is_bool or not node.wide:
            kinds = ["i8", "i16", "i32", "i64"]
            return [
                Output(name, next(k for k in kinds if WIDTHS[k][0] <= node.low and node.high <= WIDTHS[k][1]), node)
            ]
        upper = self.b.divide(node, self.b.const(1 << 64), "floor")
        whole = Arithmetic(LEAST, MOST, False, "*", upper, self.b.const(1 << 64))
        lower = Arithmetic(0, (1 << 64) - 1, False, "-", node, whole)
        return [Output(name, "i64", upper), Output(name + "_low", "i64", self.b.subtract(lower, self.b.const(1 << 63)))]


def random_case(seed: int, *, rows: int = 40, size: int = 40, wide: bool = True) -> Case:
    """The program of a seed."""
    return Maker(random.Random(seed), rows, wide).case(size)
