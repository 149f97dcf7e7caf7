"""What must be known of an XLSX workbook before a reader builds it in memory: its parts, its sheets, its faulty cells.

Readers build a dense grid, so that two cells at opposite corners would ask for terabytes; and they give a formula whose
result was not saved as an empty cell. Names of parts are from ECMA-376, part 1, 18.2 (workbook) and 18.3 (worksheets).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Literal
from xml.parsers import expat

from yanlian.base.archive import Archive, Unsound

DIRECTORY = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_MOST_DIRECTORY = 5 * 1024 * 1024
_MOST_FAULTS = 200_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")

Start = Callable[[str, dict[str, str]], None]
CellFault = Literal["error", "formula", "uncomputed"]


def parse(blocks: Iterable[bytes], start: Start | None = None, end: Callable[[str], None] | None = None) -> None:
    """XML by its tags, without their prefixes. Raises `Unsound` for what is not well formed, and for a document type:
    office files have none, entity bombs do."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Unsound("broken", "document type in XML")

    parser.StartDoctypeDeclHandler = refuse
    if start is not None:
        parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    try:
        for block in blocks:
            parser.Parse(block)
        parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise Unsound("broken", f"XML: {fault}") from None


def sheets(archive: Archive) -> tuple[tuple[str, zipfile.ZipInfo], ...]:
    """The worksheets with their names, in order; sheets of charts have no cells. Raises `Unsound` for an archive that
    is no workbook, or that lacks the part of a sheet: a reader might find another part by a looser rule."""
    parts = {part.filename: part for part in archive.parts}
    if len(parts) != len(archive.parts):
        raise Unsound("broken", "two parts of one name")
    targets: dict[str, str] = {}
    listed: list[tuple[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = _path(attributes.get("Target", ""))

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            related = {value for key, value in attributes.items() if key.rpartition(":")[2] == "id"}
            path = targets.get(related.pop(), "") if len(related) == 1 else ""
            listed.append((attributes.get("name", ""), path))

    _parse_small(archive, parts, _RELATIONS, relation)
    _parse_small(archive, parts, DIRECTORY, sheet)
    if missing := [name for name, path in listed if path not in parts]:
        raise Unsound("broken", f"no part for sheet {'、'.join(missing)}"[:100])
    return tuple((name, parts[path]) for name, path in listed if not path.startswith("xl/chartsheets/"))


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _parse_small(archive: Archive, parts: Mapping[str, zipfile.ZipInfo], name: str, start: Start) -> None:
    part = parts.get(name)
    if part is None:
        raise Unsound("broken", f"no {name}")
    if part.file_size > _MOST_DIRECTORY:
        raise Unsound("large", part.file_size, len(parts))
    parse([archive.read(part)], start)


def cell_name(row: int, column: int) -> str:
    """Row and column from 0 as a spreadsheet names the cell: (6, 2) is C7."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def column_of(letters: str) -> int:
    """The column from 0 that letters name: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Scan:
    """One pass over the XML of a sheet. `last_row`: the number of the last row that begins; `rows`, `columns`: how far
    its cells reach; `faults`: (row, column) from 0 → an error value, a formula, or a formula whose result was
    not saved. A row or cell without a number follows the one before, as readers take it. Raises `Unsound`."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.faults: dict[tuple[int, int], CellFault] = {}
        self.last_row = self.rows = self.columns = 0
        self._cell = (-1, -1)
        self._formula = self._value = False
        parse(blocks, self._start, self._end)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._cell = self._row(attributes.get("r"))
            self.last_row = max(self.last_row, self._cell[0] + 1)
        elif tag == "c":
            row, column = self._cell = self._place(attributes.get("r"))
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
            self._formula = self._value = False
            if attributes.get("t") == "e":
                self._fault("error")
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._value = True

    def _row(self, number: str | None) -> tuple[int, int]:
        if number is None:
            return self._cell[0] + 1, -1
        if not _ROW.fullmatch(number):
            raise Unsound("broken", f"row {number[:20]}")
        return int(number) - 1, -1

    def _place(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return max(self._cell[0], 0), self._cell[1] + 1
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise Unsound("broken", f"cell {reference[:20]}")
        return int(found[2]) - 1, column_of(found[1])

    def _end(self, tag: str) -> None:
        if tag == "c" and self._formula and self._cell not in self.faults:
            self._fault("formula" if self._value else "uncomputed")

    def _fault(self, fault: CellFault) -> None:
        if len(self.faults) >= _MOST_FAULTS:
            raise Unsound("broken", "too many formulas or error values")
        self.faults[self._cell] = fault
