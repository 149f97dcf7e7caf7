"""Django's name card of this app."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "yanlian.apps.delivery"
    label = "delivery"
    verbose_name = "政策兑现"
    default_auto_field = "django.db.models.BigAutoField"
