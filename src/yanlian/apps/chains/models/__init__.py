"""The nouns of the chain room: who stands where, who supplies whom, whom to attract, what others have.

Start at `placement.py`. Chains and segments themselves are text files (`chains/`), named here by their ids.
"""

from __future__ import annotations

from yanlian.apps.chains.models.attract import Lead, LeadEvent, OutsideFirm, OutsideTie
from yanlian.apps.chains.models.neighbour import PLACES, Neighbour, first_key
from yanlian.apps.chains.models.placement import Placement, PlacementEvent, PlacementReport
from yanlian.apps.chains.models.reference import ReferenceFigure
from yanlian.apps.chains.models.review import PlacementReview
from yanlian.apps.chains.models.risk import RiskFall, RiskFigure, RiskRanking
from yanlian.apps.chains.models.supply import ProductText, SupplyLink

__all__ = [
    "PLACES", "Lead", "LeadEvent", "Neighbour", "OutsideFirm", "OutsideTie", "Placement", "PlacementEvent",
    "PlacementReport", "PlacementReview", "ProductText", "ReferenceFigure", "RiskFall", "RiskFigure",
    "RiskRanking", "SupplyLink", "first_key",
]  # fmt: skip
