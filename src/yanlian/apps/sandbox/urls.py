"""Addresses of the sandbox."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.sandbox import calculator_pages, curve_pages, pages, result_pages

urlpatterns = [
    path("calculator/", calculator_pages.calculator, name="calculator"),
    path("sandbox/", pages.scenarios, name="scenarios"),
    path("sandbox/new", pages.new_scenario, name="new-scenario"),
    path("sandbox/<int:pk>/", pages.scenario, name="scenario"),
    path("sandbox/<int:pk>/change", pages.change, name="change-scenario"),
    path("sandbox/<int:pk>/handle", pages.handle, name="handle-scenario"),
    path("sandbox/<int:pk>/proposal.yaml", pages.proposal_file, name="scenario-file"),
    path("sandbox/<int:pk>/result/", result_pages.result, name="scenario-result"),
    path("sandbox/<int:pk>/result/people/", result_pages.people, name="scenario-people"),
    path("sandbox/<int:pk>/beside/", result_pages.beside, name="scenario-beside"),
    path("sandbox/<int:pk>/stop", result_pages.stop, name="stop-scenario"),
    path("sandbox/<int:pk>/curve/", curve_pages.curve, name="scenario-curve"),
    path("sandbox/<int:pk>/years/", curve_pages.years, name="scenario-years"),
]
