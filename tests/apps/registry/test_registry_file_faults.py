"""Files that cannot be read as a whole: a clear answer, and nothing stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from registry_files import csv_bytes, take, tax_header, tax_row, uscc

from yanlian.apps.registry.imports import files, xlsx_scan
from yanlian.apps.registry.models import Batch, Entity, TaxYear
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db
XlsxFile = Callable[..., Path]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SHEET = "xl/worksheets/sheet1.xml"


def refused(file: Path | io.BytesIO) -> Refused:
    with pytest.raises(Refused) as caught:
        take(file)
    assert not Batch.objects.exists()
    assert not TaxYear.objects.exists()
    assert caught.value.text("zh")
    assert "{" not in caught.value.text("en")
    return caught.value


def upload(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def workbook(rows: int = 50) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("税务")
        sheet.write_row(0, 0, tax_header())
        for number in range(1, rows):
            sheet.write_row(number, 0, tax_row(uscc(1), 1950 + number))
    return out.getvalue()


def repacked(change: Callable[[str, bytes], bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with its parts changed; None leaves a part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def test_the_untouched_workbook_is_good(firm: Entity):
    assert take(upload(repacked(lambda _, data: data), "a.xlsx")).batch.rows_stored == 49


@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_workbook_is_refused_at_any_length(firm: Entity, kept: float):
    data = workbook()
    assert refused(upload(data[: int(len(data) * kept)], "a.xlsx")).code == "file_broken"


def test_every_flipped_part_of_a_workbook_is_noticed(firm: Entity):
    data = bytearray(workbook())
    start = data.index(b"PK\x03\x04", data.index(SHEET.encode())) - 200
    data[start : start + 40] = bytes(40)
    assert refused(upload(bytes(data), "a.xlsx")).code == "file_broken"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "file_empty"),
        (b" \r\n \n", "a.csv", "file_empty"),
        (b"", "a.xlsx", "file_empty"),
        (b"not a workbook", "a.xlsx", "file_broken"),
        (csv_bytes([tax_header()]), "a.xls", "file_broken"),
        (OLE, "a.xls", "file_kind_unknown"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "file_encrypted"),
        ("年度,营业收入".encode("utf-16"), "a.csv", "file_encoding"),
        (csv_bytes([tax_header()]) + b"\x80\x81\xff\xff", "a.csv", "file_encoding"),
        (csv_bytes([tax_header()]) + b"a\x00b", "a.csv", "file_encoding"),
        (csv_bytes([tax_header()]) + b'"an open quotation mark,1\n2,3\n', "a.csv", "csv_broken"),
        (csv_bytes([tax_header()]) + b'"a"b,1\n', "a.csv", "csv_broken"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.csv", "columns_missing"),
        ("é,ü\n1,2\n".encode("latin-1") * 3, "a.csv", "file_encoding"),
        (b"%PDF-1.7 ...", "a.csv", "columns_missing"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named_for_what_it_is(firm: Entity, data: bytes, name: str, code: str):
    assert refused(upload(data, name)).code == code


def test_missing_columns_are_all_named_beside_the_header_that_was_found(firm: Entity):
    header = [one for one in tax_header() if one not in ("营业收入", "净资产")]
    answer = refused(upload(csv_bytes([header, [uscc(1), "x", "2024"]]), "a.csv"))
    assert answer.code == "columns_missing"
    assert answer.data["expected"] == "营业收入、净资产"
    assert "年度" in answer.text("zh")


def test_two_columns_for_one_fact_are_refused(firm: Entity):
    answer = refused(upload(csv_bytes([[*tax_header(), "营业收入(万元)"]]), "a.csv"))
    assert (answer.code, answer.data["found"]) == ("column_repeated", "营业收入、营业收入(万元)")


def test_two_sheets_that_fit_are_refused_because_one_would_be_lost(firm: Entity, xlsx_file: XlsxFile):
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("一月", "二月"):
            book.add_worksheet(name).write_row(0, 0, tax_header())

    answer = refused(xlsx_file(fill))
    assert (answer.code, answer.data["found"]) == ("sheets_ambiguous", "一月、二月")


def test_an_empty_workbook_is_refused(firm: Entity, xlsx_file: XlsxFile):
    assert refused(xlsx_file(lambda book: book.add_worksheet())).code == "file_empty"


def test_a_zip_that_is_no_workbook_is_refused(firm: Entity):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(upload(out.getvalue(), "a.xlsx")).code == "file_kind_unknown"


@pytest.mark.parametrize("part", [SHEET, "xl/_rels/workbook.xml.rels"])
def test_a_workbook_that_lacks_a_part_is_refused(firm: Entity, part: str):
    data = repacked(lambda name, data: None if name == part else data)
    assert refused(upload(data, "a.xlsx")).code == "file_broken"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(firm: Entity, monkeypatch: pytest.MonkeyPatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"x")
        with archive.open("xl/big.xml", "w", force_zip64=True) as part:
            for _ in range(420):
                part.write(bytes(1 << 20))
    assert len(bomb.getvalue()) < 1 << 20
    assert refused(upload(bomb.getvalue(), "a.xlsx")).code == "file_bomb"
    monkeypatch.setattr(xlsx_scan, "MOST_UNPACKED", 1000)
    assert refused(upload(workbook(), "a.xlsx")).code == "file_bomb"


def test_a_grid_that_would_fill_the_memory_is_refused(firm: Entity, xlsx_file: XlsxFile):
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, tax_header())
        sheet.write(1_048_575, 16_383, "far away")

    answer = refused(xlsx_file(fill))
    assert (answer.code, answer.data["found"]) == ("file_bomb", "16384 × 1048576 cells")


@pytest.mark.parametrize(("old", "new"), [(b'r="A2"', b"r='XFD1048576'"), (b'r="A2"', b'r = "XFD1048576"')])
def test_a_grid_is_measured_however_its_cells_are_spelt(firm: Entity, old: bytes, new: bytes):
    data = repacked(lambda name, data: data.replace(old, new) if name == SHEET else data)
    assert refused(upload(data, "a.xlsx")).code == "file_bomb"


def test_entity_bombs_in_a_workbook_are_refused(firm: Entity):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    data = repacked(lambda name, data: bomb + data[data.index(b"?>") + 2 :] if name == "xl/workbook.xml" else data)
    assert refused(upload(data, "a.xlsx")).code == "file_broken"


def test_a_sheet_that_ends_between_two_rows_is_refused_and_not_taken_for_a_shorter_one(firm: Entity):
    data = repacked(lambda name, data: data[: data.rindex(b"<row")] if name == SHEET else data)
    assert refused(upload(data, "a.xlsx")).code == "file_broken"


def test_broken_xml_in_a_sheet_is_refused(firm: Entity):
    data = repacked(lambda name, data: data.replace(b"</row>", b"</raw>") if name == SHEET else data)
    assert refused(upload(data, "a.xlsx")).code == "file_broken"


def test_files_above_the_limit_are_refused(firm: Entity, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    answer = refused(upload(csv_bytes([tax_header(), tax_row(uscc(1))]), "a.csv"))
    assert (answer.code, answer.data["most"]) == ("file_too_large", 100)
