"""Rows with faults: each is answered with row, column, reason and what to do; the good rows beside it are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from registry_files import MOMENT, codes, take, tax_header, tax_row, uscc
from test_registry_import import registration_file, registration_row

from yanlian.apps.registry.actions import add_entity
from yanlian.apps.registry.imports import import_file, load_mapping
from yanlian.apps.registry.imports.answers import reason
from yanlian.apps.registry.models import Entity, Patent, Registration, RowFault, TaxYear

pytestmark = pytest.mark.django_db
CsvFile = Callable[..., Path]
XlsxFile = Callable[..., Path]


def test_all_faults_of_a_row_are_answered_and_its_neighbours_stored(firm: Entity, csv_file: CsvFile):
    bad = tax_row(uscc(1), "二三", "1.234")
    bad[-1] = "(5)"
    rows = [tax_row(uscc(1), 2022), bad, tax_row(uscc(1), 2024)]
    result = take(csv_file([tax_header(), *rows]))
    assert codes(result) == [
        (3, "年度", "year_unreadable"),
        (3, "营业收入", "money_below_fen"),
        (3, "代收代付", "money_unreadable"),
    ]
    assert (result.batch.rows_read, result.batch.rows_stored, result.batch.rows_refused) == (3, 2, 1)
    assert set(TaxYear.objects.values_list("year", flat=True)) == {2022, 2024}
    fault = result.batch.faults.get(code="money_below_fen")
    assert (fault.entity, fault.data, fault.raw["营业收入"]) == (firm, {"found": "1.234"}, "1.234")
    assert "1.234" in reason(fault, "zh")
    assert "nothing is rounded" in reason(fault, "en")


def test_each_fault_of_a_result_has_a_sentence_in_both_languages(firm: Entity, csv_file: CsvFile):
    rows = [
        tax_row(uscc(9)),
        tax_row(""),
        tax_row("９１３７'0212"),
        tax_row(uscc(1), "", "-1"),
        tax_row(uscc(1), 2024, "x")[:5],
        [*tax_row(uscc(1)), "more"],
    ]
    result = take(csv_file([tax_header(), *rows]))
    assert [code for _, _, code in codes(result)] == [
        "entity_unknown", "entity_blank", "uscc_unusable", "value_blank", "value_negative", "row_too_short",
        "row_too_long",
    ]  # fmt: skip
    for fault in RowFault.objects.all():
        for language in ("zh", "en"):
            sentence = reason(fault, language)
            assert len(sentence) > 15
            assert "{" not in sentence
            assert " - " not in sentence


def test_an_amount_with_a_comma_that_was_not_quoted_does_not_shift_the_row(firm: Entity, tmp_path: Path):
    file = tmp_path / "a.csv"
    row = f"{uscc(1)},样例一号有限公司,2024,1,234.50," + ",".join(["1"] * 9)
    file.write_text(f"{','.join(tax_header())}\n{row}\n", encoding="utf-8")
    assert codes(take(file)) == [(2, "", "row_too_long")]
    assert not TaxYear.objects.exists()


def test_a_kind_of_entity_that_cannot_have_the_record_is_refused(firm: Entity, csv_file: CsvFile):
    add_entity(name="样例园区", kind="park", uscc=uscc(2), recorded_at=MOMENT)
    result = take(csv_file([tax_header(), tax_row(uscc(2))]))
    assert codes(result) == [(2, "统一社会信用代码", "entity_kind_wrong")]


def test_one_uscc_with_two_names_in_a_file_is_refused_wherever_it_stands(db: None, csv_file: CsvFile):
    rows = [registration_row(uscc(n), f"样例{n}") for n in range(5)]
    rows += [
        registration_row(uscc(1), "另一家"),
        registration_row(uscc(1), "第三家"),
        registration_row(uscc(2), "样例2"),
    ]
    result = take(csv_file(registration_file(*rows)), "market", "registration")
    assert codes(result) == [(3, "", "row_repeated"), (7, "", "row_repeated"), (8, "", "row_repeated")]
    assert [fault.data["first"] for fault in result.batch.faults.order_by("row")] == [7, 3, 3]
    assert not Entity.objects.filter(uscc=uscc(1)).exists()
    # The row that said the same twice is stored once.
    assert (result.batch.rows_stored, result.batch.rows_unchanged, Registration.objects.count()) == (4, 1, 4)


def test_the_same_matter_with_other_values_in_one_file_is_refused_however_it_is_written(
    firm: Entity, csv_file: CsvFile
):
    rows = [tax_row(uscc(1), "2024", "1"), tax_row(uscc(1).lower(), "2024年度", "2"), tax_row(uscc(1), "2023")]
    result = take(csv_file([tax_header(), *rows]))
    assert [row for row, _, code in codes(result) if code == "row_repeated"] == [2, 3]
    assert TaxYear.objects.get().year == 2023


def test_repeated_matters_beyond_all_measure_refuse_the_file(
    firm: Entity, csv_file: CsvFile, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("yanlian.apps.registry.imports.importing.MOST_REPEATED", 1)
    rows = [tax_row(uscc(1), year) for year in (2023, 2024)]
    with pytest.raises(Exception, match="rows_repeated_too_often"):
        take(csv_file([tax_header(), *rows, *rows]))
    assert not TaxYear.objects.exists()


def test_the_number_of_a_persons_document_is_masked_wherever_it_stands(db: None, csv_file: CsvFile):
    number = "11010519491231002X"
    header = load_mapping("hr", "insurance").template()
    rows = [header, [number, "张三", uscc(1), number, "", "", ""], [uscc(1), number, number, "2024-01", "x", "", ""]]
    result = take(csv_file(rows), "hr", "insurance")
    assert result.batch.rows_refused == 2
    kept = str(list(RowFault.objects.values_list("raw", "data")))
    assert number not in kept
    assert "110***2X" in kept


def test_an_empty_file_with_a_header_stores_nothing_and_is_a_batch(firm: Entity, csv_file: CsvFile):
    result = take(csv_file([tax_header(), [], ["", ""]]))
    assert (result.batch.rows_read, result.batch.rows_stored) == (0, 0)


def sheet_of(rows: list[list[object]]) -> Callable[[xlsxwriter.Workbook], object]:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("税务")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return fill


def test_a_workbook_with_numbers_and_dates_is_read(firm: Entity, xlsx_file: XlsxFile):
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("专利")
        sheet.write_row(2, 1, ["统一社会信用代码", "专利号", "专利类型", "知识产权类别", "授权日期", "失效日期"])
        sheet.write_row(3, 1, [uscc(1), "ZL1", "发明专利", "Ⅰ类"])
        sheet.write_datetime(3, 5, datetime(2024, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(4, 1, [uscc(1), 202110000001, "发明", "I", 45688])
        sheet.write_row(5, 1, [uscc(1), 2.02110000001e17, "发明", "I", "2024.5.6"])

    result = import_file(xlsx_file(fill), "market", "patent", recorded_at=MOMENT)
    assert codes(result) == [(5, "授权日期", "date_is_number"), (6, "专利号", "code_is_number")]
    assert {fault.sheet for fault in result.batch.faults.all()} == {"专利"}
    stored = Patent.objects.get()
    assert (stored.number, stored.class_code, stored.granted_on, stored.source_row) == ("ZL1", "I", date(2024, 5, 6), 4)


def test_a_uscc_that_became_a_number_is_refused_with_the_reason(firm: Entity, xlsx_file: XlsxFile):
    row = tax_row(uscc(1))
    row[0] = 9.13702120e17
    result = take(xlsx_file(sheet_of([tax_header(), row])))
    assert (2, "统一社会信用代码", "code_is_number") in codes(result)
    assert not TaxYear.objects.exists()


def test_formulas_count_by_their_value_and_errors_and_uncomputed_ones_are_refused(firm: Entity, xlsx_file: XlsxFile):
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("税务")
        for number, row in enumerate([tax_header(), *(tax_row(uscc(1), year) for year in (2021, 2022, 2023))]):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, 3, "=1000+234.5", None, 1234.5)
        sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 4, "=A1", None, "")

    result = take(xlsx_file(fill))
    assert codes(result) == [(3, "营业收入", "cell_is_error"), (4, "成本费用", "formula_without_value")]
    assert TaxYear.objects.get().revenue_fen == 123_450


def test_a_computed_tail_beyond_fifteen_digits_is_not_held_against_the_amount(firm: Entity, xlsx_file: XlsxFile):
    take(xlsx_file(sheet_of([tax_header(), tax_row(uscc(1), 2024, 0.1 + 0.2), tax_row(uscc(1), 2023, 1.005)])))
    assert TaxYear.objects.get().revenue_fen == 30


def test_a_sheet_of_notes_beside_the_data_is_passed_over_and_named(firm: Entity, xlsx_file: XlsxFile):
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("说明").write(0, 0, "请勿修改")
        sheet_of([tax_header(), tax_row(uscc(1))])(book)
        book.add_worksheet("空")
        book.add_worksheet("隐藏").hide()

    result = take(xlsx_file(fill))
    assert (result.batch.sheet, result.batch.notes["sheets"], result.batch.rows_stored) == ("税务", ["说明"], 1)
