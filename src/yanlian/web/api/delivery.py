"""Rounds for the office, notices for everybody."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Query, Router

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.models import Entitlement, Publicity
from yanlian.apps.delivery.pages_notice import state_of
from yanlian.apps.delivery.queries import Overview
from yanlian.apps.people.access import Anyone, Permission
from yanlian.apps.policies.titles import title_of, titles
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.visible import masked_name
from yanlian.ui.names import masked
from yanlian.web.api.core import PROBLEMS, PUBLIC_PROBLEMS, PageNumber, PageSize, Search, need, paged, paged_list
from yanlian.web.api.shapes import (
    EntitlementOut,
    NoticeDetail,
    NoticeLine,
    NoticeOut,
    Page,
    RoundOut,
    StateTotal,
    money,
)

router = Router(tags=["delivery"])
STATES = frozenset(Entitlement.State.values)


@router.get("/rounds", response={200: Page[RoundOut], **PROBLEMS}, summary="Rounds the caller may see")
def rounds(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> Page[RoundOut]:
    """Officials those of their department; finance, administrators and analysts all."""
    user = need(request, Permission.SEE_ROUNDS)
    return paged_list([_round(one) for one in queries.rounds(user)], page, size)


@router.get("/rounds/{round_id}", response={200: RoundOut, **PROBLEMS}, summary="One round with its totals")
def one_round(request: HttpRequest, round_id: int) -> RoundOut:
    """Totals by state."""
    return _round(_overview(need(request, Permission.SEE_ROUNDS), round_id))


@router.get(
    "/rounds/{round_id}/entitlements",
    response={200: Page[EntitlementOut], **PROBLEMS},
    summary="Entries of a round",
)
def entitlements(
    request: HttpRequest,
    round_id: int,
    q: Search = "",
    state: Annotated[str, Query(max_length=16)] = "",
    clause: Annotated[str, Query(max_length=40)] = "",
    page: PageNumber = 1,
    size: PageSize = 50,
) -> Page[EntitlementOut]:
    """Without bank data."""
    user = need(request, Permission.SEE_ROUNDS)
    overview = _overview(user, round_id)
    found = (
        Entitlement.objects.filter(round=overview.round)
        .select_related("entity")
        .order_by("clause", "entity__code", "pk")
    )
    if state:
        found = found.filter(state=state) if state in STATES else found.none()
    if clause:
        found = found.filter(clause=clause)
    for text in q.split():
        named = Q(entity__name__icontains=text) & ~Q(entity__kind=Entity.Kind.PERSON)
        found = found.filter(named | Q(entity__code__iexact=text) | Q(matter__icontains=text))
    return paged(found, page, size, lambda one: _entitlement(one, user))


@router.get("/notices", auth=None, response={200: Page[NoticeOut], **PUBLIC_PROBLEMS}, summary="Public notices")
def notices(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> Page[NoticeOut]:
    """Anyone may call; the newest first."""
    found = Publicity.objects.select_related("round").order_by("-starts_on", "-pk")
    return paged(found, page, size, _notice)


@router.get("/notices/{notice_id}", auth=None, response={200: NoticeDetail, **PUBLIC_PROBLEMS}, summary="One notice")
def notice(request: HttpRequest, notice_id: int) -> NoticeDetail:
    """With its list while it is public."""
    found = Publicity.objects.select_related("round").filter(pk=notice_id).first() if notice_id < 2**63 else None
    if found is None:
        raise Http404(f"notice {notice_id}")
    known = titles()
    lines = [
        NoticeLine(
            id=one.pk,
            name=masked(one.entity.name) if one.entity.kind == Entity.Kind.PERSON else one.entity.name,
            uscc=one.entity.uscc,
            clause=one.clause,
            clause_title=title_of(known, one.clause).title,
            period=one.period,
            amount=money(one.amount_fen),
        )
        for one in queries.notice_lines(found.pk, days.today())
    ]
    return NoticeDetail(**_notice(found).dict(), lines=lines)


def _overview(user: Anyone, round_id: int) -> Overview:
    found = queries.round_overview(user, round_id) if round_id < 2**63 else None
    if found is None:
        raise Http404(f"round {round_id}")
    return found


def _round(one: Overview) -> RoundOut:
    return RoundOut(
        id=one.round.pk,
        title=one.round.title,
        department=one.round.department,
        document=one.round.document,
        clauses=one.round.clauses,
        run=one.round.run_id,
        state=cast("Literal['open', 'closed']", one.round.state),
        made_at=one.round.made_at,
        count=one.total.count,
        amount=money(one.total.sum_fen),
        by_state=[
            StateTotal(state=state, count=total.count, amount=money(total.sum_fen))
            for state, total in one.by_state.items()
        ],
    )


def _entitlement(one: Entitlement, user: Anyone) -> EntitlementOut:
    return EntitlementOut(
        id=one.pk,
        round=one.round_id,
        entity=one.entity.code,
        entity_name=masked_name(one.entity, user),
        clause=one.clause,
        matter=one.matter,
        period=one.period,
        amount=money(one.amount_fen),
        state=one.state,
        state_on=one.state_on,
    )


def _notice(one: Publicity) -> NoticeOut:
    return NoticeOut(
        id=one.pk,
        round_title=one.round.title,
        department=one.round.department,
        document=one.round.document,
        sequence=one.sequence,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        accept_until=one.accept_until,
        state=state_of(one, days.today()),
        count=one.count,
        amount=money(one.sum_fen),
    )
