"""Django's name card of this app."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "yanlian.apps.policies"
    label = "policies"
    verbose_name = "政策测算"
    default_auto_field = "django.db.models.BigAutoField"
