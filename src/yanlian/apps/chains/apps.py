"""Django's name card of this app."""

from django.apps import AppConfig


class ChainsConfig(AppConfig):
    name = "yanlian.apps.chains"
    label = "chains"
    verbose_name = "产业链"
    default_auto_field = "django.db.models.BigAutoField"
