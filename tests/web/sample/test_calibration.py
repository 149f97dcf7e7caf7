"""The invented enterprises add up to what the district published, within the text's own operators, at every size."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.web.sample.conftest import DISTRICT, THREE_BLOCKS, Sample, fen

from yanlian.web.sample.district import Figure, read_district

# The smallest sample, the default, and one that is drawn in three blocks.
SIZES = (1_000, 5_000, THREE_BLOCKS)
# What 余 leaves open: more than the figure, less than the next step of its last written digit.
NEXT_STEP = {"F07": 120, "F24": 30, "F25": 140, "F28": 85_000_000, "F34": 90_000_000, "F35": 20}


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {figure.id: figure for figure in read_district(DISTRICT).figures}


@pytest.fixture(params=SIZES)
def sample(request: pytest.FixtureRequest, make_sample: Callable[[int], Sample]) -> Sample:
    return make_sample(int(request.param))


def holds(figure: Figure, value: Decimal | int) -> bool:
    """Whether a value is what the figure says, with its operator."""
    said = Decimal(figure.value)
    if figure.id in NEXT_STEP:
        return said < value < NEXT_STEP[figure.id]
    return {"=": value == said, ">": value > said, ">=": value >= said}[figure.operator]


def yuan(amount: int) -> Decimal:
    return Decimal(amount) / 100


def cluster_codes(sample: Sample, cluster: str) -> set[str]:
    return {row["who"] for row in sample.rows("registration") if row["cluster"] == cluster}


def of_year(rows: list[dict[str, str]], year: int, who: set[str] | None = None) -> list[dict[str, str]]:
    return [row for row in rows if row["year"] == str(year) and (who is None or row["who"] in who)]


def until(rows: list[dict[str, str]], field: str, last: str) -> list[dict[str, str]]:
    return [row for row in rows if row[field] <= last]


def test_software_income_of_2020_is_the_published_one(sample: Sample, figures: dict[str, Figure]) -> None:
    assert holds(figures["F01"], yuan(fen(of_year(sample.rows("software_year"), 2020), "revenue")))


def test_no_firm_reports_more_software_income_than_revenue(sample: Sample) -> None:
    revenue = {row["who"]: Decimal(row["revenue"]) for row in of_year(sample.rows("tax_year"), 2020)}
    assert all(Decimal(r["revenue"]) <= revenue[r["who"]] for r in of_year(sample.rows("software_year"), 2020))


def test_above_scale_software_revenue_of_the_first_half_of_2021_is_the_published_one_and_grew(
    sample: Sample, figures: dict[str, Figure]
) -> None:
    software = cluster_codes(sample, "software")
    flash = [r for r in sample.rows("statistics_flash") if r["period_end"] == "2021-06-30" and r["who"] in software]
    listed = {r["who"] for r in sample.rows("statistics_entry") if r["entered_on"] <= "2021-06-30"}
    now, before = fen(flash, "revenue"), fen(flash, "revenue_before")
    assert {row["who"] for row in flash} <= listed
    assert holds(figures["F29"], yuan(now))
    assert holds(figures["F30"], Decimal(now) / before - 1)


def test_virtual_reality_has_the_published_number_of_firms_and_scale(
    sample: Sample, figures: dict[str, Figure]
) -> None:
    firms = cluster_codes(sample, "vr")
    assert holds(figures["F07"], len(firms))
    assert holds(figures["F08"], yuan(fen(of_year(sample.rows("tax_year"), 2020, firms), "revenue")))


def test_microelectronics_revenue_of_2020_is_the_published_one_and_three_times_that_of_2019(
    sample: Sample, figures: dict[str, Figure]
) -> None:
    firms = cluster_codes(sample, "microelectronics")
    filed = sample.rows("tax_year")
    now, before = fen(of_year(filed, 2020, firms), "revenue"), fen(of_year(filed, 2019, firms), "revenue")
    assert holds(figures["F13"], yuan(now))
    # 8.6亿元 cannot be divided by three into whole fen: one fen is as near as it gets.
    assert abs(now - int(figures["F14"].value) * before) <= 1


def test_vertical_platforms_and_smart_manufacturers_by_2021(sample: Sample, figures: dict[str, Figure]) -> None:
    titles = until(sample.rows("industry_title"), "issued_on", "2021-12-31")
    platforms = {row["who"] for row in titles if row["kind"] == "工业互联网垂直平台"}
    smart = {row["who"] for row in titles if row["kind"] in ("智能工厂", "智能制造示范", "数字化车间")}
    assert holds(figures["F22"], len(platforms))
    assert holds(figures["F25"], len(smart))


def test_key_projects_of_artificial_intelligence_by_2021(sample: Sample, figures: dict[str, Figure]) -> None:
    projects = until(sample.rows("project"), "filed_on", "2021-12-31")
    assert holds(figures["F24"], len({row["number"] for row in projects if row["kind"] == "重点人工智能"}))


def test_public_investments_by_2021(sample: Sample, figures: dict[str, Figure]) -> None:
    found = until(sample.rows("investment"), "invested_on", "2021-12-31")
    public = [row for row in found if row["investor"] != "社会资本"]
    assert {row["investor"] for row in public} == {"国有平台公司", "财政股权直投", "政府引导基金"}
    assert holds(figures["F31"], len({row["number"] for row in public}))
    assert holds(figures["F32"], yuan(fen(public, "amount")))


def test_loans_on_pledged_patents_in_2020(sample: Sample, figures: dict[str, Figure]) -> None:
    loans = [row for row in sample.rows("loan") if row["drawn_on"].startswith("2020") and "质押" in row["kind"]]
    pledged = {row["loan_contract"] for row in sample.rows("pledge")}
    assert {row["contract_number"] for row in loans} <= pledged
    assert holds(figures["F34"], yuan(fen(loans, "principal")))


def test_new_research_bodies_by_2021(sample: Sample, figures: dict[str, Figure]) -> None:
    titles = until(sample.rows("science_title"), "issued_on", "2021-12-31")
    assert holds(figures["F35"], len({row["who"] for row in titles if row["kind"] == "新型研发机构"}))


def test_talents_introduced_in_2020(sample: Sample, figures: dict[str, Figure]) -> None:
    assert holds(figures["F41"], sum(int(row["talents"]) for row in of_year(sample.rows("staff_year"), 2020)))


def test_listed_firms_by_the_first_half_of_2021(sample: Sample, figures: dict[str, Figure]) -> None:
    listed = until([r for r in sample.rows("listing") if r["stage"] == "上市"], "happened_on", "2021-06-30")
    assert holds(figures["F45"], len({row["who"] for row in listed}))
    assert holds(figures["F44"], len({row["who"] for row in listed if row["happened_on"] >= "2021-01-01"}))


def test_beneficiaries_and_payments_by_2021_are_firms_and_persons_together(
    sample: Sample, figures: dict[str, Figure]
) -> None:
    paid = until([r for r in sample.rows("payment") if r["level"] == "区级"], "paid_on", "2021-12-31")
    assert holds(figures["F27"], len({row["who"] for row in paid}))
    assert {row["persons"] for row in paid} == {"True", "False"}
    assert holds(figures["F28"], yuan(fen(paid, "amount")))
