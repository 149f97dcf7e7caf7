"""Chain-break risk on pages: computed once and kept, told with ε and date, shocks by firm, segment and product."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.actions_facts import add_links
from yanlian.apps.chains.models import Placement, RiskFigure, RiskRanking, SupplyLink
from yanlian.apps.chains.risk_economy import economy_here
from yanlian.apps.people.models import AuditEntry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)


def link(supplier, customer, product, fen):
    return SupplyLink(
        supplier=supplier, customer=customer, product=product, year=2024, amount_fen=fen, source="t", recorded_at=AT
    )


@pytest.fixture
def traded():
    """Lens → headset → content; nobody delivered any revenue."""
    firms = [
        make_firm(f"F{one}", name) for one, name in enumerate(["甲光学（虚构）", "乙头显（虚构）", "丙内容（虚构）"])
    ]
    one, two, three = firms
    add_links([link(one, two, "透镜", 1_000_00), link(two, three, "头显", 2_000_00), link(one, three, "透镜", None)])
    return firms


def client_of(role, department=""):
    client = Client()
    client.force_login(make_person(f"{role}-{department}", role, department, ""))
    return client


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_ranking_is_computed_once_and_tells_its_threshold_and_what_it_lacks(traded):
    official = client_of("official", "ind")
    assert "还没有测算过" in text_of(official.get("/chain-risk/"))
    for _ in range(2):
        assert official.post("/chain-risk/compute").status_code == 302
    ranking = RiskRanking.objects.get()
    assert (ranking.firms, ranking.links, ranking.links_uncounted, ranking.unknown_revenues) == (3, 2, 1, 3)
    assert AuditEntry.objects.filter(verb="risk_ranked").count() == 1
    text = text_of(official.get("/chain-risk/"))
    assert "ε = 0.001" in text
    assert "1条供应关系没有金额；3家企业没有申报营收" in text
    first = RiskFigure.objects.get(rank=1)
    assert first.esri_ppb == 10**9
    assert RiskFigure.objects.filter(ranking=ranking).count() == 3


def test_new_links_make_a_new_ranking_and_the_old_one_stays(traded):
    official = client_of("official", "dev")
    official.post("/chain-risk/compute")
    add_links([link(traded[0], traded[2], "滤光片", 500_00)])
    official.post("/chain-risk/compute")
    assert RiskRanking.objects.count() == 2
    assert RiskRanking.objects.first().links == 3


def test_an_analyst_reads_and_cannot_compute_and_an_enterprise_sees_neither(traded):
    analyst = client_of("analyst")
    assert analyst.get("/chain-risk/").status_code == 200
    assert analyst.post("/chain-risk/compute").status_code == 403
    assert client_of("enterprise").get("/chain-risk/shock?firm=F0").status_code == 403


@pytest.mark.parametrize("asked", ["firm=F0", "firm=甲光学（虚构）", "product=透镜", "segment=vr-lens"])
def test_a_shock_is_told_tier_by_tier_with_the_product_and_the_partner(traded, asked):
    Placement.objects.create(entity=traded[0], chain="vr", segment="vr-lens", state="confirmed", changed_at=AT)
    text = text_of(client_of("official", "ind").get(f"/chain-risk/shock?{asked}&share=100"))
    told = text[text.index("逐级传到谁 级") :]
    assert "缺料：透镜 ← 甲光学（虚构）" in told
    assert told.index("甲光学") < told.index("乙头显") < told.index("丙内容")


def test_a_part_of_the_capacity_loses_less(traded):
    client = client_of("official", "ind")
    whole, part = (text_of(client.get(f"/chain-risk/shock?firm=F0&share={one}")) for one in (100, 10))
    lost = [float(re.search(r"全部企业营收损失 ([0-9.]+)%", text)[1]) for text in (whole, part)]
    assert lost[1] == pytest.approx(lost[0] / 10)


def test_a_firm_without_links_is_refused_in_words(traded):
    make_firm("F9", "丁（虚构）")
    assert "没有找到可以冲击的企业：F9" in text_of(client_of("official", "ind").get("/chain-risk/shock?firm=F9"))


def test_without_links_both_pages_say_so():
    official = client_of("official", "ind")
    assert "还没有带金额的供应关系" in text_of(official.post("/chain-risk/compute"))
    assert "还没有带金额的供应关系" in text_of(official.get("/chain-risk/shock?firm=F0"))


def test_what_the_template_says_of_an_edge_is_how_much_the_customer_needs_it(traded):
    assert set(economy_here().economy.essential.tolist()) == {1}
