"""Amounts as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.money import LARGEST_FEN, UNITS, fen_of, parse_fen, yuan_of
from yanlian.base.refusal import Refused


@pytest.mark.parametrize(
    ("found", "fen"),
    [
        ("0", 0),
        ("1234", 123_400),
        ("1234.5", 123_450),
        ("1234.50", 123_450),
        ("1,234.50", 123_450),
        ("12,345,678", 1_234_567_800),
        ("２０００", 200_000),
        ("１，０００．５", 100_050),
        ("2000万元", 2_000_000_000),
        ("2000万", 2_000_000_000),
        ("0.5亿", 5_000_000_000),
        ("0.5亿元", 5_000_000_000),
        ("3百万元", 300_000_000),
        ("¥1,000", 100_000),
        ("￥1,000", 100_000),
        ("1234元", 123_400),
        ("1234 元", 123_400),
        ("人民币1234元", 123_400),
        (" 7 ", 700),
        ("-5", -500),
        ("−5.05", -505),
        ("1.500", 150),
        ("0.123456万元", 123_456),
    ],
)
def test_amount_is_read_exactly(found: str, fen: int) -> None:
    assert parse_fen(found) == fen


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("(1,000.00)", "money_unreadable"),
        ("（1000）", "money_unreadable"),
        ("1e5", "money_unreadable"),
        ("9.137e17", "money_unreadable"),
        ("12,34", "money_unreadable"),
        ("1,2345", "money_unreadable"),
        ("1 234", "money_unreadable"),
        ("1.2.3", "money_unreadable"),
        ("", "money_unreadable"),
        ("-", "money_unreadable"),
        ("nan", "money_unreadable"),
        ("一千元", "money_unreadable"),
        ("=1+1", "money_unreadable"),
        ("1" * 61, "money_unreadable"),
        ("1.234", "money_below_fen"),
        ("0.1234567万元", "money_below_fen"),
        ("9" * 19, "money_too_large"),
        ("999999999999亿元", "money_too_large"),
    ],
)
def test_amount_that_is_unclear_is_refused_and_never_rounded(found: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_fen(found)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_unit_of_the_column_counts_only_where_the_cell_names_none() -> None:
    assert parse_fen("1.5", "万元") == 1_500_000
    assert parse_fen("1.55", "万元") == 1_550_000
    assert parse_fen("15000元", "万元") == 1_500_000
    assert parse_fen("0.01亿", "万元") == 100_000_000


def test_large_column_unit_cannot_overflow_the_fast_path() -> None:
    with pytest.raises(Refused, match="money_too_large"):
        parse_fen("999999999999", "亿元")


@given(st.integers(min_value=0, max_value=LARGEST_FEN))
def test_what_is_written_in_yuan_reads_back(fen: int) -> None:
    assert parse_fen(f"{fen // 100}.{fen % 100:02d}") == fen
    assert parse_fen(f"{fen // 100:,}.{fen % 100:02d}") == fen


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=8), st.sampled_from(sorted(UNITS)))
def test_reading_agrees_with_decimal_arithmetic(number: Decimal, unit: str) -> None:
    exact = number * UNITS[unit]
    if exact == exact.to_integral_value() and exact <= LARGEST_FEN:
        assert parse_fen(f"{number:f}", unit) == exact
    else:
        with pytest.raises(Refused):
            parse_fen(f"{number:f}", unit)


@given(st.integers(min_value=-LARGEST_FEN, max_value=LARGEST_FEN))
def test_yuan_and_fen_are_two_spellings_of_one_amount(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen
    assert yuan_of(fen).as_tuple().exponent == -2


def test_yuan_with_a_part_of_a_fen_are_refused() -> None:
    assert fen_of(Decimal("1E+3")) == 100_000
    assert fen_of(Decimal("1.230")) == 123
    with pytest.raises(Refused, match="money_below_fen"):
        fen_of(Decimal("0.001"))
    with pytest.raises(Refused, match="money_unreadable"):
        fen_of(Decimal("NaN"))
