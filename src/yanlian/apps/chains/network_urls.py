"""Addresses of walks along supply links, of ownership and of ecosystems."""

from __future__ import annotations

from django.urls import path

from yanlian.apps.chains import (
    chokepoint_pages,
    chokepoint_segments,
    control_group_pages,
    cross_holding_pages,
    ecosystem_pages,
    ownership_pages,
    query_pages,
)

urlpatterns = [
    path("suppliers/", query_pages.queries, name="chain-queries"),
    path("suppliers/paths/<str:supplier>/<str:customer>/<int:longest>/", query_pages.paths, name="chain-paths"),
    path("suppliers/common/<str:direction>/<str:codes>/", query_pages.common, name="chain-common"),
    path("suppliers/<str:code>/<str:direction>/<int:count>/", query_pages.tiers, name="chain-tiers"),
    path("chokepoints/", chokepoint_pages.district_chokepoints, name="chokepoints"),
    path("chokepoints/<str:code>/", chokepoint_pages.district_chokepoint, name="chokepoint"),
    path("chains/<slug:chain_id>/chokepoints/", chokepoint_pages.chain_chokepoints, name="chain-chokepoints"),
    path("chains/<slug:chain_id>/chokepoints/<str:code>/", chokepoint_pages.chain_chokepoint, name="chain-chokepoint"),
    path(
        "chains/<slug:chain_id>/key-segments/",
        chokepoint_segments.chain_chokepoint_segments,
        name="chain-chokepoint-segments",
    ),
    path("control-groups/", control_group_pages.control_groups, name="control-groups"),
    path("control-groups/<str:code>/", control_group_pages.control_group, name="control-group"),
    path("cross-holdings/", cross_holding_pages.cross_holding_list, name="cross-holdings"),
    path("cross-holdings/<str:code>/", cross_holding_pages.cross_holding, name="cross-holding"),
    path("ecosystems/", ecosystem_pages.ecosystem_list, name="ecosystems"),
    path("ecosystems/<str:code>/", ecosystem_pages.ecosystem, name="ecosystem"),
    path("ownership/<str:code>/", ownership_pages.ownership, name="ownership"),
    path("ownership/<str:code>/holders/", ownership_pages.holders, name="ownership-holders"),
    path("ownership/<str:code>/holdings/", ownership_pages.holdings, name="ownership-holdings"),
]
