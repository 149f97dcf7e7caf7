"""Where each value of a program is computed: before the rows' loops that need it not, and only in the arm that asks.

A region is a stretch of code that runs or does not run as a whole: a row, a turn of a loop, an arm of a lazy choice. A
value belongs into the innermost region that holds all its uses, but out of every loop in which it does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from yanlian.engine.native.ir import Carried, Choose, Const, Index, Loop, Program, Result
from yanlian.engine.native.order import Order, Vertex, below, ordered


@dataclass(eq=False, slots=True)
class Region:
    """A stretch of code; `members` in the order in which they can be computed; `loop`: the innermost loop around."""

    parent: Region | None
    loop: Loop | None
    depth: int = 0
    jump: Region | None = None
    members: list[Vertex] = field(default_factory=list)

    def inner(self, loop: Loop | None = None) -> Region:
        """A region inside of this one. `jump` is an ancestor far up, so that finding a common one stays quick."""
        far = self.jump
        long = far is not None and far.jump is not None and self.depth - far.depth == far.depth - far.jump.depth
        jump = far.jump if long and far is not None else self
        return Region(self, loop or self.loop, self.depth + 1, jump)


@dataclass(frozen=True, slots=True)
class Regions:
    """The row's own region, each loop's, and both arms of each lazy choice; `of`: where each value is computed."""

    row: Region
    bodies: dict[Loop, Region]
    arms: dict[Choose, tuple[Region, Region]]
    of: dict[Vertex, Region]

    def inside(self, vertex: Vertex) -> list[Vertex]:
        """A vertex and all that runs within it: the turns of a loop, the arms of a lazy choice."""
        found = [vertex]
        for one in found:
            if isinstance(one, Loop):
                found += self.bodies[one].members
            elif isinstance(one, Choose) and one in self.arms:
                found += (member for arm in self.arms[one] for member in arm.members)
        return found


def placed(program: Program) -> Regions:
    """Gives every value its region. Cost: n log n."""
    order = ordered(program)
    regions = Regions(Region(None, None), {}, {}, {})
    left: dict[Loop, list[Vertex]] = {}
    meeting: dict[Vertex, Region] = {output.node: regions.row for output in program.outputs}
    for vertex in reversed(order.vertices):
        if isinstance(vertex, (Const, Index, Carried)):
            continue
        if isinstance(vertex, Result):
            # What is left of a loop is known where the loop is, however far inside it is asked for.
            left.setdefault(vertex.loop, []).append(vertex)
            uses: list[tuple[Vertex, Region]] = [(vertex.loop, meeting[vertex])]
        else:
            region = _outside(meeting[vertex], order, regions, vertex)
            for one in (*(left[vertex] if isinstance(vertex, Loop) else ()), vertex):
                region.members.append(one)
                regions.of[one] = region
            uses = _uses(vertex, region, regions)
        for one, use in uses:
            known = meeting.get(one)
            meeting[one] = use if known is None or known is use else _common(known, use)
    for region in _all(regions):
        region.members.reverse()
    return regions


def _all(regions: Regions) -> list[Region]:
    return [regions.row, *regions.bodies.values(), *(arm for pair in regions.arms.values() for arm in pair)]


def _outside(region: Region, order: Order, regions: Regions, vertex: Vertex) -> Region:
    while region.loop is not order.home[vertex]:
        assert region.loop is not None, "a value of a loop is used outside of it"
        around = regions.bodies[region.loop].parent
        assert around is not None
        region = around
    return region


def _uses(vertex: Vertex, region: Region, regions: Regions) -> list[tuple[Vertex, Region]]:
    """What a vertex needs, and where."""
    if isinstance(vertex, Loop):
        body = regions.bodies[vertex] = region.inner(vertex)
        outside = [(one, region) for one in (vertex.start, vertex.end, *vertex.initial)]
        again = () if vertex.again is None else (vertex.again,)
        return [*outside, *((one, body) for one in (*vertex.next, *again))]
    if isinstance(vertex, Choose) and vertex.lazy:
        then, otherwise = regions.arms[vertex] = region.inner(), region.inner()
        return [(vertex.condition, region), (vertex.then, then), (vertex.otherwise, otherwise)]
    return [(one, region) for one in below(vertex)]


def _common(a: Region, b: Region) -> Region:
    """The innermost region around both."""
    a, b = (a, b) if a.depth >= b.depth else (b, a)
    while a.depth > b.depth:
        a = _up(a, a.jump is not None and a.jump.depth >= b.depth)
    while a is not b:
        far = a.jump is not b.jump
        a, b = _up(a, far), _up(b, far)
    return a


def _up(region: Region, far: bool) -> Region:
    found = region.jump if far else region.parent
    assert found is not None
    return found
