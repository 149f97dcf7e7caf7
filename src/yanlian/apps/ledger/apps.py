"""Django's name card of this app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "yanlian.apps.ledger"
    label = "ledger"
    verbose_name = "资金台账"
    default_auto_field = "django.db.models.BigAutoField"
