"""Samples of three sizes, made once for all tests of this folder: small, default, and one of three blocks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from yanlian.web.sample import calibration
from yanlian.web.sample.generate import Manifest, generate, load_faults
from yanlian.web.sample.layout import UNITS, FileLayout, file_layouts

# A sample of this size is drawn in blocks of 1,000.
THREE_BLOCKS = 3_000
DISTRICT = Path(__file__).parents[3] / "districts" / "laoshan"


@dataclass(frozen=True)
class Sample:
    """A generated folder and its good rows, read as a department would read them back."""

    folder: Path
    manifest: Manifest
    known: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @cached_property
    def planted(self) -> set[tuple[str, int]]:
        return {(fault.file, fault.row) for fault in load_faults(self.folder) if fault.effect == "refused"}

    def lines(self, path: str, encoding: str) -> Iterator[list[str]]:
        if path.endswith(".xlsx"):
            workbook = CalamineWorkbook.from_path(str(self.folder / path))
            for row in workbook.get_sheet_by_index(0).to_python():
                yield [str(cell) for cell in row]
            return
        with (self.folder / path).open(encoding=encoding, newline="") as file:
            yield from csv.reader(file)

    def rows(self, record: str) -> list[dict[str, str]]:
        """The good rows of a kind of record, by the fact schema's field; whom they are about under `who`."""
        if record not in self.known:
            self.known[record] = self._read(record)
        return self.known[record]

    def _read(self, record: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for file, layout in self._files(record):
            for number, cells in enumerate(self.lines(file, layout.encoding), start=1):
                if number > 1 and (file, number) not in self.planted:
                    found.append(self._row(layout, cells))
        return found

    def _files(self, record: str) -> Iterator[tuple[str, FileLayout]]:
        layouts = {(layout.department, layout.name): layout for layout in file_layouts()}
        for file in self.manifest.files:
            if file.record == record:
                yield file.path, layouts[file.department, Path(file.path).stem]

    def _row(self, layout: FileLayout, cells: list[str]) -> dict[str, str]:
        keys = layout.key_headers()
        row = dict(zip([*keys, *layout.fields], cells, strict=True))
        row["who"] = row["身份证号" if layout.persons else "统一社会信用代码"]
        row["persons"] = str(layout.persons)
        for column in layout.fields.values():
            if column.type == "money" and row[column.key]:
                row[column.key] = str(Decimal(row[column.key].replace(",", "")) * UNITS[layout.money])
            if column.type == "date" and row[column.key]:
                row[column.key] = _iso(row[column.key])
        return row


def _iso(text: str) -> str:
    digits = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    if "-" not in digits:
        digits = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    year, month, day = digits.split("-")
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}"


def fen(rows: list[dict[str, str]], field: str) -> int:
    """Sum of a money column in fen; every amount is a whole number of fen."""
    total = sum((Decimal(row[field]) for row in rows if row[field]), Decimal(0))
    assert total == total.to_integral_value()
    return int(total)


@pytest.fixture(scope="session")
def make_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Sample]:
    made: dict[int, Sample] = {}

    def make(enterprises: int) -> Sample:
        if enterprises not in made:
            folder = tmp_path_factory.mktemp(f"sample-{enterprises}")
            with pytest.MonkeyPatch.context() as patch:
                if enterprises == THREE_BLOCKS:
                    patch.setattr(calibration, "BLOCK", 1_000)
                made[enterprises] = Sample(folder, generate(folder, enterprises))
        return made[enterprises]

    return make


@pytest.fixture(scope="session")
def default_sample(make_sample: Callable[[int], Sample]) -> Sample:
    return make_sample(5_000)
