"""Files that are not what they seem: each is refused with what is wrong with it and where."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from tests.engine.chain.template.chain_text import SMALL
from xlsxwriter.worksheet import Worksheet

from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.exchange.convert import Format, load, loaded, save, written
from yanlian.engine.chain.template.finding import ChainFaults
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.read import read_chain


@pytest.fixture
def kite(tmp_path: Path) -> Chain:
    (tmp_path / "kite.yaml").write_text(SMALL, "utf-8")
    return read_chain(tmp_path / "kite.yaml")


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def refused(data: bytes, kind: Format) -> str:
    with pytest.raises((Refused, ChainFaults)) as found:
        loaded(data, kind, "x")
    if isinstance(found.value, Refused):
        assert found.value.text("zh") != found.value.text("en")
        return found.value.code
    assert isinstance(found.value, ChainFaults)
    return found.value.findings[0].code


SHEET = "xl/worksheets/sheet2.xml"


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        (SHEET, lambda x: x.replace(b"<sheetData>", b'<sheetData><row r="2000000"/>'), "chain_sheet_large"),
        (SHEET, lambda x: x.replace(b'r="A2"', b'r="XFD1048576"'), "chain_sheet_large"),
        (SHEET, lambda x: x.replace(b't="s"', b't="e"', 1), "chain_cell_error"),
        (SHEET, lambda x: x.replace(b"<v>", b"<f>1+1</f><v>", 1), "chain_cell_formula"),
        (SHEET, lambda x: b'<!DOCTYPE a [<!ENTITY b "c">]>' + x.partition(b"?>")[2].strip(), "chain_archive"),
        ("xl/sharedStrings.xml", lambda x: x[: len(x) // 2], "chain_archive"),
        ("xl/workbook.xml", lambda x: b"", "chain_archive"),
        ("xl/media/bomb.bin", lambda x: b"\0" * (70 << 20), "chain_archive_bomb"),
    ],
)
def test_a_workbook_that_is_not_what_it_seems_is_refused(
    kite: Chain, part: str, change: Callable[[bytes], bytes], code: str
):
    files = members(written(kite, "xlsx"))
    before = files.get(part, b"")
    files[part] = change(before)
    assert files[part] != before
    assert refused(archive(files), "xlsx") == code


def test_a_workbook_with_a_false_size_of_a_sheet_is_still_read(kite: Chain):
    files = members(written(kite, "xlsx"))
    files[SHEET] = files[SHEET].replace(b"<sheetViews>", b'<dimension ref="A1:XFD1048576"/><sheetViews>', 1)
    assert loaded(archive(files), "xlsx", "x") == kite


@pytest.mark.parametrize("kind", ["xlsx", "zip"])
def test_what_is_no_archive_is_refused(kind: Format):
    assert refused(b"PK\x03\x04 no archive", kind) == "chain_archive"
    assert refused(b"", kind) == "chain_archive"
    assert refused(b"x" * (16 << 20) + b"x", kind) == "chain_archive_bomb"


def test_an_archive_with_other_files_is_refused(kite: Chain):
    files = members(written(kite, "zip"))
    assert refused(archive({**files, "../evil.csv": b""}), "zip") == "chain_archive_member"
    assert refused(archive({name: data for name, data in files.items() if name != "chain.csv"}), "zip") == (
        "chain_table_missing"
    )
    assert refused(archive({**files, "edges.csv": b"a" * (5 << 20)}), "zip") == "chain_limit"
    assert refused(archive({**files, "edges.csv": b"\n" * 20_001}), "zip") == "chain_limit"
    assert refused(archive({**files, "edges.csv": b"," * 100}), "zip") == "chain_limit"
    assert refused(archive({**files, "edges.csv": b'from\n"a'}), "zip") == "chain_syntax"
    assert refused(archive({**files, "edges.csv": b"\xff"}), "zip") == "chain_encoding"


def test_an_encrypted_archive_is_refused(kite: Chain):
    data = bytearray(written(kite, "zip"))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    assert refused(bytes(data), "zip") == "chain_archive"


def graphml(body: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{body}</graphml>'.encode()
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (graphml("", '<!DOCTYPE a [<!ENTITY b "c">]>'), "chain_doctype"),
        (graphml("", '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "chain_doctype"),
        (graphml('<graph edgedefault="undirected"/>'), "chain_syntax"),
        (graphml('<graph edgedefault="directed"><hyperedge/></graph>'), "chain_syntax"),
        (graphml('<graph edgedefault="directed"><node id="a"><graph/></node></graph>'), "chain_syntax"),
        (graphml('<graph edgedefault="directed">words</graph>'), "chain_syntax"),
        (graphml('<graph edgedefault="directed"><data key="nobody">x</data></graph>'), "chain_syntax"),
        (graphml(""), "chain_syntax"),
        (graphml('<graph edgedefault="directed"/><graph edgedefault="directed"/>'), "chain_syntax"),
        (b"<a>" * 50, "chain_syntax"),
        (b"", "chain_syntax"),
        (b"<graphml>" + b" " * (4 << 20), "chain_limit"),
        (graphml('<graph edgedefault="directed"/>'), "chain_key_missing"),
    ],
)
def test_graphml_that_is_no_chain_is_refused(data: bytes, code: str):
    assert refused(data, "graphml") == code


def test_a_key_of_another_program_is_told_and_not_passed_over(kite: Chain):
    data = written(kite, "graphml").decode()
    data = data.replace("  <graph id", '  <key id="k9" for="node" attr.name="colour" attr.type="string"/>\n  <graph id')
    data = data.replace("    </node>", '      <data key="k9">red</data>\n    </node>', 1)
    assert refused(data.encode(), "graphml") == "chain_key_unknown"


def workbook(file: Path, change: Callable[[Worksheet], object], part: str = "环节") -> None:
    """A workbook as a person would type it, with one thing changed."""
    book = xlsxwriter.Workbook(file, {"strings_to_urls": False})
    sheets = {name: book.add_worksheet(name) for name in ("产业链", "环节", "边", "空")}
    head = [("项", "内容"), ("编号", "kite"), ("名称", "风筝"), ("英文名称", "Kites"), ("根词", "风筝；纸鸢")]
    for row, words in enumerate(head):
        sheets["产业链"].write_row(row, 0, words)
    sheets["产业链"].write(5, 0, "日期")
    sheets["产业链"].write_datetime(5, 1, datetime(2026, 11, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheets["环节"].write_row(0, 0, ["编号", "名称", "英文名称", "位置", "层级", "分组", "产品", "行业代码"])
    sheets["环节"].write_row(1, 0, ["kite-a", "纸绢", "Paper", "上游", 1, "材料", "宣纸=生宣；绢", 2221])
    sheets["环节"].write_row(2, 0, ["kite-b", "扎制", "Making", "midstream", 2.0, "制造"])
    sheets["边"].write_row(0, 0, ["供应环节", "采购环节", "产品", "关键度"])
    sheets["边"].write_row(1, 0, ["kite-a", "kite-b", "纸绢", 2])
    change(sheets[part])
    book.close()


def told(file: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(ChainFaults) as found:
        load(file)
    return [(one.file, one.line, one.code) for one in found.value.findings]


def test_a_workbook_typed_by_hand_is_read(tmp_path: Path):
    file = tmp_path / "kite.xlsx"
    workbook(file, lambda sheet: None)
    chain = load(file)
    assert (chain.stated, chain.root) == (date(2026, 11, 1), ("风筝", "纸鸢"))
    assert [(one.position, one.tier, one.industries) for one in chain.segments] == [
        ("upstream", 1, ("2221",)),
        ("midstream", 2, ()),
    ]
    assert chain.segments[0].products[0].aliases == ("生宣",)
    save(chain, tmp_path / "kite.yaml")
    assert read_chain(tmp_path / "kite.yaml") == chain


@pytest.mark.parametrize(
    ("change", "part", "line", "code"),
    [
        (lambda s: s.write(1, 7, 111), "环节", 2, "chain_cell_number"),
        (lambda s: s.write(0, 5, "组别"), "环节", 1, "chain_key_unknown"),
        (lambda s: s.write(0, 5, "名称"), "环节", 1, "chain_key_twice"),
        (lambda s: s.write(2, 9, "便条"), "环节", 3, "chain_cell_stray"),
        (lambda s: s.write(2, 4, 2.5), "环节", 3, "chain_value"),
        (lambda s: s.write(2, 4, True), "环节", 3, "chain_value"),
        (lambda s: s.write(1, 1, "kite-x"), "边", 2, "chain_segment_unknown"),
        (lambda s: s.write(6, 0, "编者"), "产业链", 7, "chain_key_unknown"),
        (lambda s: s.write(1, 2, "便条"), "产业链", 2, "chain_cell_stray"),
    ],
)
def test_a_fault_in_a_workbook_names_sheet_and_row(
    tmp_path: Path, change: Callable[[Worksheet], object], part: str, line: int, code: str
):
    file = tmp_path / "kite.xlsx"
    workbook(file, change, part)
    assert (f"kite.xlsx[{part}]", line, code) in told(file)


def test_an_unknown_sheet_with_cells_is_refused(tmp_path: Path):
    workbook(tmp_path / "kite.xlsx", lambda sheet: sheet.write(0, 0, "x"), "空")
    with pytest.raises(Refused, match="chain_sheet_unknown"):
        load(tmp_path / "kite.xlsx")


def test_a_fault_in_a_folder_names_the_file_and_row(tmp_path: Path, kite: Chain):
    save(kite, tmp_path / "folder")
    edges = tmp_path / "folder" / "edges.csv"
    edges.write_text(edges.read_text("utf-8-sig").replace("kite-frame", "kite-fram"), "utf-8-sig")
    assert ("folder/edges.csv", 3, "chain_segment_unknown") in told(tmp_path / "folder")
    edges.write_bytes(b"\xff")
    assert told(tmp_path / "folder") == [("folder/edges.csv", 1, "chain_encoding")]
    (tmp_path / "folder" / "segments.csv").unlink()
    with pytest.raises(Refused, match="chain_table_missing"):
        load(tmp_path / "folder")


def test_a_spreadsheet_takes_no_cell_of_a_csv_file_for_a_formula(tmp_path: Path, kite: Chain):
    text = SMALL.replace("title: 风筝", "title: '=HYPERLINK(1)'")
    (tmp_path / "kite.yaml").write_text(text, "utf-8")
    save(read_chain(tmp_path / "kite.yaml"), tmp_path / "folder")
    assert "title,'=HYPERLINK(1)" in (tmp_path / "folder" / "chain.csv").read_text("utf-8-sig")
    assert load(tmp_path / "folder").title == "=HYPERLINK(1)"
