"""Django's name card: the shared templates and template tags are found through it."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yanlian.ui"
    label = "ui"
    verbose_name = "页面构件"
