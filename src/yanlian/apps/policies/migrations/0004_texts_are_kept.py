"""The database itself refuses changes to texts that were saved, to what happened to versions, and to rules of runs."""

from django.db import migrations

from yanlian.apps.ledger.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_pack_versions")]
    operations = [guard("policies_ruletext"), guard("policies_versionevent"), guard("policies_keptrules")]
