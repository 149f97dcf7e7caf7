"""Append-only tables: the database refuses changes after all migrations, also those that rebuild a table."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from yanlian.apps.delivery.models import BankAccount
from yanlian.apps.ledger.append_only import AppendOnly
from yanlian.apps.registry.models import Entity

pytestmark = pytest.mark.django_db
GUARDED = [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def triggers(table: str) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return {name for (name,) in cursor.fetchall()}


def test_transfers_events_and_bank_accounts_are_append_only():
    assert {model.__name__ for model in GUARDED} >= {"Transfer", "Event", "BankAccount"}


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_every_append_only_model_is_guarded_by_the_database_itself(model: type[models.Model]):
    table = model._meta.db_table
    words = {"sqlite": {"no_update", "no_delete"}, "postgresql": {"no_change"}}[connection.vendor]
    assert triggers(table) >= {f"{table}_{word}" for word in words}


def test_a_confirmed_bank_account_cannot_be_redirected_by_a_hand_written_update():
    firm = Entity.objects.create(code="F", name="甲", kind="enterprise", recorded_at=timezone.now())
    account = BankAccount.objects.create(
        entity=firm, holder="甲", bank="乙", number_in_full="6222000000000001", given_at=timezone.now()
    )
    for statement in (
        "UPDATE delivery_bankaccount SET number_in_full = '6222000000000002'",
        "DELETE FROM delivery_bankaccount",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    account.refresh_from_db()
    assert account.number_in_full == "6222000000000001"
