"""Loops that count are asked of all children at once, and come to what a walk of each row comes to."""

from __future__ import annotations

import random

import numpy as np
import pytest
from native_programs import Case, agrees, bitmap

from yanlian.engine.native.builder import Builder
from yanlian.engine.native.counted import CHILDREN_MAX
from yanlian.engine.native.engine import compile_program
from yanlian.engine.native.ir import Carried, Column, Index, Loop, Node, Output, Program
from yanlian.engine.native.pieces import cut
from yanlian.engine.native.regions import placed

OFFSETS = Column("offsets", "i32", 0, (1 << 31) - 1)
DAY, KIND = Column("child day", "i32", -100, 40_000), Column("child kind", "i16", 0, 3)
SIZE, FLAG = Column("child size", "i64", 0, 1 << 40), Column("child flag", "bit")
PLACE = Column("place", "i64", 0, 1 << 40)


def walked(b: Builder, most: int, *, first: int = 0, limit: Node | None = None) -> list[Node]:
    """How many children are of kind 1 in some days, whether one is flagged and large, how many are not of kind 2."""
    start, end = b.read(OFFSETS), b.read(OFFSETS, b.add(b.row(), b.const(1)))
    border = b.const(1 << 39) if limit is None else limit

    def body(index: Index, carried: tuple[Carried, ...]) -> list[Node]:
        day, kind = b.read(DAY, index), b.read(KIND, index)
        due = b.both(b.compare("=", kind, b.const(1)), b.compare("<", b.const(7), day))
        large = b.both(b.read(FLAG, index), b.compare("<", border, b.read(SIZE, index)))
        more = [b.arithmetic("min", b.add(one, b.const(1)), b.const(most)) for one in (carried[0], carried[2])]
        other = b.choose(b.compare("=", kind, b.const(2)), carried[2], more[1])
        return [b.choose(due, more[0], carried[0]), b.either(carried[1], large), other]

    initial = [b.const(first), b.false, b.const(0)]
    return b.loop(start, end, initial, [(0, most), (0, 1), (0, most)], body)


def program_of(most: int, *, first: int = 0, by_row: bool = False) -> Program:
    b = Builder()
    some, any_, others = walked(b, most, first=first, limit=b.read(PLACE) if by_row else None)
    outputs = [Output("some", "i64", some), Output("any", "i8", any_), Output("others", "i32", others)]
    return b.program("counting", outputs)


def case_of(program: Program, counts: list[int], seed: int) -> Case:
    pick = np.random.default_rng(seed)
    total = max(1, sum(counts))
    data = {
        OFFSETS: np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        DAY: pick.integers(0, 20, total).astype(np.int32),
        KIND: pick.integers(0, 4, total).astype(np.int16),
        SIZE: pick.integers(0, 1 << 40, total),
        FLAG: bitmap(pick.integers(0, 2, total).tolist()),
        PLACE: pick.integers(0, 1 << 40, len(counts)),
    }
    return Case(program, [data[one] for one in program.columns], len(counts))


def spans(program: Program) -> list[int]:
    return [piece.span for piece in cut(program, placed(program)) if piece.span is not None]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_number_of_children_the_rows_have(seed: int) -> None:
    program = program_of(1 << 20)
    assert spans(program)
    kernel = compile_program(program)
    pick = random.Random(seed)
    for rows in (1, 7, 8, 255, 256, 257, 700):
        kinds = pick.choice([[0], [0, 0, 1, 2, 5], [0, 3, 60, 200], [9]])
        agrees(case_of(program, [pick.choice(kinds) for _ in range(rows)], seed), kernel)


def test_a_row_with_more_children_than_are_asked_at_once() -> None:
    program = program_of(1 << 20)
    kernel = compile_program(program)
    for many in (CHILDREN_MAX - 1, CHILDREN_MAX, CHILDREN_MAX + 1, 3 * CHILDREN_MAX):
        agrees(case_of(program, [2] * 100 + [many] + [1] * 500, many), kernel)


def test_counts_go_no_higher_than_they_may() -> None:
    program = program_of(3)
    assert spans(program)
    agrees(case_of(program, [40, 0, 2, 9] * 30, 1), compile_program(program))


def test_what_hangs_on_the_row_or_does_not_begin_with_nought_is_walked() -> None:
    for program in (program_of(1 << 20, by_row=True), program_of(1 << 20, first=5)):
        assert not spans(program)
        agrees(case_of(program, [0, 3, 1, 12] * 70, 2), compile_program(program))


def test_loops_over_one_span_are_asked_together() -> None:
    b = Builder()
    first, second = walked(b, 1 << 20), walked(b, 9)
    outputs = [Output(f"o{n}", "i64", one) for n, one in enumerate([*first, *second])]
    program = b.program("two", outputs)
    pieces = [piece for piece in cut(program, placed(program)) if piece.span is not None]
    assert [sum(isinstance(one, Loop) for one in piece.members) for piece in pieces] == [2]
    agrees(case_of(program, [0, 3, 1, 30] * 70, 3), compile_program(program))
