"""A worksheet as cells by place, with merged areas; refusals that name the sheet and the cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from yanlian.base.refusal import Refused
from yanlian.base.workbook import cell_name
from yanlian.engine.feel.dmn.sheet_guard import faulty_cells
from yanlian.engine.feel.dmn.sheet_words import Cell, SheetRefused

T = TypeVar("T")
_MOST_FAULTS = 50


@dataclass(slots=True)
class Grid:
    """The filled cells of a sheet, rows and columns from 0; `origin` says for a merged cell where its area begins."""

    where: str
    sheet: str
    cells: dict[tuple[int, int], Cell]
    origin: dict[tuple[int, int], tuple[int, int]]
    used: set[tuple[int, int]] = field(default_factory=set)
    faults: list[Refused] = field(default_factory=list)

    def get(self, row: int, column: int) -> Cell:
        """What a cell says, also as part of a merged area; from here on it counts as read."""
        self.used.add((row, column))
        return self.cells.get(self.origin.get((row, column), (row, column)))

    def refuse(self, code: str, row: int, column: int, **data: object) -> Refused:
        """A refusal that names the cell."""
        return Refused(code, **{**data, "where": self.where, "sheet": self.sheet, "cell": cell_name(row, column)})

    def fault(self, code: str, row: int, column: int, **data: object) -> None:
        """Note what is wrong with a cell; reading goes on, so that all of it can be told at once."""
        self.faults.append(self.refuse(code, row, column, **data))

    def reading(self, row: int, column: int, read: Callable[[Cell], T], otherwise: T) -> T:
        """A cell read by a function whose refusal is noted with the cell."""
        try:
            return read(self.get(row, column))
        except Refused as refused:
            self.fault(refused.code, row, column, **refused.data)
            return otherwise

    def finish(self) -> None:
        """Refuse if anything was wrong, or if a filled cell was not read by anyone."""
        for row, column in sorted(self.cells):
            area = [place for place, first in self.origin.items() if first == (row, column)]
            if (row, column) not in self.used and not self.used.intersection(area):
                self.fault("dmn_sheet_stray", row, column, found=str(self.cells[row, column])[:40])
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            raise SheetRefused(tuple(self.faults[:_MOST_FAULTS]), self.where)


def open_sheet(data: bytes, where: str, sheet: str | None) -> Grid:
    """One sheet of a workbook: the named one, or the only visible one that has cells."""
    broken = faulty_cells(data, where)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            known = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
            shown = {one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible}
            if sheet is not None and sheet not in known:
                raise Refused("dmn_sheet_choose", where=where, found=sheet, expected="、".join(known))
            wanted = [sheet] if sheet is not None else [name for name in known if name in shown]
            loaded = [book.get_sheet_by_name(name) for name in wanted]
            filled = [one for one in loaded if one.start is not None]
            if len(filled) != 1:
                found = "、".join(one.name for one in filled) or "-"
                raise Refused("dmn_sheet_choose", where=where, found=found, expected="、".join(known))
            name, areas = filled[0].name, filled[0].merged_cell_ranges or []
            rows = filled[0].to_python(skip_empty_area=False)
    except CalamineError as fault:
        raise Refused("dmn_sheet_file", where=where, found=str(fault)[:100]) from None
    cells: dict[tuple[int, int], Cell] = {
        (r, c): cell
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        if not isinstance(cell, str) or cell.strip()
    }
    grid = Grid(where, name, cells, _origins(areas))
    for (row, column), what in broken.get(name, {}).items():
        grid.fault("dmn_sheet_error" if what == "error" else "dmn_sheet_formula", row, column)
        grid.used.add((row, column))
    return grid


def _origins(areas: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[tuple[int, int], tuple[int, int]]:
    most = 100_000
    return {
        (r, c): (top, left)
        for (top, left), (bottom, right) in areas
        if (bottom - top + 1) * (right - left + 1) <= most
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
    }
