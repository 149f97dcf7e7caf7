"""A plain piece of a program as vector code: the values of eight rows at once, each as narrow as its range allows.

Written by us and not left to LLVM's loop vectoriser, which makes every number as wide as the widest and takes most of
the time to compile. A truth value is a mask: 32 bits a row, all set or none, so that it stands side by side with
numbers and costs one instruction to combine.
"""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.native.body import ORDERS, bits
from yanlian.engine.native.doubles import quotient
from yanlian.engine.native.ir import (
    Arithmetic,
    Both,
    Choose,
    Compare,
    Const,
    Divide,
    Either,
    Node,
    Not,
    Program,
    Read,
    Row,
)
from yanlian.engine.native.writer import Writer

# One byte of a bitmap, one register of 32-bit numbers with AVX2.
LANES = 8


class Lanes:
    """Writes values of rows from `%row.number` on. `values`: what each node is called; otherwise as `Body` has it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.w = Writer()
        self.values: dict[Node, str] = {}

    def write(self, members: Sequence[Node]) -> None:
        """Computes nodes, operands first."""
        for node in members:
            self.values[node] = self._value(node)

    def at(self, node: Node, width: int) -> str:
        """A node's values in a width that they fit."""
        if isinstance(node, Const):
            return f"splat (i32 {-node.value})" if width == 1 else f"splat (i{width} {node.value})"
        value = self.values[node]
        if node.is_bool:
            if width == 1:
                return value
            one = self.w.value(f"and {_kind(32)} {value}, splat (i32 1)")
            return self.moved(one, 32, width, signed=False)
        return self.moved(value, bits(node), width, signed=node.low < 0)

    def moved(self, value: str, source: int, target: int, *, signed: bool) -> str:
        """The same numbers in another width; where that is smaller they must fit."""
        if source == target:
            return value
        if source > target:
            return self.w.value(f"trunc {_kind(source)} {value} to {_kind(target)}")
        return self.w.value(f"{'sext' if signed else 'zext nneg'} {_kind(source)} {value} to {_kind(target)}")

    def load(self, kind: str, place: str) -> str:
        """Eight elements that lie side by side."""
        return self.w.value(f"load <{LANES} x {kind}>, ptr {place}, align {int(kind[1:]) // 8}")

    def store(self, kind: str, node: Node, place: str) -> None:
        """Eight elements to a place."""
        width = int(kind[1:])
        self.w.line(f"store <{LANES} x {kind}> {self.at(node, width)}, ptr {place}, align {width // 8}")

    def mask(self, found: str) -> str:
        """Truth values from bytes 0 and 1."""
        wide = self.w.value(f"zext nneg {_kind(8)} {found} to {_kind(32)}")
        return self.w.value(f"sub {_kind(32)} zeroinitializer, {wide}")

    def _value(self, node: Node) -> str:
        w = self.w
        match node:
            case Row():
                return self._rows(node)
            case Read():
                return self._read(node)
            case Arithmetic():
                return self._arithmetic(node)
            case Divide():
                return self._divide(node)
            case Compare():
                width = max(bits(node.left), bits(node.right))
                a, b = self.at(node.left, width), self.at(node.right, width)
                return self._mask(w.value(f"icmp {ORDERS[node.op]} {_kind(width)} {a}, {b}"))
            case Not():
                return w.value(f"xor {_kind(32)} {self.at(node.operand, 1)}, splat (i32 -1)")
            case Both():
                return w.value(f"and {_kind(32)} {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Either():
                return w.value(f"or {_kind(32)} {self.at(node.left, 1)}, {self.at(node.right, 1)}")
            case Choose():
                kind = _kind(32 if node.is_bool else bits(node))
                condition = w.value(f"icmp slt {_kind(32)} {self.at(node.condition, 1)}, zeroinitializer")
                then, otherwise = self.at(node.then, bits(node)), self.at(node.otherwise, bits(node))
                return w.value(f"select {_kind(1)} {condition}, {kind} {then}, {kind} {otherwise}")
        raise TypeError(f"no plain value of a row: {node}")

    def _rows(self, node: Node) -> str:
        """The numbers of the rows; of those made up that of the last."""
        w, width = self.w, bits(node)
        steps = ", ".join(f"i64 {n}" for n in range(LANES))
        numbers = w.value(f"add nuw nsw {_kind(64)} {self._all('i64', '%row.number')}, <{steps}>")
        last = self._all("i64", "%last")
        found = w.value(f"call {_kind(64)} @llvm.smin.v{LANES}i64({_kind(64)} {numbers}, {_kind(64)} {last})")
        return self.moved(found, 64, width, signed=False)

    def _all(self, kind: str, value: str) -> str:
        """One number in every lane."""
        vector = f"<{LANES} x {kind}>"
        one = self.w.value(f"insertelement {vector} poison, {kind} {value}, i64 0")
        return self.w.value(f"shufflevector {vector} {one}, {vector} poison, <{LANES} x i32> zeroinitializer")

    def _arithmetic(self, node: Arithmetic) -> str:
        w = self.w
        width = max(bits(node), bits(node.left), bits(node.right))
        kind = _kind(width)
        a, b = self.at(node.left, width), self.at(node.right, width)
        if node.op in {"min", "max"}:
            name = f"llvm.s{node.op}.v{LANES}i{width}"
            found = w.value(f"call {kind} @{name}({kind} {a}, {kind} {b})")
        else:
            name = {"+": "add", "-": "sub", "*": "mul"}[node.op]
            found = w.value(f"{name} nsw {kind} {a}, {b}")
        return self.moved(found, width, bits(node), signed=True)

    def _divide(self, node: Divide) -> str:
        width = max(bits(node.left), bits(node.right))
        right = None if isinstance(node.right, Const) else self.at(node.right, width)
        return quotient(self.w, node, self.at(node.left, width), right, width, bits(node))

    def _read(self, node: Read) -> str:
        """At the row."""
        w, column = self.w, self.program.columns[node.column]
        source = f"%c{node.column}"
        if column.storage == "bit":
            byte = w.value("lshr exact i64 %row.number, 3")
            place = w.value(f"getelementptr inbounds i8, ptr {source}, i64 {byte}")
            return self.bits_of(w.value(f"zext i8 {w.value(f'load i8, ptr {place}, align 1')} to i32"))
        place = w.value(f"getelementptr inbounds {column.storage}, ptr {source}, i64 %row.number")
        return self.read_from(node, self.load(column.storage, place))

    def read_from(self, node: Read, found: str) -> str:
        """Elements as they are stored, as values of a node."""
        return self.moved(found, int(self.program.columns[node.column].storage[1:]), bits(node), signed=node.low < 0)

    def bits_of(self, byte: str) -> str:
        """The lowest bits of an i32 as truth values, the first of them the lowest."""
        own = f"<{', '.join(f'i32 {1 << n}' for n in range(LANES))}>"
        mine = self.w.value(f"and {_kind(32)} {self._all('i32', byte)}, {own}")
        return self._mask(self.w.value(f"icmp eq {_kind(32)} {mine}, {own}"))

    def _mask(self, truths: str) -> str:
        return self.w.value(f"sext {_kind(1)} {truths} to {_kind(32)}")


def _kind(width: int) -> str:
    return f"<{LANES} x i{width}>"
