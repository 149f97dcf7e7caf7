"""The beneficiary's verbs: give a bank account, accept with it, waive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from yanlian.apps.delivery.accounts import readable_number, same_name, stands_as
from yanlian.apps.delivery.actions_move import Moved, lock_entitlements, move
from yanlian.apps.delivery.machine import VERBS, acceptance_ends
from yanlian.apps.delivery.models import BankAccount, Entitlement
from yanlian.apps.delivery.permissions import require
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused


def give_account(entity_code: str, holder: str, bank: str, number: str, by: User | None) -> BankAccount:
    """Record a beneficiary's account; the holder's name must equal the entity's. The same again is the same row."""
    with transaction.atomic():
        entity = Entity.objects.select_for_update(no_key=True).filter(code=entity_code).first()
        # An unknown code is answered like a foreign one: nobody learns here who is registered.
        require("accept", by, "", entity_code if entity is not None else "")
        assert entity is not None
        holder, bank = holder.strip(), bank.strip()
        if not same_name(holder, entity.name):
            raise Refused("account_name_differs", expected=entity.name, found=holder[:200])
        if not bank or len(bank) > 200:
            raise Refused("account_bank_missing")
        digits = readable_number(number)
        last = BankAccount.objects.filter(entity=entity).order_by("-pk").first()
        if last is not None and stands_as(last, holder, bank, digits):
            return last
        return BankAccount.objects.create(
            entity=entity, holder=holder, bank=bank, number_in_full=digits, given_at=timezone.now(), given_by=by
        )


def accept(ids: Iterable[int], account_id: int, by: User | None, on: date) -> Moved:
    """Accept entitlements and have them paid to this account; possible after publicity and until its last day.

    Refused: `publicity_running`, `acceptance_over`, `account_foreign`; nothing is accepted then.
    """
    with transaction.atomic():
        wanted = sorted(set(ids))
        rows = lock_entitlements(wanted)
        account = BankAccount.objects.filter(pk=account_id).first()
        for row in rows:
            require("accept", by, row.department, row.entity.code)
            if account is None or account.entity_id != row.entity_id:
                raise Refused("account_foreign", account=account_id)
            if not same_name(account.holder, row.entity.name):
                raise Refused("account_name_differs", expected=row.entity.name, found=account.holder)
            _in_time(row, on)
        return move(
            "accept",
            wanted,
            by,
            on,
            data={"account": account_id},
            changes={"bank_account_id": account_id, "cleared_on": None},
        )


def waive(ids: Iterable[int], by: User | None, on: date) -> Moved:
    """Give entitlements up."""
    with transaction.atomic():
        return move("waive", ids, by, on, changes={"cleared_on": None})


def _in_time(row: Entitlement, on: date) -> None:
    """What the bank returned may be accepted again any day; the first time only between publicity and its deadline."""
    if row.state != VERBS["publish"].after:
        return
    assert row.publicity is not None, "a published entitlement stands in a notice"
    if on <= row.publicity.ends_on:
        raise Refused("publicity_running", ends=row.publicity.ends_on)
    if on > acceptance_ends(row):
        raise Refused("acceptance_over", until=acceptance_ends(row))
