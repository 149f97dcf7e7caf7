"""Addresses of explanations."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.policies import why_pages

urlpatterns = [path("why/<int:pk>/<str:code>/<str:clause>/", why_pages.why, name="why")]
