"""One piece of a program as the lines of an LLVM function: each value at the width that its proven range asks for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias

from yanlian.engine.native.counted import Question, counts
from yanlian.engine.native.division import divided
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
    table_kind,
)
from yanlian.engine.native.order import Vertex
from yanlian.engine.native.regions import Region, Regions
from yanlian.engine.native.writer import Writer, minmax, moved

Steps: TypeAlias = "Generator[Steps, None, None]"
_MACHINE = (32, 64, 128)
ORDERS = {"=": "eq", "<": "slt", "<=": "sle"}


def bits(node: Node) -> int:
    """The width in which a node's value is computed."""
    if node.is_bool:
        return 1
    return next(width for width in _MACHINE if -(1 << width - 1) <= node.low and node.high < 1 << width - 1)


class Body:
    """Writes values. `values`: what each node is called where it is known. `%row.number` is the row, `%cN` and `%tN`
    the columns and tables of the program, `%wN` the 64 bits of a bitmap in which `%bit` is the row's."""

    def __init__(self, program: Program, regions: Regions) -> None:
        self.program = program
        self.regions = regions
        self.w = Writer()
        self.values: dict[Node, str] = {}
        self.results: dict[Loop, list[str]] = {}
        # Loops over one span whose children were asked beforehand, and the answers' counts of this row.
        self.counted: dict[Loop, list[Question]] = {}
        self._counts: dict[Loop, list[str]] = {}

    def write(self, members: Sequence[Vertex]) -> None:
        """Computes what belongs to a row, in order; regions inside of regions with a stack of our own, because they
        may be deeper than Python's."""
        stack = [self._members(members)]
        while stack:
            inner = next(stack[-1], None)
            if inner is None:
                stack.pop()
            else:
                stack.append(inner)

    def at(self, node: Node, width: int) -> str:
        """A node's value in a width that it fits."""
        if isinstance(node, Const):
            return str(node.value)
        value = self.values[node]
        if node.is_bool:
            return value if width == 1 else self.w.value(f"zext i1 {value} to i{width}")
        return moved(self.w, value, bits(node), width, signed=node.low < 0)

    def _region(self, region: Region) -> Steps:
        return self._members(region.members)

    def _members(self, members: Sequence[Vertex]) -> Steps:
        for vertex in members:
            if vertex in self.counted and isinstance(vertex, Loop):
                self._counted(vertex)
            elif isinstance(vertex, Loop):
                yield self._loop(vertex)
            elif isinstance(vertex, Choose) and vertex.lazy and any(arm.members for arm in self.regions.arms[vertex]):
                yield self._lazy(vertex)
            else:
                self.values[vertex] = self._value(vertex)

    def _value(self, node: Node) -> str:
        w = self.w
        match node:
            case Row():
                return moved(w, minmax(w, "min", 64, "%row.number", "%last"), 64, bits(node), signed=False)
            case Read():
                return self._read(node)
            case Lookup():
                return self._lookup(node)
            case Arithmetic():
                return self._arithmetic(node)
            case Divide():
                width = max(bits(node), bits(node.left), bits(node.right))
                found = divided(w, node, self.at(node.left, width), self.at(node.right, width), width)
                return moved(w, found, width, bits(node), signed=True)
            case Compare():
                width = max(bits(node.left), bits(node.right))
                a, b = self.at(node.left, width), self.at(node.right, width)
                return w.value(f"icmp {ORDERS[node.op]} i{width} {a}, {b}")
            case Not():
                return w.value(f"xor i1 {self.at(node.operand, 1)}, true")
            case Both():
                return w.value(f"and i1 {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Either():
                return w.value(f"or i1 {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Choose():
                kind = f"i{bits(node)}"
                condition = self.at(node.condition, 1)
                then, otherwise = self._arm(node, node.then), self._arm(node, node.otherwise)
                return w.value(f"select i1 {condition}, {kind} {then}, {kind} {otherwise}")
            case Result():
                return self.results[node.loop][node.number]
        raise TypeError(f"no value of a row: {node}")

    def _arm(self, choice: Choose, arm: Node) -> str:
        return self.at(arm, bits(choice))

    def _arithmetic(self, node: Arithmetic) -> str:
        width = max(bits(node), bits(node.left), bits(node.right))
        a, b = self.at(node.left, width), self.at(node.right, width)
        if node.op in {"min", "max"}:
            found = minmax(self.w, node.op, width, a, b)
        else:
            name = {"+": "add", "-": "sub", "*": "mul"}[node.op]
            found = self.w.value(f"{name} nsw i{width} {a}, {b}")
        return moved(self.w, found, width, bits(node), signed=True)

    def _read(self, node: Read) -> str:
        w, column = self.w, self.program.columns[node.column]
        position = "%row.number" if node.index is None else self.at(node.index, 64)
        if column.storage == "bit" and node.index is None:
            return w.value(f"trunc i64 {w.value(f'lshr i64 %w{node.column}, %bit')} to i1")
        if column.storage == "bit":
            byte = w.value(f"lshr i64 {position}, 3")
            place = w.value(f"getelementptr inbounds i8, ptr %c{node.column}, i64 {byte}")
            byte_there = w.value(f"load i8, ptr {place}, align 1, !invariant.load !0")
            part = w.value(f"and i8 {w.value(f'trunc i64 {position} to i8')}, 7")
            return w.value(f"trunc i8 {w.value(f'lshr i8 {byte_there}, {part}')} to i1")
        place = w.value(f"getelementptr inbounds {column.storage}, ptr %c{node.column}, i64 {position}")
        stored = int(column.storage[1:])
        found = w.value(f"load i{stored}, ptr {place}, align {stored // 8}, !invariant.load !0")
        return moved(w, found, stored, bits(node), signed=node.low < 0)

    def _lookup(self, node: Lookup) -> str:
        w, kind = self.w, table_kind(self.program.tables[node.table])
        place = w.value(f"getelementptr inbounds {kind}, ptr %t{node.table}, i64 {self.at(node.index, 64)}")
        found = w.value(f"load {kind}, ptr {place}, !invariant.load !0")
        return moved(w, found, int(kind[1:]), bits(node), signed=node.low < 0)

    def _lazy(self, node: Choose) -> Steps:
        """Each arm is written in a block of its own."""
        w, width = self.w, bits(node)
        labels = w.label(), w.label()
        after = w.label()
        w.branch(self.at(node.condition, 1), *labels)
        ends = []
        for label, region, arm in zip(labels, self.regions.arms[node], (node.then, node.otherwise), strict=True):
            w.start(label)
            yield self._region(region)
            ends.append(f"[ {self._arm(node, arm)}, %{w.block} ]")
            w.jump(after)
        w.start(after)
        self.values[node] = w.value(f"phi i{width} {', '.join(ends)}")

    def _loop(self, loop: Loop) -> Steps:
        """Asked before each turn whether a position is left, and after it whether to go on."""
        w = self.w
        width = max(64, *(bits(one) for one in (loop.start, loop.end, loop.index)))
        start, end = self.at(loop.start, width), self.at(loop.end, width)
        first = [self.at(a, bits(b)) for a, b in zip(loop.initial, loop.carried, strict=True)]
        before, head, body, after = w.block, *(w.label() for _ in range(3))
        w.jump(head)
        w.start(head)
        index, index_hole = w.fresh(), w.hole()
        carried = [(w.fresh(), w.hole()) for _ in loop.carried]
        w.branch(w.value(f"icmp slt i{width} {index}, {end}"), body, after)
        w.start(body)
        self.values[loop.index] = moved(w, index, width, bits(loop.index), signed=loop.index.low < 0)
        self.values.update(zip(loop.carried, (name for name, _ in carried), strict=True))
        yield self._region(self.regions.bodies[loop])
        following = [self.at(a, bits(b)) for a, b in zip(loop.next, loop.carried, strict=True)]
        position = w.value(f"add nsw i{width} {index}, 1")
        last = w.block
        if loop.again is None:
            w.jump(head)
        else:
            w.branch(self.at(loop.again, 1), head, after)
        w.fill(index_hole, f"{index} = phi i{width} [ {start}, %{before} ], [ {position}, %{last} ]")
        for (name, hole), one, a, b in zip(carried, loop.carried, first, following, strict=True):
            w.fill(hole, f"{name} = phi i{bits(one)} [ {a}, %{before} ], [ {b}, %{last} ]")
        w.start(after)
        self._after(loop, head, last, [name for name, _ in carried], following)

    def _counted(self, loop: Loop) -> None:
        """What a loop comes to whose children were asked beforehand."""
        if not self._counts:
            start, end = self.at(loop.start, 64), self.at(loop.end, 64)
            found = iter(counts(self.w, start, end, sum(map(len, self.counted.values()))))
            self._counts = {one: [next(found) for _ in asked] for one, asked in self.counted.items()}
        results = []
        for one, asked, count in zip(loop.carried, self.counted[loop], self._counts[loop], strict=True):
            if asked.most is None:
                results.append(self.w.value(f"icmp ne i64 {count}, 0"))
            else:
                least = minmax(self.w, "min", 64, count, str(asked.most))
                results.append(moved(self.w, least, 64, bits(one), signed=False))
        self.results[loop] = results

    def _after(self, loop: Loop, head: str, last: str, carried: list[str], following: list[str]) -> None:
        if loop.again is None:
            self.results[loop] = carried
            return
        self.results[loop] = [
            self.w.value(f"phi i{bits(one)} [ {a}, %{head} ], [ {b}, %{last} ]")
            for one, a, b in zip(loop.carried, carried, following, strict=True)
        ]
