"""Quotients that are found with doubles are exact as far as `by_doubles` lets them."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.native.native_programs import Case, agrees

from yanlian.engine.native.builder import Builder
from yanlian.engine.native.doubles import by_doubles
from yanlian.engine.native.engine import compile_program
from yanlian.engine.native.ir import Column, Divide, Output, Rounding
from yanlian.engine.native.pieces import cut
from yanlian.engine.native.regions import placed

_MOST = (1 << 50) - 1
_DIVISORS = [2, 3, 5, 7, 10, 50, 100, 999, 1000, 1_440_000, (1 << 31) - 1, 10**12, 1 << 48]


def _values(low: int, high: int, divisor: int) -> list[int]:
    """Multiples and halves of multiples, their neighbours, and the ends."""
    pick = random.Random(divisor)
    wholes = [0, 1, 2, 3, high // divisor, high // divisor - 1, *(pick.randint(0, high // divisor) for _ in range(40))]
    near = {k * divisor + part + d for k in wholes for part in (0, divisor // 2, -(-divisor // 2)) for d in (-1, 0, 1)}
    both = near | {-one for one in near} | {low, low + 1, high, high - 1}
    return sorted(one for one in both if low <= one <= high)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("rounding", ["half_up", "trunc", "floor"])
@pytest.mark.parametrize("divisor", _DIVISORS)
def test_quotients_by_constants_at_every_border(divisor: int, rounding: Rounding, signed: bool):
    b = Builder()
    high = _MOST - 2 * divisor
    low = -high if signed else 0
    a = b.read(Column("a", "i64", low, high))
    node = b.divide(a, b.const(divisor), rounding)
    assert isinstance(node, Divide)
    assert by_doubles(node) is not (signed and rounding == "floor")
    program = b.program("by", [Output("q", "i64", node)])
    values = _values(low, high, divisor)
    agrees(Case(program, [np.array(values)], len(values)), compile_program(program))


@pytest.mark.parametrize("low", [0, -(1 << 48)])
@pytest.mark.parametrize("rounding", ["half_up", "trunc", "floor", "half_even"])
def test_quotients_by_a_column_at_every_border(rounding: Rounding, low: int):
    b = Builder()
    high, most = 1 << 48, 1 << 47
    node = b.divide(b.read(Column("a", "i64", low, high)), b.read(Column("b", "i64", 1, most)), rounding)
    program = b.program("by", [Output("q", "i64", node)])
    divisors = [1, *(one for one in _DIVISORS if one <= most), most]
    pairs = [(value, divisor) for divisor in divisors for value in _values(low, high, divisor)]
    columns = [np.array([value for value, _ in pairs]), np.array([divisor for _, divisor in pairs])]
    agrees(Case(program, columns, len(pairs)), compile_program(program))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 1 << 49), st.data())
def test_the_margin_of_the_proof_holds(divisor: int, data: st.DataObject):
    """What doubles give of x - 1/2 lies nearer to the quotient than to any other number, as the module says."""
    number = data.draw(st.integers(0, (1 << 50) - divisor - 1))
    inverse, rest = float(Fraction(1, divisor)), float(Fraction(1, 2 * divisor) - Fraction(1, 2))
    for found in (number * inverse + rest, (number + 0.5) / divisor - 0.5):
        assert abs(Fraction(found) - number // divisor) < Fraction(1, 2)
        assert floor(Fraction(found) + Fraction(1, 2)) == number // divisor


def test_what_doubles_cannot_divide_is_left_to_integers():
    b = Builder()
    large = b.divide(b.read(Column("a", "i64", 0, 1 << 50)), b.const(3), "half_up")
    small = b.divide(b.read(Column("b", "i64", 0, 1 << 40)), b.const(3), "half_up")
    program = b.program("two", [Output("large", "i64", large), Output("small", "i64", small)])
    assert [piece.plain for piece in cut(program, placed(program)) if large in piece.members] == [False]
    assert [piece.plain for piece in cut(program, placed(program)) if small in piece.members] == [True]


@pytest.mark.parametrize("rows", [*range(1, 18), 255, 256, 257, 263])
def test_rows_that_fill_no_vector_are_worked_out_alone(rows: int):
    b = Builder()
    a, flag = b.read(Column("a", "i32", -5, 5)), b.read(Column("flag", "bit"))
    places = Column("places", "i32", 0, rows - 1)
    there = b.read(Column("there", "i64", 0, 1 << 40), b.read(places))
    after = b.read(places, b.arithmetic("min", b.row(), b.const(rows - 1)))
    nodes = [b.choose(flag, a, there), after, b.row(), b.multiply(there, a)]
    program = b.program("few", [Output(f"o{n}", "i64", node) for n, node in enumerate(nodes)])
    pick = np.random.default_rng(rows)
    data = {
        "a": pick.integers(-5, 6, rows).astype(np.int32),
        "flag": pick.integers(0, 256, -(-rows // 8)).astype(np.uint8),
        "places": pick.integers(0, rows, rows).astype(np.int32),
        "there": pick.integers(0, 1 << 40, rows),
    }
    agrees(Case(program, [data[column.name] for column in program.columns], rows), compile_program(program))
