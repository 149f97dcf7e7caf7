"""Sheets of a workbook as rows of texts by column; everything that does not fit is told by sheet, row and column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yanlian.apps.policies.versions.workbook.sheets import Column
from yanlian.apps.registry.imports.xlsx_table import XlsxTable, open_workbook
from yanlian.base.refusal import Language, Refused
from yanlian.engine.policy.reading import nearest

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5_000
# How registry cells are read, by the kind of a column here.
_KINDS = {"text": "text", "figure": "money", "date": "date"}


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong with a workbook. `row` 0: the sheet as a whole; `column` empty: the row as a whole."""

    sheet: str
    row: int
    column: str
    refusal: Refused

    def text(self, language: Language) -> str:
        """The place, then the sentence."""
        if language == "zh":
            place = f"工作表“{self.sheet}”" + (f"第{self.row}行" if self.row else "")
            return place + (f"“{self.column}”列" if self.column else "") + f"：{self.refusal.text('zh')}"
        place = f'sheet "{self.sheet}"' + (f", row {self.row}" if self.row else "")
        return place + (f', column "{self.column}"' if self.column else "") + f": {self.refusal.text('en')}"


class WorkbookRefused(Refused):
    """A workbook that was not taken in, with all its faults."""

    def __init__(self, faults: Sequence[CellFault], file: str) -> None:
        super().__init__("book_faults", file=file, found=len(faults))
        self.faults = tuple(faults)

    def text(self, language: Language = "en") -> str:
        """The sentence, and one line for every fault."""
        return "\n".join([super().text(language), *(fault.text(language) for fault in self.faults)])

    def __reduce__(self) -> tuple[object, ...]:
        return (WorkbookRefused, (self.faults, self.data["file"]))


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the keys of its columns, blanks left out; `number` as a person counts."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(slots=True)
class Book:
    """An open workbook and what is wrong with it so far."""

    name: str
    content: bytes
    sheets: Mapping[str, XlsxTable]
    faults: list[CellFault] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, code: str, **data: object) -> None:
        self.faults.append(CellFault(sheet, row, column, Refused(code, **data)))

    def refuse_if_faulty(self) -> None:
        if self.faults:
            raise WorkbookRefused(self.faults, self.name)


def open_book(content: bytes, name: str) -> Book:
    """The workbook's visible sheets. Refused: one that is too large, hostile, encrypted or broken."""
    if len(content) > MOST_BYTES:
        raise Refused("version_file_large", file=name, most=MOST_BYTES)
    tables = open_workbook(io.BytesIO(content), name)
    return Book(name, content, {table.sheet.strip(): table for table in tables})


def rows_of(book: Book, sheet: str, columns: Sequence[Column]) -> list[Row]:
    """The rows under the heading; a heading that is not known, or a needed one that is not there, is a fault."""
    table = book.sheets.get(sheet)
    if table is None:
        return []
    lines = _lines(book, table, {})
    if not lines:
        return []
    head = [text.strip() for text in lines[0][1]]
    known = {column.head: column for column in columns}
    places: dict[int, Column] = {}
    for place, text in enumerate(head):
        if text in known:
            places[place] = known[text]
        elif text:
            book.add(sheet, lines[0][0], text, "book_column_unknown", found=text, nearest=nearest(text, known))
    for column in columns:
        if column.needed and column not in places.values():
            book.add(sheet, lines[0][0], column.head, "book_column_missing", found=column.head)
    kinds = {place: _KINDS[column.kind] for place, column in places.items()}
    return [_row(book, sheet, number, texts, places) for number, texts in _lines(book, table, kinds)[1:]]


def _row(book: Book, sheet: str, number: int, texts: Sequence[str], places: Mapping[int, Column]) -> Row:
    cells = {}
    for place, column in places.items():
        text = texts[place].strip() if place < len(texts) else ""
        if text:
            cells[column.key] = _checked(book, sheet, number, column, text)
        elif column.needed:
            book.add(sheet, number, column.head, "book_cell_missing")
    for place, text in enumerate(texts):
        if text.strip() and place not in places:
            book.add(sheet, number, "", "book_cell_stray", found=text.strip()[:40])
    return Row(sheet, number, cells)


def items_of(book: Book, sheet: str, items: Sequence[Column]) -> Row:
    """A sheet of two columns, a name and its content, as one row."""
    table = book.sheets.get(sheet)
    cells: dict[str, str] = {}
    if table is None:
        return Row(sheet, 0, cells)
    known = {item.head: item for item in items}
    dates = _as_dates(book, table)
    for number, texts in _lines(book, table, {}):
        head = texts[0].strip() if texts else ""
        if head in ("", "项目"):
            continue
        item = known.get(head)
        if item is None:
            book.add(sheet, number, head, "book_column_unknown", found=head, nearest=nearest(head, known))
            continue
        text = dates.get(number, "") if item.kind == "date" else texts[1].strip() if len(texts) > 1 else ""
        if text:
            cells[item.key] = _checked(book, sheet, number, item, text)
    for item in items:
        if item.needed and item.key not in cells:
            book.add(sheet, 0, item.head, "book_cell_missing")
    return Row(sheet, 1, cells)


def _as_dates(book: Book, table: XlsxTable) -> dict[int, str]:
    """The second column read as dates; what is none is judged where a date is wanted."""
    return {number: texts[1].strip() for number, texts, _ in table.rows({1: "date"}) if len(texts) > 1}


def _lines(book: Book, table: XlsxTable, kinds: Mapping[int, str]) -> list[tuple[int, list[str]]]:
    found = []
    for number, texts, faults in table.rows(kinds):
        for place, (code, data) in faults.items():
            book.faults.append(CellFault(table.sheet, number, _letter(place), Refused(code, **data)))
        found.append((number, texts))
        if len(found) > MOST_ROWS:
            book.add(table.sheet, number, "", "book_rows_many", most=MOST_ROWS)
            break
    return found


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _checked(book: Book, sheet: str, number: int, column: Column, text: str) -> str:
    """Words become codes (several are split at 、), days are written as in packs."""
    if column.words is not None:
        return "、".join(_word(book, sheet, number, column, column.words, one) for one in several(text))
    return _day(book, sheet, number, column, text) if column.kind == "date" else text


def several(text: str) -> list[str]:
    for sign in ("，", ",", "；", ";"):
        text = text.replace(sign, "、")
    return [one.strip() for one in text.split("、") if one.strip()]


def _word(book: Book, sheet: str, number: int, column: Column, words: Mapping[str, str], text: str) -> str:
    if text in words:
        return words[text]
    if text not in words.values():
        book.add(sheet, number, column.head, "book_word", found=text, expected="、".join(words))
    return text


def _day(book: Book, sheet: str, number: int, column: Column, text: str) -> str:
    day = text.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日").split(" ")[0]
    parts = day.split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[0]) == 4:
        return f"{parts[0]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    book.add(sheet, number, column.head, "book_day", found=text[:40])
    return text
