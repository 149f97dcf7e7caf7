"""Whole-number division is exact in every width and rounding, up to the ends of 128 bits."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.engine.native.native_programs import EFFORTS, LEAST, MOST, ROUNDINGS, Case, Maker, agrees

from yanlian.engine.native.builder import Builder, rounded
from yanlian.engine.native.engine import compile_program
from yanlian.engine.native.ir import Arithmetic, Column, Node, Output, Program, Rounding
from yanlian.engine.native.reference import run_slowly

_WORD = 1 << 64
_DIVISORS = [1, 2, 3, 5, 7, 10, 100, 10**4, 10**6, 36_000, (1 << 31) - 1, 1 << 32, (1 << 32) + 1, 10**13, (1 << 63) - 1]
_DIVISORS += [1 << 63, (1 << 63) + 1, _WORD - 1, _WORD, _WORD + 1, 10**25, (1 << 100) + 7, 1 << 126, MOST]


def _joined(b: Builder, name: str, low: int, high: int) -> Node:
    """A number of 128 bits from two columns of 64, in a range that is given, not worked out."""
    upper, lower = b.read(Column(name + "_high", "i64", -(1 << 63), (1 << 63) - 1)), Column(name + "_low", "i64")
    part = b.read(Column(lower.name, "i64", -(1 << 63), (1 << 63) - 1))
    shifted = Arithmetic(LEAST, MOST - (_WORD - 1), False, "*", upper, b.const(_WORD))
    return Arithmetic(low, high, False, "+", shifted, b.add(part, b.const(1 << 63)))


def _halves(values: list[int]) -> list[np.ndarray]:
    return [
        np.array([value >> 64 for value in values], dtype=np.int64),
        np.array([(value & (_WORD - 1)) - (1 << 63) for value in values], dtype=np.int64),
    ]


def _written(b: Builder, nodes: list[Node]) -> list[Output]:
    maker = Maker(random.Random(0), 0, wide=True, b=b)
    return [output for n, node in enumerate(nodes) for output in maker.written(f"q{n}", node)]


def _near(divisor: int, least: int) -> list[int]:
    """Multiples and halves of multiples, one before and one after, and the ends."""
    wholes = [0, 1, 2, 3, 7, _WORD // divisor, MOST // divisor, MOST // divisor // 2, MOST // divisor // 3]
    values = [k * divisor + part + d for k in wholes for part in (0, divisor // 2) for d in (-1, 0, 1)]
    values += [MOST, MOST - 1, _WORD - 1, _WORD, _WORD + 1, (1 << 63) - 1, 1 << 63]
    both = {value for one in values for value in (one, -one)} | {LEAST, LEAST + 1}
    return sorted(value for value in both if least <= value <= MOST)


@pytest.mark.parametrize("least", [LEAST, 0])
@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_128_bits_by_constants(rounding: Rounding, least: int):
    b = Builder()
    a = _joined(b, "a", least, MOST)
    program = b.program("by", _written(b, [b.divide(a, b.const(divisor), rounding) for divisor in _DIVISORS]))
    values = sorted({value for divisor in _DIVISORS for value in _near(divisor, least)})
    for effort in EFFORTS:
        agrees(Case(program, _halves(values), len(values)), compile_program(program, effort=effort))


@pytest.mark.parametrize("most", [(1 << 63) - 1, _WORD - 1, MOST])
def test_128_bits_by_a_column(most: int):
    b = Builder()
    a, by = _joined(b, "a", LEAST, MOST), _joined(b, "b", 1, most)
    program = b.program("by", _written(b, [b.divide(a, by, rounding) for rounding in ROUNDINGS]))
    pick = random.Random(most)
    divisors = [one for one in _DIVISORS if one <= most]
    divisors += [pick.randint(1, 1 << pick.randint(1, most.bit_length() - 1)) for _ in range(60)]
    pairs = [(value, divisor) for divisor in divisors for value in _near(divisor, LEAST)]
    columns = _halves([value for value, _ in pairs]) + _halves([divisor for _, divisor in pairs])
    for effort in EFFORTS:
        agrees(Case(program, columns, len(pairs)), compile_program(program, effort=effort))


@pytest.mark.parametrize("low", [0, -(1 << 63)])
@pytest.mark.parametrize("storage", ["i64", "i8"])
def test_64_bits_by_constants_and_by_a_column(low: int, storage: str):
    b = Builder()
    high = (1 << 63) - 1
    a = b.read(Column("a", "i64", low, high))
    by = [b.read(Column("b", storage, 1, 127 if storage == "i8" else high))]
    by += [b.const(divisor) for divisor in _DIVISORS[1:9]]
    program = b.program("by", _written(b, [b.divide(a, one, rounding) for one in by for rounding in ROUNDINGS]))
    most = 127 if storage == "i8" else high
    pairs = [(v, d) for d in _DIVISORS if d <= most for v in _near(d, low) if v <= high]
    kind = np.dtype(storage.replace("i", "int"))
    columns = [np.array([v for v, _ in pairs]), np.array([d for _, d in pairs], dtype=kind)]
    for effort in EFFORTS:
        agrees(Case(program, columns, len(pairs)), compile_program(program, effort=effort))


def test_the_slow_meaning_of_a_quotient_is_the_nearest_whole_number_that_the_rounding_allows():
    """The oracle itself, against exact fractions."""
    for a in range(-25, 26):
        for b in (1, 2, 3, 4, 5, 10):
            assert rounded(a, b, "floor") == a // b
            assert rounded(a, b, "trunc") == (abs(a) // b) * (1 if a > 0 else -1)
            sign = 1 if a >= 0 else -1
            assert rounded(a, b, "half_up") == sign * ((2 * abs(a) + b) // (2 * b))
            assert rounded(a, b, "half_even") == _even(a, b)


def _even(a: int, b: int) -> int:
    from fractions import Fraction

    return round(Fraction(a, b))


def test_a_value_outside_of_its_range_is_found_by_the_slow_meaning():
    b = Builder()
    program = Program("p", (Column("a", "i64", 0, 9),), (), (Output("o", "i64", b.read(Column("a", "i64", 0, 9))),))
    with pytest.raises(AssertionError, match=r"10 outside of 0\.\.9"):
        run_slowly(program, [np.array([10])], 1)
