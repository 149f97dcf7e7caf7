"""From programs to the text of one LLVM module: a function a program, a loop over rows, values where regions put them.

    void program_N(i64 rows, ptr columns, ptr outputs)

`columns` and `outputs` are arrays of buffers in the order of the program. Every number is computed at the width that
the proven ranges ask for, so no operation overflows, and LLVM is told so.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias

from yanlian.engine.native.division import FUNCTIONS, divided
from yanlian.engine.native.ir import (
    WIDTHS,
    Arithmetic,
    Both,
    Choose,
    Column,
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
from yanlian.engine.native.order import ordered
from yanlian.engine.native.regions import Region, placed
from yanlian.engine.native.writer import Writer, minmax, moved

_Steps: TypeAlias = "Generator[_Steps, None, None]"
_MACHINE = (64, 128)
_ORDERS = {"=": "eq", "<": "slt", "<=": "sle"}


def module_text(programs: Sequence[Program]) -> str:
    """The module of several programs: `program_0`, `program_1`, … in their order."""
    parts = [FUNCTIONS]
    for number, program in enumerate(programs):
        parts += _Function(program, number).text()
    return "\n".join([*parts, "!0 = !{}", ""])


def _width(low: int, high: int) -> int:
    return next(bits for bits in _MACHINE if -(1 << bits - 1) <= low and high < 1 << bits - 1)


def _wide(node: Node) -> int:
    return 1 if node.is_bool else _width(node.low, node.high)


class _Function:
    """Writes one program. `values`: what each node is called where it is known; `widths`: its bits."""

    def __init__(self, program: Program, number: int) -> None:
        self.program = program
        self.number = number
        self.regions = placed(program)
        self.used = sorted({one.column for one in ordered(program).vertices if isinstance(one, Read)})
        self.w = Writer()
        self.values: dict[Node, str] = {}
        self.results: dict[Loop, list[str]] = {}

    def text(self) -> list[str]:
        """The tables, the loop over rows with a pointer an argument (so that LLVM knows that no two buffers meet), and
        the function that is called from outside."""
        name, w = f"program_{self.number}", self.w
        arguments = [f"ptr noalias readonly captures(none) %c{n}" for n in self.used]
        arguments += [f"ptr noalias writeonly captures(none) %o{n}" for n, _ in enumerate(self.program.outputs)]
        self._rows()
        body = [
            f"define internal void @{name}_rows({', '.join(['i64 %rows', *arguments])}) noinline nounwind {{",
            "entry:",
            *w.lines,
            "}",
        ]
        return [*self._tables(), *body, *self._entry(name)]

    def _entry(self, name: str) -> list[str]:
        w = Writer()
        given = ["i64 %rows"]
        for source, numbers in (("columns", self.used), ("outputs", range(len(self.program.outputs)))):
            for n in numbers:
                place = w.value(f"getelementptr inbounds ptr, ptr %{source}, i64 {n}")
                given.append(f"ptr {w.value(f'load ptr, ptr {place}, align 8')}")
        w.line(f"call void @{name}_rows({', '.join(given)})")
        w.line("ret void")
        return [f"define void @{name}(i64 %rows, ptr %columns, ptr %outputs) nounwind {{", "entry:", *w.lines, "}"]

    def _tables(self) -> list[str]:
        lines = []
        for n, table in enumerate(self.program.tables):
            kind = _table_kind(table)
            numbers = ", ".join(f"{kind} {value}" for value in table)
            lines.append(
                f"@table_{self.number}_{n} = internal unnamed_addr constant [{len(table)} x {kind}] [{numbers}]"
            )
        return lines

    def _rows(self) -> None:
        w = self.w
        w.line("%any = icmp sgt i64 %rows, 0")
        w.branch("%any", "row", "end")
        w.start("row")
        counter = w.hole()
        _run(self._region(self.regions.row))
        for n, output in enumerate(self.program.outputs):
            kind = output.storage
            value = self.at(output.node, int(kind[1:]))
            place = w.value(f"getelementptr inbounds {kind}, ptr %o{n}, i64 %row.number")
            w.line(f"store {kind} {value}, ptr {place}, align {int(kind[1:]) // 8}")
        w.fill(counter, f"%row.number = phi i64 [ 0, %entry ], [ %row.next, %{w.block} ]")
        w.line("%row.next = add nuw nsw i64 %row.number, 1")
        w.line("%more = icmp slt i64 %row.next, %rows")
        w.branch("%more", "row", "end")
        w.start("end")
        w.line("ret void")

    def at(self, node: Node, width: int) -> str:
        """A node's value in a width that it fits."""
        if isinstance(node, Const):
            return str(node.value)
        value = self.values[node]
        if node.is_bool:
            return value if width == 1 else self.w.value(f"zext i1 {value} to i{width}")
        return moved(self.w, value, _wide(node), width, signed=node.low < 0)

    def _region(self, region: Region) -> _Steps:
        for vertex in region.members:
            if isinstance(vertex, Loop):
                yield self._loop(vertex)
            elif isinstance(vertex, Choose) and vertex.lazy and any(arm.members for arm in self.regions.arms[vertex]):
                yield self._lazy(vertex)
            else:
                self.values[vertex] = self._value(vertex)

    def _value(self, node: Node) -> str:
        w = self.w
        match node:
            case Row():
                return moved(w, "%row.number", 64, _wide(node), signed=False)
            case Read():
                return self._read(node)
            case Lookup():
                return self._lookup(node)
            case Arithmetic():
                return self._arithmetic(node)
            case Divide():
                width = max(_wide(node), _wide(node.left), _wide(node.right))
                found = divided(w, node, self.at(node.left, width), self.at(node.right, width), width)
                return moved(w, found, width, _wide(node), signed=True)
            case Compare():
                width = max(_wide(node.left), _wide(node.right))
                a, b = self.at(node.left, width), self.at(node.right, width)
                return w.value(f"icmp {_ORDERS[node.op]} i{width} {a}, {b}")
            case Not():
                return w.value(f"xor i1 {self.at(node.operand, 1)}, true")
            case Both():
                return w.value(f"and i1 {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Either():
                return w.value(f"or i1 {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Choose():
                kind = f"i{_wide(node)}"
                condition = self.at(node.condition, 1)
                then, otherwise = self._arm(node, node.then), self._arm(node, node.otherwise)
                return w.value(f"select i1 {condition}, {kind} {then}, {kind} {otherwise}")
            case Result():
                return self.results[node.loop][node.number]
        raise TypeError(f"no value of a row: {node}")

    def _arm(self, choice: Choose, arm: Node) -> str:
        return self.at(arm, _wide(choice))

    def _arithmetic(self, node: Arithmetic) -> str:
        width = max(_wide(node), _wide(node.left), _wide(node.right))
        a, b = self.at(node.left, width), self.at(node.right, width)
        if node.op in {"min", "max"}:
            found = minmax(self.w, node.op, width, a, b)
        else:
            name = {"+": "add", "-": "sub", "*": "mul"}[node.op]
            found = self.w.value(f"{name} nsw i{width} {a}, {b}")
        return moved(self.w, found, width, _wide(node), signed=True)

    def _read(self, node: Read) -> str:
        w, column = self.w, self.program.columns[node.column]
        position = "%row.number" if node.index is None else self.at(node.index, 64)
        if column.storage == "bit":
            byte = w.value(f"lshr i64 {position}, 3")
            place = w.value(f"getelementptr inbounds i8, ptr %c{node.column}, i64 {byte}")
            bits = w.value(f"load i8, ptr {place}, align 1, !invariant.load !0")
            part = w.value(f"and i8 {w.value(f'trunc i64 {position} to i8')}, 7")
            return w.value(f"trunc i8 {w.value(f'lshr i8 {bits}, {part}')} to i1")
        place = w.value(f"getelementptr inbounds {column.storage}, ptr %c{node.column}, i64 {position}")
        bits_stored = _stored(column)
        found = w.value(f"load i{bits_stored}, ptr {place}, align {bits_stored // 8}, !invariant.load !0")
        return moved(w, found, bits_stored, _wide(node), signed=node.low < 0)

    def _lookup(self, node: Lookup) -> str:
        w, kind = self.w, _table_kind(self.program.tables[node.table])
        name = f"@table_{self.number}_{node.table}"
        place = w.value(f"getelementptr inbounds {kind}, ptr {name}, i64 {self.at(node.index, 64)}")
        found = w.value(f"load {kind}, ptr {place}, !invariant.load !0")
        return moved(w, found, int(kind[1:]), _wide(node), signed=node.low < 0)

    def _lazy(self, node: Choose) -> _Steps:
        """Each arm is written in a block of its own."""
        w, width = self.w, _wide(node)
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

    def _loop(self, loop: Loop) -> _Steps:
        """Asked before each turn whether a position is left, and after it whether to go on."""
        w = self.w
        width = max(64, *(_wide(one) for one in (loop.start, loop.end, loop.index)))
        start, end = self.at(loop.start, width), self.at(loop.end, width)
        first = [self.at(a, _wide(b)) for a, b in zip(loop.initial, loop.carried, strict=True)]
        before, head, body, after = w.block, *(w.label() for _ in range(3))
        w.jump(head)
        w.start(head)
        index, index_hole = w.fresh(), w.hole()
        carried = [(w.fresh(), w.hole()) for _ in loop.carried]
        w.branch(w.value(f"icmp slt i{width} {index}, {end}"), body, after)
        w.start(body)
        self.values[loop.index] = moved(w, index, width, _wide(loop.index), signed=loop.index.low < 0)
        self.values.update(zip(loop.carried, (name for name, _ in carried), strict=True))
        yield self._region(self.regions.bodies[loop])
        following = [self.at(a, _wide(b)) for a, b in zip(loop.next, loop.carried, strict=True)]
        position = w.value(f"add nsw i{width} {index}, 1")
        last = w.block
        if loop.again is None:
            w.jump(head)
        else:
            w.branch(self.at(loop.again, 1), head, after)
        w.fill(index_hole, f"{index} = phi i{width} [ {start}, %{before} ], [ {position}, %{last} ]")
        for (name, hole), one, a, b in zip(carried, loop.carried, first, following, strict=True):
            w.fill(hole, f"{name} = phi i{_wide(one)} [ {a}, %{before} ], [ {b}, %{last} ]")
        w.start(after)
        self._after(loop, head, last, [name for name, _ in carried], following)

    def _after(self, loop: Loop, head: str, last: str, carried: list[str], following: list[str]) -> None:
        if loop.again is None:
            self.results[loop] = carried
            return
        self.results[loop] = [
            self.w.value(f"phi i{_wide(one)} [ {a}, %{head} ], [ {b}, %{last} ]")
            for one, a, b in zip(loop.carried, carried, following, strict=True)
        ]


def _run(steps: _Steps) -> None:
    """Regions inside of regions, with a stack of our own: they may be deeper than Python's."""
    stack = [steps]
    while stack:
        inner = next(stack[-1], None)
        if inner is None:
            stack.pop()
        else:
            stack.append(inner)


def _stored(column: Column) -> int:
    return int(column.storage[1:])


def _table_kind(table: Sequence[int]) -> str:
    """The smallest storage that holds every number of a table."""
    low, high = min(table), max(table)
    return next(name for name, (least, most) in WIDTHS.items() if least <= low and high <= most)
