"""Tables in files, block by block: Parquet, or CSV with a header whose cells stay text until they are understood."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.build_fault import FaultList
from yanlian.engine.dossier.build_mapping import TableFile
from yanlian.engine.dossier.layout_hash import letters_of

BLOCK_ROWS = 131_072
_BLOCK_BYTES = 16 << 20
_NOT_ASCII = 0x80


def read_blocks(file: TableFile, columns: Sequence[str], faults: FaultList) -> Iterator[pa.RecordBatch]:
    """The named columns of a table in blocks, in the order of its rows. Texts are trimmed, empty ones are null.

    Raises `Refused("dossiers_file")` and `Refused("dossiers_column")`; rows of a CSV with too many or too few cells are
    noted, and then nothing else of that file, since the numbers of its rows would be wrong.
    """
    wanted = list(dict.fromkeys(columns))
    try:
        if file.path.suffix.lower() == ".parquet":
            yield from _parquet_blocks(file, wanted)
        elif file.path.suffix.lower() in (".csv", ".tsv", ".txt"):
            yield from _csv_blocks(file, wanted, faults)
        else:
            raise Refused("dossiers_file", file=file.name, reason="Parquet | CSV")
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError, UnicodeDecodeError, LookupError) as error:
        raise Refused("dossiers_file", file=file.name, reason=" ".join(str(error).split())[:200]) from None


def count_rows(file: TableFile) -> int:
    """How many rows, where the file says so without being read; otherwise 0."""
    try:
        return int(pq.ParquetFile(file.path).metadata.num_rows) if file.path.suffix.lower() == ".parquet" else 0
    except (pa.ArrowInvalid, OSError):
        return 0


def _check(file: TableFile, wanted: Sequence[str], names: Sequence[str]) -> None:
    for name in wanted:
        if names.count(name) != 1:
            raise Refused("dossiers_column", file=file.name, found=name, expected=", ".join(names))


def _parquet_blocks(file: TableFile, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    opened = pq.ParquetFile(file.path)
    _check(file, wanted, opened.schema_arrow.names)
    for batch in opened.iter_batches(batch_size=BLOCK_ROWS, columns=list(wanted)):
        yield pa.RecordBatch.from_arrays([_cleaned(batch.column(name)) for name in wanted], names=list(wanted))


def _csv_blocks(file: TableFile, wanted: Sequence[str], faults: FaultList) -> Iterator[pa.RecordBatch]:
    names = _header(file)
    _check(file, wanted, names)
    broken: list[int] = []

    def note(row: pcsv.InvalidRow) -> str:
        number = -1 if row.number is None else row.number - 1
        faults.add("dossiers_row", file=file.name, row=number, found=row.actual_columns, expected=row.expected_columns)
        broken.append(number)
        return "skip"

    reading = pcsv.ReadOptions(block_size=_BLOCK_BYTES, encoding=file.encoding, use_threads=False)
    parsing = pcsv.ParseOptions(delimiter=file.delimiter, newlines_in_values=True, invalid_row_handler=note)
    with pcsv.open_csv(file.path, reading, parsing, _as_text(list(wanted))) as opened:
        for batch in opened:
            if not broken:
                yield pa.RecordBatch.from_arrays([_cleaned(batch.column(name)) for name in wanted], names=list(wanted))


def _header(file: TableFile) -> list[str]:
    encoding = "utf-8-sig" if file.encoding.lower().replace("-", "") == "utf8" else file.encoding
    with file.path.open(encoding=encoding, newline="") as opened:
        return next(csv.reader(opened, delimiter=file.delimiter), [])


def _as_text(wanted: list[str]) -> pcsv.ConvertOptions:
    return pcsv.ConvertOptions(
        include_columns=wanted,
        column_types=dict.fromkeys(wanted, pa.string()),
        strings_can_be_null=False,
        null_values=[],
    )


def _cleaned(array: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type):
        return array
    letters = letters_of(array)
    # Most columns are plain ASCII without any blank: a look at the bytes saves the work cell by cell.
    if ((letters <= ord(" ")) | (letters >= _NOT_ASCII)).any():
        array = pc.utf8_trim_whitespace(array)
    empty = pc.equal(pc.binary_length(array), 0)
    return pc.if_else(empty, None, array) if pc.any(empty).as_py() else array
