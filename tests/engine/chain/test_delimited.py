"""What spreadsheets write is read: encodings, separators, empty rows, numbers; what is doubtful is not guessed."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.chain.delimited import numbers_of, read_delimited

PLAIN = "地区,产品,数值\n崂山,芯片,1\n黄岛,软件,2\n"


@pytest.mark.parametrize(
    ("data", "encoding", "separator"),
    [
        (PLAIN.encode(), "utf-8", ","),
        (PLAIN.encode("utf-8-sig"), "utf-8", ","),
        (PLAIN.encode("gb18030"), "gb18030", ","),
        (PLAIN.encode("utf-16"), "utf-16", ","),
        (PLAIN.replace(",", ";").encode(), "utf-8", ";"),
        (PLAIN.replace(",", "\t").encode("utf-16"), "utf-16", "\t"),
        (("sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n")).encode(), "utf-8", ";"),
        (("\n" + PLAIN).encode(), "utf-8", ","),
        (PLAIN.replace("地区", '" 地区 "').encode(), "utf-8", ","),
        (PLAIN.removesuffix("\n").encode(), "utf-8", ","),
    ],
)
def test_the_same_table_is_read_however_it_is_encoded_and_separated(
    tmp_path: Path, data: bytes, encoding: str, separator: str
):
    (tmp_path / "t.csv").write_bytes(data)
    found = read_delimited(tmp_path / "t.csv")
    assert (found.names, found.encoding, found.separator) == (("地区", "产品", "数值"), encoding, separator)
    assert [found.column(name).to_pylist() for name in found.names] == [["崂山", "黄岛"], ["芯片", "软件"], ["1", "2"]]


def test_text_in_gbk_far_below_a_beginning_in_plain_letters_is_read(tmp_path: Path):
    (tmp_path / "t.csv").write_bytes(b"a,b\n" + b"x,1\n" * 40_000 + "崂山,2\n".encode("gb18030"))
    found = read_delimited(tmp_path / "t.csv")
    assert (found.encoding, found.column("a")[-1].as_py(), found.table.num_rows) == ("gb18030", "崂山", 40_001)


def test_rows_without_text_are_left_out_and_counted_and_lines_keep_their_numbers(tmp_path: Path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n\n , \n3,4\n,,\n".replace(",,", ","), "utf-8")
    found = read_delimited(tmp_path / "t.csv")
    assert (found.table.num_rows, found.blank) == (2, 2)
    assert [found.line(0), found.line(1)] == [2, 5]


def test_progress_is_told_in_bytes_and_packed_files_are_read(tmp_path: Path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100))
    told: list[tuple[int, int]] = []
    found = read_delimited(tmp_path / "t.csv.gz", lambda done, total: told.append((done, total)))
    size = (tmp_path / "t.csv.gz").stat().st_size
    assert (found.table.num_rows, told[-1]) == (100, (size, size))


def test_a_table_with_a_header_only_has_no_rows(tmp_path: Path):
    (tmp_path / "t.csv").write_text("a,b\n")
    assert read_delimited(tmp_path / "t.csv").table.num_rows == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04...", "delimited_workbook"),
        (b"", "delimited_names"),
        (b",,\n1,2,3\n", "delimited_names"),
        (b"a,b\n1,2,3\n", "delimited_file"),
        (b"a,b\n1,\xff\xff\n", "delimited_file"),
        (None, "delimited_file"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, data: bytes | None, code: str):
    if data is not None:
        (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(Refused) as refusal:
        read_delimited(tmp_path / "t.csv")
    assert refusal.value.code == code
    assert "t.csv" in refusal.value.text("zh")


@pytest.mark.parametrize(
    ("texts", "separator", "numbers", "unsure"),
    [
        (["1", "+2.5", "-3e2", ".5", "6."], ",", [1, 2.5, -300, 0.5, 6], False),
        (["1,234", "1,234,567.5", "1 234", "1\u00a0234,5"], ",", [1234, 1234567.5, 1234, None], False),
        (["12,5", "1.234,56", "1.234", "7", "0.125"], ";", [12.5, 1234.56, 1234, 7, None], False),
        (["1,234", "7"], ";", [1234, 7], True),
        (["", "NaN", "inf", "1,23,4", "0x1F", "1_000", "12%"], ",", [None] * 7, False),
    ],
)
def test_numbers_are_read_as_people_write_them(
    texts: list[str], separator: str, numbers: list[float | None], unsure: bool
):
    found, doubtful = numbers_of(pa.chunked_array([texts]), separator)
    assert doubtful == unsure
    np.testing.assert_array_equal(found, [np.nan if one is None else one for one in numbers])
