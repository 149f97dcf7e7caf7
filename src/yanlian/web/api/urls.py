"""The routers of the interface under one address."""

from __future__ import annotations

from yanlian.web.api import (
    chains,
    delivery,
    near,
    network_lists,
    networks,
    policies,
    registry,
    risk,
    sandbox,
    settlement,
)
from yanlian.web.api.core import api

api.add_router("", registry.router)
api.add_router("", policies.router)
api.add_router("", near.router)
api.add_router("", settlement.router)
api.add_router("", delivery.router)
api.add_router("", sandbox.router)
api.add_router("", networks.router)
api.add_router("", network_lists.router)
api.add_router("", chains.router)
api.add_router("", risk.router)

urls = api.urls
