"""One cell of a department's file: exact or refused."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.apps.registry.imports.cells import Cell, clean_text, reader_of, text_of
from yanlian.apps.registry.imports.mapping import load_mapping
from yanlian.base.money import parse_fen
from yanlian.base.refusal import Refused


def read(department: str, dataset: str, field: str, found: str, unit: str = "") -> object:
    column = next(column for column in load_mapping(department, dataset).columns if column.field.key == field)
    return reader_of(column, unit or next(iter(column.headers.values())))(found)


def refused(department: str, dataset: str, field: str, found: str, unit: str = "") -> str:
    with pytest.raises(Refused) as caught:
        read(department, dataset, field, found, unit)
    assert caught.value.text("zh")
    return caught.value.code


@given(st.integers(min_value=0, max_value=10**14), st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]))
def test_the_quick_way_for_amounts_reads_what_the_careful_way_reads(number: int, unit: str):
    text = f"{number // 100}.{number % 100:02d}"
    try:
        expected: object = parse_fen(text, unit)
    except Refused:
        expected = refused("tax", "tax_year", "revenue", text, unit)
        assert expected == "money_too_large"
    else:
        assert read("tax", "tax_year", "revenue", text, unit) == expected


@pytest.mark.parametrize(
    ("field", "found", "stored"),
    [
        ("revenue", "", None),
        ("revenue", "  ", None),
        ("revenue", ".50 ", "money_unreadable"),
        ("revenue", "12.3", 1_230),
        ("revenue", "2000万元", 2_000_000_000),
        ("revenue", "-5", "value_negative"),
        ("revenue", "-0.01", "value_negative"),
        ("net_assets", "-5", -500),
        ("revenue", "1.234", "money_below_fen"),
        ("revenue", "(5)", "money_unreadable"),
        ("revenue", "无", "money_unreadable"),
        ("year", "2024年", 2024),
        ("year", "", "value_blank"),
        ("year", "24", "year_unreadable"),
    ],
)
def test_cells_of_tax_returns(field: str, found: str, stored: object):
    if isinstance(stored, str):
        assert refused("tax", "tax_year", field, found) == stored
    else:
        assert read("tax", "tax_year", field, found) == stored


@pytest.mark.parametrize(
    ("found", "unit", "stored"),
    [
        ("0.0435", "1", 43_500),
        ("4.35%", "1", 43_500),
        ("4.35", "%", 43_500),
        ("4.35%", "%", 43_500),
        ("0.00000001", "1", "rate_too_fine"),
        ("0.043500000000000000000000000000000001", "1", "figure_unreadable"),
        ("-1", "1", "value_negative"),
    ],
)
def test_rates_are_whole_millionths(found: str, unit: str, stored: object):
    if isinstance(stored, str):
        assert refused("bank", "loan", "rate", found, unit) == stored
    else:
        assert read("bank", "loan", "rate", found, unit) == stored


def test_areas_counts_flags_and_listed_words():
    assert read("park", "lease", "area", "1,200.55") == 120_055
    assert refused("park", "lease", "area", "1.555") == "rate_too_fine"
    assert read("hr", "staff_year", "employees", "12人") == 12
    assert read("hr", "staff_year", "employees", "1,200") == 1_200
    assert refused("hr", "staff_year", "employees", "12.5") == "count_unreadable"
    assert refused("hr", "staff_year", "employees", "9" * 20) == "value_too_large"
    assert read("market", "registration", "strategic", "Ｙ") is True
    assert refused("market", "registration", "strategic", "也许") == "flag_unreadable"
    assert read("market", "registration", "status", "在业") == "存续"
    assert read("market", "registration", "cluster", "软件 信息") == "software"
    assert refused("market", "registration", "status", "良好") == "value_not_listed"


def test_words_for_none_count_only_where_an_empty_cell_means_none():
    assert read("sci", "science_title", "expires_on", "长期") is None
    assert refused("sci", "science_title", "issued_on", "长期") == "date_unreadable"


def test_months_of_insurance_are_their_first_and_last_day():
    assert read("hr", "insurance", "starts_on", "2024年2月") == "2024-02-01"
    assert read("hr", "insurance", "ends_on", "202402") == "2024-02-29"
    assert read("hr", "insurance", "ends_on", "2024-02-10") == "2024-02-10"


def test_a_key_that_may_be_absent_is_kept_as_an_empty_text():
    assert read("fin", "upper_fund", "title_number", "") == ""
    assert refused("fin", "upper_fund", "document_number", "") == "value_blank"


def test_invisible_characters_go_and_control_characters_are_refused():
    assert clean_text("甲\u200b乙\n丙\u3000丁", 20) == "甲乙 丙 丁"
    with pytest.raises(Refused, match="text_has_control"):
        clean_text("甲\x07乙", 20)
    with pytest.raises(Refused, match="value_too_long"):
        clean_text("长" * 21, 20)


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (1234.56, "money", "1234.56"),
        (0.1 + 0.2, "money", "0.3"),
        (1e-7, "rate", "0.0000001"),
        (2024.0, "year", "2024"),
        (370212.0, "code", "370212"),
        (20250131.0, "date", "20250131"),
        (date(2025, 1, 31), "date", "2025-01-31"),
        (datetime(2025, 1, 31), "date", "2025-01-31 00:00:00"),
        (True, "flag", "是"),
        ("x", "code", "x"),
    ],
)
def test_typed_cells_read_as_a_person_would_have_written_them(cell: Cell, kind: str, text: str):
    assert text_of(cell, kind) == text


@pytest.mark.parametrize(
    ("cell", "kind", "code"),
    [
        (9.137e17, "code", "code_is_number"),
        (45688.0, "date", "date_is_number"),
        (date(2025, 1, 1), "code", "cell_kind_wrong"),
        (date(2025, 1, 1), "money", "cell_kind_wrong"),
        (True, "money", "cell_kind_wrong"),
        (time(8), "date", "cell_kind_wrong"),
    ],
)
def test_cells_that_a_spreadsheet_has_spoilt_are_refused(cell: Cell, kind: str, code: str):
    with pytest.raises(Refused) as caught:
        text_of(cell, kind)
    assert caught.value.code == code
