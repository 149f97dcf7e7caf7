"""Addresses of explanations, of rules as files, and of the modeller."""

from __future__ import annotations

from django.urls import include, path

from yanlian.apps.policies import (
    delivery_pages,
    model_pages,
    modeller_pages,
    near_pages,
    review_pages,
    settlement_pages,
    why_pages,
)
from yanlian.apps.policies.comparing import pages as comparing_pages
from yanlian.apps.policies.lacking import pages as lacking_pages
from yanlian.apps.policies.shelf import pages as shelf_pages
from yanlian.apps.policies.trying import pages as trying_pages

urlpatterns = [
    path("runs/<int:pk>/missing/", lacking_pages.missing_data, name="missing-data"),
    path("runs/<int:pk>/missing/entities", lacking_pages.missing_firms, name="missing-firms"),
    path("runs/<int:pk>/missing/<str:holder>/", lacking_pages.missing_letter, name="missing-letter"),
    path("runs/<int:pk>/missing/<str:holder>/entities.csv", lacking_pages.missing_csv, name="missing-csv"),
    path("runs/compare", comparing_pages.compare_runs, name="compare-runs"),
    path("policy-documents/", shelf_pages.documents, name="policy-documents"),
    path("policy-parameters/", shelf_pages.parameters, name="policy-parameters"),
    path("", include("yanlian.apps.policies.versions.urls")),
    path("no-application/", delivery_pages.no_application, name="no-application"),
    path("delivery-modes/", delivery_pages.delivery_modes, name="delivery-modes"),
    path("policy-review/", review_pages.policy_review, name="policy-review"),
    path("runs/<int:pk>/settlement/<int:number>/", settlement_pages.settlement, name="settlement"),
    path("why/<int:pk>/<str:code>/<str:clause>/", why_pages.why, name="why"),
    path("why/<int:pk>/<str:code>/<str:clause>/sheet/", near_pages.near_sheet, name="near-sheet"),
    path("policies/<str:clause_id>/nearly/", near_pages.nearly_page, name="nearly"),
    path("policies/<str:clause_id>/clause.dmn", model_pages.clause_dmn, name="clause-dmn"),
    path("policies/<str:clause_id>/document.dmn", model_pages.document_dmn, name="document-dmn"),
    path("policies/<str:clause_id>/tables/<int:number>.xlsx", model_pages.clause_table, name="clause-table"),
    path("policies/<str:clause_id>/try", trying_pages.try_case, name="try-case"),
    path("policies/<str:clause_id>/modeller/", modeller_pages.modeller, name="modeller"),
    path("policies/<str:clause_id>/modeller/try", modeller_pages.try_model, name="try-model"),
    path("policies/<str:clause_id>/modeller/changed.dmn", modeller_pages.take_model, name="take-model"),
]
