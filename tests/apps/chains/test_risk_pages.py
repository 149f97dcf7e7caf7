"""Chain-break risk on pages: computed once and kept, told with ε and date, shocks by firm, segment and product."""

from __future__ import annotations

import re
import threading
from concurrent.futures import wait
from datetime import UTC, datetime

import numpy as np
import pytest
from django.test import Client
from django.utils.timezone import localtime
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains import actions_risk, risk_task_pages
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
from yanlian.apps.tasks import known
from yanlian.engine.chain.risk.economy import closures
from yanlian.engine.chain.risk.oracle import esri

# The ranking is written by a thread.
pytestmark = pytest.mark.django_db(transaction=True)
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


# Where links are inferred


@pytest.fixture
def guessed(traded):
    """Two makers sell lenses to three shops, nobody saw which to which."""
    one, two, _ = traded
    shops = [make_firm(f"S{n}", f"商店{n}（虚构）") for n in range(3)]
    pairs = [(one, shops[0], 900_00), (one, shops[1], 500_00), (two, shops[1], 300_00), (two, shops[2], 200_00)]
    links = [link(*pair[:2], "镜片", pair[2]) for pair in pairs]
    for each in links:
        each.inferred = True
    add_links(links)
    return traded


def test_a_ranking_of_inferred_links_gives_intervals_and_says_how_to_read_them(guessed):
    ranking = rank_risks(None)
    assert (ranking.inferred, ranking.networks, ranking.links_inferred) == (True, 50, 4)
    rows = list(ranking.figures.all())
    assert all(one.esri_low_ppb <= one.esri_ppb <= one.esri_high_ppb for one in rows)
    assert all(one.rank_low <= one.rank_high for one in rows)
    assert any(one.esri_low_ppb < one.esri_high_ppb for one in rows)
    assert [one.esri_ppb for one in rows] == sorted((one.esri_ppb for one in rows), reverse=True)
    text = text_of(client_of("official", "ind").get("/chain-risk/"))
    for words in (
        "4条关系为推算，并非实际观测",
        "重新抽取50个可能的网络",
        "损失5%分位（%）",
        "损失95%分位（%）",
        "位次区间",
    ):
        assert words in text
    assert rank_risks(None) == ranking


def test_the_interface_tells_intervals_where_links_are_inferred(guessed):
    official = client_of("official", "ind")
    missing = official.get("/api/v1/chain-risk")
    assert (missing.status_code, missing.json()["code"]) == (422, "risk_no_ranking")
    rank_risks(None)
    told = official.get("/api/v1/chain-risk?size=2").json()
    assert (told["inferred"], told["networks"], told["links_inferred"], told["total"]) == (True, 50, 4, 6)
    first = told["items"][0]
    assert len(told["items"]) == 2
    assert float(first["lost_5"]) <= float(first["lost"]) <= float(first["lost_95"])
    assert first["rank"] == 1 <= first["rank_95"]
    assert client_of("enterprise").get("/api/v1/chain-risk").status_code == 403


def test_a_ranking_of_seen_links_has_one_number_and_no_interval(traded):
    ranking = rank_risks(None)
    assert (ranking.inferred, ranking.networks) == (False, 0)
    assert set(ranking.figures.values_list("esri_low_ppb", "rank_high")) == {(None, None)}
    assert "分位" not in text_of(client_of("official", "ind").get("/chain-risk/"))


def test_a_long_ensemble_ends_early_and_tells_how_many_networks_it_has(guessed, monkeypatch):
    monkeypatch.setattr("yanlian.apps.chains.risk_draws.SECONDS", 0.0)
    assert rank_risks(None).networks == 20


def test_a_shock_to_inferred_links_is_told_as_an_interval_too(guessed):
    official = client_of("official", "ind")
    text = text_of(official.get("/chain-risk/shock?firm=F0&share=100"))
    low, high, middle, networks = re.search(
        r"推算区间 ([0-9.]+)%–([0-9.]+)%，中位([0-9.]+)% 供应关系部分为推算：重新抽取(\d+)个可能的网络", text
    ).groups()
    assert float(low) <= float(middle) <= float(high)
    assert networks == "40"


def test_a_shock_to_seen_links_has_no_interval(traded):
    assert "推算区间" not in text_of(client_of("official", "ind").get("/chain-risk/shock?firm=F0"))


@pytest.mark.parametrize("case", ["traded", "guessed"])
def test_progress_is_one_count_that_never_falls_and_ends_at_its_end(case, bought_outside, request):
    request.getfixturevalue(case)
    told = []
    rank_risks(None, step=lambda done, total: told.append((done, total)))
    assert len({total for _, total in told}) == 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_revenues_are_kept_to_the_fen(traded):
    ranking = rank_risks(None)
    kept = dict(ranking.figures.values_list("entity__code", "revenue_fen"))
    assert kept == {"F0": 1_000_00, "F1": 2_000_00, "F2": 0}
    assert ranking.revenue_fen == 3_000_00


# Computed in the background


@pytest.fixture
def held(monkeypatch):
    """The computation stands still after its first firm until it is let go."""
    at_work, let_go = threading.Event(), threading.Event()

    computed = actions_risk._indices

    def slowly(economy, epsilon, step):
        step(1, 3)
        at_work.set()
        assert let_go.wait(30)
        return computed(economy, epsilon, step)

    monkeypatch.setattr(actions_risk, "_indices", slowly)
    monkeypatch.setattr(risk_task_pages, "WAIT_SECONDS", 0.0)
    yield at_work, let_go
    let_go.set()
    ended()


def ended() -> None:
    """Wait for the thread."""
    task = known("chain-risk")
    assert task is not None
    assert task.future is not None
    wait([task.future], 30)


def test_work_under_way_is_shown_a_second_click_says_so_and_the_result_is_that_of_the_direct_action(traded, held):
    at_work, let_go = held
    official = client_of("official", "ind")
    assert official.post("/chain-risk/compute").url == "/chain-risk/progress"
    assert at_work.wait(30)
    assert "已推演1 / 3次停产。" in text_of(official.get("/chain-risk/progress"))
    assert "正在测算：看进度" in text_of(official.get("/chain-risk/"))
    assert "已有一次测算正在进行" in text_of(official.post("/chain-risk/compute", follow=True))
    let_go.set()
    ended()
    polled = official.get("/chain-risk/progress", headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == "/chain-risk/progress"
    assert "已重新测算" in text_of(official.get("/chain-risk/progress", follow=True))
    kept = RiskRanking.objects.get()
    figures = {one.entity_id: one.esri_ppb for one in kept.figures.all()}
    here = economy_here()
    direct = esri(here.economy, closures(np.arange(3, dtype=np.int32)), 1e-3)
    assert figures == {pk: round(float(direct[at]) * 10**9) for at, pk in enumerate(here.entities)}
    assert actions_risk.rank_risks(None) == kept


def test_stopped_work_keeps_nothing_and_can_be_begun_again(traded, held):
    at_work, let_go = held
    official = client_of("official", "ind")
    official.post("/chain-risk/compute")
    assert at_work.wait(30)
    assert "已停止测算" in text_of(official.post("/chain-risk/stop", follow=True))
    let_go.set()
    ended()
    assert not RiskRanking.objects.exists()
    official.post("/chain-risk/compute")
    ended()
    assert RiskRanking.objects.count() == 1


def test_an_analyst_neither_watches_nor_stops_work(traded):
    analyst = client_of("analyst")
    assert analyst.get("/chain-risk/progress").status_code == 403
    assert analyst.post("/chain-risk/stop").status_code == 403
