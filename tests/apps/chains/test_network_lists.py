"""Chokepoints, control groups and cross-holdings: what the lists say, to whom, and how a large one is waited for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from yanlian.apps.chains import computing
from yanlian.apps.chains.actions import Suggested, suggest_placements
from yanlian.apps.chains.actions_facts import add_links
from yanlian.apps.chains.models import SupplyLink
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Affiliation, Batch, Entity, Relation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def firms() -> dict[str, Entity]:
    names = {"P": "欧阳小明", "A": "甲控股", "B": "乙科技", "C": "丙电子", "D": "丁软件", "E": "戊科传媒"}
    return {
        code: Entity.objects.create(
            code=code, name=name, kind="person" if code == "P" else "enterprise", fictional=True, recorded_at=NOW
        )
        for code, name in names.items()
    }


def holds(firms: dict[str, Entity], holder: str, held: str, share: int | None) -> None:
    Relation.objects.create(
        kind="owns", from_entity=firms[holder], to_entity=firms[held], share_ppm=share, valid_from=date(2020, 1, 1),
        source="登记", recorded_at=NOW,
    )  # fmt: skip


@pytest.fixture
def group(firms: dict[str, Entity]) -> dict[str, Entity]:
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


@pytest.fixture
def traded(firms: dict[str, Entity]) -> dict[str, Entity]:
    """A → B → C → D, and A → E; E → D is only inferred, C → A only of an earlier year."""
    for one, other, year, inferred in (
        ("A", "B", 2025, False),
        ("B", "C", 2025, False),
        ("C", "D", 2025, False),
        ("A", "E", 2025, False),
        ("E", "D", 2025, True),
        ("C", "A", 2020, False),
    ):
        link = SupplyLink(
            supplier=firms[one], customer=firms[other], product="镜片", year=year, source="合同", confidence="B",
            inferred=inferred, recorded_at=NOW,
        )  # fmt: skip
        add_links([link])
    return firms


def login(role: str, department: str = "", code: str = "") -> Client:
    client = Client()
    client.force_login(
        User.objects.create(username=f"{role}{code}", role=role, department=department, entity_code=code)
    )
    return client


def lines(client: Client, path: str) -> list[str]:
    """The rows of the list as text."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    listing = answer.content.decode().split('id="listing"')[1]
    body = listing.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in listing else ""
    rows = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")]
    return [row for row in rows if row]


def test_a_group_names_its_controller_masked_and_how_each_firm_is_controlled(group):
    office = login("official", "ind")
    rows = lines(office, "/control-groups/")
    assert len(rows) == 1
    assert rows[0].startswith("欧**明 虚构 个人 4 2 2 0 甲控股、乙科技、丙电子等4家")
    members = lines(office, "/control-groups/A/")
    assert [row.split(" ")[0] for row in members] == ["甲控股", "乙科技", "丙电子", "丁软件"]
    third = next(row for row in members if row.startswith("丙电子"))
    assert "合计过半控股" in third
    assert "甲控股 30%、乙科技 25% 55 36" in third
    for path in ("/control-groups/", "/control-groups/A/"):
        text = office.get(path).content.decode()
        assert "欧阳小明" not in text
        assert "/control-groups/P/" not in text
    assert office.get("/control-groups/E/").status_code == 404


def test_what_a_department_delivered_counts_and_of_two_statements_the_later(group):
    batch = Batch.objects.create(
        file_name="关联.csv", sha256="a" * 64, encoding="utf-8", department="market", dataset="affiliation",
        recorded_at=NOW,
    )  # fmt: skip
    told = {"batch": batch, "row_hash": "0" * 32, "recorded_at": NOW}
    Affiliation.objects.create(
        entity=group["E"], party="D", relation="被持股", share_ppm=900_000, starts_on=date(2021, 1, 1), **told
    )
    assert "戊科传媒" in office_row(group)
    Affiliation.objects.create(
        entity=group["D"], party="E", relation="持股", share_ppm=100_000, starts_on=date(2022, 1, 1), **told
    )
    assert "戊科传媒" not in office_row(group)


def office_row(group: dict[str, Entity]) -> str:
    User.objects.filter(username="official").delete()
    office = login("official", "ind")
    return " ".join([*lines(office, "/control-groups/"), *lines(office, "/control-groups/A/")])


def test_an_enterprise_sees_its_own_group_and_no_list(group):
    own = login("enterprise", code="B")
    assert own.get("/control-groups/B/").status_code == 200
    assert own.get("/control-groups/A/").status_code == 404
    for path in ("/control-groups/", "/cross-holdings/", "/chokepoints/", "/chains/vr/chokepoints/"):
        assert own.get(path).status_code == 403


def test_firms_that_hold_each_other_are_told_with_what_comes_back_to_them(group):
    holds(group, "D", "B", 100_000)
    office = login("official", "ind")
    (row,) = lines(office, "/cross-holdings/")
    assert row.startswith("乙科技、丙电子、丁软件 虚构 3 ")
    assert "乙科技 →(25%) 丙电子 →(100%) 丁软件 →(10%) 乙科技 2.5 否" in row
    inner = lines(office, "/cross-holdings/B/")
    assert len(inner) == 3
    assert all(" 2.5 2020-01-01 登记 " in one for one in inner)
    assert "交叉持股" in office.get("/ownership/C/").content.decode()
    assert office.get("/cross-holdings/A/").status_code == 404


def test_a_circle_that_owns_itself_wholly_is_told_as_closed(firms):
    holds(firms, "A", "B", 1_000_000)
    holds(firms, "B", "A", 1_000_000)
    office = login("official", "ind")
    (row,) = lines(office, "/cross-holdings/")
    assert row.endswith("- 是")
    (controlled,) = lines(office, "/control-groups/")
    assert "相互控制" in controlled
    assert office.get("/control-groups/A/").status_code == 200
    assert lines(office, "/cross-holdings/A/")[0].startswith("甲控股 虚构 乙科技 虚构 100 - ")


def test_a_chokepoint_tells_whom_it_cuts_off_and_by_which_link(traded):
    office = login("official", "ind")
    rows = lines(office, "/chokepoints/")
    # A is the only source: B, C, D and E hang on it. The inferred link and that of an earlier year are no ways.
    assert [row.split(" ")[:4] for row in rows] == [
        ["1", "甲控股", "虚构", "-"],
        ["2", "乙科技", "虚构", "-"],
        ["3", "丙电子", "虚构", "-"],
    ]
    assert [row.split(" ")[4:8] for row in rows] == [
        ["4", "80", "2", "0"],
        ["2", "40", "1", "1"],
        ["1", "20", "1", "1"],
    ]
    assert "另有1条推算的供应关系不计" in office.get("/chokepoints/").content.decode()
    cut = lines(office, "/chokepoints/B/")
    assert cut == ["丙电子 虚构 - 乙科技 镜片 合同 供应路径", "丁软件 虚构 - 丙电子 - - 供应路径"]
    assert "/suppliers/paths/B/D/6/" in office.get("/chokepoints/B/").content.decode()
    assert office.get("/chokepoints/P/").status_code == 404


def test_a_chain_counts_its_own_firms_from_its_upstream_ones(traded):
    stands = (("B", "vr-lens"), ("D", "vr-headset"), ("E", "vr-headset"))
    suggest_placements(
        [
            Suggested(traded[code].pk, "vr", segment, 800_000, [], "样例（虚构）", "confirmed")
            for code, segment in stands
        ]
    )
    office = login("official", "ind")
    rows = lines(office, "/chains/vr/chokepoints/")
    # E is not reached from the chain's upstream firms; C is on the way and no firm of the chain.
    assert [row.split(" ")[1] for row in rows] == ["乙科技", "丙电子"]
    assert [row.split(" ")[-5:-3] for row in rows] == [["1", "100"], ["1", "100"]]
    assert lines(office, "/chains/vr/chokepoints/B/") == ["丁软件 虚构 头显整机 丙电子 - - 供应路径"]


def test_key_segments_count_what_stops_and_what_only_they_lead_to(traded):
    rows = {row.split(" ")[0]: row for row in lines(login("official", "ind"), "/chains/vr/key-segments/")}
    # Lenses and screens are essential to headsets; contents can do with less, so that nothing stops further down.
    assert " 1 0 " in rows["光学模组"]
    assert " 0 1 " in rows["头显整机"]
    assert " 0 1 " in rows["光学材料"]


def test_every_list_gives_a_workbook_and_says_what_it_needs_when_it_is_empty(traded):
    office = login("official", "ind")
    for path in (
        "/control-groups/",
        "/cross-holdings/",
        "/chokepoints/",
        "/chokepoints/A/",
        "/chains/vr/key-segments/",
    ):
        assert office.get(path, {"export": "xlsx"}).getvalue()[:2] == b"PK", path
    for path in ("/control-groups/", "/cross-holdings/"):
        assert "需要持股关系" in office.get(path).content.decode()
    assert "确认上游和中下游企业的归位" in office.get("/chains/vr/chokepoints/").content.decode()
    SupplyLink.objects.all().delete()
    assert "还没有供应关系" in office.get("/chokepoints/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_large_network_is_worked_out_in_the_background_and_gives_the_same(traded, group, monkeypatch):
    office = login("official", "ind")
    paths = ("/chokepoints/", "/control-groups/", "/cross-holdings/")
    at_once = [lines(office, path) for path in paths]
    monkeypatch.setattr(computing, "AT_ONCE", -1)
    assert [lines(office, path) for path in paths] == at_once
    assert lines(office, "/control-groups/") == at_once[1]


def test_a_page_that_has_to_wait_says_so_and_asks_again(traded, monkeypatch):
    def slow(key: str, size: int, work: object) -> object:
        raise computing.Waiting(key, 1, 3, 7)

    monkeypatch.setattr("yanlian.apps.chains.chokepoints.answered", slow)
    answer = login("official", "ind").get("/chokepoints/")
    text = answer.content.decode()
    assert answer.status_code == 202
    assert "已用7秒" in text
    assert 'http-equiv="refresh"' in text


def test_the_interface_tells_the_same_and_keeps_the_codes_of_persons(traded, group):
    holds(group, "D", "B", 100_000)
    office = login("official", "ind")
    groups = office.get("/api/v1/control-groups").json()["items"]
    assert groups[0]["controller"] == {"code": None, "name": "欧**明", "fictional": True}
    assert [one["code"] for one in groups[0]["firms"]] == ["A", "B", "C", "D"]
    (circle,) = office.get("/api/v1/cross-holdings").json()["items"]
    assert (circle["own_ppm"], circle["closed"]) == (25_000, False)
    assert [(one["holder"]["code"], one["share_ppm"]) for one in circle["circle"]] == [
        ("B", 250_000),
        ("C", 1_000_000),
        ("D", 100_000),
    ]
    chokes = office.get("/api/v1/chokepoints?size=1").json()
    assert (chokes["total"], chokes["items"][0]["firm"]["code"], chokes["items"][0]["cut_off"]) == (3, "A", 4)
    assert office.get("/api/v1/chokepoints?chain=nothing").status_code == 404
    assert login("enterprise", code="B").get("/api/v1/chokepoints").status_code == 403
