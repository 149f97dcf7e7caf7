"""A program in pieces: each a short loop over some rows, plain ones apart from those with jumps.

Values without jumps, without numbers above 64 bits and without divisions that only integers can do are worked out for
several rows at once (`lanes`), the rest row by row (`body`). And the time to make code grows faster than a function. So
a program is cut: pieces run one after another over a block of rows, and what a later piece needs is kept in a buffer of
that block or, when it takes only a few steps, computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from yanlian.engine.native.counted import questions, span_of
from yanlian.engine.native.doubles import by_doubles
from yanlian.engine.native.ir import Divide, Lookup, Loop, Node, Program, Read, Result
from yanlian.engine.native.order import Vertex, below
from yanlian.engine.native.regions import Regions

# Measured: one piece of 7,000 values takes many times as long to compile as pieces of 100 and keeps most of its values
# in memory; from 60 to 150 there is little between them.
WEIGHT_MAX = 100
_WEIGHT_WIDE = 4
_STEPS_CHEAP = 4


@dataclass(eq=False, slots=True)
class Piece:
    """`members`: what it computes of a row, operands first. `loads`, `stores`: which values it takes from and leaves in
    buffers of the block; `outputs`: the numbers of those it fills; `plain`: several rows can be done at once;
    `span`: the column of positions of the loops in it that count (see counted.py)."""

    plain: bool
    span: int | None = None
    members: list[Vertex] = field(default_factory=list)
    loads: list[Node] = field(default_factory=list)
    stores: list[Node] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Unit:
    """What cannot be cut: a value, or a loop and what is left of it, with all that runs inside."""

    number: int
    vertices: list[Vertex]
    plain: bool
    weight: int
    needs: list[Node]
    span: int | None = None
    steps: int = 0
    level: int = 0
    piece: Piece | None = None

    @property
    def cheap(self) -> bool:
        return self.steps <= _STEPS_CHEAP


def cut(program: Program, regions: Regions) -> list[Piece]:
    """The pieces of a program in the order in which they run."""
    units = _units(regions)
    of: dict[Vertex, _Unit] = {vertex: unit for unit in units for vertex in unit.vertices}
    for unit in units:
        _weigh(unit, of)
    pieces: list[tuple[Piece, list[_Unit]]] = []
    for level in sorted({unit.level for unit in units if not unit.cheap}):
        pieces += _filled([unit for unit in units if unit.level == level and not unit.cheap])
    for number, output in enumerate(program.outputs):
        piece = of[output.node].piece if output.node in of else None
        if piece is None:
            if not pieces or not pieces[-1][0].plain:
                pieces.append((Piece(plain=True), []))
            piece = pieces[-1][0]
        piece.outputs.append(number)
    for piece, own in pieces:
        _complete(program, piece, own, of)
    return [piece for piece, _ in pieces]


def _units(regions: Regions) -> list[_Unit]:
    row = regions.row
    left_of: dict[Loop, list[Vertex]] = {}
    for vertex in row.members:
        if isinstance(vertex, Result):
            left_of.setdefault(vertex.loop, []).append(vertex)
    units: list[_Unit] = []
    for vertex in row.members:
        if isinstance(vertex, Result):
            continue
        inside = regions.inside(vertex)
        needs = {one: None for each in inside for one in below(each) if regions.of.get(one) is row}
        vertices = [vertex, *(left_of.get(vertex, []) if isinstance(vertex, Loop) else [])]
        nodes = [one for one in needs if not isinstance(one, Loop)]
        plain = len(inside) == 1 and _is_plain(vertex)
        weight = sum(_WEIGHT_WIDE if isinstance(one, Node) and one.wide else 1 for one in inside)
        counts = isinstance(vertex, Loop) and questions(vertex, regions) is not None
        span = span_of(vertex) if counts and isinstance(vertex, Loop) else None
        units.append(_Unit(len(units), vertices, plain, weight, nodes, span))
    return units


def _is_plain(vertex: Vertex) -> bool:
    """Whether several rows can be done at once."""
    if isinstance(vertex, Loop) or any(isinstance(one, Node) and one.wide for one in (vertex, *below(vertex))):
        return False
    if isinstance(vertex, Divide):
        return by_doubles(vertex)
    # Eight places to read from are eight reads, whoever writes them.
    return not (isinstance(vertex, Lookup) or (isinstance(vertex, Read) and vertex.index is not None))


def _weigh(unit: _Unit, of: dict[Vertex, _Unit]) -> None:
    """Levels: even ones are plain, odd ones are not; a unit stands no lower than what it needs."""
    below_ = [of[one] for one in unit.needs]
    unit.steps = 1 + sum(one.steps for one in below_) if unit.plain else _STEPS_CHEAP + 1
    unit.steps = min(unit.steps, _STEPS_CHEAP + 1)
    least = max((one.level for one in below_ if not one.cheap), default=0)
    unit.level = least + (least % 2 == unit.plain)


def _filled(units: list[_Unit]) -> list[tuple[Piece, list[_Unit]]]:
    """Units of one level, in their order, in pieces of bounded weight."""
    found: list[tuple[Piece, list[_Unit]]] = []
    weight = WEIGHT_MAX
    for unit in units:
        others = found and None not in (unit.span, found[-1][0].span) and unit.span != found[-1][0].span
        if weight + unit.weight > WEIGHT_MAX or not found or others:
            found.append((Piece(plain=unit.plain), []))
            weight = 0
        if unit.span is not None:
            found[-1][0].span = unit.span
        unit.piece = found[-1][0]
        found[-1][1].append(unit)
        weight += unit.weight
    return found


def _complete(program: Program, piece: Piece, own: list[_Unit], of: dict[Vertex, _Unit]) -> None:
    """Says what a piece computes again and what it takes from those before it."""
    members = {unit.number: unit for unit in own}
    loads: dict[Node, None] = {}
    asked = [one for unit in own for one in unit.needs]
    asked += [program.outputs[number].node for number in piece.outputs if program.outputs[number].node in of]
    for one in asked:
        unit = of[one]
        if unit.cheap and unit.number not in members:
            members[unit.number] = unit
            asked += unit.needs
        elif unit.piece is not None and unit.piece is not piece and one not in loads:
            loads[one] = None
            if one not in unit.piece.stores:
                unit.piece.stores.append(one)
    piece.loads = list(loads)
    piece.members = [vertex for number in sorted(members) for vertex in members[number].vertices]
