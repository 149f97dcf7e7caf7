"""Addresses of the placement workbench."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.chains.placing import bulk_pages, pages

urlpatterns = [
    path("placement/", pages.choose, name="placement-choose"),
    path("placement/<slug:chain>/", pages.workbench, name="placement-workbench"),
    path("placement/<slug:chain>/decide", pages.decide, name="placement-decide"),
    path("placement/<slug:chain>/waiting", pages.line, name="placement-line"),
    path("placement/<slug:chain>/bulk", bulk_pages.bulk, name="placement-bulk"),
]
