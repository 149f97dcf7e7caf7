"""Chains as a workbook with the sheets 产业链, 环节, 边, 来源; hostile workbooks are refused before they are unpacked.

A formula or an error cell is refused: what it shows depends on the program that computed it last.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from xml.parsers import expat

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.exchange.tables import MOST_COLUMNS, MOST_ROWS, TABLES, Cell, Rows, tables_of
from yanlian.engine.chain.template.model import Chain

LONGEST_CELL = 32_767
MOST_UNPACKED = 64 * 1024 * 1024
_MOST_PARTS = 500
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_WIDE = {"title": 24, "products": 60, "note": 40, "from": 24, "to": 24, "id": 24}
Start = Callable[[str, dict[str, str]], None]


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
    holds formulas or error cells. Declared sizes may lie, so that every part is read up to its declared size only."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > MOST_UNPACKED or len(parts) > _MOST_PARTS:
                raise Refused("chain_archive_bomb", where=where, found=size, expected=MOST_UNPACKED)
            sheets = _sheets(archive)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) or part.filename in sheets:
                    _Scan(where, sheets.get(part.filename, "")).run(archive.read(part))
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, EOFError, NotImplementedError) as fault:
        raise Refused("chain_archive", where=where, found=str(fault)[:100]) from None
    except RuntimeError:
        # What the standard library says of a part that is encrypted.
        raise Refused("chain_archive", where=where, found="encrypted") from None


def _sheets(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Part of the archive → name of the sheet that it holds."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = path

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            related = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            names[targets.get(related, "")] = attributes.get("name", "")

    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation)
    _parse(archive.read("xl/workbook.xml"), sheet)
    return names


def _parse(xml: bytes, start: Start) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile("document type in XML")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    parser.Parse(xml, True)  # noqa: FBT003 (expat's own signature)


class _Scan:
    """One pass over the XML of a part; in a sheet every cell is looked at."""

    def __init__(self, where: str, sheet: str) -> None:
        self.where = where
        self.sheet = sheet
        self.cell = "A1"

    def run(self, xml: bytes) -> None:
        _parse(xml, self.start if self.sheet else lambda tag, attributes: None)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A cell that is too far out, holds an error, or a formula."""
        if tag == "row" and (not attributes.get("r", "1").isdigit() or int(attributes.get("r", "1")) > MOST_ROWS):
            self.large(f"row {attributes['r']}")
        if tag == "c":
            self.cell = attributes.get("r", self.cell)
            found = _REFERENCE.fullmatch(self.cell)
            if found is None or int(found[2]) > MOST_ROWS or _column(found[1]) > MOST_COLUMNS:
                self.large(self.cell)
        wrong = "chain_cell_formula" if tag == "f" else "chain_cell_error" if attributes.get("t") == "e" else ""
        if wrong and tag in {"c", "f"}:
            raise Refused(wrong, where=self.where, sheet=self.sheet, cell=self.cell)

    def large(self, cell: str) -> None:
        """Readers build a dense grid: one cell far out would ask for gigabytes."""
        size = f"{MOST_ROWS} × {MOST_COLUMNS}"
        raise Refused("chain_sheet_large", where=self.where, sheet=self.sheet, cell=cell[:20], expected=size)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
