"""Two engines must agree or nothing is paid: what the interpreter says otherwise shuts a run, wherever it is used."""

from datetime import date

import pyarrow as pa
import pytest
from django.urls import reverse
from tests.apps.policies.ten_firms import AS_OF

from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.actions_publish import confirm, publish
from yanlian.apps.delivery.models import Entitlement, Round
from yanlian.apps.people.models import AuditEntry, User
from yanlian.apps.policies import actions
from yanlian.apps.policies.actions import check_run, run_policies
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.results import latest_run
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.stream.kernel import KernelEvaluator


def refused(code, call, *args, **named):
    with pytest.raises(Refused) as caught:
        call(*args, **named)
    assert caught.value.code == code
    # Both sentences can be made of what it carries.
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.fixture
def official(db):
    return User.objects.create(username="official-sci", role="official", department="sci")


@pytest.fixture
def one_fen_more(monkeypatch):
    """A kernel that pays everybody one fen more."""
    right = KernelEvaluator.__call__

    def wrong(self, batch):
        found = right(self, batch)
        place = found.schema.get_field_index("amount_fen")
        more = pa.array([fen + (fen > 0) for fen in found.column("amount_fen").to_pylist()], pa.int64())
        return found.set_column(place, found.schema.field(place), more)

    monkeypatch.setattr(KernelEvaluator, "__call__", wrong)


def test_a_run_keeps_which_engine_made_it_and_that_the_interpreter_says_the_same(district):
    run, _ = run_policies(district, AS_OF, workers=1)
    assert run.engine.startswith("kernel ")
    assert run.identity["engine"] == "kernel"
    assert run.report["dossiers"] == 10
    # One enterprise has no figure: only the interpreter says what is missing.
    assert run.report["interpreted"] == run.report["interpreted.T-2025-01"] == 1
    assert run.agreement == {"dossiers": 10, "outcomes": 10, "differences": 0, "first": []}
    assert AuditEntry.objects.get(verb="run_checked").data["differences"] == 0


def test_both_engines_store_the_same_outcomes_in_runs_of_their_own(district):
    compiled, _ = run_policies(district, AS_OF, workers=1)
    interpreted, _ = run_policies(district, AS_OF, engine="interpreter", workers=1)
    assert compiled != interpreted
    assert interpreted.agreement == {}
    columns = [one.name for one in Outcome._meta.fields if one.name not in {"id", "run"}]
    both = [list(Outcome.objects.filter(run=run).order_by("pk").values(*columns)) for run in (compiled, interpreted)]
    assert both[0] == both[1]
    assert len(both[0]) == 10
    assert compiled.by_clause == interpreted.by_clause


def test_a_run_that_differs_is_kept_and_cannot_be_used(district, official, one_fen_more):
    run, _ = run_policies(district, AS_OF, workers=1)
    assert run.state == Run.State.DIFFERS
    assert run.differences == 7
    first = run.agreement["first"][0]
    assert (first["entity"], first["what"]) == ("E002", "amount_fen")
    assert int(first["stored"]) == int(first["judged"]) + 1
    assert latest_run() is None
    refused("run_differs", draft_round, run.pk, official, AS_OF, department="sci")
    assert not Round.objects.exists()
    # Asking again does not make it better.
    assert run_policies(district, AS_OF, workers=1) == (run, False)


def test_an_amount_changed_in_the_database_is_found_and_stops_a_round_that_was_drafted(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    draft = draft_round(run.pk, official, AS_OF, department="sci")
    assert draft.round is not None
    confirm(draft.round.pk, official, AS_OF)
    Outcome.objects.filter(run=run, entity__code="E003").update(amount_fen=1)
    checked = check_run(run.pk, None)
    assert checked.state == Run.State.DIFFERS
    assert [(one["entity"], one["what"]) for one in checked.agreement["first"]] == [("E003", "amount_fen")]
    entries = Entitlement.objects.filter(round=draft.round)
    fen = sum(one.amount_fen for one in entries)
    refused("run_differs", publish, draft.round.pk, 1, entries.count(), fen, official, AS_OF)
    refused("run_differs", draft_round, run.pk, official, AS_OF, department="sci")


def test_an_outcome_that_only_one_of_both_has_is_a_difference(district):
    run, _ = run_policies(district, AS_OF, workers=1)
    Outcome.objects.filter(run=run, entity__code="E004").delete()
    checked = check_run(run.pk, None)
    assert [(one["entity"], one["what"], one["judged"]) for one in checked.agreement["first"]] == [
        ("E004", "missing", "eligible")
    ]


def test_a_checked_run_that_agrees_stays_usable(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    assert check_run(run.pk, official).state == Run.State.COMPLETE
    assert AuditEntry.objects.filter(verb="run_checked", user=official).count() == 1
    assert draft_round(run.pk, official, AS_OF, department="sci").added == 7


def test_a_compiled_run_that_nobody_compared_cannot_be_used(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    Run.objects.filter(pk=run.pk).update(agreement={})
    refused("run_unchecked", draft_round, run.pk, official, AS_OF, department="sci")


def test_a_run_that_is_not_complete_or_not_there_is_not_checked(district, monkeypatch):
    refused("run_unknown", check_run, 99, None)
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_record", lambda *_: None)
        run, _ = run_policies(district, AS_OF, workers=1)
    refused("run_not_complete", check_run, run.pk, None)


def change_packs(settings):
    file = settings.PACKS / "t" / "t.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("不低于1万元", "至少1万元"), encoding="utf-8")


def test_a_run_whose_packs_changed_is_checked_with_the_rules_it_was_made_with(district, settings):
    run, _ = run_policies(district, AS_OF, workers=1)
    change_packs(settings)
    assert check_run(run.pk, None).agreement["differences"] == 0


def test_a_run_of_which_no_rules_were_kept_is_not_checked_when_the_packs_changed(district, settings, monkeypatch):
    monkeypatch.setattr(actions, "keep_rules", lambda *_: None)
    run, _ = run_policies(district, AS_OF, workers=1)
    change_packs(settings)
    refused("packs_changed", check_run, run.pk, None)


def page_of(client, run, language):
    client.force_login(User.objects.get_or_create(username="analyst", role="analyst")[0])
    client.cookies["yanlian_language"] = language
    return client.get(reverse("run", args=[run.pk])).content.decode()


def test_the_page_of_a_run_says_in_words_where_the_engines_differ(district, client, one_fen_more):
    run, _ = run_policies(district, AS_OF, workers=1)
    page = page_of(client, run, "zh")
    assert "核对不一致，本次测算不能使用" in page
    assert f"编译引擎（{run.engine}）" in page
    assert "10份档案、10项结果，7处不一致" in page
    for said in ("样例2", "研发奖补", "金额", "¥1,000.01", "¥1,000.00"):
        assert said in page
    page = page_of(client, run, "en")
    assert "this run cannot be used" in page
    assert "10 dossiers, 10 outcomes: 7 differences" in page


def test_every_kind_of_difference_has_words_in_both_languages(district, client):
    run, _ = run_policies(district, AS_OF, workers=1)
    where = Outcome.objects.filter(run=run)
    where.filter(entity__code="E003").update(
        kind="manual", clause_fen=7, department="dev", delivery="AUTO", event_on=date(2025, 3, 1), document="X",
        reason={"manual": "须专家评审"},
    )  # fmt: skip
    where.filter(entity__code="E004").delete()
    Outcome.objects.create(
        run=run, entity=Entity.objects.get(code="E005"), clause="T-2025-09", document="D", department="sci", matter="m",
        period="once", kind="eligible", delivery="AUTO",
    )  # fmt: skip
    run = check_run(run.pk, None)
    assert {one["what"] for one in run.agreement["first"]} == {
        "kind", "clause_fen", "department", "delivery", "event_on", "document", "reason", "missing", "extra",
    }  # fmt: skip
    page = page_of(client, run, "zh")
    for said in (
        "人工判定",
        "¥0.07",
        "¥1,500.00",
        "免申即享",
        "申报",
        "2025-03-01",
        "须专家评审",
        "无此结果",
        "T-2025-09",
    ):
        assert said in page
    page = page_of(client, run, "en")
    for said in ("For a person to judge", "Without application", "Only the run has this outcome", "no such outcome"):
        assert said in page


def test_the_page_of_a_run_says_that_both_engines_agree(district, client):
    run, _ = run_policies(district, AS_OF, workers=1)
    assert "10份档案、10项结果，全部一致" in page_of(client, run, "zh")
    assert "10 dossiers, 10 outcomes: no difference" in page_of(client, run, "en")


def test_an_engine_that_does_not_run_here_is_refused(district):
    refused("run_engine", run_policies, district, AS_OF, engine="spark")
    assert not Run.objects.exists()
