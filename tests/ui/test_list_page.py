"""The list kit: search, filters, sorting, paging, and an export of everything that is filtered."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation
from python_calamine import CalamineWorkbook

from yanlian.base.refusal import Refused
from yanlian.ui import export
from yanlian.ui.list_page import page_context
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, read_state, selected


@dataclass(frozen=True)
class Row:
    name: str
    code: str
    fen: int | None
    day: date | None
    kind: str


ROWS = [
    Row(f"企业{n:03d}", f"00{n}", n * 1234 if n % 10 else None, date(2026, 1, 1 + n % 28), "ab"[n % 2])
    for n in range(120)
]
LISTING: Listing[Row] = Listing(
    title=("示例", "Sample"),
    columns=(
        Column("name", ("名称", "Name"), lambda row: row.name, main=True),
        Column("code", ("编号", "Code"), lambda row: row.code, Kind.CODE),
        Column("amount", ("金额", "Amount"), lambda row: row.fen, Kind.MONEY),
        Column("day", ("日期", "Day"), lambda row: row.day, Kind.DATE),
        Column("kind", ("类型", "Kind"), lambda row: row.kind, sortable=False),
    ),
    filters=(Filter("kind", ("类型", "Kind"), lambda: [Choice("a", "甲"), Choice("b", "乙")]),),
    first_order="name",
    page_size=50,
    calibre=(("金额为测算数。", "Amounts are computed."),),
)  # fmt: skip


def rows_of(rows: list[Row]) -> FromMemory[Row]:
    return FromMemory(
        rows,
        search=lambda row: (row.name, row.code),
        filters={"kind": lambda row, value: row.kind == value},
        orders={column.key: column.value for column in LISTING.columns},
    )


def context(query: str, rows: list[Row] = ROWS) -> dict[str, object]:
    request = RequestFactory().get(f"/list/?{query}")
    state = read_state(request, LISTING)
    return page_context(LISTING, selected(rows_of(rows), state), state)


def names(found: dict[str, object]) -> list[str]:
    return [str(line[0].text) for line in found["lines"]]


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def test_all_rows_are_paged_with_their_total():
    found = context("")
    assert (found["total"], found["first"], found["last"], found["page_count"]) == (120, 1, 50, 3)
    assert names(context("page=3"))[-1] == "企业119"


def test_a_page_that_does_not_exist_becomes_the_last_one():
    assert context("page=99")["page_number"] == 3
    assert context("page=-1")["page_number"] == 1
    assert context("page=٣")["page_number"] == 1


def test_every_searched_word_must_occur():
    assert names(context("q=企业007")) == ["企业007"]
    assert names(context("q=企业 0077")) == ["企业077"]
    assert context("q=没有")["total"] == 0


def test_a_filter_narrows_and_an_unknown_value_is_ignored():
    assert context("kind=a")["total"] == 60
    assert context("kind=x")["total"] == 120


def test_sorting_up_and_down_keeps_missing_values_last():
    up, down = context("sort=amount"), context("sort=-amount")
    assert names(up)[0] == "企业001"
    assert names(down)[0] == "企业119"
    assert names(context("sort=amount&page=3"))[-1].endswith("0")
    assert names(context("sort=-amount&page=3"))[-1].endswith("0")


def test_an_unknown_or_unsortable_order_falls_back_to_the_first_order():
    assert names(context("sort=kind")) == names(context("")) == names(context("sort=nothing"))


def test_the_header_says_which_way_it_is_sorted_and_turns_it():
    headings = {heading.title: heading for heading in context("sort=amount&q=企业")["headings"]}
    assert headings["金额（万元）"].aria_sort == "ascending"
    assert "sort=-amount" in headings["金额（万元）"].href
    assert "q=" in headings["金额（万元）"].href
    assert headings["名称"].aria_sort == "none"
    assert headings["类型"].href is None


def test_state_lives_in_the_address_and_a_new_order_starts_at_page_one():
    found = context("q=企业&kind=a&page=2")
    assert "page=" not in found["headings"][0].href
    assert "kind=a" in found["previous"]
    assert "export=xlsx" in found["export_href"]


def test_none_is_a_dash_in_the_table():
    assert str(context("sort=name")["lines"][0][2].text) == "-"


def exported(query: str, rows: list[Row] = ROWS) -> CalamineWorkbook:
    request = RequestFactory().get(f"/list/?{query}")
    request.user = AnonymousUser()
    state = read_state(request, LISTING)
    answer = export.download(request, LISTING, selected(rows_of(rows), state), state, [("测算", "#7")])
    return CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))


def test_an_export_holds_all_filtered_rows_and_not_only_the_page():
    sheet = exported("kind=a&sort=-name").get_sheet_by_name("数据").to_python()
    assert len(sheet) == 1 + 60
    assert sheet[1][0] == "企业118"


def test_an_export_has_money_in_yuan_as_numbers_and_codes_as_text():
    head, first = exported("sort=name").get_sheet_by_name("数据").to_python()[:2]
    assert head == ["名称", "编号", "金额（元）", "日期", "类型"]
    second = exported("sort=name").get_sheet_by_name("数据").to_python()[2]
    assert first[2] == ""
    assert second[1] == "001"
    assert Decimal(str(second[2])) == Decimal("12.34")
    assert second[3] == date(2026, 1, 2)


def test_the_second_sheet_says_what_was_exported():
    about = dict(exported("q=企业&kind=a").get_sheet_by_name("口径").to_python())
    assert about["搜索"] == "企业"
    assert about["类型"] == "甲"
    assert about["行数"] == "60"
    assert about["测算"] == "#7"
    assert about["口径"] == "金额为测算数。"
    assert "元" in about["金额单位"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "＝1"])
def test_a_text_that_looks_like_a_formula_stays_text(text: str):
    request = RequestFactory().get("/list/")
    request.user = AnonymousUser()
    state = read_state(request, LISTING)
    rows = rows_of([Row(text, "1", 0, None, "a")])
    content = b"".join(export.download(request, LISTING, rows, state, []).streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'quotePrefix="1"' in styles
    assert (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1][0].strip()
        == text.strip()
    )


def test_more_rows_than_a_sheet_holds_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "MOST_ROWS", 10)
    with pytest.raises(Refused) as refused:
        exported("")
    assert refused.value.code == "export_too_large"
