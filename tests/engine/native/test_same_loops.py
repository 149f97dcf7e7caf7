"""Loops that mean the same are made once."""

from yanlian.engine.native import Builder, Column
from yanlian.engine.native.ir import Node

FROM, UPTO = Column("from", "i32", 0, 9), Column("upto", "i32", 0, 9)
AMOUNT, LIMIT = Column("amount", "i32", 0, 99), Column("limit", "i32", 0, 99)


def _sum(b: Builder, over: Node, first: int = 0) -> Node:
    def turn(index: Node, state: tuple[Node, ...]) -> list[Node]:
        amount = b.read(AMOUNT, index)
        kept = b.choose(b.compare("<", over, amount), amount, b.const(0))
        return [b.narrowed(b.add(state[0], kept), 0, 999)[0]]

    return b.loop(b.read(FROM), b.read(UPTO), [b.const(first)], [(0, 999)], turn)[0]


def test_equal_walks_are_one() -> None:
    b = Builder()
    assert _sum(b, b.read(LIMIT)) is _sum(b, b.read(LIMIT))


def test_walks_that_compare_with_something_else_are_two() -> None:
    b = Builder()
    assert _sum(b, b.read(LIMIT)) is not _sum(b, b.const(3))


def test_walks_that_begin_otherwise_are_two() -> None:
    b = Builder()
    assert _sum(b, b.read(LIMIT)) is not _sum(b, b.read(LIMIT), first=1)


def _nested(b: Builder, step: int) -> Node:
    def outer(index: Node, state: tuple[Node, ...]) -> list[Node]:
        def inner(place: Node, more: tuple[Node, ...]) -> list[Node]:
            found = b.add(b.add(more[0], b.read(AMOUNT, place)), b.add(index, b.const(step)))
            return [b.narrowed(found, 0, 999)[0]]

        return b.loop(b.const(0), b.read(UPTO), [state[0]], [(0, 999)], inner)

    return b.loop(b.read(FROM), b.read(UPTO), [b.const(0)], [(0, 999)], outer)[0]


def test_walks_within_walks_are_compared_to_the_bottom() -> None:
    b = Builder()
    first = _nested(b, 1)
    assert _nested(b, 1) is first
    assert _nested(b, 2) is not first
