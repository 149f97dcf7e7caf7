"""Read the bank's return file (CSV or XLSX) into rows of plain text. What the rows mean is judged by delivery.

Nothing in the file is trusted: size, encoding, archive and columns are checked first, and each fault is refused with
what was found.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine

from yanlian.base.archive import Archive, Unsound
from yanlian.base.refusal import Refused
from yanlian.base.workbook import Scan, sheets

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_ROWS = 100_000
LARGEST_GRID = 100 * LARGEST_ROWS
_LONGEST_CELL = 300
_HEADER_WITHIN = 20

_COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("付款编号", "支付编号", "payment number"),
    "status": ("状态", "付款状态", "处理结果", "status"),
    "amount": ("金额", "金额(元)", "amount"),
    "reference": ("银行流水号", "流水号", "reference"),
    "reason": ("原因", "失败原因", "退回原因", "reason"),
}

Cell = str | int | float | bool | date | time | datetime | timedelta


@dataclass(frozen=True)
class ReturnRow:
    """One row of the return, as text; `row` counts from 1 as the person sees it in the file."""

    row: int
    number: str
    status: str
    amount: str
    reference: str
    reason: str


def parse_return(name: str, content: bytes) -> list[ReturnRow]:
    """The rows below the header. Refused: bank_return_large, _encoding, _unreadable, _columns, _empty."""
    if len(content) > LARGEST_FILE:
        raise Refused("bank_return_large", file=name, found=len(content), expected=LARGEST_FILE)
    table = _xlsx(name, content) if content[:4] == b"PK\x03\x04" else _csv(name, content)
    header, columns = _header(name, table)
    rows = [_row(at, cells, columns) for at, cells in enumerate(table[header + 1 :], start=header + 2) if any(cells)]
    if not rows:
        raise Refused("bank_return_empty", file=name)
    return rows


def _row(at: int, cells: Sequence[str], columns: dict[str, int]) -> ReturnRow:
    def cell(key: str) -> str:
        return cells[columns[key]] if columns[key] < len(cells) else ""

    return ReturnRow(at, cell("number"), cell("status"), cell("amount"), cell("reference"), cell("reason"))


def _header(name: str, table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    best: list[str] = list(_COLUMNS)
    for at, cells in enumerate(table[:_HEADER_WITHIN]):
        titles = [unicodedata.normalize("NFKC", cell).lower() for cell in cells]
        found = {key: titles.index(word) for key, words in _COLUMNS.items() for word in words if word in titles}
        missing = [key for key in _COLUMNS if key not in found]
        if not missing:
            return at, found
        if len(missing) < len(best):
            best = missing
    raise Refused("bank_return_columns", file=name, missing="、".join(_COLUMNS[key][0] for key in best))


def _csv(name: str, content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Refused("bank_return_encoding", file=name)
    if "\x00" in text:
        raise Refused("bank_return_unreadable", file=name, found="NUL")
    try:
        return _limited(name, ([_text(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))))
    except csv.Error as error:
        raise Refused("bank_return_unreadable", file=name, found=str(error)) from error


def _xlsx(name: str, content: bytes) -> list[list[str]]:
    _guard(name, content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        return _limited(name, ([_text(cell) for cell in row] for row in sheet.iter_rows()))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("bank_return_unreadable", file=name, found=str(error)[:100]) from error


def _guard(name: str, content: bytes) -> None:
    """Refuse what is no workbook, and what would fill the memory when it is unpacked or built as a grid."""
    try:
        archive = Archive(content, LARGEST_UNPACKED)
        scans = [Scan(archive.blocks(part)) for _, part in sheets(archive)]
    except Unsound as fault:
        if fault.kind == "large":
            raise Refused("bank_return_large", file=name, found=fault.found, expected=LARGEST_UNPACKED) from None
        raise Refused("bank_return_unreadable", file=name, found=fault.found) from None
    if (cells := max((scan.rows * scan.columns for scan in scans), default=0)) > LARGEST_GRID:
        raise Refused("bank_return_large", file=name, found=cells, expected=LARGEST_GRID)


def _limited(name: str, rows: Iterable[list[str]]) -> list[list[str]]:
    table: list[list[str]] = []
    for row in rows:
        if len(table) >= LARGEST_ROWS:
            raise Refused("bank_return_large", file=name, found=f"> {LARGEST_ROWS}", expected=LARGEST_ROWS)
        table.append(row)
    return table


def _text(cell: Cell) -> str:
    """A cell as the person sees it. Excel keeps numbers as doubles: the shortest text of one is what was typed."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).strip()[:_LONGEST_CELL]
