"""What each person sees of delivery, and what they are offered to do next."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from delivery_office import AFTER, CLAUSE, DAY, accepted, cleared, drafted, open_office, outcome, published, sent
from django.contrib.auth.models import AnonymousUser

import yanlian
from yanlian.apps.delivery.accounts import full_number, masked
from yanlian.apps.delivery.actions_accept import give_account
from yanlian.apps.delivery.machine import FINAL, UNPAID, VERBS
from yanlian.apps.delivery.models import Entitlement, Publicity
from yanlian.apps.delivery.permissions import entitlements_visible_to, rounds_visible_to
from yanlian.apps.delivery.queries import (
    STEP_OF,
    Total,
    benefits,
    entitlements,
    history,
    notice_lines,
    notices,
    round_overview,
    rounds,
    sums,
    verbs_for_round,
)
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


def test_an_enterprise_sees_its_own_and_officials_see_their_departments_rounds():
    office = open_office()
    round_ = published(office)
    for sees_all in (office.sci, office.fin, office.admin, office.analyst):
        assert list(rounds_visible_to(sees_all)) == [round_]
        assert entitlements_visible_to(sees_all).count() == 3
    for sees_none in (office.ind, AnonymousUser()):
        assert not rounds_visible_to(sees_none).exists()
        assert not entitlements_visible_to(sees_none).exists()
    own = entitlements_visible_to(office.logins[1])
    assert [row.entity for row in own] == [office.firms[1]]
    office.logins[1].entity_code = ""
    assert not entitlements_visible_to(office.logins[1]).exists()
    office.sci.is_active = False
    assert not entitlements_visible_to(office.sci).exists()


def test_a_rounds_totals_by_state_add_up():
    office = open_office()
    round_ = accepted(office)
    Entitlement.objects.filter(entity=office.firms[0]).update(state="waived")
    found = round_overview(office.sci, round_.pk)
    assert found is not None
    assert found.total == Total(3, sum(row.amount_fen for row in Entitlement.objects.all()))
    assert found.of("accepted").count == 2
    assert found.step == 4
    assert [row.round for row in rounds(office.sci)] == [round_]
    assert round_overview(office.ind, round_.pk) is None


def test_lists_are_filtered_and_summed():
    office = open_office()
    outcome(office.run, office.firms[0], matter="证书 A1", clause="XX-2025-02")
    round_ = drafted(office)
    assert entitlements(office.sci, round_id=round_.pk).count() == 4
    assert entitlements(office.sci, clause="XX-2025-02").count() == 1
    assert entitlements(office.sci, search="甲1（虚构").count() == 1
    assert entitlements(office.sci, search="f00002").count() == 1
    assert entitlements(office.sci, search="a1").count() == 1
    assert entitlements(office.sci, state="paid").count() == 0
    assert entitlements(office.ind, department="sci").count() == 0
    assert sums(entitlements(office.sci, clause=CLAUSE)) == Total(3, 12_345_67 * 3 + 3)
    assert sums(entitlements(office.sci, state="paid")) == Total(0, 0)


def test_my_benefits_show_five_steps_with_their_days_and_what_to_do_next():
    office = open_office()
    published(office)
    firm, login = office.firms[0], office.logins[0]
    (mine,) = benefits(login, firm.code)
    assert [(step.done_on, step.under_way) for step in mine.steps] == [
        (DAY, False),
        (DAY, False),
        (None, True),
        (None, False),
        (None, False),
    ]
    assert mine.verbs == ["object", "accept", "waive"]
    notice = Publicity.objects.get()
    assert (mine.objections_until, mine.accept_until) == (notice.ends_on, notice.accept_until)
    assert benefits(office.logins[1], firm.code) == []


def test_every_state_has_a_step_and_every_state_is_reached_by_a_verb():
    assert set(STEP_OF) == set(Entitlement.State)
    assert {verb.after for verb in VERBS.values()} == set(Entitlement.State)
    # No way leads out of payment back to where money could leave again, but for what the bank returned.
    leads = {(before, verb.after) for verb in VERBS.values() for before in verb.before}
    assert {after for before, after in leads if before in ("paid", "closed", "reclaimed", "refunded")} == {
        "closed",
        "reclaimed",
        "refunded",
    }
    assert {after for before, after in leads if before == "sent"} == {"paid", "returned"}
    assert not set(FINAL) & set(UNPAID)


def test_bank_data_is_masked_for_the_owner_and_finance_and_absent_for_the_others():
    office = open_office()
    sent(office)
    code = office.firms[0].code
    last = str(office.firms[0].pk)[-1]
    for sees in (office.fin, office.logins[0]):
        (line,) = benefits(sees, code)
        assert re.fullmatch(r"\*{4} \*{4} \d{3}" + last, line.account)
    for blind in (office.analyst, office.sci, office.admin):
        (line,) = benefits(blind, code)
        assert line.account == ""


def test_account_numbers_are_masked_and_read_in_full_by_finance_and_the_owner_only():
    office = open_office()
    firm, login = office.firms[0], office.logins[0]
    account = give_account(firm.code, firm.name, "虚构银行", "6222000000004321", login)
    assert masked(account) == "**** **** 4321"
    assert "622200" not in str(account)
    assert full_number(account, office.fin) == full_number(account, login) == "6222000000004321"
    for stranger in (office.sci, office.analyst, office.admin, office.logins[1]):
        with pytest.raises(Refused) as caught:
            full_number(account, stranger)
        assert caught.value.code == "not_allowed"


def test_the_full_number_is_read_in_one_module_only():
    source = Path(yanlian.__file__).parent
    readers = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if "number_in_full" in file.read_text("utf-8") and "migrations" not in file.parts
    }
    assert readers == {
        "apps/delivery/accounts.py",
        # The column itself, and the action that fills it.
        "apps/delivery/models/payment.py",
        "apps/delivery/actions_accept.py",
    }


def test_the_verbs_offered_are_those_the_user_may_do_now():
    office = open_office()
    round_ = cleared(office)

    def offered(user: object) -> set[str]:
        found = round_overview(office.fin, round_.pk)
        assert found is not None
        return set(verbs_for_round(user, found))  # type: ignore[arg-type]

    assert offered(office.fin) == {"clear", "hold", "send"}
    assert offered(office.sci) == {"clear", "hold"}
    for nothing in (office.ind, office.admin, office.analyst, office.logins[0], AnonymousUser()):
        assert offered(nothing) == set()


def test_a_notice_is_public_for_its_days_only_and_shows_what_stands_in_it():
    office = open_office()
    published(office)
    notice = Publicity.objects.get()
    for day, count in ((DAY, 3), (notice.ends_on, 3), (notice.ends_on + timedelta(days=1), 0)):
        assert notices(day).count() == (1 if count else 0)
        assert notice_lines(notice.pk, day).count() == count


def test_history_is_told_to_those_who_see_the_entry():
    office = open_office()
    accepted(office)
    row = Entitlement.objects.get(entity=office.firms[0])
    told = [event.verb for event in history(office.logins[0], row.pk)]
    assert told == ["draft", "confirm", "publish", "accept"]
    assert history(office.logins[1], row.pk) == []
    assert AFTER > DAY
