"""Files of facts about chains: stored or answered row by row, repeated without harm, replaced by what is newer."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.chains.small_chain import make_firm, make_person

from yanlian.apps.chains.intake import FILES, take_in
from yanlian.apps.chains.intake.kinds import file_of, template
from yanlian.apps.chains.models import (
    Neighbour,
    OutsideFirm,
    OutsideTie,
    ProductText,
    ReferenceFigure,
    SupplyLink,
)
from yanlian.apps.people.models import AuditEntry
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db
ONE, TWO = "91370212MA0000001X", "91370212MA0000002X"
OUTSIDE = "代码,名称,所在地,行政区划代码,联系方式,产品,营业收入（万元）,营收增长(%),来源\n"


@pytest.fixture
def firms():
    return make_firm(ONE, "甲公司（虚构）"), make_firm(TWO, "乙公司（虚构）")


def given(kind: str, text: str, encoding: str = "utf-8", **more):
    return take_in(io.BytesIO(text.encode(encoding)), kind, name=f"{kind}.csv", **more)


def answered(taken) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in taken.answers]


def counts(taken) -> tuple[int, int, int, int]:
    return taken.added, taken.changed, taken.unchanged, taken.refused


def test_products_come_in_once_and_a_corrected_share_replaces_the_old_one(firms):
    text = f"统一社会信用代码,产品,占营收(%),来源\n{ONE},Pancake光学模组,60.5,年报\n{TWO.lower()},头显,,网站\n"
    assert counts(given("products", text)) == (2, 0, 0, 0)
    assert counts(given("products", text, "gb18030")) == (0, 0, 2, 0)
    assert counts(given("products", text.replace("60.5", "61"))) == (0, 1, 1, 0)
    shares = dict(ProductText.objects.values_list("text", "revenue_share_ppm"))
    assert shares == {"Pancake光学模组": 610_000, "头显": None}


def test_links_feed_the_walks_and_amounts_are_exact(firms):
    text = f"供应商代码,客户代码,产品,年度,金额（万元）,来源\n{ONE},{TWO},光学模组,2024,123.45,合同\n"
    assert counts(given("links", text)) == (1, 0, 0, 0)
    link = SupplyLink.objects.get()
    assert (link.amount_fen, link.confidence, link.inferred) == (123_450_000, "D", False)
    assert Neighbour.objects.count() == 2
    assert counts(given("links", text.replace("123.45", "200"))) == (0, 1, 0, 0)
    assert SupplyLink.objects.get().amount_fen == 200_000_000


def test_outside_firms_and_their_ties_and_other_areas(firms):
    rows = OUTSIDE + "OUT-1,外地光学（虚构）,深圳市,440305,0755-1234,折叠光路模组；透镜、透镜,1200,-3.5,名录\n"
    assert counts(given("outside", rows)) == (1, 0, 0, 0)
    firm = OutsideFirm.objects.get()
    assert (firm.products, firm.revenue_fen, firm.growth_ppm) == (["折叠光路模组", "透镜"], 1_200_000_000, -35_000)
    assert (firm.contact, firm.fictional) == ("0755-1234", False)
    ties = "本地企业代码,区外企业代码,关系,产品,来源\n"
    ties += f"{ONE},OUT-1,供货给本地企业,透镜,合同\n{ONE},OUT-1,持股本地企业,,工商\n"
    assert counts(given("ties", ties)) == (2, 0, 0, 0)
    assert set(OutsideTie.objects.values_list("kind", "product")) == {("supplies", "透镜"), ("owns", "")}
    other = "地区代码,地区,产业链,环节,年度,企业数,产出(亿元),来源\n370200,某市,vr,vr-lens,2024,12,3.5,公报\n"
    assert counts(given("references", other)) == (1, 0, 0, 0)
    assert ReferenceFigure.objects.get().output_fen == 35_000_000_000


def test_every_bad_row_is_answered_with_its_place_and_the_good_ones_are_stored(firms):
    text = "供应商代码,客户代码,产品,年度,金额(元),可信度,来源\n" + "\n".join(
        [
            f"{ONE},{TWO},光学模组,2024,1,A,合同",
            f"{ONE},{ONE},光学模组,2024,1,A,合同",
            f"{ONE},NOBODY,光学模组,2024,1,A,合同",
            f"{ONE},{TWO},光学模组,2024,2,A,合同",
            f"{ONE},{TWO},光学模组,2024,1,A,合同",
            f"{ONE},{TWO},镜片,二〇,-5,E,合同",
            f"{ONE},{TWO},,2024,1,A,合同",
        ]
    )
    taken = given("links", text)
    assert counts(taken) == (1, 0, 1, 5)
    assert answered(taken) == [
        (3, "客户代码", "chain_link_itself"),
        (4, "客户代码", "entity_unknown"),
        (5, "", "chain_row_repeated"),
        (7, "年度", "year_unreadable"),
        (7, "金额(元)", "value_negative"),
        (7, "可信度", "value_not_listed"),
        (8, "产品", "value_blank"),
    ]
    assert "NOBODY" in taken.answers[1].reason("en")


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("ties", f"本地企业代码,区外企业代码,关系,来源\n{ONE},OUT-9,本地分支机构,工商\n", "chain_outside_unknown"),
        ("ties", f"本地企业代码,区外企业代码,关系,来源\n{ONE},OUT-9,朋友,工商\n", "value_not_listed"),
        ("products", f"企业代码,产品,占营收,来源\n{ONE},透镜,60,年报\n", "chain_share_wide"),
        (
            "references",
            "地区代码,地区,产业链,环节,年度,来源\n370200,某市,vr,vr-nothing,2024,公报\n",
            "segment_not_there",
        ),
        ("references", "地区代码,地区,产业链,环节,年度,来源\n某市,某市,vr,vr-lens,2024,公报\n", "chain_place_code"),
        ("outside", OUTSIDE + "OUT-1,,,,,透镜,,,名录\n", "value_blank"),
        ("outside", OUTSIDE + "OUT-1,某公司,,44,,透镜,,,名录\n", "chain_place_code"),
    ],
)
def test_what_cannot_be_a_fact_is_refused(firms, kind, text, code):
    taken = given(kind, text)
    assert (taken.refused, taken.added) == (1, 0)
    assert [one.code for one in taken.answers] == [code]


def test_a_file_without_its_columns_or_of_no_known_kind_stores_nothing(firms):
    with pytest.raises(Refused, match="columns_missing"):
        given("links", "供应商代码,产品\nA,B\n")
    with pytest.raises(Refused, match="chain_file_unknown"):
        given("rumours", "a,b\n1,2\n")
    assert not AuditEntry.objects.filter(verb="chain_file_imported").exists()


def test_a_workbook_says_the_same_as_a_csv_and_the_log_names_the_file(firms):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("产品")
        for at, line in enumerate([["企业代码", "产品", "占营收(%)", "来源"], [ONE, "头显", 12.5, "年报"]]):
            sheet.write_row(at, 0, line)
    out.seek(0)
    by = make_person("official", "official", "sci")
    assert counts(take_in(out, "products", by=by, name="产品.xlsx")) == (1, 0, 0, 0)
    assert ProductText.objects.get().revenue_share_ppm == 125_000
    entry = AuditEntry.objects.get(verb="chain_file_imported")
    assert (entry.user_id, entry.data["file"], entry.data["added"]) == (by.pk, "产品.xlsx", 1)


@pytest.mark.parametrize("kind", FILES)
def test_the_empty_file_of_a_kind_is_read_as_that_kind(kind):
    heads = template(kind)
    assert len(heads) == len(set(heads))
    assert counts(given(kind, ",".join(heads) + "\n")) == (0, 0, 0, 0)
    assert file_of(kind).title


def test_more_rows_than_one_statement_takes_come_in_once(firms):
    lines = [f"{ONE},产品{one},年报" for one in range(2_000)]
    text = "企业代码,产品,来源\n" + "\n".join(lines)
    assert counts(given("products", text)) == (2_000, 0, 0, 0)
    assert counts(given("products", text)) == (0, 0, 2_000, 0)


def test_the_page_takes_a_file_in_and_shows_each_refused_row(client, firms):
    client.force_login(make_person("official", "official", "sci"))
    text = f"企业代码,产品,来源\n{ONE},头显,年报\nNOBODY,头显,年报\n"
    file = SimpleUploadedFile("产品.csv", text.encode())
    page = client.post("/chain-files/", {"kind": "products", "file": file}).content.decode()
    assert "共2行：入库1，更新0，未变0，退回1。" in page
    assert "登记中没有代码为“NOBODY”的主体" in page
    assert "columns_missing" in client.post(
        "/chain-files/", {"kind": "links", "file": SimpleUploadedFile("a.csv", text.encode())}
    ).content.decode()  # fmt: skip
    assert "file_not_chosen" in client.post("/chain-files/", {"kind": "links"}).content.decode()
    empty = client.get("/chain-files/empty/ties.csv")
    assert empty.content.decode("utf-8-sig").startswith("本地企业统一社会信用代码,")
    assert client.get("/chain-files/empty/rumours.csv").status_code == 404


@pytest.mark.parametrize("role", ["analyst", "enterprise"])
def test_only_who_works_on_chains_imports(client, firms, role):
    client.force_login(make_person(role, role, entity_code=ONE if role == "enterprise" else ""))
    assert client.get("/chain-files/").status_code == 403
