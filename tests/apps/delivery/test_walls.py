"""The last walls: what stays true even if an action were wrong, because the database or the compare-and-set refuses."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from delivery_office import AFTER, DAY, cleared, draft, drafted, open_office, send_all, sent
from django.db import IntegrityError, transaction

from yanlian.apps.delivery import actions_move
from yanlian.apps.delivery.actions_move import lock_entitlements
from yanlian.apps.delivery.actions_publish import confirm
from yanlian.apps.delivery.models import Entitlement, Event, Payment
from yanlian.apps.ledger.actions import Entry, open_account, reserve
from yanlian.apps.ledger.models import Account, Transfer
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_second_entitlement_of_the_same_key_for_ever():
    office = open_office()
    drafted(office)
    row = Entitlement.objects.order_by("pk")[0]
    Entitlement.objects.filter(pk=row.pk).update(state="closed")
    row.pk = None
    row._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert draft(office).added == 0


def test_the_database_refuses_a_second_payment_while_one_is_under_way_or_made():
    office = open_office(firms=1)
    sent(office)
    payment = Payment.objects.get()
    other = reserve(Entry("other", payment.reservation.debit.code, "bank", 1), None).transfer

    def again() -> Payment:
        copy = Payment.objects.get(pk=payment.pk)
        copy.pk = None
        copy._state.adding = True
        copy.number, copy.sequence, copy.reservation, copy.state = "N", 2, other, "sent"
        return copy

    for state in ("sent", "paid"):
        Payment.objects.filter(pk=payment.pk).update(state=state)
        with pytest.raises(IntegrityError), transaction.atomic():
            again().save()
    Payment.objects.filter(pk=payment.pk).update(state="returned")
    again().save()
    assert Payment.objects.count() == 2


def test_a_list_read_before_someone_else_changed_it_moves_nothing(monkeypatch: pytest.MonkeyPatch):
    office = open_office()
    round_ = drafted(office)

    def stale(ids: Sequence[int]) -> list[Entitlement]:
        rows = lock_entitlements(ids)
        # Between reading and writing another process confirms the first one.
        Entitlement.objects.filter(pk=rows[0].pk).update(state="confirmed")
        return rows

    monkeypatch.setattr(actions_move, "lock_entitlements", stale)
    with pytest.raises(Refused) as caught, transaction.atomic():
        confirm(round_.pk, office.sci, DAY)
    assert caught.value.code == "changed_meanwhile"
    assert not Event.objects.filter(verb="confirm").exists()


def test_the_ledger_itself_refuses_an_attempt_that_was_reserved_before():
    office = open_office(firms=1)
    round_ = cleared(office)
    row = Entitlement.objects.get()
    open_account(f"budget:{row.document}:{AFTER.year}", "x", Account.Kind.BUDGET, None)
    open_account("bank", "x", Account.Kind.BANK, None)
    budget = f"budget:{row.document}:{AFTER.year}"
    reserve(Entry(f"entitlement:{row.pk}:1", budget, "bank", row.amount_fen, f"{row.clause} {row.period}"), None)
    with pytest.raises(Refused) as caught, transaction.atomic():
        send_all(office, round_)
    assert caught.value.code == "changed_meanwhile"
    assert (Payment.objects.count(), Transfer.objects.count()) == (0, 1)
    row.refresh_from_db()
    assert row.state == "cleared"
