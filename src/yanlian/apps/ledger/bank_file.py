"""The payment file for the bank: CSV (the same bytes every time) and XLSX, with a total in figures and capitals."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from yanlian.base.money import yuan_of
from yanlian.ui.numbers import capitals

HEADER = ("付款编号", "序号", "收款人", "统一社会信用代码", "收款账号", "开户银行", "金额（元）", "大写金额", "用途")
TOTAL = "合计"
# Excel keeps 15 digits; an amount with more of them is written as text instead of being rounded.
_EXCEL_EXACT_FEN = 10**15


@dataclass(frozen=True)
class Line:
    """One payment as the bank reads it. `account` is the full number: lines live only while a file is being made."""

    number: str
    sequence: int
    payee: str
    payee_code: str
    account: str
    bank: str
    amount_fen: int
    purpose: str


def csv_bytes(lines: Sequence[Line]) -> bytes:
    """UTF-8 with a byte order mark (Excel needs it for Chinese), CRLF; the last row is the total."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for line in lines:
        writer.writerow(_cells(line))
    writer.writerow(_total(lines))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(lines: Sequence[Line], made_at: datetime) -> bytes:
    """The same rows as a workbook: codes and account numbers are text, amounts numbers with two decimals."""
    out = io.BytesIO()
    # strings_to_formulas off: a name that begins with "=" stays a name.
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("付款清单")
    money = book.add_format({"num_format": "#,##0.00"})
    text = book.add_format({"num_format": "@"})
    for column, title in enumerate(HEADER):
        sheet.write_string(0, column, title)
    fens = [line.amount_fen for line in lines] + [sum(line.amount_fen for line in lines)]
    rows = [_cells(line) for line in lines] + [_total(lines)]
    for at, (row, fen) in enumerate(zip(rows, fens, strict=True), start=1):
        for column, cell in enumerate(row):
            if column == 6 and fen < _EXCEL_EXACT_FEN:
                sheet.write_number(at, column, yuan_of(fen), money)
            else:
                sheet.write_string(at, column, cell, text)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(HEADER) - 1, 20)
    book.close()
    return out.getvalue()


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.number,
        str(line.sequence),
        line.payee,
        line.payee_code,
        line.account,
        line.bank,
        str(yuan_of(line.amount_fen)),
        capitals(line.amount_fen),
        line.purpose,
    )


def _total(lines: Sequence[Line]) -> tuple[str, ...]:
    fen = sum(line.amount_fen for line in lines)
    return (TOTAL, str(len(lines)), "", "", "", "", str(yuan_of(fen)), capitals(fen), "")
