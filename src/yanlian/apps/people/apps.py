"""Django's name card of this app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yanlian.apps.people"
    label = "people"
    verbose_name = "人员与权限"
    default_auto_field = "django.db.models.BigAutoField"
