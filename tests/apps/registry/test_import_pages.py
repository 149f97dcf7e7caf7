"""The import page: upload, answers row by row, the refused rows as a file, and whose files one may send."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.web.paying import csv_of, login

from yanlian.apps.people.models import AuditEntry, User
from yanlian.apps.registry import import_pages
from yanlian.apps.registry.models import Batch, Coverage, Entity, RowFault

pytestmark = pytest.mark.django_db
GOOD = {
    "统一社会信用代码": "91370212MA3X00001C", "名称": "青岛虚构海图智能科技有限公司", "主体类型": "企业",
    "企业类型": "有限责任公司", "独立法人": "是", "成立日期": "2015-03-01", "注册区划": "370212", "行业代码": "I6513",
    "注册资本": "10000000", "实缴资本": "5000000", "登记状态": "存续",
}  # fmt: skip
BAD = {
    **GOOD,
    "统一社会信用代码": "91370212MA3X00002A",
    "名称": "=HYPERLINK(1)",
    "成立日期": "昨天",
    "注册资本": "1.001",
}


@pytest.fixture
def market() -> User:
    return login("market", "official", "market")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(user: User, *rows: dict[str, str], dataset: str = "market/registration", **given: str) -> HttpResponseBase:
    file = SimpleUploadedFile("登记 2025.csv", csv_of("market", "registration", rows), content_type="text/csv")
    return client_of(user).post("/imports/", {"dataset": dataset, "file": file, **given}, follow=True)


def test_good_rows_are_stored_and_bad_ones_are_answered_with_place_and_reason(market: User):
    page = upload(market, GOOD, BAD).content.decode()
    assert "读取2行：入库1行" in page
    assert "退回1行" in page
    assert "date_unreadable" in page
    assert "money_below_fen" in page
    assert "成立日期" in page
    assert "登记 2025.csv" in page
    assert Entity.objects.count() == 1
    entry = AuditEntry.objects.get(verb="file_imported")
    assert entry.data["stored"] == 1
    assert entry.data["refused"] == 1


def test_the_same_file_again_adds_nothing_and_says_so(market: User):
    upload(market, GOOD)
    page = upload(market, GOOD).content.decode()
    assert "没有重复入库" in page
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_refused_rows_come_back_as_a_file_with_a_reason_and_without_formulas(market: User, form: str, tmp_path):
    upload(market, GOOD, BAD)
    batch = Batch.objects.get()
    answer = client_of(market).get(f"/imports/{batch.pk}/refused.{form}")
    assert answer["Content-Disposition"] == f'attachment; filename="refused-registration-{batch.pk}.{form}"'
    content = b"".join(answer.streaming_content)
    if form == "csv":
        text = content.decode("utf-8-sig")
        assert "原因和处理办法" in text
        assert "'=HYPERLINK(1)" in text
        return
    file = tmp_path / "refused.xlsx"
    file.write_bytes(content)
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "原因和处理办法"
    assert [row[0] for row in rows[1:]] == [GOOD["统一社会信用代码"], BAD["统一社会信用代码"]]
    assert "=HYPERLINK(1)" in rows[2]
    assert "无法识别日期" in rows[2][-1]


def test_the_covered_period_makes_absence_mean_none(market: User):
    upload(market, GOOD, covered_from="2025-01-01", covered_to="2025-12-31", complete="1")
    covered = Coverage.objects.get()
    assert (str(covered.starts_on), str(covered.ends_on), covered.complete) == ("2025-01-01", "2025-12-31", True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"complete": "1"}, "covered_end_missing"),
        ({"covered_from": "2026-01-01", "covered_to": "2025-12-31"}, "span_reversed"),
        ({"covered_to": "31.12.25"}, "date_unreadable"),
    ],
)
def test_an_impossible_period_is_refused_and_nothing_is_stored(market: User, given: dict[str, str], code: str):
    page = upload(market, GOOD, **given).content.decode()
    assert code in page
    assert Batch.objects.count() == 0


def test_only_the_own_department_s_files_can_be_sent_except_by_an_administrator(market: User):
    tax = login("tax", "official", "tax")
    assert "department_foreign" in upload(tax, GOOD).content.decode()
    assert Batch.objects.count() == 0
    administrator = login("administrator", "administrator")
    assert "入库1行" in upload(administrator, GOOD).content.decode()
    batch = Batch.objects.get()
    assert client_of(market).get(f"/imports/{batch.pk}/").status_code == 200
    assert client_of(tax).get(f"/imports/{batch.pk}/").status_code == 404
    assert client_of(tax).get(f"/imports/{batch.pk}/refused.csv").status_code == 404


def test_enterprises_analysts_and_nobody_cannot_import(db):
    for user in (login("e", "enterprise", code="X"), login("a", "analyst")):
        assert client_of(user).get("/imports/").status_code == 403
        assert upload(user, GOOD).status_code == 403
    assert Client().get("/imports/").status_code == 302


def test_a_file_above_the_limit_is_refused_with_the_limit(market: User, monkeypatch):
    monkeypatch.setattr(import_pages, "LARGEST", 100)
    page = upload(market, GOOD).content.decode()
    assert "upload_too_large" in page
    assert "100MB" in page
    assert Batch.objects.count() == 0


def test_a_large_upload_is_kept_in_a_temporary_file_not_in_memory(market: User, monkeypatch):
    kinds = []
    real = import_pages.import_file

    def watched(source, *given, **named):
        kinds.append(type(source).__name__)
        return real(source, *given, **named)

    monkeypatch.setattr(import_pages, "import_file", watched)
    rows = [
        {**GOOD, "名称": f"青岛虚构{'很长' * 60}{n}", "统一社会信用代码": f"91370212MA3X{n:05d}X"} for n in range(6000)
    ]
    upload(market, *rows)
    assert kinds == ["_TemporaryFileWrapper"]
    assert Batch.objects.get().rows_read == 6000


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00\x01\x02"])
def test_a_broken_file_gets_a_sentence_and_leaves_nothing(market: User, content: bytes):
    file = SimpleUploadedFile("坏.xlsx", content)
    answer = client_of(market).post("/imports/", {"dataset": "market/registration", "file": file})
    assert answer.status_code == 200
    assert "refusal-code" in answer.content.decode()
    assert Batch.objects.count() == RowFault.objects.count() == 0


def test_faults_are_paged_and_can_be_narrowed(market: User):
    rows = [{**BAD, "统一社会信用代码": f"91370212MA3X{n:05d}X"} for n in range(70)]
    upload(market, *rows)
    path = f"/imports/{Batch.objects.get().pk}/"
    assert "第1页，共3页" in client_of(market).get(path).content.decode()
    assert "共70条" in client_of(market).get(path + "?q=date_unreadable").content.decode()


def test_an_empty_template_has_the_headers_of_the_data_set(market: User):
    answer = client_of(market).get("/imports/template/market/registration")
    assert answer.content.decode("utf-8-sig").startswith("统一社会信用代码,名称")
    assert client_of(market).get("/imports/template/tax/tax_year").status_code == 404
