"""The database itself refuses changes to what happened to placements and leads."""

from django.db import migrations

from yanlian.apps.ledger.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("chains", "0001_initial")]
    operations = [guard("chains_placementevent"), guard("chains_leadevent")]
