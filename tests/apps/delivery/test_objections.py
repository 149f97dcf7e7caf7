"""Objections: in the real name, during publicity, also by those who are missing from the list; answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from delivery_office import AFTER, CLAUSE, DAY, accept_all, open_office, published

from yanlian.apps.delivery.actions_accept import accept, give_account
from yanlian.apps.delivery.actions_objection import Filing, decide_objection, file_objection
from yanlian.apps.delivery.actions_publish import expire
from yanlian.apps.delivery.models import Entitlement, Event, Objection, Publicity
from yanlian.apps.delivery.permissions import objections_visible_to
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db
FILING = Filing(name="王某某", contact="13800000000", text="该企业已搬离本区", evidence="租赁合同到期")


def refused(code: str, call: object, *args: object, **named: object) -> None:
    with pytest.raises(Refused) as caught:
        call(*args, **named)  # type: ignore[operator]
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_an_objection_stops_its_entry_and_no_other():
    office = open_office()
    published(office)
    row = Entitlement.objects.order_by("pk")[0]
    notice = Publicity.objects.get()
    filing = replace(FILING, entitlement=row.pk)
    objection = file_objection(notice.pk, filing, None, DAY)
    assert file_objection(notice.pk, filing, None, DAY) == objection
    assert list(Entitlement.objects.order_by("pk").values_list("state", flat=True)) == [
        "objected",
        "published",
        "published",
    ]
    account = give_account(office.firms[0].code, office.firms[0].name, "虚构银行", "6222000000000001", office.logins[0])
    assert accept([row.pk], account.pk, office.logins[0], AFTER).others[0].code == "wrong_state"


def test_an_anonymous_or_empty_objection_is_refused():
    office = open_office()
    published(office)
    notice = Publicity.objects.get()
    for missing in ("name", "contact", "text"):
        refused(
            "objection_incomplete",
            file_objection,
            notice.pk,
            replace(FILING, clause=CLAUSE, **{missing: " "}),
            None,
            DAY,
        )
    refused("objection_incomplete", file_objection, notice.pk, FILING, None, DAY)
    refused("objection_long", file_objection, notice.pk, replace(FILING, clause=CLAUSE, text="x" * 5001), None, DAY)
    refused("objection_clause", file_objection, notice.pk, replace(FILING, clause="YY-1"), None, DAY)
    refused("objection_not_listed", file_objection, notice.pk, replace(FILING, entitlement=0), None, DAY)
    refused("publicity_unknown", file_objection, 0, replace(FILING, clause=CLAUSE), None, DAY)
    assert Objection.objects.count() == 0


def test_objections_are_taken_on_the_last_day_and_not_after():
    office = open_office()
    published(office)
    notice = Publicity.objects.get()
    filing = replace(FILING, clause=CLAUSE)
    refused("publicity_over", file_objection, notice.pk, filing, None, notice.ends_on + timedelta(days=1))
    refused("publicity_over", file_objection, notice.pk, filing, None, DAY - timedelta(days=1))
    assert file_objection(notice.pk, filing, None, notice.ends_on).kind == "missing"


def test_who_qualifies_but_is_not_listed_is_heard_and_answered():
    office = open_office()
    published(office)
    missing = file_objection(Publicity.objects.get().pk, replace(FILING, clause=CLAUSE), office.logins[0], DAY)
    assert missing.entity == office.firms[0]
    refused("reason_missing", decide_objection, missing.pk, " ", office.sci, DAY, uphold=True)
    done = decide_objection(missing.pk, "属实，将在下一批次补列", office.sci, DAY, uphold=True)
    assert (done.state, done.decided_by) == ("upheld", office.sci)
    assert set(Entitlement.objects.values_list("state", flat=True)) == {"published"}


def test_only_the_lead_department_decides_and_only_once():
    office = open_office()
    published(office)
    row = Entitlement.objects.order_by("pk")[0]
    objection = file_objection(Publicity.objects.get().pk, replace(FILING, entitlement=row.pk), None, DAY)
    for stranger in (office.ind, office.fin, office.admin, office.logins[1], None):
        refused("not_allowed", decide_objection, objection.pk, "x", stranger, DAY, uphold=True)
    decide_objection(objection.pk, "经核实不符合", office.sci, DAY, uphold=True)
    assert decide_objection(objection.pk, "经核实不符合", office.sci, DAY, uphold=True).state == "upheld"
    refused("objection_decided", decide_objection, objection.pk, "改判", office.sci, DAY, uphold=False)
    row.refresh_from_db()
    assert row.state == "rejected"
    assert Event.objects.filter(entitlement=row, verb="reject").count() == 1


def test_an_entry_is_public_again_when_its_last_objection_is_dismissed_and_its_days_count_anew():
    office = open_office(firms=1)
    round_ = published(office)
    row = Entitlement.objects.get()
    notice = Publicity.objects.get()
    first = file_objection(notice.pk, replace(FILING, entitlement=row.pk), None, DAY)
    second = file_objection(notice.pk, replace(FILING, entitlement=row.pk, name="李某某"), None, DAY)
    decide_objection(first.pk, "不成立", office.sci, DAY, uphold=False)
    row.refresh_from_db()
    assert row.state == "objected"
    late = notice.accept_until + timedelta(days=10)
    decide_objection(second.pk, "不成立", office.sci, late, uphold=False)
    assert expire(round_.pk, office.sci, late + timedelta(days=1)).count == 0
    accept_all(office, round_, late + timedelta(days=15))
    row.refresh_from_db()
    assert row.state == "accepted"


def test_the_objectors_name_reaches_the_lead_department_and_the_objector_only():
    office = open_office()
    published(office)
    row = Entitlement.objects.get(entity=office.firms[1])
    objection = file_objection(Publicity.objects.get().pk, replace(FILING, entitlement=row.pk), office.logins[0], DAY)
    for sees in (office.sci, office.logins[0]):
        assert list(objections_visible_to(sees)) == [objection]
    for blind in (office.ind, office.fin, office.analyst, office.admin, office.logins[1]):
        assert not objections_visible_to(blind).exists()
    # Nor do the events, which more people read, name the objector.
    filed = Event.objects.filter(verb__in=["file", "object"])
    assert filed.count() == 2
    assert all(event.by is None and "王" not in str(event.data) for event in filed)
