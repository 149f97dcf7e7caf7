"""How money, numbers and dates are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yanlian.ui import numbers

FEN = st.integers(min_value=-(10**17), max_value=10**17)


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("fen", "written"),
    [(None, "-"), (0, "¥0.00"), (1, "¥0.01"), (123456, "¥1,234.56"), (-123456, "-¥1,234.56"),
     (10**16, "¥100,000,000,000,000.00")],
)  # fmt: skip
def test_yuan_is_written_to_the_fen(fen, written):
    assert numbers.yuan(fen) == written


@given(FEN)
def test_yuan_loses_no_fen(fen):
    assert Decimal(numbers.yuan_plain(fen).replace(",", "")) * 100 == fen


@pytest.mark.parametrize(
    ("fen", "written"),
    [(None, "-"), (0, "0.00"), (4_999, "0.00"), (5_000, "0.01"), (-5_000, "-0.01"), (1_234_565_000, "1,234.57"),
     (-4_999, "0.00")],
)  # fmt: skip
def test_wan_rounds_half_away_from_zero_to_two_decimals(fen, written):
    assert numbers.wan(fen) == written


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "0.00元"),
        (999_999, "9,999.99元"),
        (1_000_000, "1.00万元"),
        (9_999_999_999, "10,000.00万元"),
        (10_000_000_000, "1.00亿元"),
        (9_000_000_000_000, "900.00亿元"),
        (-10_000_000_000, "-1.00亿元"),
        (None, "-"),
    ],
)
def test_a_headline_takes_the_unit_that_reads_best(fen, written):
    assert str(numbers.headline(fen)) == written


def test_a_headline_in_english_counts_in_millions_and_billions(in_english):
    assert str(numbers.headline(8_400_000_000)) == "CNY 84.00 m"
    assert str(numbers.headline(9_000_000_000_000)) == "CNY 90.00 bn"


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        (90_000_000_000, "900亿元", "CNY 90 bn"),
        (860_000_000, "8.6亿元", "CNY 860 m"),
        (84_000_000, "8,400万元", "CNY 84 m"),
        (1234, "1,234元", "CNY 1,234"),
        (1_234_567, "1,234,567元", "CNY 1.234567 m"),
    ],
)
def test_published_money_has_exactly_the_digits_of_its_source(yuan, zh, en):
    assert numbers.published_money(Decimal(yuan)) == zh
    with translation.override("en"):
        assert numbers.published_money(Decimal(yuan)) == en


def test_large_counts_use_yi_and_wan_only_when_no_digit_is_lost():
    assert numbers.large(Decimal(350_000_000)) == "3.5亿"
    assert numbers.large(Decimal(78_000)) == "7.8万"
    assert numbers.large(Decimal(78_001)) == "78,001"


def test_none_is_a_dash_and_zero_is_zero():
    assert numbers.number(None) == "-"
    assert numbers.number(0) == "0"
    assert numbers.number(4643) == "4,643"
    assert numbers.number(Decimal("1234.50")) == "1,234.5"
    assert numbers.number(Decimal("100")) == "100"


def test_thousands_are_separated_in_both_languages(in_english):
    assert numbers.number(4643) == "4,643"


def test_ratios_are_percent():
    assert numbers.percent(Decimal("0.1234")) == "12.3%"
    assert numbers.percent(Decimal("0.1235"), 1) == "12.4%"
    assert numbers.rate(38_500) == "3.85%"


def test_dates():
    day = date(2026, 1, 5)
    assert numbers.iso(day) == "2026-01-05"
    assert numbers.long_date(day) == "2026年1月5日"
    with translation.override("en"):
        assert numbers.long_date(day) == "5 January 2026"


def test_moments_are_in_shanghai_time():
    assert numbers.stamp(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)) == "2026-01-06 07:30"
    assert numbers.iso(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)) == "2026-01-06"


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (1050, "壹拾元零伍角整"),
        (1205, "壹拾贰元零伍分"),
        (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (1_001_005, "壹万零壹拾元零伍分"),
        (10_000_500, "壹拾万零伍元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (100_010_000_000, "壹拾亿零壹拾万元整"),
    ],
)
def test_amounts_in_capitals_follow_the_rules_for_bills(fen, written):
    assert numbers.capitals(fen) == written


@given(st.integers(min_value=0, max_value=10**15))
def test_two_amounts_never_share_their_capitals(fen):
    assert numbers.capitals(fen) != numbers.capitals(fen + 1)
