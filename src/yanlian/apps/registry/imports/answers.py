"""What was refused, as a file for the department: the rows as delivered, with the reason and what to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import xlsxwriter

from yanlian.apps.registry.models import Batch, RowFault
from yanlian.base.refusal import Language, Refused

_HEADS: dict[Language, tuple[str, ...]] = {
    "zh": ("工作表", "行号", "列", "结果", "原因和处理办法"),
    "en": ("Sheet", "Row", "Column", "Result", "Reason and what to do"),
}
_RESULTS: dict[Language, tuple[str, str]] = {
    "zh": ("退回", "已入库，请核对"),
    "en": ("refused", "stored, please check"),
}
# A cell that begins so is taken for a formula by spreadsheet programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Answer:
    """All faults of one row."""

    sheet: str
    row: int
    columns: str
    refused: bool
    reasons: str
    raw: dict[str, str]


def answers(batch: Batch, language: Language, *, warnings: bool = True) -> Iterator[Answer]:
    """The rows of a batch that have faults, in the order of the file; with or without those that were stored."""
    together: list[RowFault] = []
    for fault in batch.faults.order_by("row", "pk").iterator(chunk_size=2_000):
        if together and together[0].row != fault.row:
            yield from _answer(together, language, warnings)
            together = []
        together.append(fault)
    if together:
        yield from _answer(together, language, warnings)


def reason(fault: RowFault, language: Language) -> str:
    """The sentence of a fault with what to do."""
    return Refused(fault.code, **fault.data).text(language)


def _answer(faults: list[RowFault], language: Language, warnings: bool) -> Iterator[Answer]:
    refused = any(not fault.warning for fault in faults)
    if refused or warnings:
        columns = "、".join(dict.fromkeys(fault.column for fault in faults if fault.column))
        reasons = " ".join(reason(fault, language) for fault in faults)
        yield Answer(faults[0].sheet, faults[0].row, columns, refused, reasons, faults[0].raw)


def _headers(batch: Batch) -> list[str]:
    """Headers in the order of the delivered file, then what rows have beyond them."""
    headers: dict[str, None] = dict.fromkeys(batch.notes["header"])
    for raw in batch.faults.order_by("row", "pk").values_list("raw", flat=True).iterator(chunk_size=2_000):
        headers.update(dict.fromkeys(sorted(raw.keys() - headers.keys())))
    return list(headers)


def _lines(batch: Batch, language: Language, warnings: bool) -> Iterator[list[str]]:
    headers = _headers(batch)
    yield [*headers, *_HEADS[language]]
    for one in answers(batch, language, warnings=warnings):
        result = _RESULTS[language][0 if one.refused else 1]
        values = [one.raw.get(header, "") for header in headers]
        yield [*values, one.sheet, str(one.row), one.columns, result, one.reasons]


def write_csv(batch: Batch, out: BinaryIO, language: Language = "zh", *, warnings: bool = False) -> None:
    """As CSV that spreadsheet programs open rightly (UTF-8 with a mark). Formulas are disarmed by an apostrophe."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    for line in _lines(batch, language, warnings):
        writer.writerow([disarm(cell) for cell in line])
    text.flush()
    text.detach()


def disarm(cell: str) -> str:
    """The cell so that no spreadsheet program takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def write_xlsx(batch: Batch, out: BinaryIO, language: Language = "zh", *, warnings: bool = False) -> None:
    """As a workbook; every cell is text and marked so, its value unchanged."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_RESULTS[language][0])
        bold = book.add_format({"bold": True, "num_format": "@"})
        plain = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        for number, line in enumerate(_lines(batch, language, warnings)):
            for place, cell in enumerate(line):
                armed = cell.startswith(_FORMULA_STARTS)
                sheet.write_string(number, place, cell, bold if number == 0 else quoted if armed else plain)
