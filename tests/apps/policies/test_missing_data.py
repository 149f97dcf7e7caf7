"""Missing data of a run: counted by holder, fact and period, listed by firm, asked for by letter."""

import csv
import io

import pytest
from django.urls import reverse
from tests.apps.policies.ten_firms import AS_OF

from yanlian.apps.people.models import User
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.lacking.counting import lacks_of
from yanlian.apps.policies.lacking.pages import firm_rows
from yanlian.apps.policies.models import Outcome
from yanlian.apps.registry.models import Entity

RD = {"fact": "税务年报.研发费用", "holder": "tax", "period": "2024"}
STAFF = {"fact": "参保.人数", "holder": "hr", "period": "2024"}


@pytest.fixture
def run(district):
    run, _ = run_policies(district, AS_OF, workers=1)
    entity = Entity.objects.get(code="E000")
    common = {
        "run": run,
        "document": "T-2025",
        "department": "sci",
        "period": "2025",
        "kind": "unknown",
        "delivery": "AUTO",
    }
    Outcome.objects.create(**common, entity=entity, clause="X-1", reason={"missing": [RD, STAFF]})
    Outcome.objects.create(**common, entity=entity, clause="X-2", reason={"missing": [RD, RD]})
    return run


def test_a_firm_counts_once_for_a_fact_and_each_outcome_for_each_fact(run):
    found = {(one.holder, one.fact): (len(one.entities), one.outcomes, one.only) for one in lacks_of(run)}
    # E009 waits for R&D under the real clause; E000 under two more, once together with staff.
    assert found == {("tax", "税务年报.研发费用"): (2, 3, 2), ("hr", "参保.人数"): (1, 1, 0)}
    assert [one.holder for one in lacks_of(run)] == ["tax", "hr"]
    assert {one.holder for one in lacks_of(run, clause="X-2")} == {"tax"}


def test_the_firms_are_listed_once_for_each_fact_with_all_their_clauses(run):
    rows = [(row.entity.code, row.fact, row.clauses) for row in firm_rows(run, "tax")]
    assert rows == [("E000", "税务年报.研发费用", "X-1、X-2"), ("E009", "税务年报.研发费用", "研发奖补")]


def signed_in(client, role="official", department="sci"):
    client.force_login(User.objects.get_or_create(username=f"{role}-1", role=role, department=department)[0])
    return client


def test_the_page_has_filters_an_export_and_a_letter_for_each_department(run, client):
    signed_in(client)
    page = client.get(reverse("missing-data", args=[run.pk])).content.decode()
    assert "税务局" in page
    assert reverse("missing-letter", args=[run.pk, "tax"]) in page
    only = client.get(reverse("missing-data", args=[run.pk]), {"holder": "hr"}).content.decode()
    assert "参保.人数" in only
    assert client.get(reverse("missing-data", args=[run.pk]), {"export": "xlsx"}).status_code == 200


def test_the_letter_names_the_holder_the_data_and_how_many(run, client):
    letter = signed_in(client).get(reverse("missing-letter", args=[run.pk, "tax"])).content.decode()
    assert "关于商请提供政策测算所需数据的函" in letter
    assert "3项结果" in letter
    assert "涉及2家（人）" in letter
    assert "研发奖补" in letter
    assert "科技局" in letter
    assert client.get(reverse("missing-letter", args=[run.pk, "court"])).status_code == 404


def test_the_annex_as_csv_holds_the_firms_of_that_department_only(run, client):
    answer = signed_in(client).get(reverse("missing-csv", args=[run.pk, "tax"]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "主体"
    assert [row[1] for row in rows[1:]] == ["E000", "E009"]


def test_an_enterprise_does_not_see_whose_data_are_missing(run, client):
    signed_in(client, "enterprise", "")
    for name, more in (
        ("missing-data", []),
        ("missing-firms", []),
        ("missing-letter", ["tax"]),
        ("missing-csv", ["tax"]),
    ):
        assert client.get(reverse(name, args=[run.pk, *more])).status_code == 403
