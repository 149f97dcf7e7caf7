"""Department files written by the tests themselves, and a small registry to import into."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from stdnum.cn.uscc import calc_check_digit

from yanlian.apps.registry.actions import add_entity
from yanlian.apps.registry.imports import BatchResult, Covered, import_file, load_mapping
from yanlian.apps.registry.models import Entity

MOMENT = datetime(2026, 1, 10, 8, tzinfo=UTC)
LATER = datetime(2026, 2, 10, 8, tzinfo=UTC)


def uscc(number: int, authority: str = "91") -> str:
    base = f"{authority}370212MA{number:07d}"
    return base + calc_check_digit(base)


def csv_bytes(rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: Sequence[Sequence[object]], name: str = "file.csv", encoding: str = "utf-8") -> Path:
        file = tmp_path / name
        file.write_bytes(csv_bytes(rows, encoding))
        return file

    return write


@pytest.fixture
def xlsx_file(tmp_path: Path) -> Callable[..., Path]:
    """`fill(book)` puts what it likes into a fresh workbook."""

    def write(fill: Callable[[xlsxwriter.Workbook], object], name: str = "file.xlsx") -> Path:
        file = tmp_path / name
        with xlsxwriter.Workbook(str(file)) as book:
            fill(book)
        return file

    return write


@pytest.fixture
def firm(db: None) -> Entity:
    return add_entity(name="样例一号有限公司", kind="enterprise", uscc=uscc(1), recorded_at=MOMENT)


def tax_header() -> list[str]:
    return load_mapping("tax", "tax_year").template()


def tax_row(
    code: str, year: object = 2024, revenue: object = "1000.00", name: str = "", rest: str = "1"
) -> list[object]:
    """Header of `tax_header`: code, name, year, revenue, then nine amounts."""
    return [code, name, year, revenue, *[rest] * 9]


def take(
    file: Path | io.BytesIO,
    department: str = "tax",
    dataset: str = "tax_year",
    moment: datetime = MOMENT,
    covered: Covered | None = None,
) -> BatchResult:
    return import_file(file, department, dataset, recorded_at=moment, covered=covered)


def codes(result: BatchResult) -> list[tuple[int, str, str]]:
    """Row, column and code of each fault."""
    return [(fault.row, fault.column, fault.code) for fault in result.batch.faults.order_by("row", "pk")]
