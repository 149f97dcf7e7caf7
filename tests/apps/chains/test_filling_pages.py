"""What to fill next, candidates, leaders, grades and the sheet, as office, enterprise and stranger see them."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.actions import place
from yanlian.apps.chains.filling import filling
from yanlian.apps.chains.in_use import chain_named
from yanlian.apps.chains.models import Lead, OutsideFirm, OutsideTie, ReferenceFigure, SupplyLink
from yanlian.apps.chains.offers import facts_of

pytestmark = pytest.mark.django_db
PAGES = ("gaps/", "gaps/vr-lens/", "gaps/vr-lens/candidates/OUT-1/", "grades/", "leaders/", "sheet/")


@pytest.fixture
def official():
    return make_person("official", "official", "sci")


@pytest.fixture
def district(official):
    """Two headset makers and a content firm; nobody makes lenses, screens or glass. One outside firm makes lenses."""
    firms = {name: make_firm(name, f"{name}公司（虚构）") for name in ("H1", "H2", "C1")}
    for name, segment in (("H1", "vr-headset"), ("H2", "vr-headset"), ("C1", "vr-content")):
        place(firms[name], "vr", segment, official)
    now = timezone.now()
    outside = OutsideFirm.objects.create(
        code="OUT-1", name="外地光学（虚构）", place="外地", products=["折叠光路模组"], year=2024,
        revenue_fen=880_000_00, growth_ppm=100_000, source="名录", fictional=True, recorded_at=now,
    )  # fmt: skip
    OutsideFirm.objects.create(code="OUT-2", name="外地餐饮（虚构）", scope="餐饮", source="名录", recorded_at=now)
    OutsideTie.objects.create(
        firm=outside, entity=firms["H1"], kind="supplies", product="光学模组", amount_fen=5_000_000_00, source="名录",
        recorded_at=now,
    )  # fmt: skip
    SupplyLink.objects.create(
        supplier=firms["H1"], customer=firms["C1"], product="一体机", year=2024, source="合同", recorded_at=now
    )
    for segment in ("vr-lens", "vr-headset", "vr-content", "vr-screen", "vr-glass"):
        ReferenceFigure.objects.create(
            area_code="370200", area="某市", chain="vr", segment=segment, year=2024, firms=4, output_fen=None,
            source="统计", recorded_at=now,
        )  # fmt: skip
    return firms


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_gaps_say_who_needs_them_what_is_bought_outside_and_whom_to_call(district, official):
    text = signed_in(official).get("/chains/vr/gaps/").content.decode()
    assert "光学模组" in text
    assert "本区2家企业需要它（头显整机）" in text
    assert "已知每年向区外采购500.00万元" in text
    assert "外地光学（虚构）" in text
    assert "供货给H1公司（虚构）" in text


def test_measures_of_a_gap_come_from_places_and_known_trade(district):
    found = filling(chain_named("vr"))
    gaps = {one.segment: one for one in found.gaps}
    lens = gaps["vr-lens"]
    assert lens.graded.grade == "blank"
    assert lens.measures["unmet_firms"] == 2
    assert lens.measures["unmet_value"] == 5_000_000
    assert lens.measures["customers_here"] == 1
    assert [one.segment for one in found.first()][:2] == ["vr-lens", "vr-screen"]


def test_a_gap_page_lists_fitting_firms_only(district, official):
    text = signed_in(official).get("/chains/vr/gaps/vr-lens/").content.decode()
    assert "外地光学（虚构）" in text
    assert "外地餐饮" not in text
    assert "本区没有企业站在该环节上" in text


def test_a_candidate_has_ties_and_offers_with_what_is_not_known(district, official):
    text = signed_in(official).get("/chains/vr/gaps/vr-lens/candidates/OUT-1/").content.decode()
    assert "H1公司（虚构）" in text
    assert "落户后可享的政策" in text
    assert "不作承诺" in text


def test_the_calculator_is_given_what_is_known_and_nothing_else(district, settings, tmp_path):
    settings.DISTRICT = tmp_path
    (tmp_path / "district.yaml").write_text("district: {code: '999999'}\nclusters: [{code: vr}]\n", "utf-8")
    facts = facts_of(OutsideFirm.objects.get(code="OUT-1"), "vr", date(2026, 11, 23))
    assert facts["税务年报"] == [{"年度": 2024, "营业收入": "880000.00元"}, {"年度": 2023, "营业收入": "800000.00元"}]
    assert (facts["登记"]["产业集群"], facts["登记"]["注册区划"]) == ("vr", "999999")
    assert "用工年报" not in facts


def test_making_a_lead_twice_makes_one_and_needs_the_right_department(district, official):
    address = "/chains/vr/gaps/vr-lens/candidates/OUT-1/lead"
    client = signed_in(official)
    for _ in range(2):
        assert client.post(address, {"reason": "本区没有"}).status_code == 302
    assert [(one.name, one.segment, one.owner) for one in Lead.objects.all()] == [
        ("外地光学（虚构）", "vr-lens", official)
    ]
    finance = signed_in(make_person("fin", "official", "fin"))
    assert finance.post(address).status_code == 403


def test_exports_hold_every_gap_and_candidate(district, official):
    client = signed_in(official)
    for address, name in (("gaps/", "光学模组"), ("gaps/vr-lens/", "外地光学（虚构）"), ("leaders/", "H1公司（虚构）"),
                          ("grades/", "头显整机")):  # fmt: skip
        answer = client.get(f"/chains/vr/{address}?export=xlsx")
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
        assert name in cells, address


def test_every_page_is_there_in_both_languages(district, official):
    client = signed_in(official)
    for language in ("zh-hans", "en"):
        client.cookies["yanlian_language"] = language
        for address in PAGES:
            assert client.get(f"/chains/vr/{address}").status_code == 200, (address, language)


def test_an_enterprise_sees_none_of_it_and_a_stranger_is_asked_to_sign_in(district):
    enterprise = signed_in(make_person("firm", "enterprise", entity_code="H1"))
    for address in PAGES:
        assert enterprise.get(f"/chains/vr/{address}").status_code == 403
        assert Client().get(f"/chains/vr/{address}").status_code == 302


def test_what_is_no_gap_or_no_candidate_is_not_found(district, official):
    client = signed_in(official)
    for address in ("nowhere/gaps/", "vr/gaps/nowhere/", "vr/gaps/vr-lens/candidates/OUT-2/"):
        assert client.get(f"/chains/{address}").status_code == 404


def test_an_empty_district_says_so_and_grades_nothing(official):
    client = signed_in(official)
    text = client.get("/chains/vr/grades/").content.decode()
    assert "未知" in text
    assert client.get("/chains/vr/gaps/").status_code == 200
    assert client.get("/chains/vr/sheet/").status_code == 200


def test_a_firm_that_writes_like_a_segment_fits_it_first_though_no_product_is_named_alike(district):
    for code, products in (("OUT-3", ["VR用折叠光路光学组件及模组"]), ("OUT-4", ["冷冻海产品"])):
        OutsideFirm.objects.create(
            code=code, name=f"{code}（虚构）", products=products, source="名录", fictional=True,
            recorded_at=timezone.now(),
        )  # fmt: skip
    found = filling(chain_named("vr"))
    fits = {one.firm.name: one.columns["fit"] for one in found.candidates("vr-lens")}
    assert fits == {"外地光学（虚构）": 3, "OUT-3（虚构）": 3}
    assert [one.placed for one in found.outside if one.name == "OUT-4（虚构）"] == [None]


def test_a_word_that_a_segment_excludes_keeps_the_engine_from_putting_a_firm_there(district, settings):
    file = settings.CHAINS / "vr.yaml"
    text = file.read_text("utf-8")
    marked = text.replace("aliases: [折叠光路模组]}], sources", "aliases: [折叠光路模组]}], excludes: [贸易], sources")
    assert marked != text
    file.write_text(marked, "utf-8")
    OutsideFirm.objects.create(
        code="OUT-5",
        name="外地贸易（虚构）",
        products=["Pancake光学模组贸易"],
        source="名录",
        recorded_at=timezone.now(),
    )
    names = [one.firm.name for one in filling(chain_named("vr")).candidates("vr-lens")]
    assert names == ["外地光学（虚构）"]


def test_whom_to_call_is_the_same_on_the_chains_first_screen_the_gap_and_the_segment(district, official):
    now = timezone.now()
    for code, name, written in (
        ("OUT-3", "外地镜片（虚构）", {"products": ["Pancake光学模组的研发"]}),
        ("OUT-4", "外地镜头（虚构）", {"products": ["镜头"], "scope": "折叠光路模组的销售"}),
    ):
        OutsideFirm.objects.create(code=code, name=name, source="名录", recorded_at=now, **written)
    client = signed_in(official)
    wanted = [one.firm.name for one in filling(chain_named("vr")).candidates("vr-lens")]
    assert len(wanted) == 3
    assert [maker.firm.name for maker, _ in client.get("/chains/vr/segments/vr-lens/").context["makers"]] == wanted
    assert [maker.firm.name for maker in client.get("/chains/vr/segments/vr-lens/lead").context["makers"]] == wanted
    (card,) = [one for one in client.get("/chains/vr/").context["gaps"] if one.segment.id == "vr-lens"]
    (first,) = [one for one in client.get("/chains/vr/gaps/").context["firsts"] if "vr-lens" in one.href]
    assert [call.maker.firm.name for call in card.calls] == [call.name for call in first.calls] == wanted[:2]
    assert card.more == first.others == 1
