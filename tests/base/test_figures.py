"""Numbers as people write them are read exactly or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2000万元", "20000000"),
        ("0.5亿元", "50000000"),
        ("30%", "0.30"),
        ("1,234.50", "1234.50"),
        ("１２３４．５", "1234.5"),
        ("¥1,000", "1000"),
        ("1 000 万", "10000000"),
        ("-3", "-3"),
        ("50家", "50"),
        (7, "7"),
    ],
)
def test_figures_are_read_as_written(written, value):
    assert parse_figure(written) == Decimal(value)


@pytest.mark.parametrize("written", ["", "abc", "1,23", "1.2.3", "十万", "1e5", "12万亿", 0.5, True, None, "9" * 80])
def test_what_is_no_figure_is_refused(written):
    with pytest.raises(Refused) as refused:
        parse_figure(written)
    assert refused.value.code == "figure_unreadable"


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_thousands_separators_change_nothing(number):
    assert parse_figure(f"{number:,}") == number == parse_figure(str(number))
