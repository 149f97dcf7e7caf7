"""XLSX files, through calamine, after checks that a hostile or broken workbook cannot exhaust the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO, cast

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from yanlian.apps.registry.imports.cells import Cell, text_of
from yanlian.apps.registry.imports.table import NO_FAULTS, CellFaults, Kinds, Lines
from yanlian.apps.registry.imports.xlsx_scan import SheetScan, scan_workbook
from yanlian.base.refusal import Refused

_PROGRESS_EVERY = 2_000


class XlsxTable:
    """One sheet of a workbook."""

    encoding = "xlsx"

    def __init__(self, workbook: CalamineWorkbook, sheet: str, scan: SheetScan, name: str) -> None:
        self._workbook = workbook
        self._scan = scan
        self._name = name
        self._loaded: CalamineSheet | None = None
        self.sheet = sheet

    def _load(self) -> CalamineSheet:
        """Parsed once, however often the rows are read."""
        if self._loaded is None:
            try:
                self._loaded = self._workbook.get_sheet_by_name(self.sheet)
            except CalamineError as fault:
                raise Refused("file_broken", file=self._name, reason=f"{self.sheet}: {fault}") from fault
        return self._loaded

    def rows(self, kinds: Kinds, progress: Callable[[float], None] | None = None) -> Lines:
        """All rows that are not blank; columns count from A even when the sheet begins further right."""
        sheet = self._load()
        if sheet.start is None:
            return
        margin = [""] * int(sheet.start[1])
        last = max(int(sheet.total_height), 1)
        rows = cast("Iterable[list[Cell]]", sheet.iter_rows())
        for number, cells in enumerate(rows, start=1):
            texts, faults = self._texts(number, margin + cells if margin else cells, kinds)
            if faults or any(map(str.strip, texts)):
                yield number, texts, faults
            if progress is not None and number % _PROGRESS_EVERY == 1:
                progress(min(number / last, 1.0))

    def _texts(self, number: int, cells: list[Cell], kinds: Kinds) -> tuple[list[str], CellFaults]:
        faults: dict[int, tuple[str, dict[str, object]]] = {}
        texts: list[str] = []
        for index, cell in enumerate(cells):
            if isinstance(cell, str):
                texts.append(cell)
                continue
            try:
                texts.append(text_of(cell, kinds[index]) if index in kinds else str(cell))
            except Refused as refused:
                faults[index] = (refused.code, refused.data)
                texts.append(str(cell))
        for index, code in self._scan.faults.get(number, {}).items():
            faults[index] = (code, {})
            while len(texts) <= index:
                texts.append("")
        return texts, faults or NO_FAULTS


def open_workbook(file: BinaryIO, name: str) -> tuple[XlsxTable, ...]:
    """The visible sheets that have cells. Raises `Refused` as `scan_workbook` does, and file_broken."""
    scans = scan_workbook(file, name)
    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        sheets = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        return tuple(
            XlsxTable(workbook, sheet, scans[sheet], name) for sheet in sheets if sheet in scans and scans[sheet].cells
        )
    except CalamineError as fault:
        raise Refused("file_broken", file=name, reason=str(fault)) from fault
