"""Spreadsheets out: all filtered rows of a list as XLSX, with a second sheet 口径 that says what they are.

Money cells are numbers in yuan with two decimals, codes are text, and a text that could be taken for a formula is
marked as text (quote prefix), so its value stays what it was and nothing is ever executed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TypeVar
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from yanlian.base.refusal import Refused
from yanlian.ui import numbers
from yanlian.ui.rows import Rows, Value
from yanlian.ui.tables import Column, Kind, Listing, State
from yanlian.ui.words import say, t, word

R = TypeVar("R")
# A sheet holds 1,048,576 rows; one is the header.
MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(
    request: HttpRequest, listing: Listing[R], rows: Rows[R], state: State, dated: Sequence[tuple[str, str]]
) -> FileResponse:
    """The answer that carries the file. Refused("export_too_large") above what a sheet can hold."""
    total = rows.count()
    if total > MOST_ROWS:
        raise Refused("export_too_large", found=f"{total:,}", expected=f"{MOST_ROWS:,}")
    # Closed by the response when it has been sent.
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    write_workbook(file, listing, rows.all(), [*described(request, listing, state, total), *dated])
    file.seek(0)
    now = timezone.localtime(timezone=numbers.SHANGHAI)
    name = f"{say(listing.title)}-{now:%Y%m%d-%H%M}.xlsx"
    response = FileResponse(file, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{listing.file_name}-{now:%Y%m%d-%H%M}.xlsx\"; filename*=UTF-8''{quote(name)}"
    )
    return response


def described(request: HttpRequest, listing: Listing[R], state: State, total: int) -> list[tuple[str, str]]:
    """What the sheet 口径 says: filters, order, rows, units, who and when."""
    chosen = []
    for one in listing.filters:
        if one.key in state.chosen:
            titles = {choice.value: choice.title for choice in one.choices()}
            chosen.append((say(one.title), titles[state.chosen[one.key]]))
    user = request.user.get_username() if request.user.is_authenticated else "-"
    return [
        (t("内容", "Content"), say(listing.title)),
        (t("搜索", "Search"), state.search or "-"),
        *chosen,
        (t("行数", "Rows"), f"{total:,}"),
        (t("金额单位", "Unit of money"), t("元，保留两位小数", "CNY, two decimals")),
        *((t("口径", "Definition"), say(text)) for text in listing.calibre),
        (t("导出人", "Exported by"), user),
        (t("导出时间", "Exported at"), f"{numbers.stamp(timezone.now())} Asia/Shanghai"),
    ]


def write_workbook(file: IO[bytes], listing: Listing[R], rows: Iterable[R], about: Sequence[tuple[str, str]]) -> None:
    """Writes both sheets. Rows are streamed: memory does not grow with their number."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        formats = _Formats(book)
        sheet = book.add_worksheet(t("数据", "Data"))
        for place, column in enumerate(listing.columns):
            sheet.write_string(0, place, column.heading(sheet=True), formats.head)
            sheet.set_column(place, place, 16 if column.is_figure else 36 if column.main else 20)
        line = 0
        for line, row in enumerate(rows, start=1):
            for place, column in enumerate(listing.columns):
                _write(sheet, formats, line, place, column, column.value(row))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, line, len(listing.columns) - 1)
        sheet.repeat_rows(0)
        sheet.set_footer("&P / &N")
        note = book.add_worksheet("口径")
        note.set_column(0, 0, 20)
        note.set_column(1, 1, 80)
        for line, (label, value) in enumerate(about):
            note.write_string(line, 0, label, formats.head)
            note.write_string(line, 1, value, formats.for_text(value))


class _Formats:
    """Cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "bg_color": "#e6f0ef", "border": 1, "text_wrap": True})
        self.text: Format = book.add_format({"num_format": "@"})
        self.quoted: Format = book.add_format({"num_format": "@", "quote_prefix": True})
        self.money: Format = book.add_format({"num_format": "#,##0.00"})
        self.count: Format = book.add_format({"num_format": "#,##0"})
        self.year: Format = book.add_format({"num_format": "0"})
        self.date: Format = book.add_format({"num_format": "yyyy-mm-dd"})

    def for_text(self, text: str) -> Format:
        return self.quoted if text.startswith(FORMULA_STARTS) else self.text


def _write(sheet: Worksheet, formats: _Formats, line: int, place: int, column: Column[R], value: Value) -> None:
    if value is None:
        return
    kind = column.kind
    if kind in (Kind.STATUS, Kind.WORD):
        value = str(word(column.words, str(value)))
    elif isinstance(value, bool):
        value = t("是", "yes") if value else t("否", "no")
    elif isinstance(value, datetime):
        value = numbers.stamp(value)
    if isinstance(value, date):
        sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), formats.date)  # noqa: DTZ001
    elif isinstance(value, int | Decimal) and kind is Kind.MONEY:
        # The only place where money becomes a double: a spreadsheet cell is one, exact to 15 digits.
        sheet.write_number(line, place, Decimal(value) / numbers.FEN_PER_YUAN, formats.money)
    elif isinstance(value, int | Decimal):
        sheet.write_number(line, place, value, formats.year if kind is Kind.YEAR else formats.count)
    else:
        sheet.write_string(line, place, value[:LONGEST_CELL], formats.for_text(value))
