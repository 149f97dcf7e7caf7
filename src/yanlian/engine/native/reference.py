"""The meaning of a program, slowly and obviously: Python integers, row by row. The oracle of the machine code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yanlian.engine.native.builder import rounded
from yanlian.engine.native.ir import (
    Arithmetic,
    Both,
    Choose,
    Compare,
    Const,
    Divide,
    Either,
    Lookup,
    Loop,
    Node,
    Not,
    Program,
    Read,
    Result,
    Row,
)
from yanlian.engine.native.order import Vertex, ordered

Integers = NDArray[np.signedinteger] | NDArray[np.uint8]


def run_slowly(program: Program, columns: Sequence[Integers], rows: int) -> list[NDArray[np.signedinteger]]:
    """Every output of every row; `AssertionError` when a value leaves its range. Columns as `Kernel.run` takes them."""
    run = _Run(program, columns)
    found = [run.row(number) for number in range(rows)]
    return [
        np.array([row[n] for row in found], dtype=np.dtype(output.storage.replace("i", "int")))
        for n, output in enumerate(program.outputs)
    ]


class _Run:
    def __init__(self, program: Program, columns: Sequence[Integers]) -> None:
        self.program = program
        self.columns = columns
        self.bodies = ordered(program).bodies()
        self.values: dict[Node, int] = {}
        self.results: dict[Loop, tuple[int, ...]] = {}
        self.number = 0

    def row(self, number: int) -> list[int]:
        self.number = number
        self.compute(self.bodies[None])
        return [self.values[output.node] for output in self.program.outputs]

    def compute(self, vertices: Sequence[Vertex]) -> None:
        for vertex in vertices:
            if isinstance(vertex, Loop):
                self.walk(vertex)
            else:
                self.keep(vertex, self.value(vertex))

    def keep(self, node: Node, value: int) -> None:
        assert node.low <= value <= node.high, f"{value} outside of {node.low}..{node.high}: {node}"
        self.values[node] = value

    def walk(self, loop: Loop) -> None:
        carried = tuple(self.values[one] for one in loop.initial)
        for position in range(self.values[loop.start], self.values[loop.end]):
            self.keep(loop.index, position)
            for node, value in zip(loop.carried, carried, strict=True):
                self.keep(node, value)
            self.compute(self.bodies[loop])
            carried = tuple(self.values[one] for one in loop.next)
            if loop.again is not None and not self.values[loop.again]:
                break
        self.results[loop] = carried

    def value(self, node: Node) -> int:
        v = self.values
        match node:
            case Const():
                return node.value
            case Row():
                return self.number
            case Read():
                return self.element(node.column, self.number if node.index is None else v[node.index])
            case Lookup():
                return self.program.tables[node.table][v[node.index]]
            case Arithmetic():
                return _arithmetic(node.op, v[node.left], v[node.right])
            case Divide():
                return rounded(v[node.left], v[node.right], node.rounding)
            case Compare():
                return int(_holds(node.op, v[node.left], v[node.right]))
            case Not():
                return 1 - v[node.operand]
            case Both():
                return v[node.left] & v[node.right]
            case Either():
                return v[node.left] | v[node.right]
            case Choose():
                return v[node.then] if v[node.condition] else v[node.otherwise]
            case Result():
                return self.results[node.loop][node.number]
        return v[node]  # an index or a carried value: `walk` has set it

    def element(self, column: int, position: int) -> int:
        assert position >= 0
        if self.program.columns[column].storage == "bit":
            return int(self.columns[column][position // 8]) >> position % 8 & 1
        return int(self.columns[column][position])


def _arithmetic(op: str, a: int, b: int) -> int:
    if op in {"min", "max"}:
        return min(a, b) if op == "min" else max(a, b)
    return a * b if op == "*" else a + b if op == "+" else a - b


def _holds(op: str, a: int, b: int) -> bool:
    return a == b if op == "=" else a < b if op == "<" else a <= b
