"""The database itself refuses changes to events and to confirmed bank accounts."""

from django.db import migrations

from yanlian.apps.ledger.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]
    operations = [guard("delivery_event"), guard("delivery_bankaccount")]
