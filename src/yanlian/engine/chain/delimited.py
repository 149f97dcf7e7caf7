"""Anyone's CSV as a table of texts: encoding, separator and empty rows found out; numbers as people write them.

Excel writes a byte order mark, semicolons, tabs, GBK or UTF-16, a first line `sep=;`, rows of nothing but commas, and
numbers such as 1,234.5 or, where the comma is the decimal sign, 1.234,5. All of that is read; what is ambiguous is not
guessed. The rows that people see begin with 2: `Delimited.line` tells which line of the file a row is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats

Step = Callable[[int, int], None]
Flags = npt.NDArray[np.bool_]

_HEAD = 65_536
_SEPARATORS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
# Spaces that stand between thousands or around a number: plain, no-break, narrow no-break, ideographic.
_SPACES = re.compile("[ \u00a0\u202f\u3000]")
_SPACED = re.compile("[+-]?\\d{1,3}([ \u00a0\u202f]\\d{3})+([.,]\\d*)?")


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file's rows, every cell a trimmed text ("" for an empty one). `names`: of the columns, trimmed, in their order.
    `blank`: how many rows without any text were left out."""

    file: Path
    names: tuple[str, ...]
    table: pa.Table
    encoding: str
    separator: str
    blank: int

    def column(self, name: str) -> pa.ChunkedArray:
        """The first column of that name."""
        return self.table.column(self.names.index(name))

    def line(self, row: int) -> int:
        """The line of the file in which a row (from 0) stands; rows without text and empty lines are counted."""
        with pa.input_stream(str(self.file)) as stream:
            text = stream.read().decode(self.encoding, errors="replace")
        full = -1 - _hinted(text)
        for number, line in enumerate(text.splitlines(), 1):
            full += bool(line.strip(f' "\t\ufeff{self.separator}'))
            if full == row + 1:
                return number
        return row + 2


def read_delimited(file: Path, step: Step | None = None) -> Delimited:
    """Read a CSV file (also .gz). `step` is told (bytes read, bytes in all) now and then.

    Refused("delimited_file") for what is no table, with the reason and what to do; ("delimited_names") for an empty
    first row. Cost: a pass over the file, in pieces.
    """
    try:
        with pa.input_stream(str(file)) as stream:
            head = stream.read(_HEAD)
    except (OSError, pa.ArrowException) as fault:
        raise Refused("delimited_file", file=str(file), why=_first_line(fault)) from None
    if head.startswith(_WORKBOOKS):
        raise Refused("delimited_workbook", file=str(file))
    encoding = _encoding(head)
    try:
        return _read(file, head, encoding, step)
    except UnicodeDecodeError:
        # The beginning was plain ASCII or UTF-8, something farther down is not.
        if encoding == "gb18030":
            raise Refused("delimited_file", file=str(file), why="UTF-8, GB 18030 ✗") from None
    except pa.ArrowInvalid as fault:
        if "UTF8" not in str(fault) or encoding != "utf-8":
            raise Refused("delimited_file", file=str(file), why=_first_line(fault)) from None
    try:
        return _read(file, head, "gb18030", step)
    except (UnicodeDecodeError, pa.ArrowInvalid) as fault:
        raise Refused("delimited_file", file=str(file), why=_first_line(fault)) from None


def _read(file: Path, head: bytes, encoding: str, step: Step | None) -> Delimited:
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    hinted = _hinted(text)
    lines = text.splitlines()[hinted:]
    first = next((line for line in lines if line.strip()), "")
    separator = text[4] if hinted else max(_SEPARATORS, key=_bare(first).count)
    names = tuple(one.strip() for one in next(csv.reader([first], delimiter=separator), []))
    if not any(names):
        raise Refused("delimited_names", file=str(file))
    places = [str(place) for place in range(len(names))]
    skipped = hinted + next(place for place, line in enumerate(lines) if line.strip()) + 1
    reading = pa_csv.ReadOptions(encoding=encoding, skip_rows=skipped, column_names=places, block_size=1 << 23)
    parsing = pa_csv.ParseOptions(delimiter=separator)
    kinds = pa_csv.ConvertOptions(column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False)
    batches, size = [], file.stat().st_size
    with pa.OSFile(str(file)) as raw:
        source = pa.CompressedInputStream(raw, "gzip") if file.suffix.lower() == ".gz" else raw
        try:
            reader = pa_csv.open_csv(source, reading, parsing, kinds)
        except pa.ArrowInvalid as fault:
            if "Empty CSV file" not in str(fault):
                raise
            return Delimited(file, names, _nothing(places), encoding, separator, 0)
        for batch in reader:
            batches.append(batch)
            if step is not None:
                step(raw.tell(), size)
    table = pa.Table.from_batches(batches, pa.schema([(place, pa.string()) for place in places]))
    full, blank = _full_rows(table)
    return Delimited(file, names, full, encoding, separator, blank)


def _nothing(places: Sequence[str]) -> pa.Table:
    return pa.table({place: pa.array([], pa.string()) for place in places})


def _full_rows(table: pa.Table) -> tuple[pa.Table, int]:
    """Trimmed cells, without rows that have no text at all."""
    trimmed = table.from_arrays([pc.utf8_trim_whitespace(one) for one in table.columns], schema=table.schema)
    lengths = [pc.sum(pc.binary_length(one)).as_py() or 0 for one in trimmed.columns]
    if not table.num_rows or (min(lengths) == 0 and max(lengths) == 0):
        return trimmed.slice(0, 0), table.num_rows
    # Only rows whose first cell is empty can be empty.
    doubtful = pc.equal(trimmed.column(0), "")
    if not pc.any(doubtful).as_py():
        return trimmed, 0
    empty = doubtful.to_numpy()
    for one in trimmed.columns[1:]:
        empty &= pc.equal(one, "").to_numpy()
    return (trimmed.filter(pa.array(~empty)), int(empty.sum())) if empty.any() else (trimmed, 0)


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _hinted(text: str) -> int:
    """Whether the first line only names the separator, as Excel writes it: sep=;"""
    return int(re.match(r"sep=[,;\t|]\r?\n", text.removeprefix("\ufeff")) is not None)


def _bare(line: str) -> str:
    """A line without what stands between quotes."""
    return re.sub(r'"[^"]*"', "", line)


def _first_line(fault: Exception) -> str:
    return (str(fault) or type(fault).__name__).splitlines()[0]


def numbers_of(texts: pa.ChunkedArray, separator: str) -> tuple[Floats, bool]:
    """Numbers of cells, NaN where a cell is none; and whether the comma is a decimal sign nobody can be sure of.

    1234.5, 1.2e3, +3; 1,234,567.5 and 1 234 567.5 with thousands apart. In a file separated by semicolons or tabs the
    comma is the decimal sign if some number can only be read so (12,5; 1.234,56); if every comma could be either
    (1,234), that is for a person to say.
    """
    plain = pc.replace_substring_regex(texts, pattern=r"^\+", replacement="")
    number = pc.match_substring_regex(plain, rf"^({_PLAIN.pattern})$")
    if pc.all(number).as_py():
        return pc.cast(plain, pa.float64()).to_numpy(), False
    fine = number.to_numpy()
    cells: list[str] = plain.filter(pc.invert(number)).to_pylist()
    decimal = separator != "," and any(_DECIMAL_COMMA.fullmatch(one) and not _THOUSANDS.fullmatch(one) for one in cells)
    unsure = separator != "," and not decimal and any(_THOUSANDS.fullmatch(one) for one in cells)
    if decimal:
        # The point is no decimal sign here: every number is read anew.
        return np.array([_number(one, decimal=True) for one in plain.to_pylist()]), False
    found = np.full(len(plain), np.nan)
    found[fine] = pc.cast(plain.filter(number), pa.float64()).to_numpy()
    found[~fine] = [_number(one, decimal=False) for one in cells]
    return found, unsure


def _number(text: str, *, decimal: bool) -> float:
    if _SPACED.fullmatch(text):
        text = _SPACES.sub("", text)
    if decimal:
        fine = _DECIMAL_COMMA.fullmatch(text) or re.fullmatch(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)", text)
        return float(text.replace(".", "").replace(",", ".")) if fine else float("nan")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if _PLAIN.fullmatch(text) else float("nan")
