"""Refused rows go back to the department as a file that is safe to open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from registry_files import take, tax_header, tax_row, uscc

from yanlian.apps.registry.imports import BatchResult
from yanlian.apps.registry.imports.answers import answers, write_csv, write_xlsx
from yanlian.apps.registry.models import Entity

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def refused(firm: Entity, csv_file: Callable[..., Path]) -> BatchResult:
    rows = [
        tax_row(uscc(1), 2022),
        tax_row(uscc(1), "甲", "-1"),
        tax_row(uscc(1), 2023, name="别家"),
        tax_row(uscc(7), 2024, "@SUM(1)", name=FORMULA),
    ]
    return take(csv_file([tax_header(), *rows]))


def test_a_row_is_answered_once_with_all_its_reasons(refused: BatchResult):
    found = list(answers(refused.batch, "zh"))
    assert [(one.row, one.refused) for one in found] == [(3, True), (4, False), (5, True)]
    assert found[0].columns == "年度、营业收入"
    assert "甲" in found[0].reasons
    assert "负数" in found[0].reasons
    assert [one.row for one in answers(refused.batch, "en", warnings=False)] == [3, 5]


def test_the_csv_has_the_delivered_columns_and_the_reason_and_no_live_formula(refused: BatchResult):
    out = io.BytesIO()
    write_csv(refused.batch, out)
    text = out.getvalue().decode("utf-8-sig")
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    header, first, last = list(csv.reader(io.StringIO(text)))
    assert header[: len(tax_header())] == tax_header()
    assert header[-1] == "原因和处理办法"
    assert (first[0], first[header.index("行号")], first[header.index("列")]) == (uscc(1), "3", "年度、营业收入")
    assert last[1] == "'" + FORMULA
    assert last[3] == "'@SUM(1)"
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in (first, last) for cell in line)


def test_the_workbook_keeps_every_cell_as_text(refused: BatchResult):
    out = io.BytesIO()
    write_xlsx(refused.batch, out, "en", warnings=True)
    out.seek(0)
    header, *rows = CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()
    assert header[-1] == "Reason and what to do"
    assert len(rows) == 3
    assert rows[-1][1] == FORMULA


def test_the_answered_csv_mended_can_be_sent_back(refused: BatchResult, tmp_path: Path):
    out = io.BytesIO()
    write_csv(refused.batch, out)
    rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))[:2]
    rows[1][2], rows[1][3] = "2024", "5"
    file = tmp_path / "mended.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)
    assert take(file).batch.rows_stored == 1
