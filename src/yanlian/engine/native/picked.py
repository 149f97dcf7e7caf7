"""The same program for some rows only, named by a column of row numbers: what is worked out for few rows costs little.

What was read at the row is read at the number that stands in the column; what another program has worked out for every
row is read from its output; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields, replace

from yanlian.engine.native.ir import (
    WIDTHS,
    Carried,
    Column,
    Compare,
    Const,
    Index,
    Loop,
    Node,
    Output,
    Program,
    Read,
    Result,
    Row,
)
from yanlian.engine.native.order import ordered

# The column of row numbers; it stands after the program's own columns and before the outputs of others.
PICKED = Column("picked rows", "i32", 0, WIDTHS["i32"][1])


@dataclass(frozen=True, slots=True)
class Known:
    """Where a value can be read: an output of another program; `equal`: of a truth value, the number that stands there
    when it holds."""

    output: Output
    equal: int | None = None


def for_picked_rows(program: Program, known: Mapping[Node, Known] | None = None) -> Program:
    """A program whose row r is row PICKED[r] of the batch. Its columns are those of the program, PICKED, and the
    outputs of others that it reads, by their names."""
    others: dict[str, int] = {}
    columns = [*program.columns, PICKED]
    place = Read(PICKED.low, PICKED.high, False, len(columns) - 1, None)  # noqa: FBT003 - an integer

    def read(one: Known) -> Node:
        output = one.output
        number = others.get(output.name)
        if number is None:
            number = others[output.name] = len(columns)
            columns.append(Column(output.name, output.storage, output.node.low, output.node.high))
        found = Read(output.node.low, output.node.high, False, number, place)  # noqa: FBT003 - an integer
        if one.equal is None:
            return found
        return Compare(0, 1, True, "=", found, Const(one.equal, one.equal, False, one.equal))  # noqa: FBT003

    made: dict[Node, Node] = {}
    loops: dict[Loop, Loop] = {}
    for vertex in ordered(program).vertices:
        if isinstance(vertex, Node) and known is not None and vertex in known:
            made[vertex] = read(known[vertex])
        elif isinstance(vertex, Loop):
            loops[vertex] = _loop(vertex, made)
        elif isinstance(vertex, Row):
            made[vertex] = place
        elif isinstance(vertex, Read):
            made[vertex] = replace(vertex, index=place if vertex.index is None else made[vertex.index])
        elif isinstance(vertex, Result):
            made[vertex] = replace(vertex, loop=loops[vertex.loop])
        elif isinstance(vertex, (Index, Carried)):
            made[vertex] = replace(vertex)
        else:
            made[vertex] = _remade(vertex, made)
    outputs = tuple(replace(output, node=made[output.node]) for output in program.outputs)
    notes = {made[node]: note for node, note in program.notes.items() if node in made}
    return replace(program, columns=tuple(columns), outputs=outputs, notes=notes)


def _loop(loop: Loop, made: dict[Node, Node]) -> Loop:
    index = made[loop.index]
    carried = [made[one] for one in loop.carried]
    assert isinstance(index, Index)
    return Loop(
        made[loop.start],
        made[loop.end],
        index,
        tuple(one for one in carried if isinstance(one, Carried)),
        tuple(made[one] for one in loop.initial),
        tuple(made[one] for one in loop.next),
        None if loop.again is None else made[loop.again],
    )


def _remade(node: Node, made: dict[Node, Node]) -> Node:
    """The same operation on the new operands."""
    found = copy(node)
    for one in fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            object.__setattr__(found, one.name, made[value])
    return found
