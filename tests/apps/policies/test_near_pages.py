"""还差什么 on pages, in the interface and on the command line: the same near miss for the firm and for the office."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from tests.web.paying import CLAUSE, DISHONEST, LACKING, LEADER, SECOND, Paying, for_a_module
from typer.testing import CliRunner

from yanlian.apps.people.models import User
from yanlian.apps.policies import nearing
from yanlian.web.cli.near_verbs import verbs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def paying(django_db_setup, django_db_blocker) -> Iterator[Paying]:
    with django_db_blocker.unblock(), for_a_module() as made:
        cache.clear()
        yield made
        cache.clear()


def page(user: User, path: str, language: str = "zh-hans", status: int = 200) -> str:
    client = Client()
    client.force_login(user)
    client.cookies["yanlian_language"] = language
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode() if status == 200 else ""


def why(paying: Paying, code: str) -> str:
    return f"/why/{paying.run.pk}/{code}/{CLAUSE}/"


def test_the_page_of_an_outcome_says_what_is_missing_and_who_delivers_it(paying: Paying):
    lacking = page(paying.official, why(paying, LACKING))
    assert "还差什么" in lacking
    assert "科技局须提供级别（科技资质 SY-5），为 “国家级” 即可" in lacking
    dishonest = page(paying.official, why(paying, DISHONEST), "en")
    assert "What is missing" in dishonest
    assert "Can be improved" in dishonest


def test_what_is_due_misses_nothing(paying: Paying):
    assert "还差什么" not in page(paying.enterprise, why(paying, LEADER))
    assert "没有需要改变的事项" in page(paying.enterprise, why(paying, LEADER) + "sheet/")


def test_the_sheet_for_the_counter_has_text_obstacle_way_and_department(paying: Paying):
    sheet = page(paying.official, why(paying, DISHONEST) + "sheet/")
    for part in ("告知单", "目前的障碍", "处于严重失信主体名单", "移出日期", "科技局", "不是审批决定", "data-print"):
        assert part in sheet, part


def test_a_stranger_learns_nothing_of_another_firm(paying: Paying):
    page(paying.stranger, why(paying, LACKING) + "sheet/", status=404)
    page(paying.enterprise, f"/policies/{CLAUSE}/nearly/", status=403)


def test_a_clause_that_does_not_exist_is_no_sheet(paying: Paying):
    page(paying.official, f"/why/{paying.run.pk}/{LEADER}/XX-1999-01/sheet/", status=404)


def test_who_nearly_qualifies_is_listed_from_the_nearest_and_can_be_exported(paying: Paying):
    shown = page(paying.official, f"/policies/{CLAUSE}/nearly/?run={paying.run.pk}")
    assert "已试算2项，共2项" in shown
    assert shown.index(LACKING) > 0
    assert "试算完毕" in shown
    narrowed = page(paying.official, f"/policies/{CLAUSE}/nearly/?kind=supply")
    assert LACKING in narrowed
    assert DISHONEST not in narrowed
    client = Client()
    client.force_login(paying.official)
    sheet = client.get(f"/policies/{CLAUSE}/nearly/?export=xlsx")
    assert sheet.status_code == 200
    assert "spreadsheet" in sheet["Content-Type"]


def test_a_search_goes_on_part_by_part(paying: Paying, monkeypatch):
    monkeypatch.setattr(nearing, "PART", 1)
    first = nearing.nearly(paying.run, CLAUSE, 1)
    assert (first.done, first.total, len(first.found)) == (1, 2, 1)
    assert nearing.nearly(paying.run, CLAUSE, 2).done == 2
    monkeypatch.setattr(nearing, "MOST_OF_CLAUSE", 1)
    assert nearing.nearly(paying.run, CLAUSE, 2).left_out == 1


def test_what_was_worked_out_is_remembered(paying: Paying, monkeypatch):
    once = nearing.near_outcome(paying.run, LACKING, CLAUSE, "SY-5")
    monkeypatch.setattr(nearing, "near_miss", None)
    assert nearing.near_outcome(paying.run, LACKING, CLAUSE, "SY-5") == once


def test_my_benefits_show_the_smallest_change(paying: Paying):
    user = User.objects.create(username="lacking", role="enterprise", entity_code=LACKING)
    mine = page(user, "/my/")
    assert "还缺数据" in mine
    assert "为 “国家级” 即可" in mine


def test_the_interface_answers_obstacles_and_changes_as_data(paying: Paying):
    client = Client()
    client.force_login(paying.official)
    asked = {"entity": LACKING, "clause": CLAUSE, "language": "en"}
    found = client.get("/api/v1/near-miss", asked).json()
    assert (found["kind"], found["outcome"], found["entity"]) == ("supply", "unknown", LACKING)
    change = found["ways"][0]["changes"][0]
    assert (change["fact"], change["holder"], change["op"], change["needed"]) == ("科技资质.级别", "sci", "=", "国家级")
    assert change["text"].startswith("Science and Technology Bureau must deliver")
    assert found["ways"][0]["amount"]["fen"] == 500_000_000
    nearly = client.get(f"/api/v1/clauses/{CLAUSE}/nearly").json()
    assert {one["entity"] for one in nearly["items"]} == {LACKING, DISHONEST}
    assert (nearly["tried"], nearly["total"]) == (2, 2)


def test_the_interface_tells_an_enterprise_of_itself_only(paying: Paying):
    client = Client()
    client.force_login(paying.stranger)
    assert client.get("/api/v1/near-miss", {"entity": LEADER, "clause": CLAUSE}).status_code == 404
    own = client.get("/api/v1/near-miss", {"entity": SECOND, "clause": CLAUSE}).json()
    assert own["ways"] == []


def test_the_command_line_speaks_and_gives_data(paying: Paying, tmp_path):
    runner = CliRunner()
    said = runner.invoke(verbs, ["near-miss", LACKING, CLAUSE, "-l", "en"])
    assert (said.exit_code, "Science and Technology Bureau must deliver" in said.output) == (0, True)
    data = json.loads(runner.invoke(verbs, ["near-miss", LACKING, CLAUSE, "--json"]).output)
    assert data["ways"][0]["changes"][0]["needed"] == "国家级"
    file = tmp_path / "nearly.csv"
    assert runner.invoke(verbs, ["nearly", CLAUSE, "--out", str(file)]).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert {row["entity"] for row in rows} == {LACKING, DISHONEST}
