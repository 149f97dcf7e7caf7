"""Bank files: what goes out is exact and the same every time; what comes in is refused clearly when out of order."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from yanlian.apps.ledger import bank_return
from yanlian.apps.ledger.bank_file import Line, csv_bytes, xlsx_bytes
from yanlian.apps.ledger.bank_return import parse_return
from yanlian.base.refusal import Refused

MADE = datetime(2025, 3, 11, tzinfo=UTC)
HEADER = "付款编号,状态,金额（元）,银行流水号,原因"


def line(at: int, fen: int, payee: str = "甲（虚构）有限公司") -> Line:
    return Line(f"N-{at:05d}", at, payee, "91370212MA0000000X", "0012345678901234567", "虚构银行", fen, "政策兑现")


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_csv_has_the_same_bytes_every_time_and_keeps_leading_zeros_and_quotes():
    lines = [line(1, 123_456), line(2, 5, '乙,"丙"\n公司')]
    content = csv_bytes(lines)
    assert content == csv_bytes(list(lines))
    assert content.startswith(b"\xef\xbb\xbf")
    found = rows_of(content)
    assert found[1][4] == "0012345678901234567"
    assert found[1][6:8] == ["1234.56", "壹仟贰佰叁拾肆元伍角陆分"]
    assert found[2][2] == '乙,"丙"\n公司'


def test_the_total_row_is_the_sum_of_its_rows():
    found = rows_of(csv_bytes([line(1, 1), line(2, 99), line(3, 1_000_000_000_000_01)]))
    assert found[-1] == ["合计", "3", "", "", "", "", "1000000000001.01", found[-1][7], ""]
    assert sum(round(float(row[6]) * 100) for row in found[1:-1]) == 1_000_000_000_001_01


def test_the_workbook_says_the_same_and_keeps_codes_as_text():
    lines = [line(1, 123_456), line(2, 7, "=HYPERLINK(1)"), line(3, 99_999_999_999_999_999)]
    table = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(lines, MADE))).get_sheet_by_index(0).to_python()
    assert table[1][3:5] == ["91370212MA0000000X", "0012345678901234567"]
    assert table[1][6] == 1234.56
    assert table[2][2] == "=HYPERLINK(1)"
    # Beyond what a double holds exactly, text instead of a rounded number.
    assert table[3][6] == "999999999999999.99"
    assert xlsx_bytes(lines, MADE) == xlsx_bytes(lines, MADE)


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def refused(code: str, content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_return("r", content)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_return_is_read_in_the_encodings_that_banks_use(encoding: str):
    found = parse_return("r.csv", f"{HEADER}\r\nN-1,成功,12.30,R1,\r\n\r\nN-2,失败,1,,账号不存在".encode(encoding))
    assert [(row.row, row.number, row.status, row.amount, row.reference, row.reason) for row in found] == [
        (2, "N-1", "成功", "12.30", "R1", ""),
        (4, "N-2", "失败", "1", "", "账号不存在"),
    ]


def test_columns_are_found_by_name_below_a_title_and_in_any_order():
    text = "某某银行回单,,,,\n金额,付款状态,流水号,支付编号,退回原因\n12.30,成功,R1,N-1,\n"
    (row,) = parse_return("r.csv", text.encode())
    assert (row.row, row.number, row.amount, row.reference) == (3, "N-1", "12.30", "R1")


def test_a_workbook_is_read_and_its_doubles_become_what_was_typed():
    head: list[object] = ["付款编号", "状态", "金额", "银行流水号", "原因"]
    found = parse_return(
        "r.xlsx", workbook([head, ["N-1", "成功", 1234.56, 20250311, None], ["N-2", "成功", 100, "007", ""]])
    )
    assert [(row.amount, row.reference) for row in found] == [("1234.56", "20250311"), ("100", "007")]


def test_a_reference_that_a_spreadsheet_rounded_is_not_taken_for_one():
    head: list[object] = ["付款编号", "状态", "金额", "银行流水号", "原因"]
    (row,) = parse_return("r.xlsx", workbook([head, ["N-1", "成功", 1, 12345678901234567890, ""]]))
    assert "e+" in row.reference


def test_a_truncated_workbook_a_picture_and_an_archive_are_refused():
    whole = workbook([["付款编号"]])
    refused("bank_return_unreadable", whole[: len(whole) // 2])
    refused("bank_return_encoding", b"\x89PNG\r\n\x1a\n\xff\xff\x00\x00")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    refused("bank_return_unreadable", other.getvalue())


def test_a_small_archive_that_unpacks_to_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 300_000)
    monkeypatch.setattr(bank_return, "LARGEST_UNPACKED", 200_000)
    refused("bank_return_large", bomb.getvalue())


def test_a_large_file_and_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bank_return, "LARGEST_ROWS", 3)
    refused("bank_return_large", f"{HEADER}\n1\n2\n3\n".encode())
    monkeypatch.setattr(bank_return, "LARGEST_FILE", 10)
    refused("bank_return_large", b"x" * 11)


def test_missing_columns_are_named_and_an_empty_return_is_refused():
    assert (
        refused("bank_return_columns", "付款编号,状态,原因\n1,成功,\n".encode()).data["missing"] == "金额、银行流水号"
    )
    refused("bank_return_columns", b"")
    refused("bank_return_empty", HEADER.encode())


def test_zero_bytes_and_endless_cells_are_refused():
    refused("bank_return_unreadable", f"{HEADER}\nN-1\x00,成功,1,R1,\n".encode())
    refused("bank_return_unreadable", f'{HEADER}\n"{"x" * 200_000}'.encode())


def test_a_workbook_with_cells_far_apart_is_refused_before_it_is_built():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write(1_048_575, 16_383, "x")
    refused("bank_return_large", out.getvalue())
