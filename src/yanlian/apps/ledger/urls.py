"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.ledger import pages

urlpatterns = [
    path("ledger/", pages.accounts, name="ledger"),
    path("ledger/accounts/<path:code>", pages.account, name="ledger-account"),
]
