"""Whether a loop was made before: bodies are compared by what they compute, not by which positions they name.

Every clause of a document asks the same gates and vetoes of the same lists; each is to be walked only once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from yanlian.engine.native.ir import Carried, Index, Loop, Node
from yanlian.engine.native.order import Vertex, below
from yanlian.engine.native.show import kind

_Leaves = frozenset[Node]
_NONE: _Leaves = frozenset()


class SameLoops:
    """Remembers loops by their meaning."""

    def __init__(self) -> None:
        self._loops: dict[Hashable, Loop] = {}
        self._open: dict[Vertex, _Leaves] = {}

    def first(self, loop: Loop) -> Loop:
        """The loop that was first made with this meaning; it itself when there was none."""
        return self._loops.setdefault(self._meaning(loop), loop)

    def _meaning(self, loop: Loop) -> Hashable:
        """What hangs on the loop's own positions and values, in canonical order; anything else is what it is."""
        inner: _Leaves = _NONE
        number: dict[Vertex, int] = {}
        lines: list[Hashable] = []
        todo: list[tuple[Vertex, bool]] = [(loop, False)]
        while todo:
            vertex, expanded = todo.pop()
            if vertex in number:
                continue
            own = vertex is loop or not inner.isdisjoint(self._leaves(vertex))
            if own and not expanded:
                if isinstance(vertex, Loop):
                    inner |= {vertex.index, *vertex.carried}
                todo.append((vertex, True))
                todo += [(one, False) for one in reversed(below(vertex)) if one not in number]
                continue
            number[vertex] = len(number)
            lines.append((kind(vertex), tuple(number[one] for one in below(vertex))) if own else vertex)
        return tuple(lines)

    def _leaves(self, vertex: Vertex) -> _Leaves:
        """The positions and carried values of loops around it that a vertex hangs on."""
        todo: list[Vertex] = [vertex]
        while todo:
            one = todo[-1]
            if one in self._open:
                todo.pop()
                continue
            parts = below(one)
            missing = [part for part in parts if part not in self._open]
            if missing and not isinstance(one, (Index, Carried)):
                todo += missing
                continue
            self._open[one] = self._own(one, parts)
            todo.pop()
        return self._open[vertex]

    def _own(self, one: Vertex, parts: Sequence[Vertex]) -> _Leaves:
        if isinstance(one, (Index, Carried)):
            return frozenset((one,))
        found = _NONE
        for part in parts:
            if not self._open[part] <= found:
                found |= self._open[part]
        return found - {one.index, *one.carried} if isinstance(one, Loop) else found
