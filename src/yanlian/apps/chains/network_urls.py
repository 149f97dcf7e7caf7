"""Addresses of walks along supply links, of ownership and of ecosystems."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.chains import ecosystem_pages, ownership_pages, query_pages

urlpatterns = [
    path("suppliers/", query_pages.queries, name="chain-queries"),
    path("suppliers/paths/<str:supplier>/<str:customer>/<int:longest>/", query_pages.paths, name="chain-paths"),
    path("suppliers/common/<str:direction>/<str:codes>/", query_pages.common, name="chain-common"),
    path("suppliers/<str:code>/<str:direction>/<int:count>/", query_pages.tiers, name="chain-tiers"),
    path("ecosystems/", ecosystem_pages.ecosystem_list, name="ecosystems"),
    path("ecosystems/<str:code>/", ecosystem_pages.ecosystem, name="ecosystem"),
    path("ownership/<str:code>/", ownership_pages.ownership, name="ownership"),
    path("ownership/<str:code>/holders/", ownership_pages.holders, name="ownership-holders"),
    path("ownership/<str:code>/holdings/", ownership_pages.holdings, name="ownership-holdings"),
]
