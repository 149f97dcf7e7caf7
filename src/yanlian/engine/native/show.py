"""A program as text for a person, and its digest: what it means, whatever its notes say."""

from __future__ import annotations

import hashlib
from collections import Counter

from yanlian.engine.native.ir import (
    Arithmetic,
    Both,
    Carried,
    Choose,
    Compare,
    Const,
    Divide,
    Either,
    Index,
    Lookup,
    Loop,
    Node,
    Not,
    Program,
    Read,
    Result,
    Row,
)
from yanlian.engine.native.order import Order, Vertex, below, ordered

# An expression that is longer is given a name, so that lines stay readable.
_LONGEST = 80


def shown(program: Program) -> str:
    """The program, one line a value that is used twice or has a note; the same program gives the same text.

    `v` names a value, `i` a position in a loop, `c` a value carried through one, `last c` what is left of it."""
    return "\n".join(_Page(program).lines) + "\n"


def digest(program: Program, order: Order | None = None) -> str:
    """SHA-256 over everything that the program means: columns, tables that it looks into, outputs, nodes in canonical
    order; no notes."""
    found = hashlib.sha256()
    vertices = (order or ordered(program)).vertices
    used = sorted({vertex.table for vertex in vertices if isinstance(vertex, Lookup)})
    for part in (program.name, program.columns, [(n, program.tables[n]) for n in used], _heads(program)):
        found.update(repr(part).encode() + b"\n")
    number: dict[Vertex, int] = {}
    for vertex in vertices:
        number[vertex] = len(number)
        line = (kind(vertex), [number[one] for one in below(vertex)])
        found.update(repr(line).encode() + b"\n")
    found.update(repr([number[output.node] for output in program.outputs]).encode())
    return found.hexdigest()


def _heads(program: Program) -> list[tuple[str, str]]:
    return [(output.name, output.storage) for output in program.outputs]


def kind(vertex: Vertex) -> tuple[object, ...]:
    """What a vertex is, apart from what is below it."""
    if isinstance(vertex, Loop):
        return "Loop", len(vertex.initial), vertex.again is not None
    own: tuple[object, ...] = ()
    if isinstance(vertex, Const):
        own = (vertex.value,)
    elif isinstance(vertex, Read):
        own = (vertex.column,)
    elif isinstance(vertex, Lookup):
        own = (vertex.table,)
    elif isinstance(vertex, (Arithmetic, Compare)):
        own = (vertex.op,)
    elif isinstance(vertex, Divide):
        own = (vertex.rounding,)
    elif isinstance(vertex, Choose):
        own = (vertex.lazy,)
    elif isinstance(vertex, Result):
        own = (vertex.number,)
    return type(vertex).__name__, vertex.low, vertex.high, vertex.is_bool, *own


class _Page:
    """Writes the lines; `text` says of each node what to write where it is used."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lines = [f"program {program.name}"]
        self.text: dict[Node, str] = {}
        order = ordered(program)
        self.bodies = order.bodies()
        self.home = order.home
        self.uses = Counter(one for vertex in order.vertices for one in below(vertex))
        self.uses.update(output.node for output in program.outputs)
        # What is used in a loop, yet does not change there, is named before it.
        self.outer = {
            one for vertex in order.vertices for one in below(vertex) if self.place(vertex) is not order.home[one]
        }
        self.names: Counter[str] = Counter()
        self.heads()
        self.body(None, "  ")
        for output in program.outputs:
            self.lines.append(
                f"  out {output.name}: {output.storage} = {self.text[output.node]}  # {_range(output.node)}"
            )

    def place(self, vertex: Vertex) -> Loop | None:
        return vertex if isinstance(vertex, Loop) else self.home[vertex]

    def heads(self) -> None:
        used = {vertex.column for body in self.bodies.values() for vertex in body if isinstance(vertex, Read)}
        for number, column in enumerate(self.program.columns):
            if number in used:
                span = "" if column.storage == "bit" else f"  # {column.low}..{column.high}"
                self.lines.append(f"  column {column.name}: {column.storage}{span}")
        for number, table in enumerate(self.program.tables):
            self.lines.append(f"  table t{number}: {len(table)} numbers {list(table[:16])}{'…' * (len(table) > 16)}")

    def body(self, loop: Loop | None, margin: str) -> None:
        for vertex in self.bodies[loop]:
            if isinstance(vertex, Loop):
                self.loop(vertex, margin)
            else:
                self.node(vertex, margin)

    def node(self, node: Node, margin: str) -> None:
        note = self.program.notes.get(node)
        text = self.text.get(node) or self.expression(node)
        leaf = isinstance(node, (Const, Row, Index, Carried)) or (isinstance(node, Read) and node.index is None)
        if note is None and (leaf or (self.uses[node] == 1 and node not in self.outer and len(text) <= _LONGEST)):
            self.text[node] = text
            return
        self.text[node] = self.new("v")
        kind = "" if node.is_bool else f"  # {_range(node)}"
        if note is not None:
            kind = f"{kind or '  #'} {' '.join(note.split())}"
        self.lines.append(f"{margin}{self.text[node]} = {_bare(text)}{kind}")

    def loop(self, loop: Loop, margin: str) -> None:
        self.text[loop.index] = self.new("i")
        for one in loop.carried:
            self.text[one] = self.new("c")
        for one, first in zip(loop.carried, loop.initial, strict=True):
            self.lines.append(f"{margin}{self.text[one]} = {_bare(self.text[first])}  # {_range(one)}")
        span = f"{self.text[loop.start]} ..< {self.text[loop.end]}"
        self.lines.append(f"{margin}for {self.text[loop.index]} in {span}:")
        self.body(loop, margin + "  ")
        for one, after in zip(loop.carried, loop.next, strict=True):
            self.lines.append(f"{margin}  next {self.text[one]} = {_bare(self.text[after])}")
        if loop.again is not None:
            self.lines.append(f"{margin}  while {_bare(self.text[loop.again])}")

    def new(self, kind: str) -> str:
        self.names[kind] += 1
        return f"{kind}{self.names[kind]}"

    def expression(self, node: Node) -> str:
        t = self.text
        match node:
            case Const():
                return str(bool(node.value)).lower() if node.is_bool else str(node.value)
            case Row():
                return "row"
            case Read():
                name = self.program.columns[node.column].name
                return name if node.index is None else f"{name}[{_bare(t[node.index])}]"
            case Lookup():
                return f"t{node.table}[{_bare(t[node.index])}]"
            case Arithmetic() if node.op in {"min", "max"}:
                return f"{node.op}({_bare(t[node.left])}, {_bare(t[node.right])})"
            case Divide():
                return f"({t[node.left]} / {t[node.right]} {node.rounding})"
            case Arithmetic() | Compare():
                return f"({t[node.left]} {node.op} {t[node.right]})"
            case Not():
                return f"not {t[node.operand]}"
            case Both():
                return f"({t[node.left]} and {t[node.right]})"
            case Either():
                return f"({t[node.left]} or {t[node.right]})"
            case Choose():
                when = "lazily if" if node.lazy else "if"
                return f"({t[node.then]} {when} {_bare(t[node.condition])} else {t[node.otherwise]})"
            case Result():
                return f"last {t[node.loop.carried[node.number]]}"
        raise TypeError(f"no node of a program: {node}")


def _bare(text: str) -> str:
    """Without the brackets around the whole of it."""
    if not text.startswith("("):
        return text
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if position == len(text) - 1 else text
    return text


def _range(node: Node) -> str:
    return "truth" if node.is_bool else f"{node.low}..{node.high}"
