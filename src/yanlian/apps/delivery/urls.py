"""Addresses of delivery."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.delivery import (
    pages,
    pages_bank,
    pages_check,
    pages_corrections,
    pages_entry,
    pages_mine,
    pages_notice,
    pages_objection,
    pages_reconcile,
    pages_returns,
    pages_round,
)

urlpatterns = [
    path("rounds/", pages.rounds, name="rounds"),
    path("rounds/new", pages.new_round, name="round-new"),
    path("rounds/corrections", pages_corrections.corrections, name="corrections"),
    path("rounds/returns", pages_returns.returns_due, name="returns-due"),
    path("rounds/<int:pk>/", pages_round.one_round, name="round"),
    path("rounds/<int:pk>/do", pages_round.do_batch, name="round-do"),
    path("rounds/<int:pk>/close", pages_round.close_whole_round, name="round-close"),
    path("rounds/<int:pk>/publish", pages_check.publish_check, name="round-publish"),
    path("rounds/<int:pk>/send", pages_check.send_check, name="round-send"),
    path("entitlements/<int:pk>/", pages_entry.entitlement, name="entitlement"),
    path("entitlements/<int:pk>/do", pages_entry.do_one, name="entitlement-do"),
    path("payments/<str:number>/", pages_bank.payment_file, name="payment-file"),
    path("payments/<str:number>/<str:form>", pages_bank.download_payment_file, name="payment-file-download"),
    path("notices/", pages_notice.notices, name="notices"),
    path("notices/object", pages_notice.object_somewhere, name="object-somewhere"),
    path("notices/<int:pk>/", pages_notice.notice, name="notice"),
    path("notices/<int:pk>/object", pages_notice.object_to, name="object"),
    path("objections/", pages_objection.objections, name="objections"),
    path("objections/<int:pk>/", pages_objection.objection, name="objection"),
    path("ledger/reconciliation", pages_reconcile.reconciliation, name="reconciliation"),
    path("ledger/grant", pages_reconcile.grant, name="grant"),
    path("my/", pages_mine.my_benefits, name="my-benefits"),
    path("my/account", pages_mine.account, name="my-account"),
    path("my/check", pages_mine.check, name="my-check"),
    path("my/receipt", pages_mine.receipt, name="my-receipt"),
    path("my/<int:pk>/waive", pages_mine.give_up, name="my-waive"),
]
