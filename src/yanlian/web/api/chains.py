"""Chains here: the state of every segment with why, what to fill next, candidates with offers, leaders. For the office,
as on the chain's pages."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from django.utils import translation
from ninja import Query, Router

from yanlian.apps.chains.filling import Filling, filling
from yanlian.apps.chains.in_use import chain_or_404, chains_in_use, segment_or_404
from yanlian.apps.chains.leading import chain_leaders
from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.chains.offers import ASSUMED, Offer, Offers, offers_for
from yanlian.apps.chains.segment_words import why_fill, why_grade
from yanlian.apps.chains.state import chain_state
from yanlian.apps.chains.told import candidates_data, filling_head, gap_data, leaders_data, segment_data, state_head
from yanlian.apps.people.access import Permission
from yanlian.apps.registry.models import Entity
from yanlian.engine.chain.segments.candidates import Candidate
from yanlian.ui.words import say
from yanlian.web.api.chain_shapes import (
    CandidateOffersOut,
    CandidateOut,
    ChainLine,
    GapOut,
    GapsOut,
    LeaderOut,
    OfferOut,
    OffersOut,
    SegmentOut,
    StateOut,
)
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, need, paged_list
from yanlian.web.api.policies import Spoken
from yanlian.web.api.shapes import Page, money

router = Router(tags=["chains"])
Area = Annotated[str, Query(max_length=40, description="Code of the reference area; the first that has figures.")]
Across = Annotated[Literal["density", "inputs_here", "customers_here"], Query()]
Up = Annotated[Literal["complexity", "gain", "unmet_firms", "unmet_value", "risk_fall"], Query()]
_SPEAKS = {"zh": "zh-hans", "en": "en"}


@router.get("/chains", response={200: list[ChainLine], **PROBLEMS}, summary="Chains in use")
def chains(request: HttpRequest) -> list[ChainLine]:
    """In the order of their files."""
    need(request, Permission.SEE_CHAINS)
    return [
        ChainLine(id=one.id, title=one.title, title_en=one.title_en, stated=one.stated, segments=len(one.segments))
        for one in chains_in_use()
    ]


@router.get("/chains/{chain_id}/state", response={200: StateOut, **PROBLEMS}, summary="Segments with grade and why")
def state(request: HttpRequest, chain_id: str, area: Area = "", language: Spoken = "zh") -> StateOut:
    """Only confirmed placements count."""
    need(request, Permission.SEE_CHAINS)
    found = chain_state(chain_or_404(chain_id), area)
    with translation.override(_SPEAKS[language]):
        segments = [
            SegmentOut.model_validate(segment_data(found, one) | {"why": why_grade(one.graded)})
            for one in found.segments.values()
        ]
    return StateOut.model_validate(state_head(found) | {"segments": segments})


@router.get("/chains/{chain_id}/gaps", response={200: GapsOut, **PROBLEMS}, summary="What to fill next")
def gaps(
    request: HttpRequest,
    chain_id: str,
    area: Area = "",
    across: Across = "density",
    up: Up = "unmet_firms",
    language: Spoken = "zh",
) -> GapsOut:
    """Gaps with measures of feasibility and value, the frontier on two of them, and how well rankings predict."""
    need(request, Permission.SEE_CHAINS)
    found = filling(chain_or_404(chain_id), area)
    on = {one.segment for one in found.frontier(across, up).on}
    with translation.override(_SPEAKS[language]):
        told = [
            GapOut.model_validate(
                gap_data(found, one, is_on=one.segment in on)
                | {"why": why_fill(found, one), "candidates": len(found.candidates(one.segment))}
            )
            for one in found.gaps
        ]
    return GapsOut.model_validate(filling_head(found, across, up) | {"gaps": told})


@router.get(
    "/chains/{chain_id}/gaps/{segment_id}/candidates",
    response={200: Page[CandidateOut], **PROBLEMS},
    summary="Firms outside that could fill a gap",
)
def candidates(
    request: HttpRequest, chain_id: str, segment_id: str, page: PageNumber = 1, size: PageSize = 50
) -> Page[CandidateOut]:
    """In the declared order of their columns. 404 where the segment is no gap."""
    need(request, Permission.SEE_CHAINS)
    found, ranked = _ranked(chain_id, segment_id)
    shown = paged_list(ranked, page, size)
    return Page(
        items=[CandidateOut.model_validate(one) for one in candidates_data(found, shown.items)],
        total=shown.total,
        page=page,
        size=size,
    )


@router.get(
    "/chains/{chain_id}/gaps/{segment_id}/candidates/{firm}",
    response={200: CandidateOffersOut, **PROBLEMS},
    summary="A candidate with what the policies would pay it",
)
def candidate(
    request: HttpRequest, chain_id: str, segment_id: str, firm: str, language: Spoken = "zh"
) -> CandidateOffersOut:
    """`firm`: the code of a firm outside. Offers are the calculator's; nothing is promised."""
    need(request, Permission.SEE_CHAINS)
    found, ranked = _ranked(chain_id, segment_id)
    outside = OutsideFirm.objects.filter(code=firm).first()
    ranks = {int(one.firm.id[1:]): rank for rank, one in enumerate(ranked, 1)}
    if outside is None or outside.pk not in ranks:
        raise Http404(firm)
    rank = ranks[outside.pk]
    told = candidates_data(found, [ranked[rank - 1]])[0]
    with translation.override(_SPEAKS[language]):
        offers = _offers(offers_for(outside, chain_id))
    return CandidateOffersOut.model_validate(told | {"rank": rank, "of": len(ranked), "offers": offers})


@router.get("/chains/{chain_id}/leaders", response={200: Page[LeaderOut], **PROBLEMS}, summary="Chain leaders")
def leaders(request: HttpRequest, chain_id: str, page: PageNumber = 1, size: PageSize = 50) -> Page[LeaderOut]:
    """Local firms of the chain; first those that no other firm beats, then by output."""
    need(request, Permission.SEE_CHAINS)
    found = sorted(
        chain_leaders(chain_state(chain_or_404(chain_id))),
        key=lambda one: (not one.undominated, -(one.columns["output"] or 0.0), int(one.firm)),
    )
    shown = paged_list(found, page, size)
    firms = Entity.objects.in_bulk([int(one.firm) for one in shown.items])
    names = {str(pk): (one.name, one.code) for pk, one in firms.items()}
    items = [LeaderOut.model_validate(one) for one in leaders_data(shown.items, names)]
    return Page(items=items, total=shown.total, page=page, size=size)


def _ranked(chain_id: str, segment_id: str) -> tuple[Filling, list[Candidate]]:
    """The candidates of a gap by rank; 404 where the segment is none."""
    chain = chain_or_404(chain_id)
    segment_or_404(chain, segment_id)
    found = filling(chain)
    if found.gap(segment_id) is None:
        raise Http404(segment_id)
    return found, list(found.candidates(segment_id))


def _offers(found: Offers) -> OffersOut:
    return OffersOut(
        as_of=found.as_of,
        packs=found.packs,
        total=money(found.total_fen),
        due=[_offer(one) for one in found.due],
        open=[_offer(one) for one in found.open],
        assumed=[say(text) for text in ASSUMED],
    )


def _offer(one: Offer) -> OfferOut:
    return OfferOut.model_validate(
        {
            "clause": one.outcome.clause,
            "title": one.title,
            "document": one.document,
            "kind": one.outcome.kind,
            "amount": money(one.outcome.amount_fen),
            "missing": list(one.missing),
        }
    )
