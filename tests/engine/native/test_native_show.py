"""Programs as text, their digest, and programs that have no order."""

from __future__ import annotations

import pytest

from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import Carried, Column, Index, Loop, Node, Output, Program, Result
from yanlian.engine.native.order import NoOrder, ordered
from yanlian.engine.native.show import digest, shown

_OFFSET, _VALUE = Column("offset", "i32", 0, 100), Column("value", "i64", 0, 10**6)
_TEXT = """\
program mean
  column offset: i32  # 0..100
  column value: i64  # 0..1000000
  table t0: 3 numbers [2, 3, 5]
  v1 = offset[row]  # 0..100
  v2 = offset[row + 1]  # 0..100
  c1 = 0  # 0..100000000
  for i1 in v1 ..< v2:
    v3 = c1 + value[i1]  # 0..101000000
    next c1 = v3
    while v3 < 5000
  v4 = last c1  # 0..100000000 all of it
  v5 = v4 / max(v2 - v1, 1) half_up  # 0..100000000
  out mean: i64 = v5  # 0..100000000
  out place: i8 = t0[min(v5, 2)]  # 2..5
  out large: i8 = (not (v5 < 10) or (v4 = 7))  # truth
"""


def _mean(note: str = "all of it", limit: int = 5000) -> Program:
    b = Builder()
    start, end = b.read(_OFFSET, b.row()), b.read(_OFFSET, b.add(b.row(), b.const(1)))
    (total,) = b.loop(
        start,
        end,
        [b.const(0)],
        [(0, 10**8)],
        lambda index, carried: [b.add(carried[0], b.read(_VALUE, index))],
        lambda after: b.compare("<", after[0], b.const(limit)),
    )
    b.notes[total] = note
    mean = b.divide(total, b.arithmetic("max", b.subtract(end, start), b.const(1)), "half_up")
    place = b.lookup([2, 3, 5], b.arithmetic("min", mean, b.const(2)))
    large = b.either(b.compare(">=", mean, b.const(10)), b.compare("=", total, b.const(7)))
    return b.program("mean", [Output("mean", "i64", mean), Output("place", "i8", place), Output("large", "i8", large)])


def test_a_program_is_text_for_a_person():
    assert shown(_mean()) == _TEXT


def test_the_same_program_gives_the_same_text_and_digest():
    assert shown(_mean()) == shown(_mean())
    assert digest(_mean()) == digest(_mean())


def test_notes_change_the_text_and_not_the_digest():
    assert shown(_mean("another word")) != shown(_mean())
    assert digest(_mean("another word")) == digest(_mean())


def test_whatever_changes_the_meaning_changes_the_digest():
    b = Builder()
    a, c = b.read(_OFFSET), b.read(_VALUE)
    nodes: list[Node] = [a, c, b.add(a, c), b.subtract(a, c), b.add(a, b.const(1)), b.add(a, b.const(2))]
    nodes += [b.divide(c, b.const(7), rounding) for rounding in ("floor", "trunc", "half_up", "half_even")]
    nodes += [b.choose(b.compare("<", a, b.const(9)), a, c, lazy=lazy) for lazy in (True, False)]
    nodes += [b.compare(op, a, b.const(9)) for op in ("<", "<=", "=", "!=")]
    programs = [b.program("p", [Output("o", "i64", node)]) for node in nodes]
    programs += [b.program("p", [Output("other", "i64", a)]), b.program("p", [Output("o", "i32", a)])]
    programs += [_mean(limit=limit) for limit in (1, 2)]
    assert len({digest(program) for program in programs}) == len(programs)


def _program(node: Node) -> Program:
    return Program("p", (), (), (Output("o", "i64", node),))


def test_a_value_of_a_loop_is_refused_outside_of_it():
    b = Builder()
    seen: list[Index] = []
    (last,) = b.loop(b.const(0), b.const(3), [b.const(0)], [(0, 9)], lambda i, c: [seen.append(i) or c[0]])
    with pytest.raises(NoOrder):
        ordered(_program(b.add(last, seen[0])))
    with pytest.raises(NoOrder):
        ordered(_program(seen[0]))


def test_a_loop_that_needs_its_own_result_is_refused():
    b = Builder()
    index, carried = Index(0, 2, False), Carried(0, 9, False)
    loop = Loop(b.const(0), b.const(3), index, (carried,), (b.const(0),))
    result = Result(0, 9, False, loop, 0)
    loop.next = (result,)
    with pytest.raises(NoOrder):
        ordered(_program(result))
