"""Department files into the registry: what is stored, when nothing is, and how corrections stand."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from registry_files import LATER, MOMENT, codes, csv_bytes, take, tax_header, tax_row, uscc

from yanlian.apps.registry.actions import add_alias
from yanlian.apps.registry.imports import Covered, load_mapping
from yanlian.apps.registry.models import (
    FOREVER,
    Batch,
    Coverage,
    Entity,
    FormerName,
    Insurance,
    Registration,
    RowFault,
    TaxYear,
)
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db
CsvFile = Callable[..., Path]
PERSON = "11010519491231002X"


def registration_row(code: str, name: str, **values: object) -> list[object]:
    base: dict[str, object] = {
        "统一社会信用代码": code, "名称": name, "主体类型": "企业", "企业类型": "有限责任公司", "独立法人": "是",
        "成立日期": "2018年3月1日", "注册区划": "370212", "迁入日期": "", "行业代码": "I6510", "战略性新兴产业": "否",
        "注册资本": "1000万元", "实缴资本": "5,000,000.00", "登记状态": "存续", "经营范围": "软件开发",
        "产业集群": "软件信息",
    }  # fmt: skip
    return list({**base, **values}.values())


def registration_file(*rows: list[object]) -> list[list[object]]:
    return [list(load_mapping("market", "registration").template()), *rows]


def test_a_tax_file_becomes_records_with_source_and_recorded_time(firm: Entity, csv_file: CsvFile):
    result = take(csv_file([tax_header(), tax_row(uscc(1), 2024, "2,000.50")]))
    assert (result.batch.rows_read, result.batch.rows_stored, result.clean) == (1, 1, True)
    record = TaxYear.objects.get()
    assert (record.entity, record.year, record.revenue_fen, record.cost_fen) == (firm, 2024, 200_050, 100)
    assert (record.batch, record.source_row, record.valid_from) == (result.batch, 2, date(2024, 1, 1))
    assert (record.recorded_at, record.replaced_at) == (MOMENT, FOREVER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_three_encodings_give_the_same_records(firm: Entity, csv_file: CsvFile, encoding: str):
    rows = [tax_header(), tax_row(uscc(1), 2024, "１，０００．５０", name="样例一号有限公司")]
    result = take(csv_file(rows, encoding=encoding))
    assert (codes(result), result.batch.encoding) == ([], encoding)
    assert TaxYear.objects.get().revenue_fen == 100_050


def test_a_title_above_the_header_and_columns_in_another_order_are_read(firm: Entity, csv_file: CsvFile):
    header, row = tax_header(), tax_row(uscc(1))
    rows = [["2024 年度企业所得税汇算清缴数据"], [], ["备注", *reversed(header)], ["x", *reversed(row)]]
    result = take(csv_file(rows))
    assert result.batch.rows_stored == 1
    assert TaxYear.objects.get().source_row == 4
    assert result.batch.notes["columns"] == ["备注"]


def test_tabs_and_semicolons_divide_columns_too(firm: Entity, tmp_path: Path):
    for year, mark in ((2023, "\t"), (2024, ";")):
        file = tmp_path / f"{year}.csv"
        file.write_text(f"{mark.join(tax_header())}\n{mark.join(map(str, tax_row(uscc(1), year)))}\n", encoding="utf-8")
        assert take(file).batch.rows_stored == 1


def test_the_unit_of_a_header_counts(firm: Entity, csv_file: CsvFile):
    header = ["营业收入（万元）" if one == "营业收入" else one for one in tax_header()]
    take(csv_file([header, tax_row(uscc(1), 2024, "1.5")]))
    assert TaxYear.objects.get().revenue_fen == 1_500_000


def test_dates_in_five_styles_are_the_same_day(db: None, csv_file: CsvFile):
    styles = ["2018-03-01", "2018/3/1", "2018.3.1", "20180301", "2018年3月1日"]
    rows = [registration_row(uscc(n), f"样例{n}", 成立日期=style) for n, style in enumerate(styles)]
    assert take(csv_file(registration_file(*rows)), "market", "registration").clean
    assert set(Registration.objects.values_list("established_on", flat=True)) == {date(2018, 3, 1)}


def test_registration_brings_enterprises_institutions_and_parks(db: None, csv_file: CsvFile):
    rows = registration_file(
        registration_row(uscc(1), "样例企业"),
        registration_row(uscc(2, "12"), "样例研究院", 主体类型=""),
        registration_row(uscc(3), "样例园区", 主体类型="园区"),
        registration_row("Z" + uscc(4)[1:], "未知机关", 主体类型=""),
    )
    result = take(csv_file(rows), "market", "registration")
    kinds = dict(Entity.objects.values_list("name", "kind"))
    assert kinds == {"样例企业": "enterprise", "样例研究院": "institution", "样例园区": "park"}
    assert result.batch.entities_created == 3
    assert [(row, code) for row, _, code in codes(result)] == [(5, "entity_kind_unreadable")]
    record = Registration.objects.get(entity__name="样例企业")
    assert (record.capital_fen, record.paid_in_fen, record.cluster) == (1_000_000_000, 500_000_000, "software")
    assert record.valid_from == date(2018, 3, 1)


def test_a_wrong_check_digit_is_stored_and_marked_once(db: None, csv_file: CsvFile):
    wrong = uscc(1)[:-1] + ("A" if uscc(1)[-1] != "A" else "B")
    result = take(csv_file(registration_file(registration_row(wrong, "样例"))), "market", "registration")
    assert codes(result) == [(2, "统一社会信用代码", "uscc_check_digit")]
    assert (result.batch.rows_stored, result.batch.rows_warned, result.clean) == (1, 1, True)
    assert take(csv_file([tax_header(), tax_row(wrong)], "tax.csv")).batch.rows_warned == 0


def test_persons_come_by_document_number_of_which_only_a_keyed_hash_is_kept(db: None, csv_file: CsvFile):
    header = load_mapping("hr", "insurance").template()
    rows = [
        header,
        [PERSON, "张三", uscc(1), "2023-01", "", "12", "3"],
        ["E1234567", "Li Si", uscc(1), "202301", "", "", ""],
    ]
    result = take(csv_file(rows), "hr", "insurance")
    assert result.batch.entities_created == 2
    person = Entity.objects.get(name="张三")
    assert (person.kind, person.uscc, person.code[0], len(person.code)) == ("person", None, "P", 17)
    assert codes(result) == [(3, "身份证号", "person_number_check")]
    assert Insurance.objects.get(entity=person).starts_on == date(2023, 1, 1)
    everything = str(list(Entity.objects.values())) + str(list(RowFault.objects.values()))
    assert PERSON not in everything
    assert "E1234567" not in everything


def test_the_same_file_twice_adds_nothing(firm: Entity, csv_file: CsvFile):
    file = csv_file([tax_header(), tax_row(uscc(1)), tax_row(uscc(9))])
    first, second = take(file), take(file, moment=LATER)
    assert (first.already_imported, second.already_imported) == (False, True)
    assert second.batch == first.batch
    assert (Batch.objects.count(), TaxYear.objects.count(), RowFault.objects.count()) == (1, 1, 1)


def test_the_same_rows_in_another_file_add_no_records(firm: Entity, csv_file: CsvFile):
    take(csv_file([tax_header(), tax_row(uscc(1), 2024, "1000")]))
    result = take(csv_file([tax_header(), tax_row(uscc(1), 2024, "1,000.00")], "again.csv"), moment=LATER)
    assert (result.batch.rows_unchanged, result.batch.rows_stored) == (1, 0)
    assert TaxYear.objects.count() == 1


def test_other_values_of_the_same_matter_supersede_and_keep_the_old(firm: Entity, csv_file: CsvFile):
    take(csv_file([tax_header(), tax_row(uscc(1), 2024, "1000")]))
    result = take(csv_file([tax_header(), tax_row(uscc(1), 2024, "900")], "b.csv"), moment=LATER)
    assert (result.batch.rows_stored, result.batch.rows_corrected) == (1, 1)
    old, new = TaxYear.objects.order_by("pk")
    assert (old.revenue_fen, old.replaced_at) == (100_000, LATER)
    assert (new.revenue_fen, new.replaced_at, new.supersedes_id) == (90_000, FOREVER, old.pk)


def test_a_correction_must_be_recorded_later_than_what_it_corrects(firm: Entity, csv_file: CsvFile):
    take(csv_file([tax_header(), tax_row(uscc(1), 2024, "1000")]), moment=LATER)
    for moment in (MOMENT, LATER):
        result = take(
            csv_file([tax_header(), tax_row(uscc(1), 2024, str(moment.month))], f"{moment.month}.csv"), moment=moment
        )
        assert codes(result) == [(2, "", "not_later")]
    assert TaxYear.objects.get().revenue_fen == 100_000


def test_a_correction_keeps_what_its_file_does_not_have(db: None, csv_file: CsvFile):
    take(csv_file(registration_file(registration_row(uscc(1), "样例"))), "market", "registration")
    header, row = registration_file(registration_row(uscc(1), "样例", 登记状态="注销"))
    left_out = {header.index("经营范围"), header.index("战略性新兴产业")}
    short = [[cell for place, cell in enumerate(line) if place not in left_out] for line in (header, row)]
    result = take(csv_file(short, "b.csv"), "market", "registration", LATER)
    assert sorted(result.batch.notes["absent"]) == ["scope", "strategic"]
    now = Registration.objects.get(replaced_at=FOREVER)
    assert (now.status, now.scope, now.strategic, now.established_on) == ("注销", "软件开发", False, date(2018, 3, 1))
    unchanged = take(csv_file([*short, []], "c.csv"), "market", "registration", LATER)
    assert unchanged.batch.rows_unchanged == 1


def test_a_new_registered_name_renames_and_the_old_one_stays_known(db: None, csv_file: CsvFile):
    take(csv_file(registration_file(registration_row(uscc(1), "旧名"))), "market", "registration")
    take(csv_file(registration_file(registration_row(uscc(1), "新名")), "b.csv"), "market", "registration", LATER)
    assert Entity.objects.get().name == "新名"
    former = FormerName.objects.get()
    assert (former.name, former.recorded_at, former.replaced_at) == ("旧名", MOMENT, LATER)


def test_another_name_in_another_departments_file_warns_unless_it_is_known(firm: Entity, csv_file: CsvFile):
    add_alias(firm, "样例一号", source="x", recorded_at=MOMENT)
    rows = [
        tax_row(uscc(1), 2022, name="样例一号 有限公司"),
        tax_row(uscc(1), 2023, name="样例一号"),
        tax_row(uscc(1), 2024, name="别家公司"),
    ]
    result = take(csv_file([tax_header(), *rows]))
    assert codes(result) == [(4, "名称", "name_differs")]
    assert result.batch.rows_stored == 3
    assert Entity.objects.get().name == "样例一号有限公司"


def test_coverage_is_declared_with_the_file_and_may_be_said_anew(firm: Entity, csv_file: CsvFile):
    file = csv_file([tax_header(), tax_row(uscc(1))])
    partial = Covered(date(2024, 1, 1), date(2024, 12, 31), complete=False)
    result = take(file, covered=partial)
    assert (result.batch.covered_from, result.batch.complete) == (date(2024, 1, 1), False)
    take(file, covered=partial, moment=LATER)
    assert Coverage.objects.count() == 1
    take(file, covered=Covered(None, date(2024, 12, 31), complete=True), moment=LATER)
    latest = Coverage.objects.order_by("recorded_at").last()
    assert latest is not None
    assert (latest.kind, latest.department, latest.starts_on, latest.complete) == ("tax_year", "tax", None, True)


def test_uploads_and_streams_are_read_like_files(firm: Entity):
    data = csv_bytes([tax_header(), tax_row(uscc(1))])

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert take(Pipe(data)).batch.file_name == "tax_year"
    assert take(io.BytesIO(data)).already_imported


def test_nothing_can_be_recorded_in_the_future(firm: Entity, csv_file: CsvFile):
    with pytest.raises(Refused, match="moment_in_future"):
        take(csv_file([tax_header(), tax_row(uscc(1))]), moment=timezone.now() + timedelta(hours=1))
    assert not Batch.objects.exists()


def test_progress_is_told_and_ends_with_all(firm: Entity, csv_file: CsvFile):
    from yanlian.apps.registry.imports import import_file

    told: list[tuple[int, float]] = []
    rows = [tax_row(uscc(1), year) for year in range(1950, 2025)]
    file = csv_file([tax_header(), *rows])
    import_file(
        file, "tax", "tax_year", recorded_at=datetime(2026, 1, 1, tzinfo=UTC), progress=lambda *p: told.append(p)
    )
    assert told[-1] == (75, 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_a_crash_in_the_middle_leaves_nothing(firm: Entity, csv_file: CsvFile, monkeypatch: pytest.MonkeyPatch):
    from yanlian.apps.registry.imports import importing

    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = [tax_row(uscc(1), year) for year in range(2000, 2010)]

    def fail(rows_read: int, share: float) -> None:
        if rows_read >= 6:
            raise KeyboardInterrupt

    monkeypatch.setattr("yanlian.apps.registry.imports.csv_table._PROGRESS_EVERY", 1)
    file = csv_file([tax_header(), *rows])
    with pytest.raises(KeyboardInterrupt):
        importing.import_file(file, "tax", "tax_year", recorded_at=MOMENT, progress=fail)
    assert (Batch.objects.count(), TaxYear.objects.count()) == (0, 0)
    assert importing.import_file(file, "tax", "tax_year", recorded_at=MOMENT).batch.rows_stored == 10
