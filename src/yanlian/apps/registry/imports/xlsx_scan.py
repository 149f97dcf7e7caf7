"""What calamine does not tell about a workbook: its true size, its error cells, and formulas nobody computed.

Every part is unpacked here once, in blocks, so that checksums are verified and the true sizes known before anything is
built in memory. A dense grid is what calamine builds: two cells at opposite corners would ask for terabytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from yanlian.base.archive import BLOCK, Archive, Unsound
from yanlian.base.refusal import Refused
from yanlian.base.workbook import DIRECTORY, column_of, parse, sheets

MOST_UNPACKED = 400 * 1024 * 1024
MOST_CELLS = 25_000_000
_MOST_PARTS = 5_000
_MOST_FAULTS = 200_000

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
        return _scan(Archive(file, MOST_UNPACKED, _MOST_PARTS), name)
    except Unsound as fault:
        if fault.kind == "encrypted":
            raise Refused("file_encrypted", file=name) from fault
        if fault.kind == "large":
            found = f"{fault.found} bytes, {fault.parts} parts"
            raise Refused("file_bomb", file=name, found=found, most=MOST_UNPACKED) from fault
        raise Refused("file_broken", file=name, reason=fault.found) from fault


def _scan(archive: Archive, name: str) -> dict[str, SheetScan]:
    if DIRECTORY not in {part.filename for part in archive.parts}:
        raise Refused("file_kind_unknown", file=name)
    names = {part.filename: sheet for sheet, part in sheets(archive)}
    scans: dict[str, SheetScan] = {}
    for part in archive.parts:
        blocks = _blocks(archive, part)
        if part.filename in names:
            scan = scans[names[part.filename]] = SheetScan()
            blocks = _looked(blocks, scan, name)
        # Readers forgive what is not well formed, and lose cells doing so; and the end of a part that was cut off would
        # look like the end of the table.
        if part.filename.endswith(".xml"):
            parse(blocks)
        else:
            for _ in blocks:
                pass
    return scans


def _looked(blocks: Iterable[bytes], scan: SheetScan, name: str) -> Iterator[bytes]:
    for block in blocks:
        yield block
        _look(block, scan, name)


def _blocks(archive: Archive, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in blocks that end between rows, or at least between tags, so that no cell is overlooked."""
    rest = b""
    for block in archive.blocks(part):
        rest += block
        cut = max(rest.rfind(b"</row>") + 6 if b"</row>" in rest else 0, rest.rfind(b":row>") + 5)
        if cut <= 5 and len(rest) > 8 * BLOCK:
            cut = rest.rfind(b"<")
        if cut > 5:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > 32 * BLOCK:
            raise Unsound("broken", f"a single tag of more than {len(rest)} bytes in {part.filename}")
    if rest:
        yield rest


def _look(block: bytes, scan: SheetScan, name: str) -> None:
    found = _REFERENCE.findall(block)
    if found:
        width = max(column_of(letters.decode()) + 1 for letters in {letters for letters, _ in found})
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
        scan.faults.setdefault(int(reference[2]), {})[column_of(reference[1].decode())] = code


def _fault_of(attributes: bytes, content: bytes) -> str:
    if _IS_ERROR.search(attributes):
        return "cell_is_error"
    if _HAS_FORMULA.search(content) and not _HAS_VALUE.search(content):
        return "formula_without_value"
    return ""
