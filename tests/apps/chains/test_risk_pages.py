"""Chain-break risk on pages: computed once and kept, told with ε and date, shocks by firm, segment and product."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.timezone import localtime
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.actions_facts import add_links
from yanlian.apps.chains.actions_risk import rank_risks
from yanlian.apps.chains.filling import filling
from yanlian.apps.chains.in_use import chain_named
from yanlian.apps.chains.leading import chain_leaders
from yanlian.apps.chains.models import (
    OutsideFirm,
    OutsideTie,
    Placement,
    RiskFall,
    RiskFigure,
    RiskRanking,
    SupplyLink,
)
from yanlian.apps.chains.risk_economy import economy_here
from yanlian.apps.chains.state import chain_state
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


@pytest.fixture
def bought_outside(traded):
    """The lens of the headset is also bought from an outside firm that makes lenses."""
    for firm, segment in zip(traded, ("vr-glass", "vr-headset", "vr-content"), strict=True):
        Placement.objects.create(entity=firm, chain="vr", segment=segment, state="confirmed", changed_at=AT)
    outside = OutsideFirm.objects.create(
        code="OUT-1", name="外地光学（虚构）", products=["折叠光路模组"], source="t", recorded_at=AT
    )
    OutsideTie.objects.create(
        firm=outside, entity=traded[1], kind="supplies", product="光学模组", amount_fen=3_000_00, source="t",
        recorded_at=AT,
    )  # fmt: skip
    return outside


def test_filling_a_gap_saves_what_the_stop_of_its_only_supplier_takes_now(bought_outside):
    official = client_of("official", "ind")
    assert filling(chain_named("vr")).gap("vr-lens").measures["risk_fall"] is None
    assert "断链风险尚未测算" in text_of(official.get("/chains/vr/gaps/"))
    official.post("/chain-risk/compute")
    kept = RiskFall.objects.get(segment="vr-lens")
    assert (kept.suppliers, kept.customers) == (1, 1)
    assert kept.before_ppb > kept.after_ppb > 0
    gap = filling(chain_named("vr")).gap("vr-lens")
    assert gap.measures["risk_fall"] == pytest.approx((kept.before_ppb - kept.after_ppb) / 10**9)
    page = text_of(official.get("/chains/vr/gaps/?y=risk_fall"))
    assert "断链风险下降（%）" in page
    assert "2024年供应关系，ε=0.001" in page
    assert filling(chain_named("vr")).gap("vr-screen").measures["risk_fall"] is None


def test_another_delivery_from_outside_makes_another_ranking(bought_outside):
    rank_risks(None)
    OutsideTie.objects.update(amount_fen=9_000_00)
    rank_risks(None)
    assert RiskRanking.objects.count() == 2


def test_leaders_have_the_index_of_the_newest_ranking_with_its_date_and_threshold(bought_outside):
    official = client_of("official", "ind")
    assert "未算出的列：系统性风险指数" in text_of(official.get("/chains/vr/leaders/"))
    ranking = rank_risks(None)
    found = {one.firm: one.columns["esri"] for one in chain_leaders(chain_state(chain_named("vr")))}
    kept = {str(one.entity_id): one.esri_ppb / 10**9 for one in ranking.figures.all()}
    assert found == kept
    page = text_of(official.get("/chains/vr/leaders/"))
    assert "系统性风险指数（%）" in page
    assert f"取{localtime(ranking.made_at):%Y-%m-%d}测算的结果（2024年供应关系，ε=0.001）" in page


def test_a_large_network_is_ranked_by_the_fast_cascades_with_the_same_figures(traded, monkeypatch):
    plain = {one.entity_id: one.esri_ppb for one in rank_risks(None).figures.all()}
    RiskFigure.objects.all().delete()
    RiskRanking.objects.all().delete()
    monkeypatch.setattr("yanlian.apps.chains.actions_risk._SMALL", 0)
    assert {one.entity_id: one.esri_ppb for one in rank_risks(None).figures.all()} == plain
