"""The sandbox on pages: scenarios of one's own, figures changed, answers, who may see what, nothing that is paid."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.apps.policies.ten_firms import make_district

from yanlian.apps.people.models import AuditEntry, User
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.sandbox import actions
from yanlian.apps.sandbox.asked import result_of
from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.opened import shelf_of
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import open_snapshot
from yanlian.engine.policy.revision import Change
from yanlian.engine.policy.revision.figures import figures_of

AS_OF = date(2025, 12, 31)


@pytest.fixture
def firms(db, tmp_path, settings):
    return make_district(tmp_path, settings)


@pytest.fixture
def analyst(firms) -> User:
    return User.objects.create_user("mei", password="x" * 14, role="analyst", first_name="梅")


@pytest.fixture
def client(analyst) -> Client:
    return signed(analyst)


def signed(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


@pytest.fixture
def scenario(analyst) -> Scenario:
    return actions.begin_scenario("提高奖励", Snapshot.objects.first(), AS_OF, analyst)


def first_figure(scenario: Scenario):
    shelf = shelf_of(scenario.as_of)
    for clause in shelf.packs.clauses:
        for figure in figures_of(shelf, clause):
            if figure.part in {"amount", "table", "scale"} and figure.value > 0:
                return clause, figure
    raise AssertionError("no figure")


def test_a_scenario_is_begun_changed_worked_out_and_taken_back(client, analyst):
    snapshot = Snapshot.objects.first()
    answer = client.post(
        reverse("new-scenario"), {"name": "提高奖励", "snapshot": snapshot.pk, "as_of": AS_OF.isoformat()}
    )
    scenario = Scenario.objects.get()
    assert answer.headers["Location"] == reverse("scenario", args=[scenario.pk])
    clause, figure = first_figure(scenario)
    page = client.get(reverse("scenario", args=[scenario.pk]), {"clause": clause.id})
    assert f'name="figure:{figure.at}"' in page.content.decode()
    form = {"revision": 1, "verb": "figures", "clause": clause.id, f"figure:{figure.at}": f"{figure.value * 2:f}"}
    assert client.post(reverse("change-scenario", args=[scenario.pk]), form).status_code == 302
    scenario.refresh_from_db()
    assert [one.at for one in scenario.change_list] == [figure.at]
    result = client.get(reverse("scenario-result", args=[scenario.pk]))
    assert result.status_code == 200
    back = {"revision": 2, "verb": "take_back", "at": figure.at}
    client.post(reverse("change-scenario", args=[scenario.pk]), back)
    scenario.refresh_from_db()
    assert scenario.changes == []
    verbs = AuditEntry.objects.filter(object_kind="scenario").values_list("verb", flat=True)
    assert sorted(verbs) == ["scenario_begun", "scenario_changed", "scenario_changed"]


def test_without_changes_the_sandbox_says_what_a_run_says(scenario, firms):
    run, _ = run_policies(open_snapshot(shelf_folder(scenario)), AS_OF)
    answer = result_of(scenario).result.answer
    assert answer.before.amount_fen == answer.after.amount_fen == run.amount_fen
    assert answer.before.outcomes["eligible"] == run.by_outcome.get("eligible", 0)
    assert Outcome.objects.filter(run=run, kind="eligible").count() == run.by_outcome.get("eligible", 0)


def shelf_folder(scenario: Scenario):
    from yanlian.apps.sandbox.opened import folder_of

    return folder_of(scenario.snapshot)


def test_a_scenario_adds_no_run_and_no_outcome(client, scenario):
    before = (Run.objects.count(), Outcome.objects.count())
    _clause, figure = first_figure(scenario)
    changed = actions.change_scenario(scenario, 1, scenario.owner, changes=[Change(figure.at, "1")])
    assert client.get(reverse("scenario-result", args=[changed.pk])).status_code == 200
    assert (Run.objects.count(), Outcome.objects.count()) == before


def test_a_scenario_is_its_owners_alone_until_it_is_shared(client, scenario):
    other = User.objects.create_user("li", password="x" * 14, role="official", department="sci")
    stranger = signed(other)
    for name in ("scenario", "scenario-result", "scenario-people", "scenario-curve", "scenario-years", "scenario-file"):
        assert stranger.get(reverse(name, args=[scenario.pk])).status_code == 404, name
    assert "提高奖励" not in stranger.get(reverse("scenarios")).content.decode()
    client.post(reverse("handle-scenario", args=[scenario.pk]), {"verb": "share", "revision": 1})
    assert "提高奖励" in stranger.get(reverse("scenarios")).content.decode()
    assert stranger.get(reverse("scenario-result", args=[scenario.pk])).status_code == 200
    answer = stranger.post(
        reverse("change-scenario", args=[scenario.pk]), {"revision": 2, "verb": "clear"}, follow=True
    )
    assert answer.status_code == 422
    stranger.post(reverse("handle-scenario", args=[scenario.pk]), {"verb": "copy", "revision": 2})
    assert Scenario.objects.filter(owner=other).count() == 1


def test_enterprises_and_strangers_may_not_use_the_sandbox(scenario):
    firm = signed(User.objects.create_user("firm", password="x" * 14, role="enterprise"))
    assert firm.get(reverse("scenarios")).status_code == 403
    assert Client().get(reverse("scenarios")).status_code == 302


def test_a_change_that_another_made_meanwhile_is_not_overwritten(scenario):
    actions.change_scenario(scenario, 1, scenario.owner, note="先改")
    with pytest.raises(Refused, match="scenario_changed"):
        actions.change_scenario(scenario, 1, scenario.owner, note="后改")


def test_a_fault_is_told_where_it_was_typed(client, scenario):
    clause, figure = first_figure(scenario)
    form = {"revision": 1, "verb": "figures", "clause": clause.id, f"figure:{figure.at}": "很多钱"}
    answer = client.post(reverse("change-scenario", args=[scenario.pk]), form)
    assert answer.status_code == 422
    assert "很多钱" in answer.content.decode()
    text = {"revision": 1, "verb": "text", "clause": clause.id, "at": f"/{clause.source.document}/clauses/{clause.id}"}
    answer = client.post(reverse("change-scenario", args=[scenario.pk]), {**text, "text": "id: x\namount: 1 +"})
    assert answer.status_code == 422
    scenario.refresh_from_db()
    assert scenario.changes == []


def test_the_answer_can_be_taken_as_sheet_and_as_data(client, scenario):
    sheet = client.get(reverse("scenario-result", args=[scenario.pk]), {"export": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheet.streaming_content)))
    assert dict(book.get_sheet_by_name("口径").to_python())["沙盘方案"] == "提高奖励"
    data = json.loads(client.get(reverse("scenario-result", args=[scenario.pk]), {"as": "json"}).content)
    assert data["before"]["amount_fen"] == data["after"]["amount_fen"] > 0
    assert set(data["groups"]) >= {"kind", "cluster", "age", "industry"}


def test_a_proposal_file_goes_out_and_comes_in_again(client, scenario):
    _clause, figure = first_figure(scenario)
    actions.change_scenario(scenario, 1, scenario.owner, changes=[Change(figure.at, "2")])
    text = client.get(reverse("scenario-file", args=[scenario.pk])).content
    assert yaml.safe_load(text)["changes"] == [{"set": figure.at, "to": "2"}]
    other = actions.begin_scenario("读入", scenario.snapshot, AS_OF, scenario.owner)
    file = io.BytesIO(text)
    file.name = "proposal.yaml"
    client.post(reverse("change-scenario", args=[other.pk]), {"revision": 1, "verb": "file", "file": file})
    other.refresh_from_db()
    assert other.changes == [{"set": figure.at, "to": "2"}]


def test_a_curve_gives_the_total_at_each_value(client, scenario):
    clause, figure = first_figure(scenario)
    asked = {"clause": clause.id, "at": figure.at, "from": "0", "to": f"{figure.value:f}", "points": "3", "as": "csv"}
    answer = client.get(reverse("scenario-curve", args=[scenario.pk]), asked)
    assert answer.status_code == 200
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    totals = [Decimal(line.split(",")[1]) for line in lines[1:]]
    assert totals == sorted(totals)
    assert totals[-1] * 100 == result_of(scenario).result.answer.before.amount_fen


def test_the_years_to_come_and_two_scenarios_side_by_side(client, scenario):
    page = client.get(reverse("scenario-years", args=[scenario.pk]), {"years": "1", "facts": "moved"})
    assert page.status_code == 200
    assert "2026" in page.content.decode()
    _clause, figure = first_figure(scenario)
    other = actions.begin_scenario("另一案", scenario.snapshot, AS_OF, scenario.owner, changes=[Change(figure.at, "1")])
    page = client.get(reverse("scenario-beside", args=[scenario.pk]), {"other": other.pk})
    assert page.status_code == 200
    assert "另一案" in page.content.decode()


def test_a_budget_is_used_up_on_a_day(client, scenario):
    page = client.get(reverse("scenario-result", args=[scenario.pk]), {"budget": "0.01", "over": ""})
    assert page.status_code == 200
    assert "缺口" in page.content.decode()
