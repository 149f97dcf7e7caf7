"""What a later run of the same day changes about entitlements: to top up, to reclaim, to correct before payment."""

import pytest
from django.urls import reverse
from tests.apps.delivery.delivery_office import CLAUSE, new_run, open_office, outcome

from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.pages_corrections import affected_by
from yanlian.apps.policies.results import schema_in_use

AMOUNT = 100_000_00


@pytest.fixture
def office(db):
    office = open_office(firms=4, amount_fen=AMOUNT)
    draft_round(office.run.pk, office.sci, office.run.as_of, department="sci", clauses=[CLAUSE])
    # The first two were paid.
    paid = Entitlement.objects.filter(entity__in=office.firms[:3])
    paid.update(state=Entitlement.State.PAID)
    return office


def told(office, run):
    found = affected_by(run, office.sci, schema_in_use())
    return {row.entitlement.entity.code: (row.what, row.change_fen) for row in found}


def later(office, *amounts):
    run = new_run("b")
    for at, (firm, fen) in enumerate(zip(office.firms, amounts, strict=True)):
        if fen is not None:
            outcome(run, firm, amount_fen=fen + at)
    return run


def test_paid_too_little_is_topped_up_too_much_reclaimed_and_what_is_not_paid_corrected(office):
    run = later(office, AMOUNT + 1_00, AMOUNT - 1_00, None, AMOUNT - 5_00)
    assert told(office, run) == {
        "F00000": ("top_up", 1_00),
        "F00001": ("reclaim", -1_00),
        "F00002": ("reclaim", -(AMOUNT + 2)),
        "F00003": ("correct", -5_00),
    }


def test_what_the_later_run_confirms_is_not_listed(office):
    assert told(office, later(office, AMOUNT, AMOUNT, AMOUNT, AMOUNT)) == {}


def test_a_run_of_another_day_says_nothing_about_these(office):
    run = later(office, 1, 1, 1, 1)
    run.as_of = run.as_of.replace(year=run.as_of.year + 1)
    run.save()
    assert told(office, run) == {}


def test_the_page_lists_them_with_sums_and_changes_nothing(office, client):
    run = later(office, AMOUNT + 1_00, AMOUNT - 1_00, None, AMOUNT)
    before = list(Entitlement.objects.order_by("pk").values())
    client.force_login(office.sci)
    page = client.get(reverse("corrections"), {"run": run.pk}).content.decode()
    assert "应补发" in page
    assert "应追回" in page
    assert "甲3" not in page
    only = client.get(reverse("corrections"), {"run": run.pk, "what": "top_up"}).content.decode()
    assert "甲0" in only
    assert "甲1" not in only
    assert list(Entitlement.objects.order_by("pk").values()) == before


def test_an_enterprise_does_not_see_the_list(office, client):
    client.force_login(office.logins[0])
    assert client.get(reverse("corrections")).status_code == 403
