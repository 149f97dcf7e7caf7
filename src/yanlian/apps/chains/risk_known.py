"""What the newest kept risk ranking says, for other pages: firms' indices, and what filling a gap would save."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.timezone import localtime

from yanlian.apps.chains.models import RiskFall, RiskFigure, RiskRanking
from yanlian.engine.chain.template.model import Chain
from yanlian.ui.words import Text

_PPB = 1_000_000_000


def newest_ranking() -> RiskRanking | None:
    """The ranking computed last; None: none was ever computed."""
    return RiskRanking.objects.first()


def esri_known(ranking: RiskRanking | None) -> Mapping[str, float] | None:
    """The index of every firm that the ranking has, by its id; firms without known links have none."""
    if ranking is None:
        return None
    rows = RiskFigure.objects.filter(ranking=ranking).values_list("entity_id", "esri_ppb")
    return {str(pk): ppb / _PPB for pk, ppb in rows}


def falls_known(chain: Chain, ranking: RiskRanking | None) -> dict[str, float]:
    """By segment, how much less the district would lose; segments of which no purchase is known are not there."""
    rows = RiskFall.objects.filter(ranking=ranking, chain=chain.id) if ranking is not None else RiskFall.objects.none()
    return {one.segment: (one.before_ppb - one.after_ppb) / _PPB for one in rows}


def epsilon_text(ranking: RiskRanking) -> str:
    """ε as it is written: 0.001."""
    return f"{(Decimal(ranking.epsilon_ppm) / 1_000_000).normalize():f}"


def risk_told(ranking: RiskRanking | None) -> Text:
    """Where figures of risk come from, for the foot of a list."""
    if ranking is None:
        return (
            "断链风险尚未测算，在“断链风险”页测算后这里才有数。",
            "Chain-break risk has not been computed yet: compute it on its page and figures appear here.",
        )
    day, epsilon = f"{localtime(ranking.made_at):%Y-%m-%d}", epsilon_text(ranking)
    return (
        f"断链风险取{day}测算的结果（{ranking.year}年供应关系，ε={epsilon}）；没有已知供应关系的企业和环节没有数。",
        f"Chain-break risk: computed {day}, links of {ranking.year}, ε = {epsilon}; without known links no figure.",
    )
