"""What the pages say: registry, dossier, overview, policies, runs."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.web.district import FIRMS, District
from yanlian.apps.people.models import AuditEntry
from yanlian.apps.registry.models import Statement


@pytest.fixture
def office(as_role):
    return as_role("official")


def text(client, path: str, **parameters: str) -> str:
    answer = client.get(path, parameters)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_organisation_is_found_by_its_short_name(office):
    assert "海信网络科技公司" in text(office, reverse("entities"), q="海信网络")


def test_filters_of_the_registry_narrow_together(office):
    page = text(office, reverse("entities"), cluster="software", industry="I", kind="enterprise", title="高新技术企业")
    expected = [n for n in range(FIRMS) if n % 5 == 0 and n % 2 == 1 and n % 3 == 0]
    assert f"共{len(expected)}条" in page


def test_the_registry_exports_all_rows_with_codes_as_text(office):
    answer = office.get(reverse("entities"), {"export": "xlsx", "kind": "enterprise"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_name("数据").to_python()
    assert len(rows) == 1 + FIRMS + 1
    assert all(isinstance(row[1], str) for row in rows[1:])
    assert dict(book.get_sheet_by_name("口径").to_python())["导出人"] == "official-sci"
    entry = AuditEntry.objects.get(verb="list_exported")
    assert (entry.login, entry.object_key, entry.data) == (
        "official-sci",
        "/registry/",
        {"filters": {"kind": "enterprise"}},
    )


def test_made_up_firms_are_marked_and_real_ones_are_not(office, district: District):
    assert '<span class="badge">虚构</span>' in text(office, reverse("dossier", args=[district.firm.code]))
    assert '<span class="badge">虚构</span>' not in text(office, reverse("dossier", args=[district.leader.code]))


def test_a_dossier_tells_none_from_not_delivered(office, district: District):
    page = text(office, reverse("dossier", args=[district.firm.code]))
    none = page.split("该主体没有记录")[1].split("有无记录未知")[0]
    unknown = page.split("有无记录未知")[1]
    assert "专利" in none
    assert "2019-01-01至2025-12-31" in none
    assert "投资项目" in unknown
    assert "投资项目" not in none


def test_a_dossier_names_the_source_of_each_record(office, district: District):
    page = text(office, reverse("dossier", args=[district.firm.code]))
    assert "税务年报-2020.csv 第2行" in page
    assert "123,456.79" in page
    assert "2026-01-15" in page


def test_fields_that_no_record_has_are_named_as_not_given(office, district: District):
    page = text(office, reverse("dossier", args=[district.firm.code]))
    assert "各条均未提供：资产总额" in page


def test_the_dossier_shows_what_the_latest_run_says(office, district: District):
    assert "高能级创新平台奖励" in text(office, reverse("dossier", args=[district.firm.code]))
    waiting = text(office, reverse("dossier", args=["91370212MA0000002X"]))
    assert "缺少科技局数据（2025）：科技资质.级别" in waiting


def test_published_figures_keep_operator_period_and_calibre(office):
    page = text(office, reverse("overview"))
    for part in (
        "900亿元",
        "超过",
        "50亿元",
        "不少于",
        "110家",
        "规上企业营业收入",
        "2021年上半年",
        "3.5亿个",
        "第1位",
    ):
        assert part in page


def test_no_chart_holds_a_published_figure(office):
    """F01 and F29 have different calibres; no published figure is drawn at all."""
    context = office.get(reverse("overview")).context
    drawn = str(context["cluster_chart"].option) + str(context["due_chart"].option)
    for statement in Statement.objects.all():
        assert statement.metric not in drawn
        # Small numbers, such as a rank, also occur as counts.
        assert statement.value < 1000 or str(statement.value) not in drawn


def test_the_overview_says_from_which_run_its_money_comes(office, district: District):
    page = text(office, reverse("overview"))
    assert f"评价日2025-12-31，测算#{district.run.pk}" in page
    assert "2,850.00" in page


def test_the_wall_screen_is_the_same_page_without_its_frame(office):
    assert 'class="screen"' in text(office, reverse("overview"), screen="1")


def test_a_clause_page_has_text_rule_table_cases_and_source(office):
    page = text(office, reverse("clause", args=["XX-2025-01"]))
    for part in (
        "对新获批的国家级",
        "未被撤销",
        "平台奖励标准",
        "国家级",
        "500万元",
        "通过",
        "B-级",
        "唯一命中",
        "注册地在本区",
    ):
        assert part in page


def test_a_clause_that_does_not_exist_is_not_found(office):
    assert office.get(reverse("clause", args=["NO-SUCH"])).status_code == 404


def test_an_enterprise_sees_policies_without_the_totals_of_runs(as_role):
    page = text(as_role("enterprise"), reverse("policies"))
    assert "高能级创新平台奖励" in page
    assert "最近测算" not in page


def test_faulty_packs_are_named_with_file_and_line_instead_of_half_a_library(office, settings, tmp_path):
    pack = tmp_path / "broken"
    pack.mkdir()
    (pack / "pack.yaml").write_text("pack: {id: broken, title: 坏, district: '370212', surprise: 1}", encoding="utf-8")
    settings.PACKS = tmp_path
    answer = office.get(reverse("policies"))
    assert answer.status_code == 503
    assert "broken/pack.yaml:1" in answer.content.decode()


def test_a_run_counts_outcomes_and_names_what_is_missing(office, district: District):
    page = text(office, reverse("run", args=[district.run.pk]))
    for part in ("2,850.00", "科技资质.级别", "科技局", "高能级创新平台奖励"):
        assert part in page


def test_the_brackets_of_the_histogram_hold_every_entitlement_once(office, district: District):
    chart = office.get(reverse("run", args=[district.run.pk])).context["histogram"]
    assert sum(int(row[1]) for row in chart.rows) == district.run.by_outcome["eligible"]


def test_outcomes_are_listed_with_reasons_and_filtered(office, district: District):
    page = text(office, reverse("outcomes", args=[district.run.pk]), kind="not_eligible")
    assert "未满足：注册地在本区" in page
    assert f"共{district.run.by_outcome['not_eligible']}条" in page


def test_an_empty_list_says_why_and_what_to_do(office):
    page = text(office, reverse("entities"), q="没有这家企业")
    assert "没有符合条件的记录" in page
    assert "清除全部条件" in page


def test_the_enterprise_sees_what_is_theirs_on_its_first_page(as_role):
    page = text(as_role("enterprise"), reverse("home"))
    assert "高能级创新平台奖励" in page
    assert "¥500,000.00" in page


def test_terms_are_found_in_both_languages(office):
    assert "公示" in text(office, reverse("terms"), q="publicity")
    assert "研发费用" in text(office, reverse("definitions"), q="加计扣除")
