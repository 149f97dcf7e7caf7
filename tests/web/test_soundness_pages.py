"""Pages of the review: what is paid without application, how each clause may be delivered, what the review finds."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yanlian.engine.policy.load import load_packs

CLAUSE = "XX-2025-01"


@pytest.fixture
def office(as_role) -> Client:
    return as_role("official")


@pytest.fixture
def rules(settings, tmp_path):
    """Other packs in use: the sample of the pages with a clause changed by the test."""
    source = settings.PACKS

    def use(old: str, new: str) -> None:
        folder = tmp_path / "packs" / "sample"
        folder.mkdir(parents=True)
        for file in (source / "sample").iterdir():
            text = file.read_text("utf-8")
            assert file.name == "pack.yaml" or old in text
            (folder / file.name).write_text(text.replace(old, new, 1), "utf-8")
        load_packs([folder])
        settings.PACKS = folder.parent

    return use


def text(client: Client, name: str, *args: str, **parameters: str) -> str:
    answer = client.get(reverse(name, args=args), parameters)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_names_item_basis_beneficiaries_standard_department_and_data(office):
    page = text(office, "no-application")
    for part in ("高能级创新平台奖励", "《关于支持科技创新的若干措施》（X政发〔2025〕1号）第一条", "企业、机构",
                 "分别给予500万元、200万元、50万元奖励", "科技局", "科技资质（科技局）"):  # fmt: skip
        assert part in page, part


def test_the_list_is_exported_with_all_its_columns(office):
    answer = office.get(reverse("no-application"), {"export": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_name("数据").to_python()
    assert rows[0] == ["事项", "依据", "受益对象", "标准", "负责部门", "比对数据（持有部门）"]
    assert [row[0] for row in rows[1:]] == ["高能级创新平台奖励"]


def test_a_clause_that_fails_a_test_leaves_the_list_and_says_why(office, rules):
    rules("分别给予500万元", "经专家评审，分别给予500万元")
    assert "高能级创新平台奖励" not in text(office, "no-application").split("<tbody>")[-1]
    modes = text(office, "delivery-modes", agree="looser")
    assert "条文写有“专家”，属竞争性或限额" in modes
    assert "共1条" in modes
    assert "兑现方式写作“AUTO 免申即享”，按数据只能是“APPLY 申报”" in text(office, "clause", CLAUSE)


def test_the_library_shows_what_is_possible_beside_what_is_written_and_filters_by_it(office, rules):
    rules("delivery: AUTO", "delivery: APPLY")
    assert "申报（免申即享）" in text(office, "policies")
    assert "申报（免申即享）" in text(office, "policies", mode="AUTO")
    assert "申报（免申即享）" not in text(office, "policies", mode="MANUAL")


def test_a_clause_page_shows_the_six_tests_to_everybody_and_the_findings_to_the_office(office, as_role):
    page = text(office, "clause", CLAUSE)
    for part in (
        "受益对象明确",
        "认定有登记",
        "金额可计算",
        "文件现行有效",
        "比对数据齐全",
        "非竞争性",
        "lint_fair_place",
    ):
        assert part in page, part
    firm = text(as_role("enterprise"), "clause", CLAUSE)
    assert "受益对象明确" in firm
    assert "lint_fair_place" not in firm


def test_the_review_lists_findings_with_reason_and_answer_and_narrows_them(office, rules):
    rules("第三条第一款}", "第三条第一款}  # unchanged")
    page = text(office, "policy-review")
    assert "公平竞争审查" in page
    assert "违反公平竞争审查条例第九条第（二）项" in page
    assert "公平竞争审查" not in text(office, "policy-review", family="delivery").split("<tbody>")[-1]
    assert "没有符合条件的记录" in text(office, "policy-review", severity="error")


def test_an_answered_finding_stands_in_the_review_with_its_answer(office, rules):
    rules("note: 2025 年新闻稿，未见全文", "accepted: [{finding: lint_fair_place, because: 区级财政只付本区}]")
    page = text(office, "policy-review", open="answered")
    assert "区级财政只付本区" in page
    assert "lint_fair_place" not in text(office, "policy-review", open="open")


def test_the_review_is_for_the_office(as_role):
    firm = as_role("enterprise")
    assert firm.get(reverse("policy-review")).status_code == 403
    assert firm.get(reverse("delivery-modes")).status_code == 403
    assert firm.get(reverse("no-application")).status_code == 200
