"""The only writer of risk rankings: compute the index of all firms once, and what filling each segment would save; keep
every figure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.utils import timezone

from yanlian.apps.chains.models import RiskFall, RiskFigure, RiskRanking
from yanlian.apps.chains.risk_draws import NETWORKS, ensemble_of
from yanlian.apps.chains.risk_economy import Here, economy_here
from yanlian.apps.chains.risk_fall import cascades_of_falls, falls, wider_economy
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.engine.chain.links import Floats
from yanlian.engine.chain.risk.economy import Economy, closures
from yanlian.engine.chain.risk.filled import Filled
from yanlian.engine.chain.risk.index import EPSILON, Indices, Options, Step, esri_of_firms
from yanlian.engine.chain.risk.oracle import cascade
from yanlian.engine.chain.risk.redrawn import Ensemble

_PPM, _PPB = 1_000_000, 1_000_000_000
# Up to so many firms plain cascades take less than the 17 s of compiling.
_SMALL = 2_000


@dataclass(frozen=True, slots=True)
class _Found:
    """Figures by firm: of the links as they are, or the middles over drawn networks with their `ensemble`."""

    esri: Floats
    down: Floats
    up: Floats
    ensemble: Ensemble | None = None


def rank_risks(by: User | None, epsilon: float = EPSILON, step: Step | None = None) -> RiskRanking:
    """Compute and keep a ranking. The same links, deliveries from outside, places, revenues and ε give the ranking that
    is there already. Where links are inferred, networks are drawn and figures are intervals. `step` is told cascades:
    of all firms (in each network) and of all segments, one count from the beginning to the end.

    Raises `Refused`: risk_no_links, risk_epsilon.
    """
    here = economy_here()
    ppm = round(epsilon * _PPM)
    wider = wider_economy(here.year)
    mark = hashlib.sha256(f"{here.mark} {wider.mark}".encode()).hexdigest()
    before = RiskRanking.objects.filter(mark=mark, epsilon_ppm=ppm).first()
    if before is not None:
        return before
    ranked, filled = _parts(here, cascades_of_falls(wider), step)
    found = _found(here, epsilon, ranked)
    return _keep(here, found, list(falls(wider, epsilon, filled)), (mark, ppm), by)


def _parts(here: Here, cascades: int, step: Step | None) -> tuple[Step | None, Step | None]:
    """One count of both parts. Cascades of segments are plain ones, in which every step takes all firms: beside
    compiled ones each counts for many, so that the time left is near the truth."""
    if step is None:
        return None, None
    firms = len(here.entities)
    first = firms * (1 if here.partly is None else NETWORKS)
    weight = 1 if firms <= _SMALL else firms // 50
    total = first + weight * cascades
    return (lambda done, _: step(done, total)), (lambda done, _: step(first + weight * done, total))


def _found(here: Here, epsilon: float, step: Step | None) -> _Found:
    if here.partly is None:
        one = _indices(here.economy, epsilon, step)
        return _Found(one.esri, one.down, one.up)
    drawn = ensemble_of(here.partly, lambda economy, told: _indices(economy, epsilon, told), step)
    return _Found(drawn.middle, drawn.down, drawn.up, drawn)


def _indices(economy: Economy, epsilon: float, step: Step | None) -> Indices:
    """The index of every firm. In a small network plain steps are done before the fast ones are compiled (equal to
    rounding)."""
    firms = len(economy.firms)
    if firms > _SMALL:
        return esri_of_firms(economy, epsilon, Options(step=step))
    shocks = closures(np.arange(firms, dtype=np.int32))
    found = []
    for one in range(firms):
        found.append(cascade(economy, shocks, one, epsilon))
        if step is not None:
            step(one + 1, firms)
    return Indices(
        np.array([one.esri for one in found]),
        np.array([one.esri_down for one in found]),
        np.array([one.esri_up for one in found]),
        np.array([one.steps for one in found], dtype=np.int32),
        epsilon,
    )


@transaction.atomic
def _keep(
    here: Here, found: _Found, saved: Sequence[tuple[str, str, Filled]], key: tuple[str, int], by: User | None
) -> RiskRanking:
    economy = here.economy
    mark, ppm = key
    ranking, is_new = RiskRanking.objects.get_or_create(
        mark=mark,
        epsilon_ppm=ppm,
        defaults={
            "year": here.year,
            "firms": len(economy.firms),
            "links": len(economy.supplier),
            "links_uncounted": here.links_uncounted,
            "unknown_revenues": here.unknown_revenues,
            "inferred": economy.inferred,
            "networks": 0 if found.ensemble is None else found.ensemble.networks,
            "links_inferred": 0 if here.partly is None else int(here.partly.inferred.sum()),
            "revenue_fen": here.total_fen,
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
                revenue_fen=here.revenue_fen[at],
                esri_ppb=round(float(found.esri[at]) * _PPB),
                by_inputs_ppb=round(float(found.down[at]) * _PPB),
                by_sales_ppb=round(float(found.up[at]) * _PPB),
                suppliers=suppliers[at],
                customers=customers[at],
                **_interval(found.ensemble, at),
            )
            for rank, at in enumerate(order, 1)
        ],
        batch_size=1000,
    )
    RiskFall.objects.bulk_create([_fall(ranking, *one) for one in saved], batch_size=1000)
    record("risk_ranked", by=by, ranking=ranking.pk, firms=ranking.firms, epsilon_ppm=ppm)
    return ranking


def _interval(ensemble: Ensemble | None, at: int) -> dict[str, int]:
    if ensemble is None:
        return {}
    return {
        "esri_low_ppb": round(float(ensemble.low[at]) * _PPB),
        "esri_high_ppb": round(float(ensemble.high[at]) * _PPB),
        "rank_low": int(ensemble.rank_low[at]),
        "rank_high": int(ensemble.rank_high[at]),
    }


def _fall(ranking: RiskRanking, chain: str, segment: str, one: Filled) -> RiskFall:
    return RiskFall(
        ranking=ranking,
        chain=chain,
        segment=segment,
        before_ppb=round(one.before * _PPB),
        after_ppb=round(one.after * _PPB),
        suppliers=one.suppliers,
        customers=one.customers,
    )
