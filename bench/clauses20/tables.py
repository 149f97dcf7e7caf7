"""The generated tables and the exact answers to them, each made once in a process of its own and kept."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "expected.json"


@dataclass(frozen=True)
class Exact:
    """What the clauses really come to. `payable`: a file of what each enterprise is paid, in fen, in row order."""

    total_fen: int
    clause_fen: dict[str, int]
    payable: Path


@dataclass(frozen=True)
class Tables:
    """Tables of so many rows in a folder."""

    rows: int
    folder: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """Enterprises and patents."""
        return self.folder / f"ent_{self.rows}.parquet", self.folder / f"pat_{self.rows}.parquet"

    def exist(self) -> bool:
        return all(file.is_file() for file in self.files)


def generated(rows: int, data: Path) -> Tables:
    """The tables of so many rows; drawn when they are not there."""
    tables = Tables(rows, data)
    if not tables.exist():
        _whole(tables, lambda made: _python("generate.py", str(rows), str(made.folder)))
    return tables


def first_of(tables: Tables, rows: int) -> Tables:
    """The first rows of a table as a table of its own."""
    if rows >= tables.rows:
        return tables
    found = Tables(rows, tables.folder / f"first-of-{tables.rows}")
    if not found.exist():
        _whole(found, lambda made: _python("truth.py", "cut", *map(str, (*tables.files, *made.files)), str(rows)))
    return found


def _whole(tables: Tables, make: Callable[[Tables], object]) -> None:
    """Tables appear under their names only when they are whole."""
    tables.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tables.folder) as folder:
        made = Tables(tables.rows, Path(folder))
        make(made)
        for file, place in zip(made.files, tables.files, strict=True):
            file.replace(place)


def exact(tables: Tables, copies: int) -> Exact:
    """The exact answers. Computed anew each time, so that they always belong to the tables that lie there."""
    payable = tables.folder / f"exact_{tables.rows}_{copies}.npy"
    told = _python("truth.py", "compute", str(tables.rows), str(tables.folder), str(copies), str(payable))
    found = json.loads(told)
    return Exact(found["total_fen"], found["clause_fen"], payable)


def as_expected(rows: int, copies: int, found: Exact) -> bool | None:
    """Whether the exact answers are those on record; None when nothing is on record for so many rows."""
    on_record = json.loads(EXPECTED.read_text("utf-8")).get(str(rows)) if copies == 1 else None
    if on_record is None:
        return None
    return bool(on_record["total_fen"] == found.total_fen and on_record["clause_fen"] == found.clause_fen)


def differences(found: Exact, answers: Path) -> dict[str, int]:
    """Enterprises with a wrong amount, the worst error and the sum of all errors in fen."""
    told: dict[str, int] = json.loads(_python("truth.py", "compare", str(found.payable), str(answers)))
    return told


def _python(script: str, *arguments: str) -> str:
    # Of their own: a measured process should not be started by one that is large.
    command = [sys.executable, str(HERE / script), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
