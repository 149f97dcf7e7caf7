"""The database itself refuses changes to transfers."""

from django.db import migrations

from yanlian.apps.ledger.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [guard("ledger_transfer")]
