"""Addresses of data import."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.registry import import_pages

urlpatterns = [
    path("imports/", import_pages.imports, name="imports"),
    path("imports/template/<str:department>/<str:dataset>", import_pages.template_file, name="import-template"),
    path("imports/<int:pk>/", import_pages.one_import, name="import"),
    path("imports/<int:pk>/refused.<str:form>", import_pages.refused_rows, name="import-refused"),
]
