"""Chains as four CSV files (chain, sources, segments, edges) in a folder or a zip archive.

A cell that a spreadsheet could take for a formula gets an apostrophe in front; reading takes it away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from yanlian.base.archive import Archive, Unsound, packed
from yanlian.base.refusal import Refused
from yanlian.base.tree import Unreadable
from yanlian.engine.chain.template.exchange.tables import MOST_COLUMNS, MOST_ROWS, TABLES, Cell, Rows, tables_of
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import MAX_BYTES, decoded, limit, syntax

NAMES: Mapping[str, str] = {part: f"{part}.csv" for part in TABLES}
_NEEDED = ("chain", "segments")
_FORMULA = frozenset("=+-@\t\r'")
# The same moment in every archive: the same chain gives the same bytes.


def csv_bytes(chain: Chain) -> dict[str, bytes]:
    """File name → content; UTF-8 with a byte-order mark, as spreadsheets expect it."""
    found: dict[str, bytes] = {}
    for part, rows in tables_of(chain, chinese=False).items():
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n").writerows([[_guarded(text) for text in row] for row in rows])
        found[NAMES[part]] = out.getvalue().encode("utf-8-sig")
    return found


def zip_bytes(chain: Chain) -> bytes:
    """The files in one archive."""
    return packed(csv_bytes(chain))


def _guarded(text: str) -> str:
    return "'" + text if text[:1] in _FORMULA and text else text


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA and len(text) > 1 else text


def folder_tables(folder: Path) -> dict[str, Rows]:
    """The tables of a folder. Raises `Refused` for one that lacks what a chain needs, `Unreadable` in a file."""
    found = {part: folder / name for part, name in NAMES.items() if (folder / name).is_file()}
    _complete(set(found), str(folder))
    if big := next((file for file in found.values() if file.stat().st_size > MAX_BYTES), None):
        raise limit(big.name, big.stat().st_size, MAX_BYTES)
    return {part: rows_of(file.read_bytes(), NAMES[part]) for part, file in found.items()}


def zip_tables(data: bytes, where: str) -> dict[str, Rows]:
    """The tables of an archive, which may hold nothing else."""
    parts = {name: part for part, name in NAMES.items()}
    found: dict[str, Rows] = {}
    try:
        archive = Archive(data)
        for member in archive.parts:
            part = parts.get(member.filename)
            if part is None or part in found:
                raise Refused("chain_archive_member", where=where, found=member.filename[:80])
            found[part] = rows_of(archive.beginning(member, MAX_BYTES + 1), member.filename)
    except Unsound as fault:
        raise Refused("chain_archive", where=where, found=fault.found) from None
    _complete(set(found), where)
    return found


def _complete(found: set[str], where: str) -> None:
    if missing := [NAMES[part] for part in _NEEDED if part not in found]:
        raise Refused("chain_table_missing", where=where, found="、".join(missing))


def rows_of(data: bytes, name: str) -> Rows:
    """The rows of a CSV file. Raises `Unreadable`."""
    try:
        text = decoded(data)
    except Unreadable as fault:
        raise _named(fault, name) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[Cell]] = []
    try:
        for row in reader:
            if len(rows) >= MOST_ROWS or len(row) > MOST_COLUMNS:
                raise _named(limit("行列 rows, columns", f"{len(rows) + 1} × {len(row)}", MOST_ROWS), name)
            rows.append([Cell(_bare(text)) for text in row])
    except csv.Error as fault:
        raise _named(syntax(reader.line_num, str(fault)), name) from None
    return rows


def _named(fault: Unreadable, name: str) -> Unreadable:
    fault.file = name
    return fault
