"""Workbooks before they are built in memory: their sheets, how far those reach, their faulty cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from yanlian.base import workbook
from yanlian.base.archive import Archive, Unsound
from yanlian.base.workbook import Scan, cell_name, column_of, parse, sheets

RELATIONS = "xl/_rels/workbook.xml.rels"


def made(chart: bool = False) -> dict[str, bytes]:
    """The parts of a workbook with two sheets, and a sheet that is a chart."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        first, second = book.add_worksheet("一"), book.add_worksheet("B")
        first.write_row(0, 0, [1, 2, 3])
        second.write(1, 1, "x")
        if chart:
            drawn = book.add_chart({"type": "bar"})
            drawn.add_series({"values": "=一!$A$1:$C$1"})
            book.add_chartsheet("图").set_chart(drawn)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def listed(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(name, part.filename) for name, part in sheets(Archive(packed(files)))]


def test_sheets_are_listed_in_their_order_and_charts_are_left_out():
    assert listed(made(chart=True)) == [("一", "xl/worksheets/sheet1.xml"), ("B", "xl/worksheets/sheet2.xml")]


def test_a_sheet_is_found_where_the_reader_finds_it():
    files = made()
    files[RELATIONS] = files[RELATIONS].replace(b'"worksheets/sheet1.xml"', b'"/xl/worksheets/sheet1.xml"')
    assert listed(files)[0] == ("一", "xl/worksheets/sheet1.xml")
    read = CalamineWorkbook.from_filelike(io.BytesIO(packed(files))).get_sheet_by_name("一").to_python()
    assert read == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (RELATIONS, lambda x: x.replace(b"worksheets/sheet1", b"worksheets/Sheet1")),
        (RELATIONS, lambda x: x.replace(b"worksheets/sheet1", b"xl/worksheets/sheet1")),
        (RELATIONS, lambda x: x.replace(b"<Relationship ", b'<Relationship TargetMode="External" ')),
        (RELATIONS, lambda x: b""),
        (RELATIONS, lambda x: b'<!DOCTYPE a [<!ENTITY b "c">]>' + x.partition(b"?>")[2].strip()),
        ("xl/workbook.xml", lambda x: x.replace(b' r:id="rId1"', b' r:id="rId1" s:id="rId2" xmlns:s="s"')),
        ("xl/workbook.xml", lambda x: x[: len(x) // 2]),
    ],
)
def test_a_workbook_whose_sheets_are_not_certain_is_unsound(part: str, change: Callable[[bytes], bytes]):
    files = made()
    before = files[part]
    files[part] = change(before)
    assert files[part] != before
    with pytest.raises(Unsound) as found:
        listed(files)
    assert found.value.kind == "broken"


@pytest.mark.parametrize("part", [RELATIONS, "xl/workbook.xml", "xl/worksheets/sheet2.xml"])
def test_a_workbook_that_lacks_a_part_is_unsound(part: str):
    files = made()
    del files[part]
    with pytest.raises(Unsound):
        listed(files)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_unsound():
    out = io.BytesIO(packed(made()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    with pytest.raises(Unsound, match="two parts"):
        sheets(Archive(out.getvalue()))


def test_a_directory_of_sheets_beyond_all_measure_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "_MOST_DIRECTORY", 10)
    with pytest.raises(Unsound) as found:
        listed(made())
    assert found.value.kind == "large"


def test_a_part_is_parsed_in_blocks_and_its_end_must_be_there():
    tags: list[str] = []
    parse([b"<x:a xmlns:x='u'><x:", b"b c='1'/>", b"</x:a>"], lambda tag, _: tags.append(tag), tags.append)
    assert tags == ["a", "b", "b", "a"]
    for broken in ([b"<a>"], [b""], [b"<a></b>"], [b"<?xml version='1.0' encoding='no-such'?><a/>"]):
        with pytest.raises(Unsound):
            parse(broken)


def scan(rows: str) -> Scan:
    return Scan([f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()])


def test_the_reach_of_a_sheet_is_that_of_its_cells_whether_numbered_or_not():
    found = scan('<row r="3"><c/><c r="D3"/><c/></row><row><c/></row><row r="9"/>')
    assert (found.rows, found.columns, found.last_row) == (4, 5, 9)
    assert (scan("<c/><c/>").rows, scan("<c/><c/>").columns) == (1, 2)
    assert (scan("").rows, scan("").columns, scan("").last_row) == (0, 0, 0)


def test_errors_formulas_and_formulas_without_a_saved_result_are_told_apart():
    found = scan(
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f>1</f></c>'
        '<c r="D1"><v>1</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row><extLst><f>A1</f></extLst>'
    )
    assert found.faults == {(0, 0): "error", (0, 1): "formula", (0, 2): "uncomputed", (0, 4): "error"}


@pytest.mark.parametrize(
    "rows", ['<row r="0"/>', '<row r="²"/>', '<row r="x"/>', '<c r="1A"/>', '<c r="a1"/>', '<c r=""/>', '<c r="A0"/>']
)
def test_a_cell_whose_place_is_not_certain_is_unsound(rows: str):
    with pytest.raises(Unsound):
        scan(rows)


def test_faults_beyond_all_measure_are_unsound(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "_MOST_FAULTS", 1)
    with pytest.raises(Unsound, match="too many"):
        scan('<c t="e"/><c t="e"/>')


@given(row=st.integers(0, 1_048_575), column=st.integers(0, 16_383))
def test_cells_are_named_and_found_as_spreadsheets_do(row: int, column: int):
    name = xl_rowcol_to_cell(row, column)
    assert cell_name(row, column) == name
    assert column_of(name.rstrip("0123456789")) == column
    found = scan(f'<c r="{name}"/>')
    assert (found.rows, found.columns) == (row + 1, column + 1)
