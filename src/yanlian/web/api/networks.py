"""Networks of firms: tiers of suppliers or customers, owners and controllers. What a caller may see is what pages
show."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from yanlian.apps.chains.called import Called, entities_called
from yanlian.apps.chains.evidence import links_of
from yanlian.apps.chains.held import around
from yanlian.apps.chains.stakes import Facts, Side, facts_of, notices, stakes, verdict
from yanlian.apps.chains.walking import walk
from yanlian.apps.people.access import Permission
from yanlian.apps.registry.models import Entity
from yanlian.engine.chain.network.walks import Direction
from yanlian.web.api.core import PROBLEMS, need
from yanlian.web.api.registry import entity_of
from yanlian.web.api.shapes import Money, money

router = Router(tags=["networks"])


class PartyOut(Schema):
    """A firm or person. Names of persons are masked and their codes left out."""

    code: str | None
    name: str
    fictional: bool


class SupplyOut(Schema):
    """One supply link as a source says. `amount`: null: not known."""

    product: str
    year: int
    amount: Money | None
    source: str
    confidence: str
    inferred: bool


class StepOut(Schema):
    """A step into a tier: who supplies whom, and the links that say so, the newest first."""

    tier: int
    supplier: PartyOut
    customer: PartyOut
    links: list[SupplyOut]


class TiersOut(Schema):
    """Tiers of one firm. `more`: of firms with too many neighbours, how many are not listed, by code."""

    steps: list[StepOut]
    firms: int
    more: dict[str, int]
    complete: bool


class StakeOut(Schema):
    """A stake: direct and integrated share in millionths; null: none, not stated or not computable."""

    party: PartyOut
    direct: bool
    direct_ppm: int | None
    share_ppm: int | None
    route: str
    source: str


class OwnershipOut(Schema):
    """Holders, holdings and the ultimate controller of one organisation. `grade`: majority, summed, dominant (presumed
    only), circle (they control each other); empty: none known."""

    controller: PartyOut | None
    grade: str
    reason: str
    holders: list[StakeOut]
    holdings: list[StakeOut]
    notices: list[str]


@router.get("/entities/{code}/tiers", response={200: TiersOut, **PROBLEMS}, summary="Suppliers or customers by tier")
def tiers(
    request: HttpRequest,
    code: str,
    direction: Direction = "up",
    count: Annotated[int, Query(ge=1, le=4, description="Tiers.")] = 3,
    breadth: Annotated[int, Query(ge=1, le=50, description="Largest neighbours of each firm.")] = 10,
) -> TiersOut:
    """For the office. Each firm stands in the first tier in which it is met."""
    user = need(request, Permission.SEE_CHAINS)
    found = walk([entity_of(user, code).pk], direction, count, breadth=breadth)
    pairs = [(one.other, one.firm) if direction == "up" else (one.firm, one.other) for one in found.steps]
    names, links = entities_called(found.tier, user), links_of(pairs)
    return TiersOut(
        steps=[
            StepOut(
                tier=step.tier,
                supplier=party(names[pair[0]]),
                customer=party(names[pair[1]]),
                links=[
                    SupplyOut(
                        product=one.product,
                        year=one.year,
                        amount=None if one.amount_fen is None else money(one.amount_fen),
                        source=one.source,
                        confidence=one.confidence,
                        inferred=one.inferred,
                    )
                    for one in links[pair]
                ],
            )
            for step, pair in zip(found.steps, pairs, strict=True)
        ],
        firms=len(found.tier) - 1,
        more={names[firm].code: left for firm, left in found.more.items()},
        complete=found.complete,
    )


@router.get("/entities/{code}/ownership", response={200: OwnershipOut, **PROBLEMS}, summary="Owners and controller")
def ownership(request: HttpRequest, code: str) -> OwnershipOut:
    """The office sees every organisation, an enterprise its own."""
    user = need(request, Permission.SEE_OWN_PLACE)
    entity = entity_of(user, code)
    if entity.kind == Entity.Kind.PERSON:
        return OwnershipOut(controller=None, grade="", reason="", holders=[], holdings=[], notices=[])
    facts = facts_of(around(entity.code, timezone.localdate()), user)
    found = verdict(facts)
    return OwnershipOut(
        controller=party(found.controller) if found.controller else None,
        grade=found.grade,
        reason=found.reason,
        holders=_stakes(facts, "holders"),
        holdings=_stakes(facts, "holdings"),
        notices=notices(facts),
    )


def party(one: Called) -> PartyOut:
    """A firm or person as answers name it."""
    return PartyOut(code=None if one.person else one.code, name=one.name, fictional=one.fictional)


def _stakes(facts: Facts, side: Side) -> list[StakeOut]:
    return [
        StakeOut(
            party=party(one.other),
            direct=one.has_direct,
            direct_ppm=one.direct_ppm,
            share_ppm=one.share_ppm,
            route=one.route,
            source=one.source,
        )
        for one in stakes(facts, side)
    ]
