"""Walks, ownership and ecosystems on pages and in the API: what they say, and to whom."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from yanlian.apps.chains.actions_facts import add_links
from yanlian.apps.chains.held import around
from yanlian.apps.chains.models import SupplyLink
from yanlian.apps.chains.stakes import facts_of, related_lines, stakes, verdict
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Affiliation, Batch, Entity, Relation
from yanlian.apps.registry.ownership import related_rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 6, 1)
NAMES = {"P": "欧阳小明", "A": "甲控股", "B": "乙科技", "C": "丙电子", "D": "丁软件", "E": "戊科传媒"}


@pytest.fixture
def firms() -> dict[str, Entity]:
    return {
        code: Entity.objects.create(
            code=code, name=name, kind="person" if code == "P" else "enterprise", fictional=True, recorded_at=NOW
        )
        for code, name in NAMES.items()
    }


def holds(firms: dict[str, Entity], holder: str, held: str, share: int | None, source: str = "登记") -> None:
    Relation.objects.create(
        kind="owns",
        from_entity=firms[holder],
        to_entity=firms[held],
        share_ppm=share,
        valid_from=date(2020, 1, 1),
        source=source,
        recorded_at=NOW,
    )


@pytest.fixture
def group(firms) -> dict[str, Entity]:
    """P → A 80 %, A → B 60 % and C 30 %, B → C 25 %, C → D whole; E stands alone."""
    for holder, held, share in (
        ("P", "A", 800_000),
        ("A", "B", 600_000),
        ("A", "C", 300_000),
        ("B", "C", 250_000),
        ("C", "D", 1_000_000),
    ):
        holds(firms, holder, held, share)
    return firms


def login(role: str, department: str = "", code: str = "") -> tuple[Client, User]:
    user = User.objects.create(username=f"{role}{code}", role=role, department=department, entity_code=code)
    client = Client()
    client.force_login(user)
    return client, user


def test_integrated_shares_and_the_controller_are_told_with_their_route(group):
    _, official = login("official", "ind")
    facts = facts_of(around("C", DAY), official)
    found = {one.other.code: (one.direct_ppm, one.share_ppm) for one in stakes(facts, "holders")}
    assert found == {"A": (300_000, 450_000), "B": (250_000, 250_000), "P": (None, 360_000)}
    person = next(one for one in stakes(facts, "holders") if one.other.code == "P")
    assert person.other.name == "欧**明"
    assert "甲控股" in person.route
    assert "欧阳小明" not in person.route
    said = verdict(facts)
    assert said.controller is not None
    assert (said.controller.code, said.grade) == ("P", "summed")
    assert "甲控股（30%）" in said.reason
    assert "乙科技（25%）" in said.reason


def test_related_parties_on_the_page_are_those_that_policy_runs_use(group):
    _, official = login("official", "ind")
    for code in "ABCD":
        shown = {(other.code, way) for way, _, other in related_lines(facts_of(around(code, DAY), official), official)}
        used = {
            (row["party"], row["relation"])
            for row in related_rows(datetime(2026, 6, 1, tzinfo=UTC)).get(code, [])
            if row["source"] == "持股关系推算"
        }
        # Snapshots leave persons out as the party whose dossier it is, not as the other one.
        assert {one for one in shown if one[0] != "P"} == {one for one in used if one[0] != "P"}


def test_what_a_chain_of_majorities_controls_is_related_in_the_policies_meaning(group):
    """The two measures differ on purpose (half, a quarter); the stricter lies within the other."""
    holds(group, "B", "E", 510_000)
    _, official = login("official", "ind")
    facts = facts_of(around("A", DAY), official)
    controls, number = facts.around.controls, facts.around.number
    graded = {code: controls.of(number[code]) for code in "BE"}
    assert {code: found.grade for code, found in graded.items() if found} == {"B": "majority", "E": "majority"}
    # B is held directly and known already; E only through B.
    assert "E" in {other.code for _, _, other in related_lines(facts, official)}


def test_of_two_sources_the_later_counts_and_the_other_is_shown(group):
    batch = Batch.objects.create(
        file_name="关联.csv",
        sha256="a" * 64,
        encoding="utf-8",
        department="market",
        dataset="affiliation",
        recorded_at=NOW,
    )
    Affiliation.objects.create(
        entity=group["B"],
        batch=batch,
        party="A",
        relation="被持股",
        share_ppm=550_000,
        starts_on=date(2024, 1, 1),
        row_hash="0" * 32,
        recorded_at=NOW,
    )
    found = around("B", DAY)
    assert [one.share_ppm for one in found.direct if one.held == "B"] == [550_000]
    assert [one.share_ppm for one in found.differing] == [600_000]


def test_holdings_that_ended_and_firms_that_own_each_other_wholly_are_told(firms):
    holds(firms, "A", "B", 1_000_000)
    holds(firms, "B", "A", 1_000_000)
    Relation.objects.create(
        kind="owns", from_entity=firms["C"], to_entity=firms["A"], share_ppm=400_000, valid_to=date(2021, 1, 1),
        source="旧", recorded_at=NOW,
    )  # fmt: skip
    client, _ = login("official", "ind")
    text = client.get("/ownership/A/").content.decode()
    assert "甲控股 → 乙科技 → 甲控股" in text
    assert "丙电子" not in text
    assert "相互控制" in text


def test_the_ownership_page_is_for_the_office_and_the_firm_itself(group):
    for client in (login("official", "ind")[0], login("analyst")[0], login("enterprise", code="C")[0]):
        for address in ("/ownership/C/", "/ownership/C/holders/", "/ownership/C/holdings/"):
            assert client.get(address).status_code == 200
    stranger, _ = login("enterprise", code="E")
    assert stranger.get("/ownership/C/").status_code == 404
    assert stranger.get("/ownership/C/holders/").status_code == 404
    assert stranger.get("/ecosystems/").status_code == 403
    assert stranger.get("/suppliers/").status_code == 403
    assert stranger.get("/api/v1/entities/C/ownership").status_code == 404
    assert stranger.get("/api/v1/entities/C/tiers").status_code == 403
    assert Client().get("/ownership/C/").status_code == 302


def test_names_of_persons_are_masked_on_every_page(group):
    client, _ = login("official", "ind")
    for address in ("/ownership/C/", "/ownership/C/holders/", "/ownership/A/", "/ecosystems/A/"):
        assert "欧阳小明" not in client.get(address).content.decode()
    answer = client.get("/api/v1/entities/C/ownership").json()
    assert answer["controller"] == {"code": None, "name": "欧**明", "fictional": True}
    assert "欧阳小明" not in json.dumps(answer, ensure_ascii=False)


def test_lists_of_holders_export_every_row(group):
    client, _ = login("analyst")
    answer = client.get("/ownership/C/holders/?export=xlsx")
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")


@pytest.fixture
def offspring(firms) -> None:
    for parent, child in (("A", "B"), ("A", "C"), ("C", "D")):
        Relation.objects.create(
            kind="incubated",
            from_entity=firms[parent],
            to_entity=firms[child],
            source="文稿",
            quote=f"孵育的{firms[child].name}",
            recorded_at=NOW,
        )


def test_an_ecosystem_counts_offspring_by_generation_and_quotes_the_source(firms, offspring):
    holds(firms, "A", "E", 350_000)
    client, _ = login("official", "ind")
    listed = client.get("/ecosystems/").content.decode()
    assert "甲控股" in listed
    assert "2 / 1" in listed
    page = client.get("/ecosystems/A/").content.decode()
    for text in ("孵化第1代", "孵化第2代", "孵育的丁软件", "戊科传媒", "35"):
        assert text in page


def test_offspring_that_descend_from_themselves_are_told_by_name_of_the_circle(firms, offspring):
    Relation.objects.create(
        kind="incubated", from_entity=firms["D"], to_entity=firms["C"], source="误", recorded_at=NOW
    )
    client, _ = login("official", "ind")
    for address in ("/ecosystems/", "/ecosystems/A/"):
        assert "孵化关系首尾相接" in client.get(address).content.decode()


@pytest.fixture
def supply(firms) -> None:
    rows = [("B", "A", "芯片", 500), ("C", "A", "模组", 300), ("D", "B", "材料", 200), ("D", "C", "材料", None)]
    add_links(
        [
            SupplyLink(
                supplier=firms[one], customer=firms[other], product=product, year=2024, amount_fen=amount,
                source="合同", confidence="C", recorded_at=NOW,
            )
            for one, other, product, amount in rows
        ]
    )  # fmt: skip


def test_tiers_show_each_step_with_product_source_and_grade(firms, supply):
    client, _ = login("official", "ind")
    page = client.get("/suppliers/A/up/2/").content.decode()
    for text in ("乙科技", "丙电子", "丁软件", "芯片", "合同", "C级：企业或行业资料"):
        assert text in page
    answer = client.get("/api/v1/entities/A/tiers?direction=up&count=2").json()
    assert [(one["tier"], one["supplier"]["code"], one["customer"]["code"]) for one in answer["steps"]] == [
        (1, "B", "A"),
        (1, "C", "A"),
        (2, "D", "B"),
        (2, "D", "C"),
    ]
    assert answer["steps"][0]["links"][0]["amount"] == {"fen": 500, "yuan": "5.00"}
    assert answer["steps"][3]["links"][0]["amount"] is None
    assert (answer["firms"], answer["complete"]) == (3, True)


def test_paths_and_common_partners_are_answered_and_can_be_exported(firms, supply):
    client, _ = login("analyst")
    page = client.get("/suppliers/paths/D/A/3/").content.decode()
    assert "2条路径" in page
    assert "路径2 第2步" in page
    common = client.get("/suppliers/common/up/B+C/").content.decode()
    assert "丁软件" in common
    assert "共1家" in common
    for address in ("/suppliers/A/up/2/", "/suppliers/paths/D/A/3/", "/suppliers/common/up/B+C/"):
        answer = client.get(address + "?export=xlsx")
        assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_question_leads_to_its_answer_or_is_asked_back(firms, supply):
    client, _ = login("official", "ind")
    ask = "/suppliers/?ask="
    assert client.get(ask + "tiers&firm=甲控股&direction=down&count=2").headers["Location"] == "/suppliers/A/down/2/"
    assert client.get(ask + "paths&firm=D&firm=A&count=9").headers["Location"] == "/suppliers/paths/D/A/6/"
    assert client.get(ask + "common&firm=B，C&direction=up").headers["Location"] == "/suppliers/common/up/B+C/"
    assert "没有找到" in client.get(ask + "tiers&firm=无此企业").content.decode()
    assert "需要两家" in client.get(ask + "paths&firm=A").content.decode()
    several = client.get(ask + "paths&firm=科&firm=A&count=2").content.decode()
    assert "对应多家" in several
    assert "?ask=paths&amp;firm=B&amp;firm=A&amp;count=2" in several


@pytest.mark.parametrize(
    "address",
    [
        "/suppliers/A/sideways/2/",
        "/suppliers/A/up/9/",
        "/suppliers/X/up/2/",
        "/suppliers/paths/A/A/3/",
        "/suppliers/common/up/A/",
    ],
)
def test_addresses_that_ask_nothing_are_not_found(firms, address):
    client, _ = login("official", "ind")
    assert client.get(address).status_code == 404
