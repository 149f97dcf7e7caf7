"""In which order a program's nodes can be computed, and in which loop each of them belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from yanlian.engine.native.ir import Carried, Index, Loop, Node, Program, Result, parts

Vertex: TypeAlias = Node | Loop


class NoOrder(ValueError):
    """A loop's inner value is used outside of the loop, or a value depends on itself."""


@dataclass(frozen=True, slots=True)
class Order:
    """`vertices`: every node and loop that the outputs need, operands first, always in the same order. `home`: the
    innermost loop whose position or carried values a vertex depends on (a loop's own: the one around it)."""

    vertices: tuple[Vertex, ...]
    home: dict[Vertex, Loop | None]

    def bodies(self) -> dict[Loop | None, list[Vertex]]:
        """The vertices by home, operands first; None: those that belong to no loop."""
        found: dict[Loop | None, list[Vertex]] = {None: []}
        for vertex in self.vertices:
            if isinstance(vertex, Loop):
                found.setdefault(vertex, [])
            found.setdefault(self.home[vertex], []).append(vertex)
        return found


def below(vertex: Vertex) -> Sequence[Vertex]:
    """What must be known for a vertex: of a result its loop, of a loop everything outside and inside of it."""
    if isinstance(vertex, Loop):
        again = () if vertex.again is None else (vertex.again,)
        return vertex.start, vertex.end, *vertex.initial, vertex.index, *vertex.carried, *vertex.next, *again
    return (vertex.loop,) if isinstance(vertex, Result) else parts(vertex)


def ordered(program: Program) -> Order:
    """The order of a program. Cost: linear in its size."""
    vertices = _operands_first(output.node for output in program.outputs)
    homes = _homes(vertices)
    for output in program.outputs:
        if homes[output.node] is not None:
            raise NoOrder(f"{output.name} is a value inside of a loop")
    return Order(vertices, homes)


def _operands_first(roots: Iterable[Node]) -> tuple[Vertex, ...]:
    """Depth first with a stack of its own: a program may be deeper than Python's."""
    found: list[Vertex] = []
    finished: dict[Vertex, bool] = {}
    for root in roots:
        stack: list[tuple[Vertex, bool]] = [(root, False)]
        while stack:
            vertex, expanded = stack.pop()
            if expanded:
                finished[vertex] = True
                found.append(vertex)
            elif vertex not in finished:
                stack.append((vertex, True))
                finished[vertex] = False
                stack += [(one, False) for one in reversed(below(vertex)) if not _known(one, finished)]
    return tuple(found)


def _known(vertex: Vertex, finished: dict[Vertex, bool]) -> bool:
    done = finished.get(vertex)
    if done is False:
        raise NoOrder("a value depends on itself")
    return done is True


def _homes(vertices: Sequence[Vertex]) -> dict[Vertex, Loop | None]:
    """A vertex inside of nested loops names them all; the one that needs all the others is the innermost."""
    owner: dict[Vertex, Loop] = {}
    needs: dict[Vertex, frozenset[Loop]] = {}
    homes: dict[Vertex, Loop | None] = {}
    for loop in (one for one in vertices if isinstance(one, Loop)):
        owner[loop.index] = loop
        owner.update((one, loop) for one in loop.carried)
    for vertex in vertices:
        needed: frozenset[Loop] = frozenset()
        if isinstance(vertex, (Index, Carried)):
            if vertex not in owner:
                raise NoOrder("a value of a loop that nobody asks")
            needed = frozenset((owner[vertex],))
        for one in below(vertex):
            if not needs[one] <= needed:
                needed |= needs[one]
        needs[vertex] = needed - {vertex} if isinstance(vertex, Loop) else needed
    for vertex in vertices:
        homes[vertex] = max(needs[vertex], key=lambda loop: len(needs[loop]), default=None)
    return homes
