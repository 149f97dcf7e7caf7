"""The machine code gives what the slow meaning gives, on programs and data at random and at their borders."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.native.native_programs import EFFORTS, agrees, random_case

from yanlian.engine.native.engine import compile_program

_SEEDS = st.integers(0, 1 << 40)
_MANY = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
_FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@_MANY
@given(_SEEDS)
def test_any_program_of_numbers_up_to_128_bits_agrees_with_its_slow_meaning(seed: int):
    case = random_case(seed)
    for effort in EFFORTS:
        agrees(case, compile_program(case.program, effort=effort))


@_FEW
@given(_SEEDS)
def test_any_program_of_numbers_up_to_64_bits_agrees_with_its_slow_meaning(seed: int):
    case = random_case(seed, rows=150, wide=False)
    for effort in EFFORTS:
        agrees(case, compile_program(case.program, effort=effort))


@_FEW
@given(_SEEDS, st.sampled_from([0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 129]))
def test_any_number_of_rows_is_filled_to_the_last_and_no_further(seed: int, rows: int):
    case = random_case(seed, rows=130, size=12)
    case.rows = rows
    for effort in EFFORTS:
        agrees(case, compile_program(case.program, effort=effort))
