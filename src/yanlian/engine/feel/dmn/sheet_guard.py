"""What must be known of a workbook before it is read: its true size, its error cells, formulas nobody computed.

A reader builds a dense grid, so two cells at opposite corners would ask for terabytes; and it gives a formula without
a stored result as an empty cell, which in a decision table would mean "any".
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from yanlian.base.refusal import Refused

_MOST_UNPACKED = 100_000_000
_MOST_PARTS = 2_000
_MOST_CELLS = 2_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Fault = tuple[int, int]
Start = Callable[[str, dict[str, str]], None]


def faulty_cells(data: bytes, where: str) -> dict[str, dict[Fault, str]]:
    """Sheet name → (row, column) from 0 → what is wrong there: "error" or "formula". Refused: what is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
                raise Refused("dmn_sheet_limit", where=where, found=size, expected=_MOST_UNPACKED)
            names = {part.filename for part in parts}
            sheets = {name: part for name, part in _sheet_parts(archive).items() if part in names}
            return {name: _Scan(where).run(archive.read(part)) for name, part in sheets.items()}
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, EOFError, NotImplementedError) as fault:
        raise Refused("dmn_sheet_file", where=where, found=str(fault)[:100]) from None
    except RuntimeError:
        # What the standard library says of a part that is encrypted.
        raise Refused("dmn_sheet_file", where=where, found="encrypted") from None


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part of the archive that holds it."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = path

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            related = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            sheets[attributes.get("name", "")] = targets.get(related, "")

    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation)
    _parse(archive.read("xl/workbook.xml"), sheet)
    return {name: part for name, part in sheets.items() if not part.startswith("xl/chartsheets/")}


def _parse(xml: bytes, start: Start, end: Callable[[str], None] | None = None) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile("document type in XML")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    parser.Parse(xml, True)  # noqa: FBT003 - expat's own signature


class _Scan:
    """One pass over the XML of a sheet."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.faults: dict[Fault, str] = {}
        self.cell: Fault = (0, -1)
        self.row = -1
        self.formula = self.value = False
        self.most = [0, 0]

    def run(self, xml: bytes) -> dict[Fault, str]:
        """The faulty cells. Refused: a sheet beyond the limit."""
        _parse(xml, self.start, self.end)
        return self.faults

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what stands in one."""
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self.row + 1
            self.cell = (self.row, -1)
        elif tag == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.cell = (int(found[2]) - 1, _column(found[1])) if found else (self.row, self.cell[1] + 1)
            self.formula = self.value = False
            self.most = [max(self.most[0], self.cell[0] + 1), max(self.most[1], self.cell[1] + 1)]
            if self.most[0] * self.most[1] > _MOST_CELLS:
                size = f"{self.most[0]} × {self.most[1]}"
                raise Refused("dmn_sheet_limit", where=self.where, found=size, expected=_MOST_CELLS)
            if attributes.get("t") == "e":
                self.faults[self.cell] = "error"
        elif tag == "f":
            self.formula = True
        elif tag == "v":
            self.value = True

    def end(self, tag: str) -> None:
        """A formula whose cell holds no result."""
        if tag == "c" and self.formula and not self.value:
            self.faults[self.cell] = "formula"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
