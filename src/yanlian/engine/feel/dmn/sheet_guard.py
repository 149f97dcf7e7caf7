"""The cells of a workbook from which no decision table may be read: error values, formulas that nobody computed.

Such a formula comes as an empty cell, which in a decision table would mean "any".
"""

from __future__ import annotations

from yanlian.base.archive import Archive, Unsound
from yanlian.base.refusal import Refused
from yanlian.base.workbook import CellFault, Scan, sheets

_MOST_UNPACKED = 100_000_000
_MOST_PARTS = 2_000
_MOST_CELLS = 2_000_000


def faulty_cells(data: bytes, where: str) -> dict[str, dict[tuple[int, int], CellFault]]:
    """Sheet name → (row, column) from 0 → what is wrong there. Refused: what is no workbook, or beyond the limits."""
    try:
        archive = Archive(data, _MOST_UNPACKED, _MOST_PARTS)
        scans = {name: Scan(archive.blocks(part)) for name, part in sheets(archive)}
    except Unsound as fault:
        if fault.kind == "large":
            raise Refused("dmn_sheet_limit", where=where, found=fault.found, expected=_MOST_UNPACKED) from None
        raise Refused("dmn_sheet_file", where=where, found=fault.found) from None
    for scan in scans.values():
        if scan.rows * scan.columns > _MOST_CELLS:
            size = f"{scan.rows} × {scan.columns}"
            raise Refused("dmn_sheet_limit", where=where, found=size, expected=_MOST_CELLS)
    return {
        name: {cell: fault for cell, fault in scan.faults.items() if fault != "formula"} for name, scan in scans.items()
    }
