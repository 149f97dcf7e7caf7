"""Writing the departments' files block by block: CSV in three encodings and workbooks; memory stays that of a block."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pv
import xlsxwriter

from yanlian.web.sample.faults import ERROR_CELL
from yanlian.web.sample.layout import FileLayout

# A workbook holds 1,048,576 rows; longer data sets go on in a second file.
_SHEET_ROWS = 1_000_000
_OPTIONS = pv.WriteOptions(include_header=False, quoting_style="needed")


@dataclass
class Written:
    """One finished or growing file."""

    path: str
    rows: int = 0


@dataclass
class Writer:
    """The file (for long workbooks: files) of one data set. Call `write` for each block, then `close`."""

    folder: Path
    layout: FileLayout
    files: list[Written] = field(default_factory=list)
    _stream: BinaryIO | None = None
    _book: Any = None
    _sheet: Any = None

    def next_line(self) -> int:
        """The line that the next row will have in the file, the header being line 1."""
        return (self.files[-1].rows if self.files else 0) + 2

    def path(self) -> str:
        """The file that the next row goes to, relative to the folder."""
        if not self.files:
            self._start()
        return self.files[-1].path

    def write(self, table: Any) -> None:
        """Append rows (all columns text)."""
        self.path()
        if self.layout.xlsx:
            self._write_cells(table)
            return
        buffer = io.BytesIO()
        pv.write_csv(table, buffer, _OPTIONS)
        assert self._stream is not None, "a file was started"
        self._stream.write(self._encoded(buffer.getvalue()))
        self.files[-1].rows += table.num_rows

    def close(self) -> None:
        self.path()
        if self._book is not None:
            self._book.close()
        if self._stream is not None:
            self._stream.close()
        self._book = self._stream = None

    def _encoded(self, utf8: bytes) -> bytes:
        # Files in the older encoding come from Windows and end their lines that way.
        if self.layout.encoding == "gb18030":
            return utf8.replace(b"\n", b"\r\n").decode("utf-8").encode("gb18030")
        return utf8

    def _start(self) -> None:
        part = len(self.files)
        name = f"{self.layout.name}{f'_{part + 1}' if part else ''}.{'xlsx' if self.layout.xlsx else 'csv'}"
        path = self.folder / self.layout.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files.append(Written(f"{self.layout.folder}/{name}"))
        headers = self.layout.all_headers()
        if self.layout.xlsx:
            self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
            # The day on which the sample ends: the same sample gives the same bytes.
            self._book.set_properties({"created": datetime(2025, 12, 31, tzinfo=UTC)})
            self._sheet = self._book.add_worksheet(self.layout.name)
            self._sheet.write_row(0, 0, headers)
        else:
            self._stream = path.open("wb")
            start = "\ufeff" if self.layout.encoding == "utf-8-sig" else ""
            self._stream.write((start).encode())
            self._stream.write(self._encoded((",".join(headers) + "\n").encode()))

    def _write_cells(self, table: Any) -> None:
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            if self.files[-1].rows >= _SHEET_ROWS:
                self._book.close()
                self._start()
            self.files[-1].rows += 1
            line = self.files[-1].rows
            for column, text in enumerate(row):
                if text == ERROR_CELL:
                    # A formula whose computed value is an error, as a broken reference leaves it.
                    self._sheet.write_formula(line, column, "=#REF!", None, ERROR_CELL)
                elif text:
                    self._sheet.write_string(line, column, text)


def empty_table(layout: FileLayout) -> Any:
    """No rows under the headers of a file."""
    return pa.table({name: pa.array([], pa.string()) for name in layout.all_headers()})
