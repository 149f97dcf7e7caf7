"""The only writer of risk rankings: compute the index of all firms once, keep every figure."""

from __future__ import annotations

import numpy as np
from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.models import RiskFigure, RiskRanking
from yanlian.apps.chains.risk_economy import FEN, Here, economy_here
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.engine.chain.risk.index import EPSILON, Indices, Options, Step, esri_of_firms

_PPM, _PPB = 1_000_000, 1_000_000_000


def rank_risks(by: User | None, epsilon: float = EPSILON, step: Step | None = None) -> RiskRanking:
    """Compute and keep a ranking. The same links, revenues and ε give the ranking that is there already.

    Raises `Refused`: risk_no_links, risk_epsilon.
    """
    here = economy_here()
    ppm = round(epsilon * _PPM)
    before = RiskRanking.objects.filter(mark=here.mark, epsilon_ppm=ppm).first()
    if before is not None:
        return before
    found = esri_of_firms(here.economy, epsilon, Options(step=step))
    return _keep(here, found, ppm, by)


@transaction.atomic
def _keep(here: Here, found: Indices, ppm: int, by: User | None) -> RiskRanking:
    economy = here.economy
    ranking, is_new = RiskRanking.objects.get_or_create(
        mark=here.mark,
        epsilon_ppm=ppm,
        defaults={
            "year": here.year,
            "firms": len(economy.firms),
            "links": len(economy.supplier),
            "links_uncounted": here.links_uncounted,
            "unknown_revenues": here.unknown_revenues,
            "inferred": economy.inferred,
            "revenue_fen": round(economy.total * FEN),
            "made_at": timezone.now(),
            "made_by": by,
        },
    )
    if not is_new:
        return ranking
    order = np.argsort(-found.esri, kind="stable").tolist()
    suppliers = np.bincount(economy.customer, minlength=len(economy.firms)).tolist()
    customers = np.bincount(economy.supplier, minlength=len(economy.firms)).tolist()
    RiskFigure.objects.bulk_create(
        [
            RiskFigure(
                ranking=ranking,
                entity_id=here.entities[at],
                rank=rank,
                sector=economy.sectors[int(economy.sector[at])],
                revenue_fen=round(float(economy.revenue[at]) * FEN),
                esri_ppb=round(float(found.esri[at]) * _PPB),
                by_inputs_ppb=round(float(found.down[at]) * _PPB),
                by_sales_ppb=round(float(found.up[at]) * _PPB),
                suppliers=suppliers[at],
                customers=customers[at],
            )
            for rank, at in enumerate(order, 1)
        ],
        batch_size=1000,
    )
    record("risk_ranked", by=by, ranking=ranking.pk, firms=ranking.firms, epsilon_ppm=ppm)
    return ranking
