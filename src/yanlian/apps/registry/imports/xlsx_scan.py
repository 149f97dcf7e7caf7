"""What calamine does not tell about a workbook: its true size, its error cells, and formulas nobody computed.

Every part is unpacked here once, in blocks, so that checksums are verified and the true sizes known before anything is
built in memory. A dense grid is what calamine builds: two cells at opposite corners would ask for terabytes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from yanlian.base.refusal import Refused

MOST_UNPACKED = 400 * 1024 * 1024
MOST_CELLS = 25_000_000
_MOST_PARTS = 5_000
_MOST_DIRECTORY = 5 * 1024 * 1024
_MOST_FAULTS = 200_000
_BLOCK = 1 << 20

_REFERENCE = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_OWN_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_HAS_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_HAS_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")
# A block is looked at cell by cell only when it has an error or a formula.
_WORTH_A_LOOK = re.compile(rb"""<(?:\w+:)?f\b|\st\s*=\s*["']e["']""")


@dataclass(slots=True)
class SheetScan:
    """`cells`: how many cells the grid of the sheet has. `faults`: row → column index → refusal code."""

    cells: int = 0
    faults: dict[int, dict[int, str]] = field(default_factory=dict)


def scan_workbook(file: BinaryIO, name: str) -> dict[str, SheetScan]:
    """Sheet name → what was found. Raises `Refused`: file_broken, file_bomb, file_encrypted, file_kind_unknown."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _scan(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise Refused("file_broken", file=name, reason=str(fault) or type(fault).__name__) from fault
    except expat.ExpatError as fault:
        raise Refused("file_broken", file=name, reason=f"XML: {fault}") from fault


def _scan(archive: zipfile.ZipFile, name: str) -> dict[str, SheetScan]:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("file_encrypted", file=name)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise Refused("file_bomb", file=name, found=f"{unpacked} bytes, {len(parts)} parts", most=MOST_UNPACKED)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Refused("file_kind_unknown", file=name)
    sheets = _sheet_parts(archive, name)
    scans: dict[str, SheetScan] = {}
    for part in parts:
        scan = SheetScan()
        # Readers forgive what is not well formed, and lose cells doing so; and the end of a part that was cut off would
        # look like the end of the table.
        parser = _strict_parser() if part.filename.endswith(".xml") else None
        for block in _blocks(archive, part):
            if parser is not None:
                parser.Parse(block)
            if part.filename in sheets:
                _look(block, scan, name)
        if parser is not None:
            parser.Parse(b"", True)  # noqa: FBT003
        if part.filename in sheets:
            scans[sheets[part.filename]] = scan
    missing = set(sheets.values()) - set(scans)
    if missing:
        raise Refused("file_broken", file=name, reason=f"no part for sheet {', '.join(sorted(missing))}")
    return scans


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in blocks that end between rows, or at least between tags, so that no cell is overlooked."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            rest += block
            cut = max(rest.rfind(b"</row>") + 6 if b"</row>" in rest else 0, rest.rfind(b":row>") + 5)
            if cut <= 5 and len(rest) > 8 * _BLOCK:
                cut = rest.rfind(b"<")
            if cut > 5:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > 32 * _BLOCK:
                raise zipfile.BadZipFile(f"a single tag of more than {len(rest)} bytes in {part.filename}")
    if rest:
        yield rest


def _look(block: bytes, scan: SheetScan, name: str) -> None:
    found = _REFERENCE.findall(block)
    if found:
        width = max(_column_number(letters) for letters in {letters for letters, _ in found})
        height = max(int(digits) for digits in {digits for _, digits in found})
        scan.cells = max(scan.cells, width * height)
        if width * height > MOST_CELLS:
            raise Refused("file_bomb", file=name, found=f"{width} × {height} cells", most=MOST_CELLS)
    elif _CELL.search(block):
        scan.cells = max(scan.cells, 1)
    if not _WORTH_A_LOOK.search(block):
        return
    for attributes, content in _CELL.findall(block):
        code = _fault_of(attributes, content)
        if not code:
            continue
        reference = _OWN_REFERENCE.search(attributes)
        if reference is None or len(scan.faults) >= _MOST_FAULTS:
            raise Refused("file_broken", file=name, reason="error cells that cannot be placed, or too many of them")
        scan.faults.setdefault(int(reference[2]), {})[_column_number(reference[1]) - 1] = code


def _fault_of(attributes: bytes, content: bytes) -> str:
    if _IS_ERROR.search(attributes):
        return "cell_is_error"
    if _HAS_FORMULA.search(content) and not _HAS_VALUE.search(content):
        return "formula_without_value"
    return ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_parts(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Part of the archive → name of the sheet it holds."""
    targets: dict[str, str] = {}
    for tag, attributes in _tags(_read_small(archive, "xl/_rels/workbook.xml.rels", name)):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = path
    sheets: dict[str, str] = {}
    for tag, attributes in _tags(_read_small(archive, "xl/workbook.xml", name)):
        if tag == "sheet":
            related = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            path = targets.get(related, "")
            # Chart sheets have parts of another kind and no cells.
            if path and not path.startswith("xl/chartsheets/"):
                sheets[path] = attributes.get("name", "")
    return sheets


def _read_small(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    try:
        info = archive.getinfo(part)
    except KeyError as fault:
        raise Refused("file_broken", file=name, reason=f"no {part}") from fault
    if info.file_size > _MOST_DIRECTORY:
        raise Refused("file_bomb", file=name, found=f"{part}: {info.file_size}", most=_MOST_DIRECTORY)
    return archive.read(info)


def _tags(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """All tags with their attributes. A document type is refused: office files have none, entity bombs do."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _strict_parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(xml, True)  # noqa: FBT003
    return found


def _strict_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile("document type in XML")

    parser.StartDoctypeDeclHandler = refuse
    return parser
