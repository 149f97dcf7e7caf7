"""Addresses of what to fill next, candidates, leaders, grades and the sheet for a visit."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.chains import pages_candidates, pages_gaps, pages_grades, pages_leaders, pages_sheet

urlpatterns = [
    path("chains/<slug:chain_id>/gaps/", pages_gaps.gaps, name="chain-gaps"),
    path("chains/<slug:chain_id>/gaps/<slug:segment_id>/", pages_candidates.gap, name="chain-gap"),
    path(
        "chains/<slug:chain_id>/gaps/<slug:segment_id>/candidates/<str:code>/",
        pages_candidates.candidate,
        name="chain-candidate",
    ),
    path(
        "chains/<slug:chain_id>/gaps/<slug:segment_id>/candidates/<str:code>/lead",
        pages_candidates.make_lead,
        name="chain-make-lead",
    ),
    path("chains/<slug:chain_id>/grades/", pages_grades.grades, name="chain-grades"),
    path("chains/<slug:chain_id>/leaders/", pages_leaders.leaders, name="chain-leaders"),
    path("chains/<slug:chain_id>/sheet/", pages_sheet.sheet, name="chain-sheet"),
]
