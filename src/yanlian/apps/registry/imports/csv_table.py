"""CSV files: the encoding is found by decoding the whole file, then rows are streamed."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from yanlian.apps.registry.imports.table import NO_FAULTS, Kinds, Lines
from yanlian.base.refusal import Refused

_BLOCK = 1 << 20
_DELIMITERS = (",", "\t", ";")
_PROGRESS_EVERY = 2_000


def find_encoding(file: BinaryIO, name: str) -> str:
    """utf-8-sig, utf-8 or gb18030: the first in which the whole file can be decoded. Costs one pass over the bytes."""
    file.seek(0)
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("file_encoding", file=name, position=0)
    candidates = ("utf-8-sig",) if head.startswith(codecs.BOM_UTF8) else ("utf-8", "gb18030")
    failed_at = 0
    for encoding in candidates:
        fault = _decoding_fault(file, encoding)
        if fault is None:
            return encoding
        failed_at = fault
    raise Refused("file_encoding", file=name, position=failed_at)


def _decoding_fault(file: BinaryIO, encoding: str) -> int | None:
    """Where the bytes stop being text of this encoding (about), or None. NUL is no text in any of them."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    while True:
        block = file.read(_BLOCK)
        zero = block.find(b"\0")
        if zero >= 0:
            return position + zero
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as fault:
            return position + fault.start
        if not block:
            return None
        position += len(block)


class CsvTable:
    """One CSV file. Rows are counted by lines of the file, as editors show them."""

    sheet = ""

    def __init__(self, file: BinaryIO, name: str, size: int) -> None:
        self._file = file
        self._name = name
        self._size = size
        self.encoding = find_encoding(file, name)
        self._delimiter = self._find_delimiter()

    def _find_delimiter(self) -> str:
        self._file.seek(0)
        head = self._file.read(16_384).decode(self.encoding, errors="ignore")
        # The first line that is divided at all: the header, perhaps below a title.
        for line in head.splitlines():
            counts = {delimiter: line.count(delimiter) for delimiter in _DELIMITERS}
            if any(counts.values()):
                return max(_DELIMITERS, key=lambda d: counts[d])
        return ","

    def _lines(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        # Strict: a quotation mark out of place is refused instead of being read in some way.
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        start = 1
        try:
            for cells in reader:
                yield start, cells
                start = reader.line_num + 1
        except csv.Error as fault:
            raise Refused("csv_broken", file=self._name, row=start, reason=str(fault)) from fault

    def rows(self, kinds: Kinds, progress: Callable[[float], None] | None = None) -> Lines:
        """All rows; blank lines are left out. Cells of CSV are text, so `kinds` is not needed."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self.encoding, newline="")
        try:
            for count, (number, cells) in enumerate(self._lines(text)):
                if cells and (cells[0] or any(map(str.strip, cells))):
                    yield number, cells, NO_FAULTS
                if progress is not None and count % _PROGRESS_EVERY == 0:
                    progress(min(self._file.tell() / self._size, 1.0))
        finally:
            # The file belongs to the caller: the wrapper must not close it.
            text.detach()
