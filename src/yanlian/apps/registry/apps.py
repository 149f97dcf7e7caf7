"""Django's name card of this app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "yanlian.apps.registry"
    label = "registry"
    verbose_name = "企业档案"
    default_auto_field = "django.db.models.BigAutoField"
