"""Budgets and quotas from the run to the draft list: stored, shown, explained, and looked at again when drafting."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.apps.delivery.settled_district import make_settled, snapshot_of
from tests.apps.policies.ten_firms import AS_OF

from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.budgets import promised
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.sharing import payers, sums_by_payer
from yanlian.apps.people.models import User
from yanlian.apps.policies.actions import check_run, preview_policies, run_policies
from yanlian.apps.policies.explaining import explain_outcome
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.policy import render_text

BUDGETED, RANKED = "T-2025-01", "T-2025-03"
pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db, tmp_path, settings):
    return make_settled(tmp_path, settings)


@pytest.fixture
def official(db):
    return User.objects.create(username="official-sci", role="official", department="sci")


def amounts(run: Run, clause: str) -> dict[str, int]:
    rows = Outcome.objects.filter(run=run, clause=clause).order_by("entity__code")
    return {row.entity.code: row.amount_fen for row in rows}


def page(user: User, path: str, language: str = "zh-hans") -> str:
    client = Client()
    client.force_login(user)
    client.cookies["yanlian_language"] = language
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def refused(code: str, run: Run, official: User, clause: str) -> None:
    with pytest.raises(Refused) as found:
        draft_round(run.pk, official, AS_OF, department="sci", clauses=[clause])
    assert found.value.code == code
    assert found.value.text("zh") != found.value.text("en")


def test_a_run_keeps_what_is_due_after_budgets_and_quotas_and_both_engines_agree(district):
    run, _ = run_policies(district, AS_OF, workers=1)
    assert run.state == Run.State.COMPLETE
    assert run.agreement["differences"] == 0
    assert sum(amounts(run, BUDGETED).values()) == 1_000_000
    assert [code for code, fen in amounts(run, RANKED).items() if fen] == ["E006", "E007", "E008"]
    assert run.by_clause[BUDGETED]["amount_fen"] == 1_000_000
    cut = Outcome.objects.get(run=run, clause=BUDGETED, entity__code="E004")
    assert cut.reason["reduced"][0]["by"] == "budget"
    # The one of which nothing is known may still change everybody's share.
    assert cut.reason["provisional"] == [BUDGETED]
    assert check_run(run.pk, None).differences == 0


def test_a_preview_counts_budgets_too(district):
    assert preview_policies(district, AS_OF).by_clause[BUDGETED]["amount_fen"] == 1_000_000


def test_what_is_stored_is_explained_and_a_changed_amount_is_found(district):
    run, _ = run_policies(district, AS_OF, workers=1)
    it = explain_outcome(run, "E004", BUDGETED)
    assert it.outcome.amount_fen == amounts(run, BUDGETED)["E004"]
    assert it.outcome.clause_fen == 200_000
    said = render_text(it, "zh")
    assert "预算总额 年度总额1万元: 2,000.00 → 1,142.86" in said
    assert "承担 市: 571.43 元" in said
    Outcome.objects.filter(run=run, clause=BUDGETED, entity__code="E004").update(amount_fen=1)
    with pytest.raises(Refused) as found:
        explain_outcome(run, "E004", BUDGETED)
    assert found.value.code == "explanation_differs"
    assert check_run(run.pk, None).state == Run.State.DIFFERS


def test_the_pages_say_how_short_it_is_who_is_in_and_what_each_payer_pays(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    shown = page(official, f"/runs/{run.pk}/")
    for part in ("预算与名额", "年度总额1万元", "¥10,000.00", "¥17,500.00", "兑现57.14%", "前三名", "3个"):
        assert part in shown, part
    listed = page(official, f"/runs/{run.pk}/settlement/0/")
    for part in ("并列者全部列入", "样例8", "未列入", "待补数据"):
        assert part in listed, part
    why = page(official, f"/why/{run.pk}/E004/{BUDGETED}/")
    for part in ("与其他主体一并核定", "由市承担", "由区承担", "预算总额 年度总额1万元"):
        assert part in why, part
    assert "Settled together with others" in page(official, f"/why/{run.pk}/E004/{BUDGETED}/", "en")
    clause = page(official, f"/policies/{BUDGETED}/")
    for part in ("年度总额1万元（第九条）", "不足时按比例核减", "市 50%，区 50%"):
        assert part in clause, part


def test_the_list_of_a_rule_is_searched_filtered_sorted_and_exported(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    path = f"/runs/{run.pk}/settlement/0/"
    assert "样例8" not in page(official, f"{path}?q=样例3")
    assert "样例8" not in page(official, f"{path}?state=out")
    assert page(official, f"{path}?sort=-after").index("样例8") < page(official, f"{path}?sort=-after").index("样例1")
    client = Client()
    client.force_login(official)
    assert b"".join(client.get(f"{path}?export=xlsx").streaming_content)[:2] == b"PK"
    assert client.get(f"/runs/{run.pk}/settlement/9/").status_code == 404


def test_drafted_amounts_are_the_settled_ones_and_payers_add_up(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    draft = draft_round(run.pk, official, AS_OF, department="sci")
    rows = list(Entitlement.objects.filter(round=draft.round))
    assert sum(row.amount_fen for row in rows if row.clause == BUDGETED) == 1_000_000
    assert draft.added_fen == 1_000_000 + 3 * 1_000_000
    assert all(sum(fen for _, fen in payers(row)) == row.amount_fen for row in rows)
    odd = next(row for row in rows if row.amount_fen % 2)
    assert payers(odd) == [("市", odd.amount_fen // 2 + 1), ("区", odd.amount_fen // 2)]
    assert sum(fen for _, fen in sums_by_payer(rows)) == draft.added_fen
    shown = page(official, f"/rounds/{draft.round.pk}/")
    assert "各级分担" in shown


def test_one_who_comes_later_cannot_be_drafted_out_of_money_that_others_were_drafted(district, official, settings):
    first, _ = run_policies(district, AS_OF, workers=1)
    draft_round(first.pk, official, AS_OF, department="sci", clauses=[BUDGETED])
    second, _ = run_policies(snapshot_of(settings.DATA, day=16, spent=1_000_000), AS_OF, workers=1)
    assert amounts(second, BUDGETED)["E001"] > 0
    refused("budget_exceeded", second, official, BUDGETED)


def test_what_was_published_is_gone_for_the_next_run(district, official, settings):
    first, _ = run_policies(district, AS_OF, workers=1)
    draft_round(first.pk, official, AS_OF, department="sci", clauses=[BUDGETED])
    assert promised() == []
    Entitlement.objects.filter(entity__code="E008").update(state=Entitlement.State.ACCEPTED)
    (one,) = promised()
    snapshot = snapshot_of(settings.DATA, day=16, spent=900_000)
    second, _ = run_policies(snapshot, AS_OF, workers=1, promised=promised)
    assert amounts(second, BUDGETED)["E008"] == one.fen == amounts(first, BUDGETED)["E008"]
    assert sum(amounts(second, BUDGETED).values()) == 1_000_000


def test_a_draft_that_would_exceed_the_budget_is_refused(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    draft_round(run.pk, official, AS_OF, department="sci", clauses=[BUDGETED])
    # As if E008 had been drafted for another year: what is left is exactly its share.
    Entitlement.objects.filter(entity__code="E008").update(period="2024")
    Entitlement.objects.filter(entity__code="E007").update(amount_fen=amounts(run, BUDGETED)["E007"] + 1)
    refused("budget_exceeded", run, official, BUDGETED)
    Entitlement.objects.filter(entity__code="E007").update(amount_fen=amounts(run, BUDGETED)["E007"])
    again = draft_round(run.pk, official, AS_OF, department="sci", clauses=[BUDGETED])
    assert again.added_fen == amounts(run, BUDGETED)["E008"]


def test_a_draft_that_would_exceed_the_places_is_refused(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    draft_round(run.pk, official, AS_OF, department="sci", clauses=[RANKED])
    Entitlement.objects.filter(entity__code="E008").update(entity=Entity.objects.get(code="E001"))
    refused("quota_exceeded", run, official, RANKED)
    Entitlement.objects.filter(entity__code="E001").update(state=Entitlement.State.WAIVED)
    assert draft_round(run.pk, official, AS_OF, department="sci", clauses=[RANKED]).added == 1


def test_the_api_tells_budgets_and_quotas_and_their_lines(district, official):
    run, _ = run_policies(district, AS_OF, workers=1)
    client = Client()
    client.force_login(official)
    buckets = client.get(f"/api/v1/runs/{run.pk}/settlement").json()
    quota, budget = buckets
    assert (budget["kind"], budget["limit"]["yuan"], budget["granted_amount"]["fen"]) == (
        "budget",
        "10000.00",
        1_000_000,
    )
    assert (quota["limit"], quota["granted"], quota["undecided"], quota["line"]) == (3, 3, 1, "30000")
    lines = client.get(f"/api/v1/runs/{run.pk}/settlement/{quota['rule']}?size=2").json()
    assert lines["total"] == 10
    assert [(one["entity"], one["rank"], one["state"]) for one in lines["items"]] == [
        ("E009", None, "unknown"),
        ("E008", 1, "granted"),
    ]
    assert client.get(f"/api/v1/runs/{run.pk}/settlement/7").status_code == 404
    client.logout()
    assert client.get(f"/api/v1/runs/{run.pk}/settlement").status_code == 401
