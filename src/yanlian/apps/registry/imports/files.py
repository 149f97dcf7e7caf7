"""The file as it arrived: its size, hash and true format. Faults found here refuse the file as a whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from yanlian.apps.registry.imports.csv_table import CsvTable
from yanlian.apps.registry.imports.table import Arrived, Table
from yanlian.apps.registry.imports.xlsx_table import open_workbook
from yanlian.base.refusal import Refused

MOST_BYTES = 1024 * 1024 * 1024
MOST_BYTES_XLSX = 100 * 1024 * 1024
_BLOCK = 1 << 20
_ZIP, _ZIP_EMPTY = b"PK\x03\x04", b"PK\x05\x06"
# Old Excel files and password-protected new ones are both OLE containers.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@contextmanager
def arrived(source: Path | BinaryIO, name: str) -> Iterator[Arrived]:
    """Open a path or an uploaded file and check it as a whole.

    Raises `Refused`: file_empty, file_too_large, file_kind_unknown, file_encoding, file_broken, file_bomb,
    file_encrypted.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield _check(file, name)
    elif source.seekable():
        yield _check(source, name)
    else:
        # A stream can be read once, an import reads twice.
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
            yield _check(copy, name)


def _check(file: BinaryIO, name: str) -> Arrived:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise Refused("file_empty", file=name)
    if size > MOST_BYTES:
        raise Refused("file_too_large", file=name, found=size, most=MOST_BYTES)
    digest = _digest(file)
    return Arrived(name=name, sha256=digest, size=size, tables=_tables(file, name, size))


def _tables(file: BinaryIO, name: str, size: int) -> tuple[Table, ...]:
    """By content, not by name; a name that promises a workbook is held to it."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith((_ZIP, _ZIP_EMPTY)):
        if size > MOST_BYTES_XLSX:
            raise Refused("file_too_large", file=name, found=size, most=MOST_BYTES_XLSX)
        return open_workbook(file, name)
    if head.startswith(_OLE):
        file.seek(0)
        encrypted = _ENCRYPTED in file.read(MOST_BYTES_XLSX)
        raise Refused("file_encrypted" if encrypted else "file_kind_unknown", file=name)
    if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")):
        raise Refused("file_broken", file=name, reason="not a zip archive")
    if head.strip() == b"" and size <= len(head):
        raise Refused("file_empty", file=name)
    return (CsvTable(file, name, size),)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()
