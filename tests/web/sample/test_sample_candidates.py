"""The default sample is enough for the rules: clauses have dozens of candidates, on and off their borders."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from tests.web.sample.conftest import Sample

from yanlian.engine.dossier import load_schema

IN_FORCE = "2025-06-01"


def test_one_enterprise_in_seven_is_a_high_tech_enterprise_at_some_time(default_sample: Sample) -> None:
    titles = [row for row in default_sample.rows("science_title") if row["kind"] == "高新技术企业"]
    assert 0.12 < len({row["who"] for row in titles}) / 5_000 < 0.18
    assert {row["renewed"] for row in titles} == {"是", "否"}


@pytest.mark.parametrize("level", ["国家级", "省级", "市级"])
def test_laboratories_and_centres_of_each_level_are_recognised_under_the_policy(
    default_sample: Sample, level: str
) -> None:
    found = [
        row
        for row in default_sample.rows("science_title")
        if row["kind"] in ("重点实验室", "技术创新中心") and row["issued_on"] >= IN_FORCE and row["level"] == level
    ]
    assert len(found) >= 8


def test_new_research_bodies_are_rated_excellent_after_recognition(default_sample: Sample) -> None:
    titles = {r["number"]: r for r in default_sample.rows("science_title") if r["kind"] == "新型研发机构"}
    excellent = [
        row
        for row in default_sample.rows("evaluation")
        if row["title_number"] in titles and row["grade"] == "优秀" and row["evaluated_on"] >= IN_FORCE
    ]
    assert len(excellent) >= 5
    assert all(row["evaluated_on"] >= titles[row["title_number"]]["issued_on"] for row in excellent)


def test_cooperation_bases_received_municipal_money_under_the_policy(default_sample: Sample) -> None:
    titles = {r["number"]: r for r in default_sample.rows("science_title") if r["kind"] == "国际科技合作基地"}
    funds = [
        row
        for row in default_sample.rows("upper_fund")
        if row["title_number"] in titles and row["level"] == "市级" and row["received_on"] >= IN_FORCE
    ]
    fresh = [row for row in funds if titles[row["title_number"]]["issued_on"] >= IN_FORCE]
    assert len(funds) >= 20
    assert len(fresh) >= 8


def test_pilot_bases_recognised_since_2024_received_money_on_both_sides_of_the_cap(default_sample: Sample) -> None:
    titles = {
        row["number"]
        for row in default_sample.rows("science_title")
        if row["kind"] in ("概念验证中心", "中试基地") and row["issued_on"] >= "2024-01-01"
    }
    halves = [Decimal(r["amount"]) / 200 for r in default_sample.rows("upper_fund") if r["title_number"] in titles]
    assert any(half < 1_000_000 for half in halves)
    assert any(half == 1_000_000 for half in halves)
    assert any(half > 1_000_000 for half in halves)


def test_firms_stand_exactly_on_the_borders_of_the_rules(default_sample: Sample) -> None:
    filed = [row for row in default_sample.rows("tax_year") if row["year"] in ("2020", "2024")]
    revenues = Counter(int(Decimal(row["revenue"])) // 100 for row in filed)
    assert all(revenues[border] >= 5 for border in (5_000_000, 20_000_000, 50_000_000))
    ratios = Counter(
        percent
        for row in filed
        for percent in (3, 4, 5)
        if Decimal(row["rd_deduction"]) * 100 == Decimal(row["revenue"]) * percent
    )
    assert min(ratios[percent] for percent in (3, 4, 5)) >= 10
    assert sum(int(Decimal(row["rd_deduction"])) == 10_000_000 * 100 for row in filed) >= 2


def test_no_record_of_a_firm_is_older_than_what_the_district_can_know_of_it(default_sample: Sample) -> None:
    moved = {r["who"]: r["moved_in_on"] for r in default_sample.rows("registration") if r["moved_in_on"]}
    years = [row for row in default_sample.rows("tax_year") if row["who"] in moved]
    assert years
    assert all(row["year"] >= moved[row["who"]][:4] for row in years)
    titles = [row for row in default_sample.rows("science_title") if row["who"] in moved]
    assert all(row["issued_on"] >= moved[row["who"]] for row in titles)


def test_some_entries_of_credit_lists_are_removed_or_repaired_again(default_sample: Sample) -> None:
    for record in ("dishonesty", "abnormal", "enforcement"):
        rows = default_sample.rows(record)
        assert {row["state"] for row in rows} == {"列入", "移出", "修复"}
        assert all(bool(row["removed_on"]) == (row["state"] != "列入") for row in rows)


def test_pledges_name_a_loan_and_a_patent_of_the_same_firm(default_sample: Sample) -> None:
    loans = {row["contract_number"]: row["who"] for row in default_sample.rows("loan")}
    patents = {row["number"]: row for row in default_sample.rows("patent")}
    pledges = default_sample.rows("pledge")
    assert len(pledges) >= 100
    for row in pledges:
        assert loans[row["loan_contract"]] == row["who"] == patents[row["patent_number"]]["who"]
        assert patents[row["patent_number"]]["granted_on"] <= row["registered_on"]


def test_every_closed_list_of_words_is_used_up(default_sample: Sample) -> None:
    """Each word that the fact schema allows occurs, and no other."""
    for kind in load_schema().records.values():
        listed = [field for field in kind.fields.values() if field.values]
        rows = default_sample.rows(kind.key) if listed else []
        for field in listed:
            said = {row[field.key] for row in rows} - {""}
            assert said <= set(field.values), (kind.key, field.key)
            missing = set(field.values) - said - RARE.get((kind.key, field.key), set())
            assert not missing, (kind.key, field.key, missing)


# What the sample leaves out on purpose or by chance of small numbers.
RARE: dict[tuple[str, str], set[str]] = {
    ("statistics_entry", "sector"): {"建筑业", "房地产"},
    ("payment", "level"): {"国家级", "省级"},
    ("accident", "grade"): {"较大", "重大", "特别重大"},
    ("accreditation", "level"): {"市级", "区级"},
    ("science_title", "level"): set(),
}


def test_talent_homes_lie_on_below_and_above_the_standard_area(default_sample: Sample) -> None:
    homes = [row for row in default_sample.rows("home") if row["kind"] == "租赁型人才住房"]
    parts = Counter(
        "on" if ratio == 1 else "half over" if ratio == Decimal("1.5") else "off"
        for ratio in (Decimal(row["area"]) / Decimal(row["standard_area"]) for row in homes)
    )
    assert len(homes) <= 703
    assert min(parts[word] for word in ("on", "half over", "off")) >= 10
    starts = {row["starts_on"][:4] for row in homes}
    assert starts == {str(year) for year in range(2019, 2026)}
    assert sum(row["starts_on"] >= "2025-01-01" for row in homes) >= 50


@pytest.mark.parametrize("kind", ["数据基础设施项目", "垂直领域大模型产品", "高质量语料库"])
def test_titles_of_the_documents_of_december_2025_are_recognised_in_its_last_days(
    default_sample: Sample, kind: str
) -> None:
    titles = [row for row in default_sample.rows("industry_title") if row["kind"] == kind]
    assert sum(row["issued_on"] >= "2025-12-23" for row in titles) >= 12


def test_chip_firms_of_the_park_do_research_beyond_the_border_of_ten_million(default_sample: Sample) -> None:
    chips = {row["who"] for row in default_sample.rows("registration") if row["cluster"] == "microelectronics"}
    tenants = {
        row["who"]
        for row in default_sample.rows("lease")
        if row["building"] == "青岛微电子产业园" and row["starts_on"] <= "2025-12-31" <= row["ends_on"]
    }
    research = {
        row["who"]: Decimal(row["rd_deduction"]) / 100
        for row in default_sample.rows("tax_year")
        if row["year"] == "2024" and row["who"] in chips & tenants
    }
    assert sum(amount > 10_000_000 for amount in research.values()) >= 8
    assert sum(amount < 10_000_000 for amount in research.values()) >= 8


def test_persons_are_insured_with_an_employer_of_the_register(default_sample: Sample) -> None:
    codes = {row["who"]: row for row in default_sample.rows("registration")}
    rows = default_sample.rows("insurance")
    assert len(rows) >= 5_000
    for row in rows:
        assert row["employer"] in codes
        assert not row["ends_on"] or row["ends_on"] > row["starts_on"]
        assert int(row["months"]) >= 1
