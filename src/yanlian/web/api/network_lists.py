"""Questions to all links or holdings at once: chokepoints, groups under one controller, circles of cross-holdings.

As on their pages: of a large network the answer is worked out in the background, and until then the call says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from yanlian.apps.chains.called import Called, called, entities_called
from yanlian.apps.chains.chokepoints import Choke, chokepoints
from yanlian.apps.chains.computing import Waiting
from yanlian.apps.chains.held import names_delivered
from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.whole_ownership import ControlGroup, CrossHolding, whole_ownership
from yanlian.apps.people.access import Anyone, Permission
from yanlian.base.refusal import Refused
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, need
from yanlian.web.api.networks import PartyOut, party
from yanlian.web.api.shapes import Page

router = Router(tags=["networks"])
R = TypeVar("R")
ChainName = Annotated[str, Query(max_length=100, description="Id of a chain; left out: the whole district.")]


class ChokepointOut(Schema):
    """A firm without which others lose every known way of supply. `cut_off`: how many of the `reached` firms; direct
    suppliers and customers here."""

    firm: PartyOut
    cut_off: int
    reached: int
    suppliers: int
    customers: int
    year: int


class GroupOut(Schema):
    """Firms under one controller; `controller` null: they control each other. Counts by the grade of the control."""

    controller: PartyOut | None
    firms: list[PartyOut]
    majority: int
    summed: int
    dominant: int


class HoldingOut(Schema):
    """A firm of a circle and the share (millionths) that it holds of the next."""

    holder: PartyOut
    share_ppm: int


class CrossHoldingOut(Schema):
    """Firms that hold each other. `circle`: a shortest circle; `own_ppm`: the most that one of them holds of itself
    through it, null: not solved; `closed`: they own each other wholly."""

    firms: list[PartyOut]
    circle: list[HoldingOut]
    own_ppm: int | None
    closed: bool


@router.get("/chokepoints", response={200: Page[ChokepointOut], **PROBLEMS}, summary="Chokepoints of supply")
def chokepoint_list(
    request: HttpRequest, chain: ChainName = "", page: PageNumber = 1, size: PageSize = 50
) -> Page[ChokepointOut]:
    """For the office, the greatest first. Of a chain: from its upstream firms to its others."""
    user = need(request, Permission.SEE_CHAINS)
    named = chain_or_404(chain) if chain else None
    found = _ready(lambda: chokepoints(named))
    rows = found.rows() if found else []
    shown = rows[(page - 1) * size : page * size]
    names = entities_called([one.entity for one in shown], user)

    def told(one: Choke) -> ChokepointOut:
        assert found is not None
        return ChokepointOut(
            firm=party(names[one.entity]),
            cut_off=one.cut_off,
            reached=found.reached,
            suppliers=one.suppliers,
            customers=one.customers,
            year=found.year,
        )

    return Page(items=[told(one) for one in shown], total=len(rows), page=page, size=size)


@router.get("/control-groups", response={200: Page[GroupOut], **PROBLEMS}, summary="Groups under one controller")
def control_group_list(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> Page[GroupOut]:
    """For the office, the largest first."""
    user = need(request, Permission.SEE_CHAINS)
    groups = _ready(lambda: whole_ownership(timezone.localdate())).groups
    shown = groups[(page - 1) * size : page * size]
    names = _names({code for one in shown for code in (one.head, *one.firms) if code}, user)

    def told(one: ControlGroup) -> GroupOut:
        return GroupOut(
            controller=party(names[one.head]) if one.head else None,
            firms=[party(names[code]) for code in one.firms],
            majority=one.majority,
            summed=one.summed,
            dominant=one.dominant,
        )

    return Page(items=[told(one) for one in shown], total=len(groups), page=page, size=size)


@router.get("/cross-holdings", response={200: Page[CrossHoldingOut], **PROBLEMS}, summary="Circles of cross-holdings")
def cross_holding_list(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> Page[CrossHoldingOut]:
    """For the office, the largest first."""
    user = need(request, Permission.SEE_CHAINS)
    circles = _ready(lambda: whole_ownership(timezone.localdate())).circles
    shown = circles[(page - 1) * size : page * size]
    names = _names({code for one in shown for code in one.firms}, user)

    def told(one: CrossHolding) -> CrossHoldingOut:
        return CrossHoldingOut(
            firms=[party(names[code]) for code in one.firms],
            circle=[HoldingOut(holder=party(names[code]), share_ppm=share) for code, share in one.way],
            own_ppm=one.own_ppm,
            closed=one.closed,
        )

    return Page(items=[told(one) for one in shown], total=len(circles), page=page, size=size)


def _ready(ask: Callable[[], R]) -> R:
    """The answer; Refused("network_under_way") while it is being worked out."""
    try:
        return ask()
    except Waiting as waiting:
        raise Refused("network_under_way", seconds=waiting.seconds) from None


def _names(codes: set[str], user: Anyone) -> dict[str, Called]:
    return called(codes, user, names_delivered(codes))
