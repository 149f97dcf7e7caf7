"""Chain-break risk as JSON: the newest ranking, with intervals where links are inferred."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from yanlian.apps.chains.models import RiskFigure
from yanlian.apps.chains.risk_known import epsilon_text, newest_ranking
from yanlian.apps.chains.risk_pages import per_cent
from yanlian.apps.people.access import Permission
from yanlian.base.refusal import Refused
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, need, paged

router = Router(tags=["chains"])


class RiskLine(Schema):
    """One firm. Losses in per cent of all revenue, as text. `lost` is the middle where `lost_5` and `lost_95` are told
    (links inferred), else what the links on record say."""

    firm: str
    name: str
    rank: int
    rank_5: int | None
    rank_95: int | None
    lost: str
    lost_5: str | None
    lost_95: str | None
    by_inputs: str
    by_sales: str


class RiskOut(Schema):
    """A ranking. `networks`: how many were drawn, 0 where all links were seen; `links_inferred` of `links`."""

    year: int
    epsilon: str
    inferred: bool
    networks: int
    links: int
    links_inferred: int
    total: int
    items: list[RiskLine]


@router.get("/chain-risk", response={200: RiskOut, **PROBLEMS}, summary="What is lost if a firm stops, by firm")
def chain_risk(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> RiskOut:
    """Of the newest ranking, the greatest first. Refused: risk_no_ranking."""
    need(request, Permission.SEE_CHAINS)
    ranking = newest_ranking()
    if ranking is None:
        raise Refused("risk_no_ranking")
    found = paged(ranking.figures.select_related("entity"), page, size, _line)
    return RiskOut(
        year=ranking.year,
        epsilon=epsilon_text(ranking),
        inferred=ranking.inferred,
        networks=ranking.networks,
        links=ranking.links,
        links_inferred=ranking.links_inferred,
        total=found.total,
        items=found.items,
    )


def _line(one: RiskFigure) -> RiskLine:
    return RiskLine(
        firm=one.entity.code,
        name=one.entity.name,
        rank=one.rank,
        rank_5=one.rank_low,
        rank_95=one.rank_high,
        lost=str(per_cent(one.esri_ppb)),
        lost_5=None if one.esri_low_ppb is None else str(per_cent(one.esri_low_ppb)),
        lost_95=None if one.esri_high_ppb is None else str(per_cent(one.esri_high_ppb)),
        by_inputs=str(per_cent(one.by_inputs_ppb)),
        by_sales=str(per_cent(one.by_sales_ppb)),
    )
