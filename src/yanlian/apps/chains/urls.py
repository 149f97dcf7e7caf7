"""Addresses of the chain room."""

from __future__ import annotations

from django.urls import include, path

from yanlian.apps.chains import (
    compare_pages,
    intake_pages,
    lead_pages,
    map_pages,
    place_pages,
    report_pages,
    risk_pages,
    risk_task_pages,
    segment_pages,
    shock_pages,
)

urlpatterns = [
    path("", include("yanlian.apps.chains.urls_segments")),
    path("chains/", map_pages.chains, name="chains"),
    path("chains/<slug:chain_id>/", map_pages.chain, name="chain"),
    path("chains/<slug:chain_id>/segments/", map_pages.segments, name="chain-segments"),
    path("chains/<slug:chain_id>/segments/<slug:segment_id>/", segment_pages.segment, name="chain-segment"),
    path(
        "chains/<slug:chain_id>/segments/<slug:segment_id>/firms",
        segment_pages.segment_firms,
        name="chain-segment-firms",
    ),
    path(
        "chains/<slug:chain_id>/segments/<slug:segment_id>/report",
        report_pages.report_placement,
        name="report-placement",
    ),
    path("chains/<slug:chain_id>/segments/<slug:segment_id>/lead", lead_pages.new_lead, name="new-lead"),
    path("chains/<slug:chain_id>/compare/", compare_pages.compare, name="chain-compare"),
    path("placement-reports/", report_pages.placement_reports, name="placement-reports"),
    path("placement-reports/<int:pk>/", report_pages.placement_report, name="placement-report"),
    path("chain-risk/", risk_pages.risks, name="chain-risk"),
    path("chain-risk/compute", risk_task_pages.compute, name="compute-risk"),
    path("chain-risk/progress", risk_task_pages.progress, name="risk-progress"),
    path("chain-risk/stop", risk_task_pages.stop, name="stop-risk"),
    path("chain-risk/shock", shock_pages.shock, name="chain-shock"),
    path("chain-files/", intake_pages.chain_files, name="chain-files"),
    path("chain-files/empty/<slug:kind>.csv", intake_pages.empty_file, name="chain-empty-file"),
    path("leads/", lead_pages.leads, name="leads"),
    path("leads/<int:pk>/", lead_pages.lead, name="lead"),
    path("my-place", place_pages.my_place, name="my-place"),
    path("registry/<str:code>/place", place_pages.firm_place, name="firm-place"),
]
