"""Chains as a workbook with the sheets 产业链, 环节, 边, 来源; hostile workbooks are refused before they are unpacked.

A formula or an error cell is refused: what it shows depends on the program that computed it last.
"""

from __future__ import annotations

import io
from datetime import date, datetime

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from yanlian.base.archive import Archive, Unsound
from yanlian.base.refusal import Refused
from yanlian.base.workbook import Scan, cell_name, parse, sheets
from yanlian.engine.chain.template.exchange.tables import MOST_COLUMNS, MOST_ROWS, TABLES, Cell, Rows, tables_of
from yanlian.engine.chain.template.model import Chain

LONGEST_CELL = 32_767
MOST_UNPACKED = 64 * 1024 * 1024
_MOST_PARTS = 500
_WIDE = {"title": 24, "products": 60, "note": 40, "from": 24, "to": 24, "id": 24}


def xlsx_bytes(chain: Chain) -> bytes:
    """The workbook; every cell is text. Raises `Refused` for a text that no cell can hold."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(1980, 1, 1)})  # noqa: DTZ001 (the same chain gives the same bytes)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for part, rows in tables_of(chain, chinese=True).items():
        sheet = book.add_worksheet(TABLES[part])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(rows[0]) - 1, 20, plain)
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                if len(text.encode("utf-16-le")) // 2 > LONGEST_CELL:
                    place = f"{TABLES[part]} {at + 1}"
                    raise Refused("chain_cell_long", where=place, found=len(text), expected=LONGEST_CELL)
                if text:
                    sheet.write_string(at, column, text, plain if at else bold)
    book.close()
    return out.getvalue()


def xlsx_tables(data: bytes, where: str) -> dict[str, Rows]:
    """The tables of a workbook. Raises `Refused`."""
    guard(data, where)
    parts = {word: part for part, chinese in TABLES.items() for word in (part, chinese)}
    found: dict[str, Rows] = {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for name in book.sheet_names:
                rows = [
                    [_cell(value) for value in row]
                    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ]
                part = parts.get(name.strip())
                if part is not None and part not in found:
                    found[part] = rows
                elif any(cell.text.strip() for row in rows for cell in row):
                    raise Refused("chain_sheet_unknown", where=where, found=name, expected="、".join(TABLES.values()))
    except (CalamineError, ValueError, OSError) as fault:
        raise Refused("chain_archive", where=where, found=str(fault)[:100]) from None
    if missing := [TABLES[part] for part in ("chain", "segments") if part not in found]:
        raise Refused("chain_table_missing", where=where, found="、".join(missing))
    return found


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return Cell((value.date() if value.time() == datetime.min.time() else value).isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(str(value))
    return Cell(str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value), number=True)


def guard(data: bytes, where: str) -> None:
    """Refuse a workbook that is none, unpacks beyond the limit, declares a document type, is larger than any chain, or
    holds formulas or error cells."""
    try:
        archive = Archive(data, MOST_UNPACKED, _MOST_PARTS)
        names = {part.filename: name for name, part in sheets(archive)}
        for part in archive.parts:
            if part.filename in names:
                _guard_sheet(Scan(archive.blocks(part)), where, names[part.filename])
            elif part.filename.endswith((".xml", ".rels")):
                parse(archive.blocks(part))
    except Unsound as fault:
        if fault.kind == "large":
            raise Refused("chain_archive_bomb", where=where, found=fault.found, expected=MOST_UNPACKED) from None
        raise Refused("chain_archive", where=where, found=fault.found) from None


def _guard_sheet(scan: Scan, where: str, sheet: str) -> None:
    if max(scan.last_row, scan.rows) > MOST_ROWS or scan.columns > MOST_COLUMNS:
        cell = cell_name(max(scan.last_row, scan.rows) - 1, max(scan.columns - 1, 0))
        size = f"{MOST_ROWS} × {MOST_COLUMNS}"
        raise Refused("chain_sheet_large", where=where, sheet=sheet, cell=cell, expected=size)
    for (row, column), fault in scan.faults.items():
        code = "chain_cell_error" if fault == "error" else "chain_cell_formula"
        raise Refused(code, where=where, sheet=sheet, cell=cell_name(row, column))
