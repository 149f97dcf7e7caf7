"""Django's name card of this app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "yanlian.apps.sandbox"
    label = "sandbox"
    verbose_name = "政策沙盘"
    default_auto_field = "django.db.models.BigAutoField"
